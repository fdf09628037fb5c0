"""The frame around the list of a page: templates around a day, comments, and notes for editors."""

from __future__ import annotations

import re
from typing import Final

COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADER: Final = re.compile(r"\{\{\s*Current\s+events\s+header(?P<arguments>[^{}]*)\}\}", re.IGNORECASE)
# The list is in the last argument, or, since 2026, after the template ("top=yes", and "bottom=yes" below).
_CONTENT: Final = re.compile(
    r"\{\{\s*Current\s+events\s*(?P<arguments>(?:\|[^{}|=]*=[^{}|]*)*)\|\s*content\s*=", re.IGNORECASE
)
_AROUND: Final = re.compile(r"\{\{\s*Current\s+events\s*(?P<arguments>(?:\|[^{}|]*)*)\}\}", re.IGNORECASE)
_HEADERS: Final = (_HEADER, _CONTENT, _AROUND)
_FRAME: Final = re.compile(
    r"\{\{\s*Current\s+events\s+footer\s*\}\}|</?noinclude>|</?includeonly>|</?onlyinclude>|\{\{pp-[^{}]*\}\}"
    r"|^\s*\}\}\s*$|\|\}\s*$|__NO(?:TOC|INDEX|GALLERY|EDITSECTION)__",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d{1,9}")
_NAMES: Final = ("year", "month", "day")


def without_comments(line: str) -> str:
    """Return a line without the comments that end on it."""
    end = line.rfind("-->") + 3
    return COMMENT.sub("", line[:end]) + line[end:]


def without_opening(text: str) -> str:
    """Return text without the opening of a template whose last argument is the list."""
    return _CONTENT.sub("", text)


def without_frame(line: str) -> str:
    """Return a line without the frame of the list."""
    content = without_comments(line)
    for header in _HEADERS:
        content = header.sub("", content)
    content = _FRAME.sub("", content).rstrip()
    # The end of the template whose last argument is the list, after its last line.
    is_end = content.endswith("}}") and content.count("}}") > content.count("{{")
    return content[:-2].rstrip() if is_end else content


def other_day(line: str, day: tuple[int, int, int]) -> str | None:
    """Return the header on a line if it names a day other than this one (year, month, day)."""
    header = next((found for one in _HEADERS if (found := one.search(line))), None)
    named = _day_of(header["arguments"]) if header else None
    return header[0] if header and named and named != day else None


def _day_of(arguments: str) -> tuple[int, ...] | None:
    """Return the year, month and day of a template, by name or position; None for one that is not a number."""
    printed = [one.strip() for one in arguments.split("|")[1:]]
    by_name = {name.strip().lower(): value.strip() for name, _, value in (one.partition("=") for one in printed)}
    values = [by_name.get(name) for name in _NAMES] if "year" in by_name else printed[:3]
    numbers = [int(value) for value in values if value and _NUMBER.fullmatch(value)]
    return tuple(numbers) if len(numbers) == len(_NAMES) else None
