"""The writer of each format that a list of events can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kg.lookup.exports.feed import AtomWriter
from kg.lookup.exports.geojson import GeoJsonWriter
from kg.lookup.exports.icalendar import CalendarWriter
from kg.lookup.exports.rdf import JsonLdWriter, TurtleWriter
from kg.lookup.exports.tables import JsonWriter, NdjsonWriter, TableWriter
from kg.lookup.exports.writer import ListHead, ListWriter

WRITERS: Final[Mapping[str, Callable[[ListHead], ListWriter]]] = MappingProxyType(
    {
        "json": JsonWriter,
        "csv": TableWriter,
        "ndjson": NdjsonWriter,
        "geojson": GeoJsonWriter,
        "jsonld": JsonLdWriter,
        "turtle": TurtleWriter,
        "icalendar": CalendarWriter,
        "atom": AtomWriter,
    }
)
"""The class of the writer for each format, by name; a test compares it with the table of formats."""
