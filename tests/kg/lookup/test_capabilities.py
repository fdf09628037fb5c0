from __future__ import annotations

import pytest
from pyoxigraph import NamedNode

from kg.errors import FormatError, NotFoundError, ResultTooLargeError
from kg.lookup.capabilities import FUNCTIONS, GEOSPARQL, GRAPHS, capabilities
from kg.query.graph_store import graph
from kg.rdf.formats import by_name
from kg.store.embedded import EmbeddedGraph


def test_functions_are_those_that_the_engine_runs() -> None:
    found = capabilities(EmbeddedGraph())["functions"]
    assert GEOSPARQL + "sfWithin" in found
    for function in set(FUNCTIONS) - set(found):
        with pytest.raises(RuntimeError, match="not supported"):
            EmbeddedGraph().query(f"ASK {{ FILTER(<{function}>(1)) }}")


def test_features_are_those_that_the_store_shows() -> None:
    assert capabilities(EmbeddedGraph())["features"] == ["EmptyGraphs"]


def test_only_the_first_named_graphs_are_listed() -> None:
    store = EmbeddedGraph()
    for number in range(GRAPHS + 5):
        store.add_graph(NamedNode(f"urn:g{number}"))
    assert len(capabilities(store)["graphs"]) == GRAPHS


def test_a_graph_is_sent_whole_or_not_at_all() -> None:
    store = EmbeddedGraph()
    store.update("INSERT DATA { <urn:a> <urn:b> 1 GRAPH <urn:g> { <urn:a> <urn:b> 2 } }")
    ntriples = by_name("ntriples")
    assert graph(store, "", ntriples, 1000).count(b"\n") == 1
    assert b'"2"' in graph(store, "urn:g", ntriples, 1000)
    with pytest.raises(NotFoundError):
        graph(store, "urn:none", ntriples, 1000)
    with pytest.raises(ResultTooLargeError):
        graph(store, "urn:g", ntriples, 10)
    with pytest.raises(FormatError):
        graph(store, "urn:g", by_name("csv"), 1000)
