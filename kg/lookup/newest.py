"""Lookups for the home page: the newest days and events, and what most events name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from kg.lookup.describe import describe
from kg.rdf import BlankNode, Literal, NamedNode, Quad, Triple, terms
from kg.rdf.graph import Graph
from kg.rdf.prefixes import expand
from kg.rdf.serialize import nodes

PLACES: Final = 12


def newest(graph: Graph, limit: int, language: str | None = None) -> dict[str, Any]:
    """Return the newest days that list events, and the newest ``limit`` events with their descriptions.

    With a ``language``, only events in that language count.
    """
    days = _days(graph)
    listed: list[Quad] = []
    shown: list[dict[str, Any]] = []
    count = 0
    for day, date in days:
        listed_that_day = {quad.subject for quad in graph.quads_for_pattern(None, _term("dcterms:temporal"), day, None)}
        events = {event for event in listed_that_day if _is_in(graph, event, language)}
        if not events:
            continue
        shown.append({"iri": day.value, "date": date, "events": len(events)})
        if count < limit:
            others = listed_that_day - events
            listed += (quad for quad in describe(graph, day.value) if quad.subject not in others)
        count += len(events)
        if count >= limit and len(shown) >= PLACES:
            break
    return {"days": shown, "nodes": nodes(dict.fromkeys(listed))}


def _is_in(graph: Graph, event: NamedNode | BlankNode | Triple, language: str | None) -> bool:
    """Return whether ``event`` is an event, not a page of that day, and in the requested language, if any."""
    if Quad(event, terms.TYPE, terms.EVENT) not in graph:
        return False
    return language is None or Quad(event, _term("dcterms:language"), Literal(language)) in graph


def _days(graph: Graph) -> list[tuple[NamedNode, str]]:
    """Return the days and their dates, newest first."""
    dated = [
        (day, quad.object.value)
        for day in _instances(graph, terms.PERIOD_OF_TIME)
        for quad in graph.quads_for_pattern(day, terms.START_DATE, None, None)
        if isinstance(quad.object, Literal)
    ]
    return sorted(dated, key=lambda one: (one[1], one[0].value), reverse=True)


def hubs(graph: Graph, limit: int) -> list[str]:
    """Return the IRIs of the places, categories and publishers that the most events and sources name, in order."""
    counted: Counter[str] = Counter()
    for property_ in ("ng:place", "ng:category", "dcterms:publisher"):
        for quad in graph.quads_for_pattern(None, _term(property_), None, None):
            if isinstance(quad.object, NamedNode):
                counted[quad.object.value] += 1
    return [iri for iri, _ in counted.most_common(limit)]


def _instances(graph: Graph, class_: NamedNode) -> Iterator[NamedNode]:
    for quad in graph.quads_for_pattern(None, terms.TYPE, class_, None):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject


def _term(name: str) -> NamedNode:
    return NamedNode(expand(name))
