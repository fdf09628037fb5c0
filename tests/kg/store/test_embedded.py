"""The engine's files: a copy has the same graph, and compacting does not change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from kg.store.embedded import EmbeddedGraph
from tests.conftest import TURTLE


def test_a_copy_of_a_graph_on_the_disk_says_the_same(tmp_path: Path) -> None:
    graph = EmbeddedGraph(str(tmp_path / "one"))
    graph.load(TURTLE.read_bytes(), format=RdfFormat.TURTLE)
    graph.optimize()
    graph.backup(tmp_path / "other")
    assert len(graph) > 0
    assert set(EmbeddedGraph.read_only(str(tmp_path / "other"))) == set(graph)


def test_each_kind_of_query_has_its_own_answer(graph: EmbeddedGraph) -> None:
    select, ask, construct = "SELECT * { ?s ?p ?o } LIMIT 2", "ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"
    assert (len(list(graph.select(select))), graph.ask(ask)) == (2, True)
    assert set(graph.construct(construct)) == {quad.triple for quad in graph}
    for run, wrong in ((graph.select, ask), (graph.ask, construct), (graph.construct, select)):
        with pytest.raises(TypeError, match=r"this is not an? [A-Z]+ query"):
            run(wrong)
