"""Lists as GeoJSON (RFC 7946): a feature for each event, at the points where it happened."""

from __future__ import annotations

from typing import Any

from kg.lookup.exports.row import EventRow, EventRows
from kg.lookup.exports.writer import ListWriter, compact_json, labels, separated


class GeoJsonWriter(ListWriter):
    """Writes a FeatureCollection; an event without a known point has a null geometry (section 3.2)."""

    def begin(self) -> str:
        """Return the collection up to the first feature."""
        return f'{{"type":"FeatureCollection","name":{compact_json(self.head.title)},"features":['

    def events(self, found: EventRows, *, first: bool) -> str:
        """Return a feature for each event."""
        return separated((compact_json(_feature(one)) for one in found.rows), first=first)

    def end(self) -> str:
        """Return the end of the collection."""
        return "\n]}\n"


def _feature(row: EventRow) -> dict[str, Any]:
    points = sorted({(one.point[1], one.point[0]) for one in row.locations if one.point})
    geometry: dict[str, Any] | None = None
    if len(points) == 1:
        geometry = {"type": "Point", "coordinates": points[0]}
    elif points:
        geometry = {"type": "MultiPoint", "coordinates": points}
    return {"type": "Feature", "id": row.iri, "geometry": geometry, "properties": _properties(row)}


def _properties(row: EventRow) -> dict[str, Any]:
    """Return plain values, since mapping tools turn them into columns."""
    plain = {"iri": row.iri, "date": row.date, "title": row.title, "language": row.language, "seen": row.seen}
    listed = {
        "category": row.categories,
        "location": row.locations,
        "places": row.places,
        "topics": row.topics,
        "publishers": row.publishers,
    }
    return plain | {name: labels(things) for name, things in listed.items()} | {"sources": " ".join(row.sources)}
