"""What builds make of the log of writes, whatever archives state meanwhile and whenever patches are combined."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.rdf import DefaultGraph, NamedNode, Quad
from kg.store import written
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.written import logged
from kg.write import log
from kg.write.changes import Changes
from kg.write.log import Author

GRAPHS = (DefaultGraph(), NamedNode("urn:g"))
QUADS = [
    Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode(f"urn:{n}"), graph) for n in range(3) for graph in GRAPHS
]
SOME = st.frozensets(st.sampled_from(QUADS))
Step = (
    tuple[Literal["write"], frozenset[Quad], frozenset[Quad]]
    | tuple[Literal["build"], frozenset[Quad]]
    | tuple[Literal["combine"]]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), SOME, SOME), st.tuples(st.just("build"), SOME), st.tuples(st.just("combine"))
    ),
    max_size=12,
)


class Kept:
    """A store with a log only, the graph of its last build, and what its owner must find."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.archive: frozenset[Quad] = frozenset()
        self.graph = EmbeddedGraph()
        self.added: set[Quad] = set()
        self.removed: set[Quad] = set()

    def write(self, gone: frozenset[Quad], fresh: frozenset[Quad]) -> None:
        with closing(Changes()) as changes:
            before = set(self.graph)
            changes.make(self.graph, gone, fresh)
            pending = log.log(self.store, 0, changes, Author("a", "POST /sparql", "urn:uuid:a"))
        log.confirm(pending)
        after = set(self.graph)
        self.added = (self.added | after - before) - (before - after)
        self.removed = (self.removed | (before - after) & self.archive) - (after - before)

    def build(self, archive: frozenset[Quad]) -> None:
        self.archive, self.graph = archive, EmbeddedGraph()
        self.graph.extend(archive)
        log.replay(self.store, self.graph)

    def combine(self) -> None:
        if files := logged(self.store):
            log.combine(self.store, files)


@given(STEPS)
def test_a_build_repeats_what_writes_came_to_and_keeps_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    kept, archived = Kept(tmp_path_factory.mktemp("kept")), set[Quad]()
    for step in steps:
        match step:
            case "write", gone, fresh:
                kept.write(gone, fresh)
            case "build", archive:
                kept.build(archive)
                archived |= archive
            case _:
                kept.combine()
        found = set(kept.graph)
        assert kept.added <= found
        assert not kept.removed & found
    found = set(kept.graph)
    kept.build(kept.archive)
    assert set(kept.graph) == found
    kept.combine()
    net = written.together(logged(kept.store))
    assert {*log.quads(net.gone), *log.quads(net.back)} <= archived
    assert {*log.quads(net.fresh)} <= found


def test_a_graph_that_is_replaced_often_takes_no_more_room(tmp_path: Path) -> None:
    kept, sizes = Kept(tmp_path), []
    for number in range(12):
        fresh = frozenset(
            Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode(f"urn:{number:04}-{n}")) for n in range(9)
        )
        kept.write(frozenset(kept.graph), fresh)
        kept.build(frozenset())
        kept.combine()
        (file,) = logged(kept.store)
        sizes.append(sum(len(line) for line in file.read_bytes().splitlines() if not line.startswith(b"#")))
    assert len(set(sizes)) == 1
