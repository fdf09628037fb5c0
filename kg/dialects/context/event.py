"""Event pages of *the Context*."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from kg.dialects.context.lines import (
    FORMATS,
    HEADING,
    LABELS,
    Line,
    MarkdownLink,
    PagePath,
    Report,
    language_of,
    printed_day,
    read_heading,
    read_link,
)
from kg.dialects.context.printing import SECTIONS
from kg.dialects.context.record import ChangeKind, EventPage, PrintedChange, Related
from kg.dialects.record import Citation

_SECTION = re.compile(rf"### ({'|'.join(SECTIONS)}):")
_ENTRY = re.compile(r"([0-9]+)\. (\[.*)", re.DOTALL)
_VERSION = re.compile(r"(?:([0-9-]{10} [0-9:]{8}) )?\((First version|Update|Current version)\)_")
KINDS: dict[str, ChangeKind] = {
    "First version": "First version",
    "Update": "Update",
    "Current version": "Current version",
}

Entry = TypeVar("Entry", Citation, PrintedChange, Related)


@dataclass
class _Head:
    """The lines before the title."""

    day: date | None = None
    prefix: str = "/"
    heading: str | None = None
    empty_heading: bool = False
    formats: bool = False


def event_page(place: PagePath, lines: list[Line], report: Report) -> EventPage:
    """Parse ``lines`` as an event page; lines that no rule understands go to ``report``."""
    end = next((at for at, line in enumerate(lines) if _SECTION.fullmatch(line.text)), len(lines))
    above, title, below = _split_at_title(lines[:end], report)
    head = _head(place, above, report)
    page = EventPage(
        language=None,
        day=head.day or place.day,
        slug=place.slug,
        title=title,
        heading=head.heading,
        description=_description(below, report),
        formats=head.formats,
        empty_heading=head.empty_heading,
        prefix=head.prefix,
    )
    page = _with_sections(page, lines[end:], report)
    return replace(page, language=_language(page, place))


def _split_at_title(lines: list[Line], report: Report) -> tuple[list[Line], str, list[Line]]:
    for at, line in enumerate(lines):
        if line.text.startswith("# "):
            return lines[:at], line.text[2:], lines[at + 1 :]
    report.note(Line(1, ""), "an event page without a title")
    return lines, "", []


def _head(place: PagePath, lines: list[Line], report: Report) -> _Head:
    head = _Head()
    for line in lines:
        link = read_link(line.text.removeprefix("### "))
        if link and head.day is None:
            head.day, head.prefix = printed_day(link.text, line, place, report), link.prefix
        elif line.text.startswith(HEADING):
            head.heading, head.empty_heading = read_heading(line.text)
        elif line.text.startswith(FORMATS):
            head.formats = True
        elif line.text:
            report.note(line, "no line of the head of an event page")
    return head


def _description(lines: list[Line], report: Report) -> str | None:
    kept = []
    for line in lines:
        if line.text.startswith("### "):
            report.note(line, "no known section of an event page")
        else:
            kept.append(line.text)
    return "\n".join(kept).strip("\n") or None


def _with_sections(page: EventPage, lines: list[Line], report: Report) -> EventPage:
    sections: list[str] = []
    entries: dict[str, list[Line]] = {"sources": [], "changes": [], "related": []}
    for line in lines:
        if found := _SECTION.fullmatch(line.text):
            sections.append(found[1])
        elif line.text:
            entries[SECTIONS[sections[-1]]].append(line)
    sources, cover = _sources(entries["sources"], report)
    return replace(
        page,
        sections=tuple(sections),
        sources=sources,
        cover=cover,
        changes=tuple(_entries(_change, entries["changes"], report)),
        related=tuple(_entries(_related, entries["related"], report)),
    )


def _entries(read: Callable[[str], Entry | None], lines: list[Line], report: Report) -> Iterator[Entry]:
    for line in lines:
        found = _ENTRY.fullmatch(line.text)
        entry = read(found[2]) if found else None
        if entry is None:
            report.note(line, "no entry of its section")
        else:
            yield entry


def _sources(lines: list[Line], report: Report) -> tuple[tuple[Citation, ...], str | None]:
    """Return the sources and the cover image: the last entry, which repeats the number of the one before it."""
    sources = tuple(_entries(_citation, lines, report))
    numbers = [line.text.partition(".")[0] for line in lines[-2:]]
    last = sources[-1] if sources else None
    if last is None or last.publisher != "Cover Image" or last.image is not None or len(set(numbers)) > 1:
        return sources, None
    return sources[:-1], last.url


def _citation(text: str) -> Citation | None:
    """Read ``[name](url)``, optionally followed by `` [IMG](url)``; addresses may contain parentheses."""
    name, opening, address = text[1:].partition("](")
    if not opening or not address.endswith(")"):
        return None
    url, picture, image = address[:-1].rpartition(") [IMG](")
    return Citation(url, name or None, image) if picture else Citation(image, name or None)


def _change(text: str) -> PrintedChange | None:
    link, remark = _link_and_remark(text)
    found = _VERSION.fullmatch(remark)
    if link is None or found is None:
        return None
    try:
        written = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found[1] else None
    except ValueError:
        return None
    return PrintedChange(link.text, link.path, KINDS[found[2]], written, link.prefix)


def _related(text: str) -> Related | None:
    link, remark = _link_and_remark(text)
    found = LABELS.fullmatch(remark)
    if link is None or found is None:
        return None
    return Related(link.text, link.path, found[2], link.prefix, found[1])


def _link_and_remark(text: str) -> tuple[MarkdownLink | None, str]:
    """Split ``[title](path.md) _remark_`` into the link and the remark, which keeps its last underscore."""
    link, opening, remark = text.rpartition(".md) _")
    return (read_link(f"{link}.md)"), remark) if opening else (None, "")


def _language(page: EventPage, place: PagePath) -> str | None:
    words = {place.prefix, page.prefix, *page.sections}
    words.update(related.marker for related in page.related)
    words.update(change.prefix for change in page.changes)
    words.update(related.prefix for related in page.related)
    if page.formats:
        words.add(FORMATS)
    return language_of(words, [page.slug])
