"""Shards prove the same as their graph, however its nodes are divided among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, RdfFormat

import vocab
from kg.rdf import terms
from kg.rdf.lines import blocks
from kg.shapes import shards
from kg.shapes.group import groups
from kg.shapes.shape import load
from kg.shapes.shards import CheckedShard, Proving, check_shard, together
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.paths import DATA

GROUPS = groups(load(vocab.shapes()))
TWO_DAYS = f"INSERT {{ ?event {terms.START_DATE} '2011-11-09'^^{terms.DATE} }} WHERE {{ ?event a {terms.EVENT} }}"


def lines(update: str = "") -> list[bytes]:
    graph = EmbeddedGraph()
    graph.load((DATA / "conforming.ttl").read_bytes(), format=RdfFormat.TURTLE)
    if update:
        graph.update(update)
    return sorted(graph.engine.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()).splitlines(keepends=True))


def doubted(whole: list[bytes]) -> frozenset[int]:
    proving = Proving(GROUPS)
    for block in blocks.blocks(whole):
        proving.add(block)
    return frozenset(proving.doubted)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shards")


def checked(folder: Path, parts: list[set[bytes]]) -> list[tuple[Path, CheckedShard]]:
    files = [folder / f"{number}.nt" for number in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        file.write_bytes(b"".join(sorted(part)))
    return [(file, check_shard(file.read_bytes())) for file in files]


CONFORMING, BREAKING = lines(), lines(TWO_DAYS)


def test_the_example_breaks_something() -> None:
    assert doubted(BREAKING) > doubted(CONFORMING)


@given(st.sampled_from([CONFORMING, BREAKING]), st.lists(st.integers(0, 2), min_size=len(BREAKING)), st.data())
def test_nodes_in_one_shard_each_prove_what_the_graph_does(
    folder: Path, whole: list[bytes], places: list[int], data: st.DataObject
) -> None:
    place = {block.subject: places[number] for number, block in enumerate(blocks.blocks(whole))}
    parts = [{line for line in whole if place[line.split(b" ", 1)[0]] == number} for number in range(3)]
    found = together(checked(folder, parts))
    assert (found.doubted, found.triples) == (doubted(whole), len(whole))


@pytest.mark.slow(also="tests/kg/shapes/test_shards.py::test_nodes_in_one_shard_each_prove_what_the_graph_does")
@given(st.lists(st.lists(st.integers(0, 2), min_size=1), min_size=len(BREAKING)))
def test_what_breaks_a_constraint_proves_it_in_no_shards_also_if_these_divide_a_node(
    folder: Path, places: list[list[int]]
) -> None:
    parts = [{line for line, some in zip(BREAKING, places, strict=False) if number in some} for number in range(3)]
    found = together(checked(folder, parts))
    assert found.doubted >= doubted(BREAKING)
    assert found.triples == len(BREAKING)


def test_nodes_with_the_same_hash_are_told_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "crc32", lambda subject: len(subject))
    found = together(checked(folder, [set(CONFORMING[::2]), set(CONFORMING)]))
    assert found.triples == len(CONFORMING)


def test_what_is_known_of_a_shard_is_the_same_from_json(folder: Path) -> None:
    [(_, one)] = checked(folder, [set(CONFORMING)])
    assert CheckedShard.of(json.loads(json.dumps(one.plain()))) == one
    assert one.is_current


def test_a_build_knows_its_triples_and_what_it_proves_from_its_shards(sample_store: Path) -> None:
    store = Store(sample_store)
    names = json.loads(store.shards.read_text())["shards"]
    found = together(
        [(store.kept_months / name, check_shard((store.kept_months / name).read_bytes())) for name in names]
    )
    assert found.triples == store.current().manifest.counts["triples"] == len(store.current().open())
    assert found.doubted == doubted([])
