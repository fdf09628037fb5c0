from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg.errors import FederationError, NotSupportedError, QuerySyntaxError
from kg.query.service_solutions import Solutions, inline, scopes
from kg.store.embedded import EmbeddedGraph
from tests.examples import most

BASE = "http://base.example/x/"
GENID = "http://base.example/.well-known/genid/"
EMPTY = "SELECT * {{ {{ SELECT * {{ VALUES ({}) {{ }} }} }} }}"


def results(*bindings: Any) -> str:
    return json.dumps({"head": {"vars": ["a", "b"]}, "results": {"bindings": list(bindings)}})


def solutions(text: str | None, variables: tuple[str, ...] = ("a", "b"), **options: Any) -> list[dict[str, Any]]:
    """Return the solutions that the engine sees."""
    query = EMPTY.format(" ".join(f"?{name}" for name in variables))
    answer = replace(
        Solutions("S", silent=False, variables=variables, results=text, at=query.index(") { ") + 4), **options
    )
    found = EmbeddedGraph().query(inline(query, [answer], BASE, 1_000))
    assert isinstance(found, QuerySolutions)
    assert [variable.value for variable in found.variables] == list(variables)
    return [{name: row[name] for name in variables if row[name] is not None} for row in found]


def test_solutions_stand_where_the_clause_stood_with_all_duplicates() -> None:
    one = {"a": {"type": "uri", "value": "x:y"}, "b": {"type": "literal", "value": "1", "xml:lang": "en"}}
    assert solutions(results(one, {}, one)) == [
        {"a": NamedNode("x:y"), "b": Literal("1", language="en")},
        {},
        {"a": NamedNode("x:y"), "b": Literal("1", language="en")},
    ]


def test_a_pattern_without_variables_has_solutions_too() -> None:
    assert solutions(results({}, {}), ()) == [{}, {}]
    assert solutions(results(), ()) == []


def test_blank_nodes_become_iris_the_same_ones_only_within_one_answer() -> None:
    text = results({"a": {"type": "bnode", "value": "x"}, "b": {"type": "bnode", "value": "y> "}})
    first, second = solutions(text)[0], solutions(text)[0]
    assert first["a"].value.startswith(GENID)
    assert len({*map(str, (*first.values(), *second.values()))}) == 4
    again = results({"a": {"type": "bnode", "value": "x"}, "b": {"type": "bnode", "value": "x"}})
    assert len({str(node) for node in solutions(again)[0].values()}) == 1


def test_two_answers_go_each_into_its_place() -> None:
    query = "SELECT * { { VALUES (?a) { } } { VALUES (?b) { } } }"
    answers = [
        Solutions("S", silent=False, variables=(name,), results=text, at=query.index(f"?{name}) {{ ") + 6)
        for name, text in (
            ("a", results({"a": {"type": "uri", "value": "x:1"}})),
            ("b", results({"b": {"type": "uri", "value": "x:2"}})),
        )
    ]
    assert "(?a) { (<x:1>)} } { VALUES (?b) { (<x:2>)} }" in inline(query, answers, BASE, 10)


TERMS = st.one_of(
    st.builds(lambda text: {"type": "literal", "value": text}, st.text()),
    st.builds(lambda text: {"type": "uri", "value": f"http://a.example/{text}"}, st.text()),
    st.builds(lambda text, tag: {"type": "literal", "value": text, "xml:lang": tag}, st.text(), st.text(max_size=9)),
    st.builds(
        lambda text, kind: {"type": "typed-literal", "value": text, "datatype": kind},
        st.text(),
        st.one_of(st.text(), st.sampled_from(("http://www.w3.org/2001/XMLSchema#integer", "x:y", "x:> ; DROP ALL"))),
    ),
    st.builds(lambda text: {"type": "bnode", "value": text}, st.text()),
)
HOSTILE = st.sampled_from(("'", '"', "\\", ")", "} }", "\n", "\r", "\u2028", "\x00", "<", ">", "\\u0022", "'''", "é😀"))


