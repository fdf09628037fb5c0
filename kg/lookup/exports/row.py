"""An event as a row of a table: what the graph says about it, with the labels of what it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern

NAMED: Final = (terms.LABEL, terms.LATITUDE, terms.LONGITUDE)
"""The properties read about the things that an event names."""
OWN: Final = frozenset(
    {
        *(terms.TYPE, terms.LABEL, terms.START_DATE, terms.LANGUAGE, terms.CATEGORY, terms.LOCATION, terms.PLACE),
        *(terms.TOPIC, terms.ABOUT, terms.SOURCE, terms.CURRENT_REVISION),
    }
)
"""The properties read about an event."""


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A thing that an event names: its IRI, its label, and its latitude and longitude in degrees, if it has them."""

    iri: str
    label: str
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event: its IRI, its day, its sentence with its language, and what it names.

    ``locations`` are where it happened, ``places`` the places that its sentence names, ``sources`` the addresses that
    it cites, ``publishers`` their publishers. ``seen`` is when the archive was first seen to say so (xsd:dateTime), ""
    if not known.
    """

    iri: str
    date: str
    title: str
    language: str
    categories: tuple[NamedThing, ...]
    locations: tuple[NamedThing, ...]
    places: tuple[NamedThing, ...]
    topics: tuple[NamedThing, ...]
    publishers: tuple[NamedThing, ...]
    sources: tuple[str, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class EventRows:
    """Some events as rows, and the quads from which these were read, each once."""

    rows: list[EventRow]
    quads: list[Quad]


def read(graph: Graph, events: Sequence[str]) -> EventRows:
    """Return some events in order, each with what it names."""
    excerpt = Excerpt(graph)
    patterns = [Pattern(NamedNode(iri)) for iri in events]
    excerpt.read(*patterns)
    own = [[quad for quad in excerpt[one] if quad.predicate in OWN] for one in patterns]
    published = [Pattern(one, (terms.PUBLISHER,)) for one in _objects(own, terms.SOURCE)]
    revisions = [Pattern(one, (terms.OBSERVED_FROM,)) for one in _objects(own, terms.CURRENT_REVISION)]
    excerpt.read(*published, *revisions)
    things = _objects(own, terms.CATEGORY, terms.LOCATION, terms.PLACE, terms.TOPIC, terms.ABOUT)
    things |= _objects([excerpt[one] for one in published], terms.PUBLISHER)
    named = [Pattern(one, NAMED) for one in things]
    excerpt.read(*named)
    quads = dict.fromkeys(quad for said in own for quad in said)
    quads |= dict.fromkeys(quad for one in (*published, *revisions, *named) for quad in excerpt[one])
    return EventRows([_row(excerpt, iri, said) for iri, said in zip(events, own, strict=True)], list(quads))


def _objects(found: Iterable[Iterable[Quad]], *predicates: NamedNode) -> dict[NamedNode, None]:
    """Return the resources, in order, that are objects of quads with some predicates."""
    wanted = frozenset(predicates)
    quads = (quad for said in found for quad in said if quad.predicate in wanted)
    return {quad.object: None for quad in quads if isinstance(quad.object, NamedNode)}


def _row(excerpt: Excerpt, iri: str, said: Sequence[Quad]) -> EventRow:
    titles = [quad.object for quad in said if quad.predicate == terms.LABEL and isinstance(quad.object, Literal)]
    title = min(titles, key=str, default=Literal(""))
    language = title.language or ""

    def named(*predicates: NamedNode, within: Iterable[Sequence[Quad]] = (said,)) -> tuple[NamedThing, ...]:
        found = _objects(within, *predicates)
        return tuple(_thing(excerpt[Pattern(one, NAMED)], one.value, language) for one in found)

    sources = _objects([said], terms.SOURCE)
    return EventRow(
        iri=iri,
        date=max(filter(terms.is_day, _texts(said, terms.START_DATE)), default=""),
        title=title.value,
        language=language or min(_texts(said, terms.LANGUAGE), default=""),
        categories=named(terms.CATEGORY),
        locations=named(terms.LOCATION),
        places=named(terms.PLACE),
        topics=named(terms.TOPIC),
        publishers=named(terms.PUBLISHER, within=[excerpt[Pattern(one, (terms.PUBLISHER,))] for one in sources]),
        sources=tuple(one.value for one in sources),
        seen=_seen(excerpt, said),
    )


def _seen(excerpt: Excerpt, said: Sequence[Quad]) -> str:
    revisions = _objects([said], terms.CURRENT_REVISION)
    return min(
        (text for one in revisions for text in _texts(excerpt[Pattern(one, (terms.OBSERVED_FROM,))])), default=""
    )


def _texts(said: Iterable[Quad], predicate: NamedNode | None = None) -> Iterator[str]:
    for quad in said:
        if predicate in (None, quad.predicate) and isinstance(quad.object, Literal):
            yield quad.object.value


def _thing(said: Sequence[Quad], iri: str, language: str) -> NamedThing:
    """Return a thing with its label in a language, or in any other if it has none in that."""
    labels = [quad.object for quad in said if quad.predicate == terms.LABEL and isinstance(quad.object, Literal)]
    label = min(labels, key=lambda one: (one.language != language, str(one)), default=Literal(iri))
    latitude, longitude = (min(_texts(said, one), default="") for one in (terms.LATITUDE, terms.LONGITUDE))
    return NamedThing(iri, label.value, _point(latitude, longitude))


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None  # not a number
