"""The canonical form of answers, and the identity of an answer."""

from __future__ import annotations

import hashlib
import subprocess
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ParameterError
from kg.publish.answers.canonical import CanonicalResult, canonical, difference, format_for
from kg.publish.answers.cited import CitedAnswer, CitedQuery
from kg.query.evaluate import Answer, answer
from kg.query.guard import Form
from kg.query.questions import questions
from kg.store.embedded import EmbeddedGraph
from kg.workers.workers import Workers

BASE = "http://127.0.0.1:8000/"
SNAPSHOT = "20111109T060000000000Z"
LINES = st.lists(st.text(st.sampled_from('ab"<\t é一'), min_size=1), max_size=8)


def found(graph: EmbeddedGraph, text: str, form: Form = "SELECT") -> CanonicalResult:
    return canonical(answer(graph, text, format_for(form), base=BASE))


def test_the_hash_is_what_sort_and_sha256sum_make_of_the_results_in_tsv(graph: EmbeddedGraph) -> None:
    query = "SELECT ?event ?title { ?event a ng:Event ; rdfs:label ?title } ORDER BY DESC(?title)"
    body = answer(graph, query, format_for("SELECT")).body
    lines = subprocess.run(["sort"], input=body, env={"LC_ALL": "C"}, capture_output=True, check=True).stdout
    assert found(graph, query).sha256 == hashlib.sha256(lines).hexdigest()
    assert len(found(graph, query).rows) == body.count(b"\n") - 1


def test_the_hash_ignores_the_order_of_rows_but_not_their_number(graph: EmbeddedGraph) -> None:
    first, second, once, twice = (
        found(graph, f"SELECT ?x {{ VALUES ?x {{ {values} }} }}") for values in ("1 2", "2 1", "1", "1 1")
    )
    assert first.sha256 == second.sha256
    assert once.sha256 != twice.sha256


def test_columns_boolean_answers_and_graphs_have_hashes_of_their_own(graph: EmbeddedGraph) -> None:
    texts: tuple[tuple[str, Form], ...] = (
        ("SELECT ?x { VALUES ?x { 1 } }", "SELECT"),
        ("SELECT ?y { VALUES ?y { 1 } }", "SELECT"),
        ("ASK {}", "ASK"),
        ("ASK { FILTER(false) }", "ASK"),
        ("CONSTRUCT { <a> <b> 1 } {}", "CONSTRUCT"),
        ("CONSTRUCT { <a> <b> 2 } {}", "CONSTRUCT"),
    )
    assert len({found(graph, text, form).sha256 for text, form in texts}) == len(texts)


def test_blank_nodes_have_the_labels_of_rdfc(graph: EmbeddedGraph) -> None:
    forms = [
        f"CONSTRUCT {{ _:{one} <http://a/p> _:{other} . _:{other} <http://a/q> 1 }} {{}}" for one, other in ("xy", "yx")
    ]
    results = [found(graph, text, "CONSTRUCT") for text in (*forms, *forms)]
    assert len({one.sha256 for one in results}) == 1
    assert all("_:c14n" in row for row in results[0].rows)


@given(LINES, LINES)
def test_a_difference_leads_from_one_result_to_the_other(before: list[str], after: list[str]) -> None:
    old, new = (CanonicalResult("select", ("?x",), tuple(sorted(one))) for one in (before, after))
    changed = difference(old, new)
    rest = list(before)
    for one in changed.removed:
        rest.remove(one)
    assert sorted([*rest, *changed.added]) == sorted(after)
    assert (changed.added == changed.removed == ()) == (old.sha256 == new.sha256)


def test_every_question_can_be_cited_and_its_address_names_all_values(workers: Workers) -> None:
    for one in questions():
        asked = CitedQuery(question=one.name)
        text = asked.text(BASE)
        result = canonical(workers.query(text, format_for(workers.check(text))))
        path = CitedAnswer(asked, SNAPSHOT, result.sha256).path
        named = parse_qsl(path.partition("?")[2])
        values = tuple(value for name, value in named if name == "param")
        assert len(values) == len(one.parameters)
        assert CitedQuery(question=one.name, values=values).text(BASE) == text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "give a query, or a question"),
        ({"query": "ASK {}", "question": "one-day"}, "give a query, or a question"),
        ({"query": "ASK {}", "values": ("date=2011-11-08",)}, "param is for a question"),
        ({"question": "nothing"}, "there is no question"),
        ({"question": "one-day", "values": ("2011-11-08",)}, "name=value"),
        ({"question": "one-day", "values": ("day=2011-11-08",)}, "has no parameter 'day'"),
    ],
)
def test_an_unknown_query_is_refused(arguments: dict[str, str], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        CitedQuery(**arguments)


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_an_answer_that_differs_each_time_is_not_cited(call: str) -> None:
    with pytest.raises(ParameterError, match="cannot be cited"):
        CitedQuery(f"SELECT ({call} AS ?x) {{}}").text(BASE)


@pytest.mark.parametrize("snapshot", ["", "../..", "current", "20111309T060000000000Z", f"{SNAPSHOT}/.."])
def test_anything_that_is_not_an_id_of_a_snapshot_is_refused(snapshot: str) -> None:
    with pytest.raises(ParameterError, match="id of one"):
        CitedAnswer(CitedQuery("ASK {}"), snapshot)


@pytest.mark.parametrize("sha256", ["0" * 63, "0" * 63 + "G", "A" * 64])
def test_anything_that_is_not_a_hash_is_refused(sha256: str) -> None:
    with pytest.raises(ParameterError, match="64 digits"):
        CitedAnswer(CitedQuery("ASK {}"), SNAPSHOT, sha256)


def test_an_answer_has_the_form_that_its_format_has_been_asked_for(graph: EmbeddedGraph) -> None:
    described: Answer = answer(graph, f"DESCRIBE <{BASE}entity/en/Homs>", format_for("DESCRIBE"))
    assert described.form == "construct"
    assert all(row.endswith(" .") for row in canonical(described).rows)
