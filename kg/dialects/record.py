"""What an archive says, as plain data: the page as captured, and the records that its dialect parses it into."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal


@dataclass(frozen=True)
class Page:
    """One capture of one page.

    ``path`` is relative to the archive's root, with forward slashes; ``captured`` is when the archive took
    it (UTC), where that is known; ``commit`` names the git commit it was read from.
    """

    path: str
    content: bytes
    captured: datetime | None = None
    commit: str | None = None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a page that no rule of its dialect understands: its number from 1, its text, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """A wikilink: the normalised title it leads to, the visible anchor, and the letters glued on behind it."""

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


@dataclass(frozen=True, slots=True)
class Bullet:
    """One bullet of a wikitext day page.

    ``parent`` is the position of the bullet it stands below (positions count from 0). ``printed`` is the
    whole source text, markers and comments included; ``text`` what a reader sees of it, without the citations;
    ``linked`` is that text without its links, which tells a bare link from a sentence.
    """

    position: int
    line: int
    depth: int
    parent: int | None
    category: str | None
    printed: str
    text: str
    linked: str
    links: tuple[Link, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a day page that is no bullet: its number from 1, and its text exactly as printed."""

    line: int
    printed: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """A Current Events day page: its bullets in printed order, and the headings that stand among them.

    ``rest`` are the lines that are neither: pictures, text outside a list, lines that are too long to be read.
    """

    language: str
    day: date
    bullets: tuple[Bullet, ...]
    unread: tuple[Unread, ...] = ()
    headings: tuple[PrintedLine, ...] = ()
    rest: tuple[PrintedLine, ...] = ()


ChangeKind = Literal["First version", "Update", "Current version"]


@dataclass(frozen=True, slots=True)
class Change:
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

    ``path`` and ``prefix`` are those of a ``Change``; ``marker`` is the word printed before the labels.
    """

    title: str
    path: str
    labels: str
    prefix: str = "/"
    marker: str = "Context"


@dataclass(frozen=True, slots=True)
class EventPage:
    """A Context event page. Titles keep the spaces that the page prints around them.

    ``slug`` is the page's file name without its ending. ``language`` is None where nothing on the page shows
    it. ``sections`` are the printed names of the page's lists, in their order. ``formats`` says whether the
    page opens with its line of formats, ``empty_heading`` whether it prints the heading's mark with nothing
    behind; ``prefix`` is what the link to the day's index prints before its path.
    """

    language: str | None
    day: date
    slug: str
    title: str
    heading: str | None = None
    description: str | None = None
    sources: tuple[Citation, ...] = ()
    cover: str | None = None
    changes: tuple[Change, ...] = ()
    related: tuple[Related, ...] = ()
    unread: tuple[Unread, ...] = ()
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
class DayIndex:
    """A Context day index: its items in printed order, and the path of the index before it.

    ``prefix`` is what the links to the two indexes print before their path; ``formats`` is as in
    ``EventPage``.
    """

    language: str | None
    day: date
    items: tuple[IndexItem, ...]
    previous: str | None = None
    unread: tuple[Unread, ...] = ()
    prefix: str = "/"
    formats: bool = False


@dataclass(frozen=True, slots=True)
class FrontPage:
    """A Context front page. It repeats the day indexes, and is read to prove that it says nothing else.

    ``sections`` says, for each section, its printed name, its printed link if it has one, and how many of the
    items stand in it; ``blank_lines`` counts those at the top of a page without a line of formats.
    """

    language: str | None
    items: tuple[IndexItem, ...] = ()
    unread: tuple[Unread, ...] = field(default=())
    sections: tuple[tuple[str, str | None, int], ...] = ()
    formats: bool = False
    blank_lines: int = 0


Record = DayPage | EventPage | DayIndex | FrontPage
