"""What the pages for browsing ask of a store: the newest events, and places by name with their events."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from heapq import nlargest
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.describe import describe, in_order, solutions
from kg.prefixes import expand
from kg.represent import Nodes, nodes

PLACES: Final = 12

DAYS: Final = """
PREFIX schema: <https://schema.org/>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?day ?date WHERE { ?day a dcterms:PeriodOfTime ; schema:startDate ?date } ORDER BY DESC(?date)
"""
PLACES_NAMED: Final = """
PREFIX schema: <https://schema.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?name ?place ?label WHERE {
  ?place a schema:Place ; rdfs:label ?label
  FILTER(CONTAINS(LCASE(STR(?label)), ?name))
}
"""


def newest(store: Store, limit: int) -> dict[str, Any]:
    """Return the newest days that list events, and the newest ``limit`` events with what describes them."""
    days = [(row["day"], row["date"].value) for row in solutions(store, DAYS)]
    listed: list[Quad] = []
    shown: list[dict[str, Any]] = []
    count = 0
    for day, date in days:
        events = list(store.quads_for_pattern(None, _term("dcterms:temporal"), day, None))
        if not events:
            continue
        shown.append({"iri": day.value, "date": date, "events": len(events)})
        if count < limit:
            listed += describe(store, day.value)
        count += len(events)
        if count >= limit and len(shown) >= PLACES:
            break
    return {"days": shown, "nodes": nodes(dict.fromkeys(listed)), "all_days": len(days)}


def search(store: Store, name: str) -> dict[str, Any]:
    """Return the places whose label has ``name`` in it, best match first, each with how many events name it.

    The best matches come with their description, that is, with their newest events.
    """
    folded = unicodedata.normalize("NFC", " ".join(name.split())).lower()
    if not folded:
        return {"places": [], "nodes": {}}
    labels: dict[NamedNode, str] = {}
    for row in solutions(store, PLACES_NAMED, name=Literal(folded)):
        place, label = row["place"], row["label"].value
        if place not in labels or _closeness(label, folded) > _closeness(labels[place], folded):
            labels[place] = label
    counted = {place: _events(store, place) for place in _closest(labels, folded)}
    ranked = sorted(counted, key=lambda one: (_closeness(labels[one], folded), counted[one]), reverse=True)
    places = [{"iri": one.value, "label": labels[one], "events": counted[one]} for one in ranked[:PLACES]]
    return {"places": places, "matches": len(labels), "nodes": _described(store, ranked[:1])}


def _closest(labels: dict[NamedNode, str], name: str) -> list[NamedNode]:
    """Return the places to count the events of: the closest names, and not too many of them."""
    return nlargest(PLACES * 8, labels, key=lambda one: (_closeness(labels[one], name), one.value))


def _closeness(label: str, name: str) -> tuple[int, int]:
    """Rank a label: equal to the name, starting with it, a word of it, or any other that contains it."""
    folded = label.lower()
    words = folded.replace(",", " ").split()
    rank = 3 if folded == name else 2 if folded.startswith(name) else 1 if name in words else 0
    return rank, -len(label)


def _events(store: Store, place: NamedNode) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, _term("ng:place"), place, None))


def _described(store: Store, places: Iterable[NamedNode]) -> Nodes:
    found: dict[Quad, None] = {}
    for place in places:
        found.update(dict.fromkeys(in_order(describe(store, place.value), place)))
    return nodes(found)


def _term(name: str) -> NamedNode:
    return NamedNode(expand(name))
