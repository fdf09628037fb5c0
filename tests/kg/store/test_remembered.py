"""A graph with a cache answers like any other, however much was evicted from the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.rdf import NamedNode, terms
from kg.rdf.graph import Pattern
from kg.store import remembered
from kg.store.embedded import EmbeddedGraph
from kg.store.remembered import RememberedGraph
from kg.workers.worker import opened
from tests.conftest import TURTLE, publish_turtle


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return publish_turtle(tmp_path / "store", TURTLE.read_text(encoding="utf-8")).database


def patterns(graph: EmbeddedGraph) -> list[Pattern]:
    subjects = sorted({quad.subject for quad in graph if isinstance(quad.subject, NamedNode)}, key=str)
    asked = [Pattern(one) for one in subjects]
    asked += [Pattern(one, (terms.TYPE, terms.LABEL)) for one in subjects]
    return [*asked, *(Pattern(None, (terms.ABOUT,), one) for one in subjects), *asked[::3]]


@pytest.mark.parametrize("most", [0, 5, 30_000])
def test_what_is_remembered_is_what_the_graph_has(database: Path, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "REMEMBERED", most)
    plain, graph = opened(database, EmbeddedGraph), opened(database, RememberedGraph)
    asked = patterns(plain)
    for some in (asked, asked[:7], asked[5:20], [], asked[::-1]):
        assert list(map(set, graph.match(some))) == list(map(set, plain.match(some)))


def test_a_pattern_is_read_once(database: Path) -> None:
    graph = opened(database, RememberedGraph)
    pattern = Pattern(NamedNode("http://127.0.0.1:8000/entity/en/Homs"))
    [first], [again] = graph.match([pattern]), graph.match([pattern])
    assert first
    assert first is again
