"""Lists as CSV (RFC 4180), as one line of JSON for each event, and as one JSON document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from kg.lookup.exports.row import EventRow, EventRows, NamedThing
from kg.lookup.exports.writer import ListWriter, compact_json, labels, separated

COLUMNS: Final = (
    *("event", "date", "title", "language", "category", "location", "latitude", "longitude", "places", "topics"),
    *("publishers", "sources"),
)
"""The columns of a table; several labels in a cell are separated by semicolons, several IRIs by spaces."""


class TableWriter(ListWriter):
    """Writes a table with a header line."""

    def begin(self) -> str:
        """Return the header line."""
        return _lines([COLUMNS])

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return a line for each event."""
        return _lines(map(_cells, found.rows))


class NdjsonWriter(ListWriter):
    """Writes an object of JSON on each line."""

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return a line for each event."""
        return "".join(f"{compact_json(told(one))}\n" for one in found.rows)


class JsonWriter(ListWriter):
    """Writes an object with the request, the number of events, and all of them."""

    def begin(self) -> str:
        """Return the object up to the first event."""
        return f'{self.head.told[:-1]},"events":['

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return an object for each event."""
        return separated((compact_json(told(one)) for one in found.rows), first=first)

    def end(self) -> str:
        """Return the end of the object."""
        return "\n]}\n"


def told(row: EventRow) -> dict[str, Any]:
    """Return an event as JSON; empty fields are left out."""
    found = {
        "iri": row.iri,
        "date": row.date,
        "title": row.title,
        "language": row.language,
        "category": _things(row.categories),
        "location": _things(row.locations),
        "places": _things(row.places),
        "topics": _things(row.topics),
        "publishers": _things(row.publishers),
        "sources": list(row.sources),
        "seen": row.seen,
    }
    return {name: value for name, value in found.items() if value}


def _things(found: Iterable[NamedThing]) -> list[dict[str, Any]]:
    return [
        {"iri": one.iri, "label": one.label}
        | ({"latitude": one.point[0], "longitude": one.point[1]} if one.point else {})
        for one in found
    ]


def _cells(row: EventRow) -> tuple[str, ...]:
    points = [one.point for one in row.locations if one.point]
    latitude, longitude = (f"{one:g}" for one in points[0]) if len(points) == 1 else ("", "")
    return (
        *(row.iri, row.date, row.title, row.language, labels(row.categories), labels(row.locations)),
        *(latitude, longitude, labels(row.places), labels(row.topics), labels(row.publishers), " ".join(row.sources)),
    )


def _lines(rows: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
