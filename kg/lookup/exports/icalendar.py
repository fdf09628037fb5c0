"""Lists as a calendar (iCalendar, RFC 5545): one all-day event for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from kg.lookup.exports.row import EventRow, EventRows
from kg.lookup.exports.writer import ListHead, ListWriter, labels

LONGEST: Final = 75
"""The most octets in a line (section 3.1)."""
_ESCAPED: Final = re.compile(r"[\\;,]")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""Characters not allowed in a text (section 3.1, CONTROL)."""


class CalendarWriter(ListWriter):
    """Writes a calendar; an event without a day is left out."""

    def __init__(self, head: ListHead) -> None:
        super().__init__(head)
        self._stamp = _instant(head.created)

    def begin(self) -> str:
        """Return the head of the calendar."""
        lines = (
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//newsgraph//lists of events//EN", "METHOD:PUBLISH"),
            *(f"NAME:{_text(self.head.title)}", f"X-WR-CALNAME:{_text(self.head.title)}", f"URL:{self.head.page}"),
        )
        return _folded(lines)

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return a component for each event that has a day."""
        return _folded(line for row in found.rows for line in self._event(row))

    def end(self) -> str:
        """Return the end of the calendar."""
        return _folded(["END:VCALENDAR"])

    def _event(self, row: EventRow) -> Iterator[str]:
        try:
            day = date.fromisoformat(row.date)
            after = day + timedelta(days=1)
        except (ValueError, OverflowError):
            return
        yield from ("BEGIN:VEVENT", f"UID:{_text(row.iri)}", f"DTSTAMP:{self._stamp}")
        yield from (f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}")
        language = f";LANGUAGE={row.language}" if re.fullmatch(r"[A-Za-z0-9-]+", row.language) else ""
        yield from (f"SUMMARY{language}:{_text(row.title)}", f"URL:{row.iri}", "TRANSP:TRANSPARENT")
        if row.categories:
            yield f"CATEGORIES:{','.join(_text(one.label) for one in row.categories)}"
        if row.locations:
            yield f"LOCATION:{_text(labels(row.locations))}"
        points = [one.point for one in row.locations if one.point]
        if len(points) == 1:
            yield f"GEO:{points[0][0]:.6f};{points[0][1]:.6f}"
        yield "END:VEVENT"


def _text(text: str) -> str:
    """Return a value of the type TEXT (section 3.3.11)."""
    plain = _CONTROLS.sub(" ", text.replace("\r\n", "\n"))
    return _ESCAPED.sub(r"\\\g<0>", plain).replace("\n", "\\n")


def _instant(text: str) -> str:
    """Return an instant in UTC, given as an xsd:dateTime, in the form for DTSTAMP."""
    return re.sub(r"\.\d+|[-:]", "", text).replace("+0000", "Z")


def _folded(lines: Iterable[str]) -> str:
    """Return content lines, none with more than 75 octets (section 3.1)."""
    return "".join(f"{part}\r\n" for line in lines for part in _parts(line))


def _parts(line: str) -> Iterator[str]:
    part, size = "", 0
    for character in line:
        octets = len(character.encode(errors="replace"))
        if size + octets > LONGEST:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part
