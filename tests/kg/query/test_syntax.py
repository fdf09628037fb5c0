"""What is said of a text that is no SPARQL."""

from __future__ import annotations

import pytest

from kg.errors import QuerySyntaxError
from kg.query.evaluate import answer
from kg.query.mistakes import undeclared
from kg.query.syntax import varying
from kg.store.embedded import EmbeddedGraph


@pytest.mark.parametrize(
    ("query", "prefix", "place"),
    [
        ("SELECT ?x {?x foo:bar 1}", "foo:", (1, 15)),
        ("SELECT ?x {\n ?x ng:place ?y ; baz:a 1 }", "baz:", (2, 19)),
        ("SELECT ?x { ?x a :foo }", ":", (1, 18)),
        ("SELECT (bar:int(1) AS ?x) {}", "bar:", (1, 9)),
        ("PREFIX foo: <http://example.org/> SELECT * { ?x foo:a ?y ; foo2:a ?z }", "foo2:", (1, 60)),
    ],
)
def test_a_prefix_that_is_not_declared_is_named_with_its_place(query: str, prefix: str, place: tuple[int, int]) -> None:
    with pytest.raises(QuerySyntaxError, match=f"the prefix {prefix} is not declared") as caught:
        answer(EmbeddedGraph(), query)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX foo: <http://example.org/> SELECT * { ?x foo:a ?y ] }",
        "SELECT * { ?x ng:place _:b, 'foo:a' ] } # foo:b",
        "SELECT * { ?x <http://example.org/foo:a> ?y ] }",
    ],
)
def test_another_mistake_is_not_taken_for_a_prefix(query: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"^line 1, column \d+: this \] closes nothing"):
        answer(EmbeddedGraph(), query)


def test_a_declaration_without_a_prefix_declares_the_empty_one() -> None:
    assert list(undeclared("PREFIX : <http://example.org/> SELECT * { ?x :a b:c }")) == [("b:", 48)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("SELECT * { SERVICE <http://a/> { ?s ?p ?o } }", "SERVICE"),
        ("ASK { service<http://a/>{} }", "SERVICE"),
        (r"ASK { \u0053ERVICE <a:b> {} }", "SERVICE"),
        ("SELECT (rand ( ) AS ?r) {}", "RAND"),
        ("ASK { FILTER(1<NOW()&&2>1) }", "NOW"),
        ('SELECT * { ?s rdfs:label "now", "RAND()" } # uuid', ""),
        ("SELECT * { ?now <http://a/now> <http://a/service> ; ng:rand 1 }", ""),
    ],
)
def test_what_may_be_answered_in_another_way_next_time_is_told_by_its_word(text: str, word: str) -> None:
    assert varying(text) == word
