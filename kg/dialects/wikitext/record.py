"""What a Current Events day page says, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kg.dialects.record import Citation, Link, Record


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
class DayPage(Record):
    """A Current Events day page: its bullets in printed order, and the headings that stand among them.

    ``rest`` are the lines that are neither: pictures, text outside a list, lines that are too long to be read.
    """

    language: str
    day: date
    bullets: tuple[Bullet, ...]
    headings: tuple[PrintedLine, ...] = ()
    rest: tuple[PrintedLine, ...] = ()
