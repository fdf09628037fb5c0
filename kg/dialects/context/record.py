"""What the pages of *the Context* say, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kg.dialects.record import Citation, Record

ChangeKind = Literal["First version", "Update", "Current version"]


@dataclass(frozen=True, slots=True)
class PrintedChange:
    """One line of a Context page's list of changes: a wording, its page, and when that was last written.

    ``path`` is relative to the archive's root, as in ``news/2011/11/8/slug.md``; ``prefix`` is what the link
    prints before it.
    """

    title: str
    path: str
    kind: ChangeKind
    written: datetime | None = None
    prefix: str = "/"


@dataclass(frozen=True, slots=True)
class Related:
    """One line of a Context page's list of related events; ``labels`` is the shared context as printed.

    ``path`` and ``prefix`` are those of a ``PrintedChange``; ``marker`` is the word printed before the labels.
    """

    title: str
    path: str
    labels: str
    prefix: str = "/"
    marker: str = "Context"


@dataclass(frozen=True, slots=True)
class EventPage(Record):
    """A Context event page. Titles keep the spaces that the page prints around them.

    ``slug`` is the page's file name without its ending. ``language`` is None if nothing on the page shows it.
    ``sections`` are the printed names of the page's lists, in order. ``formats`` says whether the page opens with its
    line of formats, ``empty_heading`` whether it prints an empty heading; ``prefix`` is what the link to the day's
    index prints before its path.
    """

    language: str | None
    day: date
    slug: str
    title: str
    heading: str | None = None
    description: str | None = None
    sources: tuple[Citation, ...] = ()
    cover: str | None = None
    changes: tuple[PrintedChange, ...] = ()
    related: tuple[Related, ...] = ()
    sections: tuple[str, ...] = ()
    formats: bool = False
    empty_heading: bool = False
    prefix: str = "/"


@dataclass(frozen=True, slots=True)
class IndexItem:
    """One event in a Context day index: either a description or the labels of its context, as printed.

    ``path``, ``prefix`` and ``marker`` are as in ``Related``, ``empty_heading`` as in ``EventPage``.
    """

    title: str
    path: str
    heading: str | None = None
    description: str | None = None
    labels: str | None = None
    prefix: str = "/"
    marker: str = "Context"
    empty_heading: bool = False


@dataclass(frozen=True, slots=True)
class DayIndex(Record):
    """A Context day index: its items in printed order, and the path of the index before it.

    ``prefix`` is what the links to the two indexes print before their path; ``formats`` is as in
    ``EventPage``.
    """

    language: str | None
    day: date
    items: tuple[IndexItem, ...]
    previous: str | None = None
    prefix: str = "/"
    formats: bool = False


@dataclass(frozen=True, slots=True)
class FrontPage(Record):
    """A Context front page. It repeats the day indexes, and is read to check that it says nothing else.

    ``sections`` lists the printed name of each section, its printed link if it has one, and the number of its items;
    ``blank_lines`` counts those at the top of a page without a line of formats.
    """

    language: str | None
    items: tuple[IndexItem, ...] = ()
    sections: tuple[tuple[str, str | None, int], ...] = ()
    formats: bool = False
    blank_lines: int = 0


ContextPage = EventPage | DayIndex | FrontPage
"""The record of a page of *the Context*."""
