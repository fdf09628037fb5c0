"""Data for the page about a thing: its own statements, the number of its events, its containers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.errors import NotFoundError
from kg.lookup.describe import summaries
from kg.lookup.listing.columns import columns, opened
from kg.lookup.listing.facet import Facet
from kg.lookup.listing.selector import THING, VALUE
from kg.rdf import NamedNode, Quad, terms
from kg.rdf.graph import Excerpt, Graph, Pattern
from kg.rdf.serialize import Nodes, nodes

MOST: Final = 12
"""The most containers of a place to return."""


@dataclass(frozen=True, slots=True)
class Container:
    """A place that contains another, with the number of events in it."""

    iri: str
    events: int


@dataclass(frozen=True, slots=True)
class DescribedThing:
    """A thing: its statements (see ``nodes``), and the number of its events by the name of each facet.

    ``days`` is the number of days on which a story has events; ``within`` are the places that contain it, countries and
    the outermost first; ``total`` is the number of all events, 0 for what is no place.
    """

    content: bytes
    events: dict[str, int]
    total: int
    days: int = 0
    within: list[Container] = field(default_factory=list)

    @property
    def nodes(self) -> Nodes:
        """The statements about it, and labels and classes of what these name, without the parts of a story."""
        found: Nodes = json.loads(self.content)
        return found


def describe_thing(graph: Graph, index: str, iri: str) -> DescribedThing:
    """Return the data for the page about a thing.

    Raises NotFoundError if the graph says nothing about it, StoreError if the index cannot be read.
    """
    subject = NamedNode(iri)
    own = [quad for quad in _said(graph, subject) if quad.predicate != terms.SUB_EVENT]
    if not own:
        raise NotFoundError(f"the graph says nothing about <{iri}>")
    above = _containers(graph, subject)
    containing = [Quad(subject, terms.CONTAINED_IN_PLACE, one) for one in above]
    quads = [*own, *summaries(Excerpt(graph), [*own, *containing])]
    countries = {quad.subject for quad in quads if quad.predicate == terms.TYPE and quad.object == terms.COUNTRY}
    containers = sorted(above, key=lambda one: (one not in countries, len(above[one]), one.value))
    known = columns(index)
    numbers = _values(index, [iri, *(one.value for one in containers)])
    mine = numbers[iri]
    story = known.events_of(mine[Facet.STORY]) if Facet.STORY in mine else ()
    return DescribedThing(
        content=json.dumps(nodes(quads)).encode(),
        events={facet.name.lower(): known.count(value) for facet, value in mine.items()},
        total=known.total if Facet.IN in mine or containers else 0,
        days=len({known.days[event] for event in story}),
        within=[
            Container(one.value, known.count(numbers[one.value][Facet.IN]) if Facet.IN in numbers[one.value] else 0)
            for one in containers
        ],
    )


def _said(graph: Graph, subject: NamedNode) -> list[Quad]:
    excerpt, pattern = Excerpt(graph), Pattern(subject)
    excerpt.read(pattern)
    return excerpt[pattern]


def _containers(graph: Graph, place: NamedNode) -> dict[NamedNode, set[NamedNode]]:
    """Return the places that contain a place, each with its own containers, even if they form a circle."""
    above: dict[NamedNode, list[NamedNode]] = {}
    fresh = [place]
    while fresh and len(above) <= MOST:
        one = fresh.pop()
        if one not in above:
            quads = graph.quads_for_pattern(one, terms.CONTAINED_IN_PLACE, None, None)
            above[one] = [quad.object for quad in quads if isinstance(quad.object, NamedNode)]
            fresh += above[one]
    return {one: _above(one, above) for one in above if one != place}


def _above(place: NamedNode, above: dict[NamedNode, list[NamedNode]]) -> set[NamedNode]:
    found: set[NamedNode] = set()
    fresh = [place]
    while fresh:
        fresh = [one for each in fresh for one in above.get(each, ()) if one not in found]
        found.update(fresh)
    return found


def _values(index: str, iris: Iterable[str]) -> dict[str, dict[Facet, int]]:
    """Return the numbers of the values of things, by facet."""
    found: dict[str, dict[Facet, int]] = {}
    with opened(index) as database:
        for iri in iris:
            things: Sequence[tuple[int, int]] = database.execute(THING, (iri,)).fetchall()
            found[iri] = {
                facet: value
                for thing, _ in things
                for facet in Facet
                for (value,) in database.execute(VALUE, (facet, thing))
            }
    return found
