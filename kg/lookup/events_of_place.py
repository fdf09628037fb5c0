"""The events of a place, by what ties them to it: they happened in it, near it, or only name it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import asin, cos, nan, radians, sin, sqrt
from typing import Any, Final

from kg.errors import NotFoundError
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.graph import Graph

RELATIONS: Final = ("in", "near", "names")
EARTH: Final = 6371.0
"""Mean radius of the Earth in kilometres."""
#: By containment, whose statements lead from a place to all that contain it.
IN: Final = """
SELECT DISTINCT ?event ?date ?title ?place WHERE {
  ?inner schema:containedInPlace* ?place . ?event schema:location ?inner ; schema:startDate ?date ; rdfs:label ?title
}"""
AT: Final = """
SELECT DISTINCT ?event ?date ?title ?place WHERE {
  ?event schema:location ?place ; schema:startDate ?date ; rdfs:label ?title
}"""
NAMES: Final = """
SELECT DISTINCT ?event ?date ?title ?place WHERE {
  ?event ng:place ?place ; schema:startDate ?date ; rdfs:label ?title
}"""
#: A country or a division has the coordinates of one point inside; nothing is near that.
POINTS: Final = """
SELECT ?point ?lat ?long WHERE {
  ?point a schema:Place ; wgs:lat ?lat ; wgs:long ?long
  FILTER NOT EXISTS { ?point a schema:AdministrativeArea }
  FILTER NOT EXISTS { ?point a schema:Country }
}"""


@dataclass(frozen=True, slots=True)
class PlaceEvent:
    """An event of a place: its IRI, its day, and its title with the language of that."""

    iri: str
    date: str
    title: str
    language: str


def events_of_place(graph: Graph, place: str, relation: str, km: float) -> list[PlaceEvent]:
    """Return the events that ``relation`` ties to a place, the newest first.

    Of "in", the sentence tells that they happened there, or at a place that it contains; of "near", at a town within
    ``km`` kilometres of its point, itself included; "names" is every event that names the place. Raises NotFoundError
    if the graph knows no such place, or if what is near it is asked for and it is no point.
    """
    node = _place(graph, place)
    if relation == "near":
        return _sorted(one for point in _near(graph, node, km) for one in _events(graph, AT, point))
    return _sorted(_events(graph, IN if relation == "in" else NAMES, node))


def _place(graph: Graph, iri: str) -> NamedNode:
    try:
        node = NamedNode(iri)
    except ValueError:
        raise NotFoundError(f"{iri!r} is not an IRI") from None
    if next(graph.quads_for_pattern(node, terms.TYPE, terms.SCHEMA_PLACE, None), None) is None:
        raise NotFoundError(f"the graph has no place <{iri}>")
    return node


def _events(graph: Graph, query: str, place: NamedNode) -> list[PlaceEvent]:
    found = graph.select(query, {"place": place})
    return [
        PlaceEvent(event.value, date.value, title.value, title.language or "")
        for event, date, title, _ in found
        if isinstance(event, NamedNode) and isinstance(date, Literal) and isinstance(title, Literal)
    ]


def _sorted(found: Iterable[PlaceEvent]) -> list[PlaceEvent]:
    return sorted(set(found), key=lambda one: (one.date, one.iri, one.title), reverse=True)


def _near(graph: Graph, place: NamedNode, km: float) -> list[NamedNode]:
    found = ((point, _angle(lat, 90), _angle(long, 180)) for point, lat, long in graph.select(POINTS, {}))
    points = {
        point: (lat, long)
        for point, lat, long in found
        if isinstance(point, NamedNode) and lat is not None and long is not None
    }
    if place not in points:
        raise NotFoundError(f"<{place.value}> has no point that anything could be near")
    return [point for point, at in points.items() if distance(points[place], at) <= km]


def _angle(term: object, most: float) -> float | None:
    """Return the degrees of a latitude or longitude, or None if it is no number of at most so many."""
    try:
        degrees = float(term.value) if isinstance(term, Literal) else nan
    except ValueError:
        return None
    return degrees if abs(degrees) <= most else None


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how many kilometres of a great circle lie between two points, given by latitude and longitude."""
    (lat1, long1), (lat2, long2) = ((radians(lat), radians(long)) for lat, long in (one, other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((long2 - long1) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def plain(found: list[PlaceEvent], first: int, count: int) -> dict[str, Any]:
    """Return ``count`` of some events from the one at ``first`` on, and how many there are, as JSON can hold it."""
    return {"total": len(found), "events": [asdict(one) for one in found[first : first + count]]}
