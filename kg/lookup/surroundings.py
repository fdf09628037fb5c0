"""The surroundings of an event: the other events of its day, and related events with what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from kg.lookup.parts import positions
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern
from kg.rdf.serialize import Nodes, nodes

BESIDE: Final = 3
"""Number of events of the day that are shown before an event, and after it."""
RELATED: Final = 100
OF_DAY: Final = (terms.TYPE, terms.LABEL, terms.LANGUAGE, terms.INVALIDATED_AT)
"""The properties read about each event of a day."""
SHARED: Final = (terms.PLACE, terms.TOPIC, terms.ABOUT, terms.CATEGORY, terms.TOPIC_LABEL, terms.MENTION_LABEL)
"""The properties by which two events can have something in common."""


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """The IRI of an event, and its title with its language."""

    iri: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of an event.

    ``before`` and ``after`` are the nearest events of its day, in the order of the page that lists them; ``day_events``
    is the number on that day in its language, including itself. ``shared`` has the related events, each with the things
    that both name, as objects of descriptions (see kg.rdf.serialize.nodes), and the stories that both are part of.
    """

    before: list[NamedEvent]
    after: list[NamedEvent]
    day_events: int
    shared: dict[str, list[dict[str, str]]]


def surroundings(graph: Graph, iri: str) -> Surroundings:
    """Return the surroundings of an event; they are empty for anything else."""
    excerpt, event = Excerpt(graph), NamedNode(iri)
    excerpt.read(Pattern(event))
    own = excerpt[Pattern(event)]
    listed = _of_day(excerpt, own)
    at = next((place for place, one in enumerate(listed) if one.iri == iri), len(listed))
    return Surroundings(
        listed[max(0, at - BESIDE) : at],
        listed[at + 1 : at + 1 + BESIDE],
        len(listed),
        _shared(excerpt, event, own),
    )


def _of_day(excerpt: Excerpt, own: Iterable[Quad]) -> list[NamedEvent]:
    """Return the listed events of an event's day, in its language, in the order of the page."""
    said = list(own)
    days, languages = list(_objects(said, (terms.TEMPORAL,))), set(_texts(said, terms.LANGUAGE))
    if not days:
        return []
    of_day = Pattern(None, (terms.TEMPORAL,), days[0])
    excerpt.read(of_day)
    found = {
        quad.subject: Pattern(quad.subject, OF_DAY) for quad in excerpt[of_day] if isinstance(quad.subject, NamedNode)
    }
    excerpt.read(*found.values())
    listed = {
        event: excerpt[pattern]
        for event, pattern in found.items()
        if _is_listed(event, excerpt[pattern]) and languages.intersection(_texts(excerpt[pattern], terms.LANGUAGE))
    }
    places = positions(excerpt, listed)
    ordered = sorted(listed, key=lambda event: (places[event], event.value))
    return [_named(event, listed[event]) for event in ordered]


def _is_listed(event: NamedNode, told: Iterable[Quad]) -> bool:
    known = list(told)
    gone = any(quad.predicate == terms.INVALIDATED_AT for quad in known)
    return not gone and Quad(event, terms.TYPE, terms.EVENT) in known and any(_texts(known, terms.LABEL))


def _named(event: NamedNode, told: Iterable[Quad]) -> NamedEvent:
    title, language = min(
        (quad.object.value, quad.object.language or "")
        for quad in told
        if quad.predicate == terms.LABEL and isinstance(quad.object, Literal)
    )
    return NamedEvent(event.value, title, language)


def _texts(quads: Iterable[Quad], predicate: NamedNode) -> Iterator[str]:
    return (quad.object.value for quad in quads if quad.predicate == predicate and isinstance(quad.object, Literal))


def _shared(excerpt: Excerpt, event: NamedNode, own: Iterable[Quad]) -> dict[str, list[dict[str, str]]]:
    related = list(islice(_objects(own, (terms.RELATION,)), RELATED))
    if not related:
        return {}
    told = [Pattern(one, SHARED) for one in related]
    stories = [Pattern(None, (terms.SUB_EVENT,), one) for one in (event, *related)]
    excerpt.read(*told, *stories)
    ours = {quad.object for quad in own if quad.predicate in SHARED}
    our_stories = {quad.subject for quad in excerpt[stories[0]]}
    found: dict[str, list[dict[str, str]]] = {}
    for one, pattern, listing in zip(related, told, stories[1:], strict=True):
        both = [quad for quad in excerpt[pattern] if quad.object in ours]
        both += (Quad(one, terms.SUPER_EVENT, quad.subject) for quad in excerpt[listing] if quad.subject in our_stories)
        found[one.value] = _objects_of(nodes(sorted(both, key=_rank)))
    return found


def _rank(quad: Quad) -> tuple[int, str]:
    place = SHARED.index(quad.predicate) if quad.predicate in SHARED else -1
    return place, str(quad.object)


def _objects_of(said: Nodes) -> list[dict[str, str]]:
    """Return all objects, each once."""
    found = [value for properties in said.values() for values in properties.values() for value in values]
    return [value for at, value in enumerate(found) if value not in found[:at]]


def _objects(quads: Iterable[Quad], predicates: Iterable[NamedNode]) -> Iterator[NamedNode]:
    return (quad.object for quad in quads if quad.predicate in predicates and isinstance(quad.object, NamedNode))
