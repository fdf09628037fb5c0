"""The engine's files: what is copied is the graph, and compacting changes nothing that it says."""

from __future__ import annotations

from pathlib import Path

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
