"""Statistics counted block by block equal those counted by SPARQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions

from kg.errors import StoreError
from kg.lookup import statistics
from kg.rdf import terms
from kg.store.embedded import EmbeddedGraph

COUNTED: Final = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "subjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "objects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "captures": "SELECT (COUNT(*) AS ?n) { VALUES ?class { ng:Page ng:Entry } ?s a ?class ; ?p ?o }",
}
LISTED: Final = {
    "classes": "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c FILTER (ISIRI(?c)) } GROUP BY ?c",
    "properties": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "links": """
        SELECT ?p ?space (COUNT(*) AS ?n) {
          VALUES ?p { schema:sameAs skos:closeMatch skos:exactMatch owl:sameAs }
          ?s ?p ?o FILTER (ISIRI(?o))
          BIND (REPLACE(STR(?o), "^([a-z]+://[^/]+/).*", "$1") AS ?space)
        }
        GROUP BY ?p ?space""",
    "years": """
        SELECT ?year (COUNT(*) AS ?n) {
          ?event a ng:Event ; schema:startDate ?day
          BIND (SUBSTR(STR(?day), 1, 4) AS ?year)
        }
        GROUP BY ?year""",
}


def rows(store: EmbeddedGraph, query: str) -> list[list[Any]]:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return [[_plain(term) for term in row] for row in found]


def _plain(term: Any) -> Any:
    return int(term.value) if isinstance(term, Literal) and term.datatype == terms.INTEGER else term.value


def by_sparql(store: EmbeddedGraph) -> dict[str, Any]:
    numbers = {name: rows(store, query)[0][0] for name, query in COUNTED.items()}
    return numbers | {name: sorted(rows(store, query)) for name, query in LISTED.items()}


def same(store: EmbeddedGraph) -> bool:
    found = statistics.statistics(store)
    return {name: found[name] for name in (*COUNTED, *LISTED)} == by_sparql(store)


def test_statistics_of_the_sample_are_right(sample_graph: EmbeddedGraph) -> None:
    assert same(sample_graph)


def test_statistics_of_unusual_statements_are_right(graph: EmbeddedGraph, tmp_path: Path) -> None:
    store = EmbeddedGraph(str(tmp_path / "db"))
    store.extend(graph)
    event = NamedNode("http://127.0.0.1:8000/event/2011-11-08/abcdefghij")
    for name, value in (
        (terms.SAME_AS, NamedNode("urn:isbn:1")),
        (terms.SAME_AS, Literal('http://a.example/ "quoted"')),
        (terms.LABEL, Literal("a <b> \\ \n \t . ")),
        (terms.LABEL, Literal("c", language="en-gb")),
        (terms.TYPE, terms.PAGE),
        (terms.TYPE, terms.ENTRY),
        (terms.START_DATE, Literal("1999-12-31")),
        (terms.RELATION, BlankNode("x")),
    ):
        store.add(Quad(event, name, value))
        store.add(Quad(BlankNode("x"), name, value, DefaultGraph()))
        store.add(Quad(event, name, value, NamedNode("http://elsewhere.example/graph")))
    assert same(store)


def test_an_empty_graph_has_statistics_too() -> None:
    found = statistics.statistics(EmbeddedGraph())
    assert (found["triples"], found["first"], found["years"]) == (0, None, [])
    assert same(EmbeddedGraph())


def test_a_file_that_has_none_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no statistics")
    for name in ("x", "not there"):
        with pytest.raises(StoreError, match="cannot be read"):
            statistics.read(tmp_path / name)
    with pytest.raises(StoreError, match="cannot be written"):
        statistics.Statistics().write(tmp_path / "no folder" / "x")
