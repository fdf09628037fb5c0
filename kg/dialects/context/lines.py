"""What the pages of *the Context* have in common: lines, links, dates, and what shows their language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from kg.dialects.record import Unread

FORMATS = "Formats: "
HEADING = "##### "
LABELS = re.compile(r"(Context|上下文|消息): (.*)_", re.DOTALL)

_PATH = re.compile(r"(?:.*?/)?(?:(zh)/)?news/([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/([^/]+)\.md", re.DOTALL)
_COMMIT = re.compile(r"@[0-9a-f]{10}\Z")
_TARGET = re.compile(r"(/(?:[A-Za-z-]+/)?)((?:news|opinion)/[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}/.+\.md)", re.DOTALL)
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-z]")  # slugs of English pages never have one

_CHINESE = {"信息来源", "有关", "上下文", "消息", "前一天...", "今天", "昨天", "/zh/"}
_ENGLISH = {
    "Source",
    "Sources",
    "Changes",
    "Related",
    "Context",
    FORMATS,
    "Previous Day...",
    "News",
    "Yesterday",
}
_SHOWN = 200


class Line(NamedTuple):
    """A line of a page: its number from 1, and its text without the line end."""

    number: int
    text: str


class MarkdownLink(NamedTuple):
    """A link to a page of the archive: its text, what its address prints before the path, and the path."""

    text: str
    prefix: str
    path: str


class PagePath(NamedTuple):
    """What a path says about its page: the day, the file name without its ending, the edition's folder."""

    day: date
    slug: str
    prefix: str


@dataclass
class Report:
    """Collects the lines of one page that no rule understands."""

    unread: list[Unread] = field(default_factory=list)

    def note(self, line: Line, reason: str) -> None:
        """Add ``line``."""
        self.unread.append(Unread(line.number, line.text[:_SHOWN], reason))


def place_of(path: str) -> PagePath | None:
    """Return what ``path`` says about its page, or None if it is not the path of a day's page."""
    found = _PATH.fullmatch(path)
    day = _date(found.group(2, 3, 4)) if found else None
    if found is None or day is None:
        return None
    return PagePath(day, _COMMIT.sub("", found[5]), f"/{found[1]}/" if found[1] else "/")


def _date(parts: Sequence[str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def printed_day(label: str, line: Line, place: PagePath, report: Report) -> date:
    """Return the date that ``line`` prints as ``label``, or the path's day if that is not a date."""
    found = _DATE.fullmatch(label)
    day = _date(found.groups()) if found else None
    if day is None:
        report.note(line, "no such date")
    elif day != place.day:
        report.note(line, "the page's date is not the date in its path")
    return day or place.day


def read_link(text: str) -> MarkdownLink | None:
    """Parse ``text``, of the form ``[text](/news/2011/11/8/slug.md)``, as a link.

    The text of the link may itself look like links; the last address counts.
    """
    if not text.startswith("[") or not text.endswith(".md)"):
        return None
    label, _, address = text[1:-1].rpartition("](/")
    target = read_address(f"/{address}")
    return MarkdownLink(label, *target) if target else None


def read_address(address: str) -> tuple[str, str] | None:
    """Split the address of a page, ``/zh/news/2018/4/14/slug.md``, into its prefix, ``/zh/``, and its path."""
    target = _TARGET.fullmatch(address)
    return (target[1], target[2]) if target else None


def read_heading(text: str) -> tuple[str | None, bool]:
    """Return the heading of a heading line, and whether it is empty."""
    heading = text.removeprefix(HEADING)
    return (heading, False) if heading.strip() else (None, True)


def language_of(words: Iterable[str], slugs: Iterable[str]) -> str | None:
    """Return the language that the fixed words of a page show, or else its slugs, or None if nothing does."""
    seen = set(words)
    if seen & _CHINESE:
        return "zh"
    if seen & _ENGLISH:
        return "en"
    return "zh" if any(map(_FOREIGN_LETTER.search, slugs)) else None
