"""What the pages for browsing ask of a graph: the newest events, and places by name with their events."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import nlargest
from typing import Any, Final

from kg.lookup.describe import describe, in_order
from kg.rdf import BlankNode, Literal, NamedNode, Quad, Triple, terms
from kg.rdf.graph import Graph
from kg.rdf.prefixes import expand
from kg.rdf.serialize import Nodes, nodes

PLACES: Final = 12


def newest(graph: Graph, limit: int, language: str | None = None) -> dict[str, Any]:
    """Return the newest days that list events, and the newest ``limit`` events with what describes them.

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
    """Whether ``event`` is an event, not a page of that day, and in this language if one is asked for."""
    if Quad(event, terms.TYPE, terms.EVENT) not in graph:
        return False
    return language is None or Quad(event, _term("dcterms:language"), Literal(language)) in graph


def _days(graph: Graph) -> list[tuple[NamedNode, str]]:
    """Return the days and their dates, the newest first."""
    dated = [
        (day, quad.object.value)
        for day in _instances(graph, terms.PERIOD_OF_TIME)
        for quad in graph.quads_for_pattern(day, terms.START_DATE, None, None)
        if isinstance(quad.object, Literal)
    ]
    return sorted(dated, key=lambda one: (one[1], one[0].value), reverse=True)


def hubs(graph: Graph, limit: int) -> list[str]:
    """Return the IRIs of the places, categories and publishers that most events and sources name, the most first."""
    counted: Counter[str] = Counter()
    for property_ in ("ng:place", "ng:category", "dcterms:publisher"):
        for quad in graph.quads_for_pattern(None, _term(property_), None, None):
            if isinstance(quad.object, NamedNode):
                counted[quad.object.value] += 1
    return [iri for iri, _ in counted.most_common(limit)]


def search(graph: Graph, name: str) -> dict[str, Any]:
    """Return the places whose label has ``name`` in it, best match first, each with how many events name it.

    The best matches come with their description, that is, with their newest events.
    """
    folded = unicodedata.normalize("NFC", " ".join(name.split())).lower()
    if not folded:
        return {"places": [], "nodes": {}}
    labels: dict[NamedNode, str] = {}
    for place, label in all_places(graph):
        if folded not in label.lower():
            continue
        if place not in labels or _closeness(label, folded) > _closeness(labels[place], folded):
            labels[place] = label
    counted = {place: _events(graph, place) for place in _closest(labels, folded)}
    ranked = sorted(counted, key=lambda one: (_closeness(labels[one], folded)[0], counted[one]), reverse=True)
    places = [{"iri": one.value, "label": labels[one], "events": counted[one]} for one in ranked[:PLACES]]
    return {"places": places, "matches": len(labels), "nodes": _described(graph, ranked[:1])}


@lru_cache(maxsize=1)
def all_places(graph: Graph) -> tuple[tuple[NamedNode, str], ...]:
    """Return every place with each of its labels; read once for the immutable snapshot that a worker has open."""
    return tuple(
        (place, quad.object.value)
        for place in _instances(graph, terms.SCHEMA_PLACE)
        for quad in graph.quads_for_pattern(place, terms.LABEL, None, None)
        if isinstance(quad.object, Literal)
    )


def _instances(graph: Graph, class_: NamedNode) -> Iterator[NamedNode]:
    for quad in graph.quads_for_pattern(None, terms.TYPE, class_, None):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject


def _closest(labels: dict[NamedNode, str], name: str) -> list[NamedNode]:
    """Return the places to count the events of: the closest names, and not too many of them."""
    return nlargest(PLACES * 8, labels, key=lambda one: (_closeness(labels[one], name), one.value))


def _closeness(label: str, name: str) -> tuple[int, int]:
    """Rank a label: equal to the name, starting with it, a word of it, or any other that contains it."""
    folded = label.lower()
    words = folded.replace(",", " ").split()
    rank = 3 if folded == name else 2 if folded.startswith(name) else 1 if name in words else 0
    return rank, -len(label)


def _events(graph: Graph, place: NamedNode) -> int:
    return sum(1 for _ in graph.quads_for_pattern(None, _term("ng:place"), place, None))


def _described(graph: Graph, places: Iterable[NamedNode]) -> Nodes:
    found: dict[Quad, None] = {}
    for place in places:
        found.update(dict.fromkeys(in_order(describe(graph, place.value), place)))
    return nodes(found)


def _term(name: str) -> NamedNode:
    return NamedNode(expand(name))
