"""Day indexes and front pages of *the Context*: lists of events under headings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
from kg.dialects.context.printing import PREVIOUS_DAY
from kg.dialects.context.record import DayIndex, FrontPage, IndexItem

DAY_NAMES = ("News", "Yesterday", "Day Before Yesterday", "今天", "昨天", "昨天前一天")
_FRONT_SECTIONS = {*DAY_NAMES, *PREVIOUS_DAY.values(), "Opinion"}
_MARK = "## "


@dataclass
class _Section:
    """A section of a list: the name and address on its line, and the number of its events."""

    line: Line
    name: str
    address: str | None
    items: int = 0


@dataclass
class _Listing:
    """A list of events, read line by line; ``heading`` waits for its event, ``body`` for its last line."""

    report: Report
    sections: list[_Section] = field(default_factory=list)
    items: list[IndexItem] = field(default_factory=list)
    formats: bool = False
    heading: Line | None = None
    body: list[str] | None = None

    def read(self, line: Line) -> None:
        """Read the next line."""
        if line.text.startswith(HEADING):
            self.close()
            self.heading = line
        elif line.text.startswith("### ["):
            self._read_item(line)
        elif line.text.startswith(_MARK):
            self.close()
            self.sections.append(_section(line))
        elif line.text == "---":
            self.close()
        else:
            self._read_text(line)

    def close(self) -> None:
        """End the event that is being read, and report a heading that no event followed."""
        if self.heading:
            self.report.note(self.heading, "a heading without an event")
        if text := "\n".join(self.body or ()).strip("\n"):
            self.items[-1] = with_text(self.items[-1], text)
        self.heading = self.body = None

    def _read_item(self, line: Line) -> None:
        heading, empty = read_heading(self.heading.text) if self.heading else (None, False)
        self.heading = None
        self.close()
        link = read_link(line.text.removeprefix("### "))
        if link is None:
            self.report.note(line, "no link to an event")
            return
        self.body = []
        self.items.append(IndexItem(link.text, link.path, heading, prefix=link.prefix, empty_heading=empty))
        if self.sections:
            self.sections[-1].items += 1

    def _read_text(self, line: Line) -> None:
        if self.body is not None and not self.heading:
            self.body.append(line.text)
        elif line.text.startswith(FORMATS):
            self.formats = True
        elif line.text:
            self.report.note(line, "belongs to no event")


def _section(line: Line) -> _Section:
    name = line.text.removeprefix(_MARK)
    if name.startswith("[") and name.endswith(")"):
        name, _, address = name[1:-1].rpartition("](")
        return _Section(line, name, address)
    return _Section(line, name, None)


def with_text(item: IndexItem, text: str) -> IndexItem:
    """Return ``item`` with what is printed below its title: the labels of its context, or else a description."""
    found = LABELS.fullmatch(text[1:]) if text.startswith("_") else None
    if found is None:
        return replace(item, description=text)
    return replace(item, labels=found[2], marker=found[1])


def _listing(lines: list[Line], report: Report) -> _Listing:
    listing = _Listing(report)
    for line in lines:
        listing.read(line)
    listing.close()
    return listing


def _language(listing: _Listing, prefix: str) -> str | None:
    words = {prefix, *(item.prefix for item in listing.items)}
    words.update(section.name for section in listing.sections)
    words.update(item.marker for item in listing.items if item.labels is not None)
    if listing.formats:
        words.add(FORMATS)
    return language_of(words, (item.path.rpartition("/")[2].removesuffix(".md") for item in listing.items))


def day_index(place: PagePath, lines: list[Line], report: Report) -> DayIndex:
    """Parse ``lines`` as a day index; lines that no rule understands go to ``report``."""
    listing = _listing(lines, report)
    own, before = _days(listing, report)
    prefix = own[1].prefix if own else place.prefix
    return DayIndex(
        language=_language(listing, prefix),
        day=printed_day(own[1].text, own[0], place, report) if own else place.day,
        items=tuple(listing.items),
        previous=before.path if before else None,
        prefix=prefix,
        formats=listing.formats,
    )


def _days(listing: _Listing, report: Report) -> tuple[tuple[Line, MarkdownLink] | None, MarkdownLink | None]:
    """Return the line and link of the index's own date, and the link to the index before it."""
    own: tuple[Line, MarkdownLink] | None = None
    before: MarkdownLink | None = None
    for section in listing.sections:
        link = read_link(section.line.text.removeprefix(_MARK))
        if link and link.text in PREVIOUS_DAY.values() and before is None:
            before = link
        elif link and own is None:
            own = section.line, link
        else:
            report.note(section.line, "no section of a day index")
    return own, before


def front_page(lines: list[Line], report: Report) -> FrontPage:
    """Parse ``lines`` as a front page; lines that no rule understands go to ``report``."""
    listing = _listing(lines, report)
    for section in listing.sections:
        if section.name not in _FRONT_SECTIONS:
            report.note(section.line, "no known section of a front page")
    blank = next((at for at, line in enumerate(lines) if line.text), 0)
    return FrontPage(
        language=_language(listing, "/"),
        items=tuple(listing.items),
        sections=tuple((section.name, section.address, section.items) for section in listing.sections),
        formats=listing.formats,
        blank_lines=0 if listing.formats else blank,
    )
