from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat

from kg.query.evaluate import row_count
from kg.store.embedded import EmbeddedGraph

FORMATS = (QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.CSV, QueryResultsFormat.TSV)
SIGNS = st.text(alphabet='{}[],:"\\<>\n\r\t 1axresult', max_size=12)


@pytest.mark.parametrize("kind", FORMATS, ids=lambda one: one.name)
@given(values=st.lists(SIGNS, max_size=5))
def test_as_many_rows_are_counted_as_there_are_solutions(values: list[str], kind: QueryResultsFormat) -> None:
    store = EmbeddedGraph()
    subject, predicate = NamedNode("http://a.example/s"), NamedNode("http://a.example/p")
    store.extend(Quad(subject, predicate, Literal(value)) for value in values)
    query = "SELECT * { { ?s ?p ?o } UNION { ?s ?p ?o BIND(?o AS ?again) } UNION { SELECT * {} } }"
    body = store.query(query).serialize(format=kind)
    assert row_count(body, kind) == sum(1 for _ in store.query(query))


@pytest.mark.parametrize("kind", FORMATS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * {}", 1),
        ("SELECT ?x { FILTER(false) }", 0),
        ("SELECT ?x { VALUES ?x { UNDEF 1 UNDEF } }", 3),
        ("SELECT (<<( <a:b> <a:b> 'x' )>> AS ?t) {}", 1),
        ('SELECT ?x { VALUES ?x { "[{" ",{" ",{}" } }', 3),
    ],
)
def test_unusual_results_are_counted_too(query: str, rows: int, kind: QueryResultsFormat) -> None:
    assert row_count(EmbeddedGraph().query(query).serialize(format=kind), kind) == rows
