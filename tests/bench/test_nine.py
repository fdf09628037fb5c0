"""A variant of a query of bench asks the same in another way, about the same things or others."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from kg.store.embedded import EmbeddedGraph
from tests.bench.conftest import Bench

KINDS = range(9)


@pytest.mark.parametrize("number", KINDS)
def test_a_variant_of_the_same_things_has_the_same_answer(
    bench: Bench, sample_graph: EmbeddedGraph, number: int
) -> None:
    nine = bench("nine")
    query, given = nine.NINE[number], replace(nine.first(sample_graph.engine), word="protest")
    answer = _rows(sample_graph, query.text(given))
    assert answer
    for seed in range(3):
        variant = query.variant(given, Random(seed))
        assert variant != query.text(given)
        assert _rows(sample_graph, variant) == answer


def test_a_seed_draws_the_same_things_each_time(bench: Bench, sample_graph: EmbeddedGraph) -> None:
    nine = bench("nine")
    drawn = [nine.drawn(sample_graph.engine, Random(seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def _rows(graph: EmbeddedGraph, query: str) -> list[tuple[str, ...]]:
    return sorted(tuple(map(str, row)) for row in graph.query(query))