@examples(max_examples=most(500))
@given(st.lists(TERMS, min_size=1, max_size=4))
def test_every_term_is_the_same_for_the_engine_or_refused(terms: list[dict[str, str]]) -> None:
    try:
        found = solutions(results(*({"a": term} for term in terms)))
    except FederationError:
        return
    assert len(found) == len(terms)
    for term, solution in zip(terms, found, strict=True):
        assert list(solution) == ["a"]
        if term["type"] != "bnode":
            assert solution["a"].value == term["value"]
        if "xml:lang" in term:
            assert solution["a"].language.lower() == term["xml:lang"].lower()


@examples(max_examples=most(300))
@given(st.lists(HOSTILE).map("".join))
def test_no_literal_breaks_out_of_its_block(text: str) -> None:
    assert solutions(results({"a": {"type": "literal", "value": text}})) == [{"a": Literal(text)}]


DEEP = "[" * 200_000
NESTED = '{"type": "triple", "value": {"subject": ' * 20_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"boolean": true}',
        '{"results": 1}',
        '{"results": {"bindings": 1}}',
        '{"results": {"bindings": {"a": 1}}}',
        '{"results": {"bindings": [1]}}',
        '{"results": {"bindings": [{"a": 1}]}}',
        '{"results": {"bindings": [{"a": {"type": "uri"}}]}}',
        '{"results": {"bindings": [{"a": {"type": "uri", "value": "x:y"}}',
        '{"results": {"bindings": [' + "9" * 5_000 + "]}}",
        DEEP,
        '{"head": ' + DEEP,
        '{"results": {"bindings": [{"a": ' + NESTED,
        results({"a": {"type": "uri", "value": "relative"}}),
        results({"a": {"type": "uri", "value": "x:a> <x:b"}}),
        results({"a": {"type": "uri", "value": 1}}),
        results({"a": {"type": [], "value": "x:y"}}),
        results({"a": {"type": "other", "value": "x:y"}}),
        results({"a": {"type": "literal", "value": 1}}),
        results({"a": {"type": "literal", "value": "\ud800"}}),
        results({"a": {"type": "literal", "value": "x", "xml:lang": "en> ."}}),
        results({"a": {"type": "literal", "value": "x", "xml:lang": ""}}),
        results({"a": {"type": "literal", "value": "x", "datatype": "x"}}),
        results({"a": {"type": "bnode", "value": []}}),
        results({"c": {"type": "uri", "value": "x:y"}}),
        results(*[{}] * 1_001),
    ],
    ids=lambda text: text[:60],
)
def test_an_answer_that_is_not_results_is_an_error_or_without_silent_no_bindings(text: str) -> None:
    with pytest.raises(FederationError, match=r"^S (answered|did not answer) with"):
        solutions(text)
    assert solutions(text, silent=True) == [{}]


def test_a_missing_answer_is_an_error_or_with_silent_no_bindings() -> None:
    assert solutions(None, silent=True) == [{}]
    assert solutions(None, (), silent=True) == [{}]
    with pytest.raises(FederationError):
        solutions(None)


def test_the_scope_of_a_pattern_is_what_it_selects() -> None:
    query = "SELECT * WHERE { ?a <x:y> ?b MINUS { ?c ?d ?e } OPTIONAL { ?b <x:z> ?f } }"
    assert scopes([query, "ASK {}", "SELECT * { <a> <b> 1 }"], BASE) == [["a", "b", "f"], [], []]


def test_only_a_query_has_a_scope() -> None:
    with pytest.raises(QuerySyntaxError, match="line 2"):
        scopes(["SELECT *\n{ ?s }"], BASE)
    with pytest.raises(NotSupportedError):
        scopes(["ASK { FILTER(<x:f>()) }"], BASE)
