"""Terms in queries and from results, whatever they contain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotSupportedError
from kg.rdf import BlankNode, Literal, NamedNode, Triple
from kg.rdf.graph import Term
from kg.store.embedded import EmbeddedGraph
from kg.store.sparql import Terms, bound, text, values

PLAIN = st.text(st.characters(exclude_categories=["Cs"]))
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"], exclude_characters='<>"{}|\\^`'), min_size=1)


def _iri(path: str) -> NamedNode | None:
    try:
        return NamedNode(f"http://example.org/{path}")
    except ValueError:
        return None


IRIS = WORDS.map(_iri).filter(lambda one: one is not None)
LITERALS = st.one_of(
    PLAIN.map(Literal),
    st.builds(lambda value, language: Literal(value, language=language), PLAIN, st.sampled_from(["en", "zh-hans"])),
    st.builds(lambda value, kind: Literal(value, datatype=kind), PLAIN, IRIS),
)
TERMS = st.one_of(IRIS, LITERALS, st.builds(Triple, IRIS, IRIS, LITERALS))


def read(query: str) -> list[tuple[Any, ...]]:
    return list(EmbeddedGraph().select(query))


@given(TERMS)
def test_a_query_reads_every_term_as_it_is(term: Term) -> None:
    assert read(f"SELECT ?x WHERE {{ {values(['x'], [[term]])} }}") == [(term,)]


@given(st.lists(st.tuples(IRIS, LITERALS), max_size=5))
def test_a_block_of_values_has_its_rows_and_nothing_else(rows: list[tuple[Term, Term]]) -> None:
    assert read(f"SELECT ?x ?y WHERE {{ {values(['x', 'y'], rows)} }}") == rows


@given(LITERALS)
def test_a_literal_that_looks_like_syntax_stays_a_literal(term: Literal) -> None:
    query = bound("SELECT ?x WHERE { }", {"x": Literal(f'"}} ; DROP ALL # {term.value}')})
    assert [row[0].value for row in read(query)] == [f'"}} ; DROP ALL # {term.value}']


def test_a_blank_node_is_refused_since_it_would_match_everything() -> None:
    with pytest.raises(NotSupportedError, match="blank node"):
        text(BlankNode("b0"))
    with pytest.raises(NotSupportedError):
        values(["x"], [[Triple(BlankNode(), NamedNode("x:p"), Literal("o"))]])


def test_bindings_need_a_place_to_stand() -> None:
    with pytest.raises(ValueError, match="WHERE"):
        bound("ASK { ?s ?p ?o }", {"s": NamedNode("x:s")})
    assert bound("ASK { ?s ?p ?o }", {}) == "ASK { ?s ?p ?o }"


@given(TERMS)
def test_a_term_comes_back_from_results_as_it_was(term: Term) -> None:
    from pyoxigraph import QueryResultsFormat

    found = EmbeddedGraph().query(f"SELECT ?x WHERE {{ {values(['x'], [[term]])} }}")
    (binding,) = json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")["results"]["bindings"]
    assert Terms().term(binding["x"]) == term


def test_blank_nodes_are_the_same_within_an_answer_and_nobody_elses() -> None:
    one, other = Terms(), Terms()
    node = {"type": "bnode", "value": "b0"}
    assert one.term(node) == one.term(node)
    assert one.term(node) != other.term(node)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"type": "uri"},
        {"type": "uri", "value": 7},
        {"type": "uri", "value": "no iri"},
        {"type": "number", "value": "7"},
        {"type": "literal", "value": "a", "xml:lang": "?"},
        {"type": "triple", "value": {"subject": {"type": "uri", "value": "x:s"}}},
        {
            "type": "triple",
            "value": {name: {"type": "literal", "value": "a"} for name in ("subject", "predicate", "object")},
        },
    ],
    ids=str,
)
def test_anything_that_is_not_a_term_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Terms().term(found)
