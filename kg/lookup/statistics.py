"""What a graph consists of, counted by the engine: classes, properties, links to other data sets, its captures."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from kg.rdf import Literal, terms
from kg.rdf.graph import Graph

SUBJECTS: Final = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
OBJECTS: Final = "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"
CLASSES: Final = "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c"
PROPERTIES: Final = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
CAPTURES: Final = "SELECT (COUNT(*) AS ?n) { VALUES ?class { ng:Page ng:Entry } ?s a ?class ; ?p ?o }"
DAYS: Final = "SELECT ?day (COUNT(*) AS ?n) { ?event a ng:Event ; schema:startDate ?day } GROUP BY ?day"
LINKS: Final = """
    SELECT ?p ?space (COUNT(*) AS ?n) {
      VALUES ?p { schema:sameAs skos:closeMatch skos:exactMatch owl:sameAs }
      ?s ?p ?o
      BIND (REPLACE(STR(?o), "^([a-z]+://[^/]+/).*", "$1") AS ?space)
    }
    GROUP BY ?p ?space"""
"""Links that say what is the same thing in another data set, by the host that has it."""


def statistics(graph: Graph) -> dict[str, Any]:
    """Return the counts of the default graph, as JSON can hold them; each list is sorted by the names in it."""
    days = sorted(_rows(graph, DAYS))
    years = Counter[str]()
    for day, count in days:
        years[day[:4]] += count
    properties = _rows(graph, PROPERTIES)
    return {
        "triples": sum(count for _, count in properties),
        "subjects": _number(graph, SUBJECTS),
        "objects": _number(graph, OBJECTS),
        "captures": _number(graph, CAPTURES),
        "classes": sorted(_rows(graph, CLASSES)),
        "properties": sorted(properties),
        "links": sorted(_rows(graph, LINKS)),
        "first": days[0][0] if days else None,
        "last": days[-1][0] if days else None,
        "years": [[year, count] for year, count in years.items()],
    }


def _number(graph: Graph, query: str) -> int:
    count: int = _rows(graph, query)[0][0]
    return count


def _rows(graph: Graph, query: str) -> list[list[Any]]:
    """Return the rows of a query: IRIs and literals as text, counts as numbers."""
    return [[_plain(term) for term in row] for row in graph.select(query)]


def _plain(term: Any) -> Any:
    if isinstance(term, Literal) and term.datatype == terms.INTEGER:
        return int(term.value)
    return None if term is None else term.value
