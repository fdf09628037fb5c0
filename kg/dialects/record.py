"""What an archive says, as plain data: the page as captured, and what all dialects say about it in the same words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True)
class Page:
    """One capture of one page.

    ``path`` is relative to the archive's root, with forward slashes; ``captured`` is when the archive took it (UTC), if
    known; ``commit`` names the git commit, or the revision of a wiki, that it was read from, and ``address`` is the
    permanent address of that, if it has one.
    """

    path: str
    content: bytes
    captured: datetime | None = None
    commit: str | None = None
    address: str | None = None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a page that no rule of its dialect understands: its number from 1, its text, and the reason."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a page says, in the terms of its dialect, which alone interprets it.

    ``unread`` are the lines that no rule understands.
    """

    unread: tuple[Unread, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Link:
    """A wikilink: the normalised title it leads to, the visible anchor, and the letters directly after it."""

    title: str
    anchor: str
    trail: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that an item lists: its address as printed, and the printed name of its publisher, if any.

    ``image`` is the address of a picture that the page prints beside the source.
    """

    url: str
    publisher: str | None = None
    image: str | None = None
