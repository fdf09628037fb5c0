"""Dialect of *the Context*: Markdown event pages, day indexes and front pages, English and Chinese.

The dialect has no specification. Its rules describe what four generations of English pages and the Chinese edition
print without exception. Deviations are found by printing the record again: a line that does not come out the same is
unread.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from kg.dialects.context.event import event_page
from kg.dialects.context.index import DAY_NAMES, day_index, front_page
from kg.dialects.context.lines import Line, PagePath, Report, place_of
from kg.dialects.context.printing import render
from kg.dialects.context.record import ContextPage

__all__ = ["is_front_page", "labels", "matches", "parse", "render"]

_FRONT_PAGE = re.compile(
    rf"^## \[(?:{'|'.join(DAY_NAMES)})\]\(/(?:[A-Za-z-]+/)?news/[0-9/]{{8,10}}/index\.md\)\r?$", re.MULTILINE
)
INDEX_NAMES = ("README", "index")


def matches(path: str) -> bool:
    """Return whether a page at ``path`` is an event page or a day index of this dialect.

    A front page has no path of its own; ``is_front_page`` tells it by its text.
    """
    return place_of(path) is not None


def is_front_page(text: str) -> bool:
    """Return whether ``text`` has the shape of a front page: a section named for a day, like "Yesterday"."""
    return _FRONT_PAGE.search(text) is not None


def labels(raw: str) -> tuple[str, ...]:
    """Split printed labels at ", ", and trim each; empty ones are dropped."""
    return tuple(label for part in raw.split(", ") if (label := part.strip()))


def parse(path: str, text: str) -> ContextPage:
    """Read one page.

    Args:
        path: the path of the page in its archive. README.md and index.md of a day are day indexes, other
            names there are event pages; a page that is not below a day is read as a front page.
        text: the page. No text raises an error.

    Returns:
        The record. Every line that it does not reproduce is among its unread ones, so a record without any
        prints as ``text`` again.

    """
    lines = [Line(number, line) for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1)]
    report = Report()
    record = _read(place_of(path), lines, report)
    _compare(record, lines, report)
    if "\r\n" in text:
        report.note(Line(1, ""), "the lines end in CR LF, which is not kept")
    if not report.unread:
        return record
    return replace(record, unread=tuple(sorted(report.unread, key=lambda unread: unread.line)))


def _read(place: PagePath | None, lines: list[Line], report: Report) -> ContextPage:
    if place is None:
        return front_page(lines, report)
    if place.slug in INDEX_NAMES:
        return day_index(place, lines, report)
    return event_page(place, lines, report)


def _compare(record: ContextPage, lines: list[Line], report: Report) -> None:
    """Report the lines that ``record`` does not print, or else where their order or blank lines differ."""
    printed = render(record).split("\n")
    if printed == [line.text for line in lines]:
        return
    said, known = Counter(printed), {unread.line for unread in report.unread}
    for line in lines:
        said[line.text] -= 1
        if line.text and said[line.text] < 0 and line.number not in known:
            report.note(line, "the record prints this line otherwise")
    if not report.unread:
        report.note(_first_difference(lines, printed), "blank lines or the order of lines are lost from here")


def _first_difference(lines: list[Line], printed: list[str]) -> Line:
    pairs = zip(lines, printed, strict=False)
    return next((line for line, text in pairs if line.text != text), lines[-1])
