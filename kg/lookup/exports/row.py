"""An event as a row of a table: what the graph says about it, with the labels of what it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern, Term

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


Said = Mapping[NamedNode, Sequence[Term]]
"""The objects of what is said about a subject, by predicate."""


@dataclass(frozen=True, slots=True)
class EventRows:
    """Some events as rows, and what the graph says about these and about what they name."""

    rows: list[EventRow]
    statements: list[Sequence[Quad]]

    @property
    def quads(self) -> list[Quad]:
        """The quads from which the rows were read, each once."""
        return list(dict.fromkeys(chain.from_iterable(self.statements)))


def read(graph: Graph, events: Sequence[str]) -> EventRows:
    """Return some events in order, each with what it names."""
    excerpt = Excerpt(graph)
    patterns = [Pattern(NamedNode(iri)) for iri in events]
    excerpt.read(*patterns)
    statements: list[Sequence[Quad]] = [[quad for quad in excerpt[one] if quad.predicate in OWN] for one in patterns]
    own = list(map(_said, statements))
    published = [Pattern(one, (terms.PUBLISHER,)) for one in _resources(own, terms.SOURCE)]
    revisions = [Pattern(one, (terms.OBSERVED_FROM,)) for one in _resources(own, terms.CURRENT_REVISION)]
    excerpt.read(*published, *revisions)
    things = _resources(own, terms.CATEGORY, terms.LOCATION, terms.PLACE, terms.TOPIC, terms.ABOUT)
    things |= _resources(map(_said, map(excerpt.__getitem__, published)), terms.PUBLISHER)
    named = [Pattern(one, NAMED) for one in things]
    excerpt.read(*named)
    statements += [excerpt[one] for one in (*published, *revisions, *named)]
    reader = _RowReader(excerpt)
    return EventRows([reader.row(iri, said) for iri, said in zip(events, own, strict=True)], statements)


def _said(quads: Iterable[Quad]) -> Said:
    found: dict[NamedNode, list[Term]] = {}
    for quad in quads:
        found.setdefault(quad.predicate, []).append(quad.object)
    return found


def _resources(found: Iterable[Said], *predicates: NamedNode) -> dict[NamedNode, None]:
    """Return the resources, in order, that are objects of some predicates."""
    objects = (one for said in found for predicate in predicates for one in said.get(predicate, ()))
    return {one: None for one in objects if isinstance(one, NamedNode)}


def _texts(said: Said, predicate: NamedNode) -> list[str]:
    return [one.value for one in said.get(predicate, ()) if isinstance(one, Literal)]


class _RowReader:
    """Makes rows of what an excerpt has; things that many events name are read once for each language."""

    def __init__(self, excerpt: Excerpt) -> None:
        self._excerpt = excerpt
        self._things: dict[tuple[NamedNode, str], NamedThing] = {}

    def row(self, iri: str, said: Said) -> EventRow:
        titles = [one for one in said.get(terms.LABEL, ()) if isinstance(one, Literal)]
        title = min(titles, key=str, default=Literal(""))
        language = title.language or ""
        sources = _resources([said], terms.SOURCE)
        published = [self._at(one, terms.PUBLISHER) for one in sources]
        revisions = [self._at(one, terms.OBSERVED_FROM) for one in _resources([said], terms.CURRENT_REVISION)]
        return EventRow(
            iri=iri,
            date=max(filter(terms.is_day, _texts(said, terms.START_DATE)), default=""),
            title=title.value,
            language=language or min(_texts(said, terms.LANGUAGE), default=""),
            categories=self._named([said], terms.CATEGORY, language),
            locations=self._named([said], terms.LOCATION, language),
            places=self._named([said], terms.PLACE, language),
            topics=self._named([said], terms.TOPIC, language),
            publishers=self._named(published, terms.PUBLISHER, language),
            sources=tuple(one.value for one in sources),
            seen=min((text for one in revisions for text in _texts(one, terms.OBSERVED_FROM)), default=""),
        )

    def _at(self, subject: NamedNode, *predicates: NamedNode) -> Said:
        return _said(self._excerpt[Pattern(subject, predicates)])

    def _named(self, found: Iterable[Said], predicate: NamedNode, language: str) -> tuple[NamedThing, ...]:
        return tuple(self._thing(one, language) for one in _resources(found, predicate))

    def _thing(self, one: NamedNode, language: str) -> NamedThing:
        """Return a thing with its label in a language, or in any other if it has none in that."""
        if (one, language) not in self._things:
            said = self._at(one, *NAMED)
            labels = [label for label in said.get(terms.LABEL, ()) if isinstance(label, Literal)]
            label = min(labels, key=lambda text: (text.language != language, str(text)), default=Literal(one.value))
            degrees = (min(_texts(said, name), default="") for name in (terms.LATITUDE, terms.LONGITUDE))
            self._things[one, language] = NamedThing(one.value, label.value, _point(*degrees))
        return self._things[one, language]


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None  # not a number
