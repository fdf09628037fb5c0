from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode, Quad

from kg.errors import FormatError, QueryError, QuerySyntaxError, ResultTooLargeError
from kg.query.evaluate import answer
from kg.rdf.formats import by_name
from kg.store.embedded import EmbeddedGraph

EVENTS = "PREFIX ng: <https://w3id.org/newsgraph/ns#> SELECT ?event { ?event a ng:Event }"


@pytest.mark.parametrize(
    ("query", "form", "name"),
    [
        (EVENTS, "select", "json"),
        ("ASK {}", "ask", "json"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "construct", "turtle"),
        ("DESCRIBE <http://127.0.0.1:8000/entity/en/Homs>", "construct", "turtle"),
    ],
)
def test_each_form_has_a_default_format(graph: EmbeddedGraph, query: str, form: str, name: str) -> None:
    found = answer(graph, query)
    assert (found.form, found.format.name) == (form, name)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_a_select_is_answered_in_every_results_format(graph: EmbeddedGraph, name: str) -> None:
    assert b"http://127.0.0.1:8000/event/2011-11-08/abcdefghij" in answer(graph, EVENTS, by_name(name)).body


@pytest.mark.parametrize("name", ["turtle", "jsonld", "rdfxml", "ntriples", "trig", "nquads"])
def test_a_construct_is_answered_in_every_rdf_format(graph: EmbeddedGraph, name: str) -> None:
    assert b"Homs" in answer(graph, "CONSTRUCT WHERE { ?s ?p ?o }", by_name(name)).body


def test_a_format_must_fit_the_form(graph: EmbeddedGraph) -> None:
    with pytest.raises(FormatError, match="Turtle cannot hold"):
        answer(graph, EVENTS, by_name("turtle"))
    with pytest.raises(FormatError, match="CSV cannot hold"):
        answer(graph, "CONSTRUCT WHERE { ?s ?p ?o }", by_name("csv"))


def test_a_syntax_error_says_where(graph: EmbeddedGraph) -> None:
    with pytest.raises(QuerySyntaxError, match=r"line 2, column \d+: this ] closes") as caught:
        answer(graph, "SELECT *\n{ ?s ?p ] }")
    assert caught.value.line == 2
    assert caught.value.column in range(9, 12)


def test_a_result_over_the_limit_is_not_cut_but_refused(graph: EmbeddedGraph) -> None:
    with pytest.raises(ResultTooLargeError, match="larger than 100 bytes"):
        answer(graph, EVENTS, limit=100)


def test_relative_iris_are_resolved_against_the_base(graph: EmbeddedGraph) -> None:
    assert b"true" in answer(graph, "ASK { <entity/en/Homs> ?p ?o }", base="http://127.0.0.1:8000/").body


def test_the_protocol_dataset_overrides_from() -> None:
    one, two = NamedNode("http://a.example/1"), NamedNode("http://a.example/2")
    store = EmbeddedGraph()
    store.extend([Quad(one, one, one, one), Quad(two, two, two, two)])
    query = "SELECT ?s FROM <http://a.example/1> { ?s ?p ?o }"
    found = json.loads(answer(store, query, default_graphs=[two.value]).body)
    assert [row["s"]["value"] for row in found["results"]["bindings"]] == [two.value]


def test_only_named_graphs_means_an_empty_default_graph(graph: EmbeddedGraph) -> None:
    found = answer(graph, "ASK { ?s ?p ?o }", named_graphs=["http://a.example/"])
    assert json.loads(found.body)["boolean"] is False


def test_a_bad_graph_name_is_an_error_of_the_query(graph: EmbeddedGraph) -> None:
    with pytest.raises(QueryError, match="failed"):
        answer(graph, "ASK {}", default_graphs=["not an iri"])
