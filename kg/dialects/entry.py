"""What a page prints, in the same words for all dialects: what it says as a whole, and its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a page. The dialect prints the page again from the entries that the graph keeps.

    ``fragment`` names it within its page, such as ``source-1``; ``position`` counts from 1. All texts are exactly as
    printed: its own text, the target address, a label beside it, the labels of what it mentions, a description, the
    address of a picture. ``depth`` is its level of nesting, ``written`` when its wording was last written (UTC).

    The graph does not keep the other fields: ``line`` is the number of its line (from 1). ``wording`` is the wording of
    the event that it shows, and ``slug`` the readable name of the event's page; if that event is withdrawn, they
    identify the entries to hide.
    """

    fragment: str
    position: int
    text: str | None = None
    target: str | None = None
    label: str | None = None
    mention_label: str | None = None
    description: str | None = None
    image: str | None = None
    depth: int | None = None
    written: datetime | None = None
    line: int | None = None
    wording: str | None = None
    slug: str | None = None

    @property
    def list(self) -> str:
        """The list that the entry stands in, as its fragment names it: ``source`` of ``source-1``."""
        return self.fragment.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says as a whole.

    ``media_type`` is without parameters; ``parameters`` are those other than ``charset``, in order. ``days`` are the
    days that the page is about, ``sections`` the printed names of its lists. The texts are as in ``Entry``. The graph
    does not keep ``wording`` and ``slug``, which only a page about a single event has.
    """

    media_type: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    days: tuple[date, ...] = ()
    language: str | None = None
    text: str | None = None
    target: str | None = None
    label: str | None = None
    description: str | None = None
    sections: tuple[str, ...] = ()
    wording: str | None = None
    slug: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """The IRI of the licence that the text of a capture is under, and of the page that names its authors."""

    licence: str | None = None
    authors: str | None = None
