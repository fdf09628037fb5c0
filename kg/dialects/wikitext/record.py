"""What a Current Events day page says, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kg.dialects.record import Citation, Link, Record


@dataclass(frozen=True, slots=True)
class Bullet:
    """One bullet of a wikitext day page.

    ``parent`` is the position of the bullet above it (positions count from 0). ``printed`` is the whole source text,
    including markers and comments; ``text`` is what a reader sees, without citations; ``linked`` is that text without
    its links, which tells a bare link from a sentence; ``day`` is that of its section.
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
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a day page that is not a bullet: its number from 1, and its text exactly as printed."""

    line: int
    printed: str


@dataclass(frozen=True, slots=True)
class DayPage(Record):
    """A page of current events: its bullets in printed order, and the headings among them.

    It is about one ``day``, or, if ``is_month``, about days of the month that begins with it. ``rest`` are the other
    lines: pictures, text outside a list, lines too long to be read, sections without news.
    """

    language: str
    day: date
    bullets: tuple[Bullet, ...]
    headings: tuple[PrintedLine, ...] = ()
    rest: tuple[PrintedLine, ...] = ()
    is_month: bool = False

    @property
    def days(self) -> tuple[date, ...]:
        """The days that the page is about."""
        return tuple(sorted({one.day for one in self.bullets if one.day})) if self.is_month else (self.day,)


@dataclass(frozen=True, slots=True)
class ParsedPage(DayPage):
    """A page as HTML; ``others`` counts the list items that are not bullets, by kind."""

    others: tuple[tuple[str, int], ...] = ()
