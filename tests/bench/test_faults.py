"""Faults that are really made lose nothing and make nothing wrong; bench/faults.py makes them at many moments."""

from __future__ import annotations

import random
from types import ModuleType
from typing import Any

import pytest

from tests.bench.conftest import Bench


@pytest.fixture(scope="module")
def faults(bench: Bench) -> ModuleType:
    return bench("faults")


@pytest.fixture(scope="module")
def place(faults: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return faults.Bench(tmp_path_factory.mktemp("faults"), random.Random(19))  # noqa: S311 - a seed


def made(faults: ModuleType, place: Any, name: str, moments: int) -> list[Any]:
    rows = list(getattr(faults, name)(place, moments))
    assert rows
    assert [(row.fault, row.lost, row.wrong) for row in rows] == [(row.fault, 0, 0) for row in rows]
    return rows


def test_flipped_bits_and_cut_files_are_all_noticed_and_give_no_wrong_answer(faults: ModuleType, place: Any) -> None:
    for row in made(faults, place, "flips", 12):
        assert row.noticed == row.moments


def test_a_killed_build_loses_nothing(faults: ModuleType, place: Any) -> None:
    made(faults, place, "killed_builds", 2)


@pytest.mark.slow(also="tests/bench/test_faults.py::test_a_killed_build_loses_nothing")
@pytest.mark.parametrize(
    "name",
    ["killed_commands", "full_disks", "small_memories", "read_only", "clocks", "two_at_once", "changing_archive"],
)
def test_no_fault_loses_anything(faults: ModuleType, place: Any, name: str) -> None:
    made(faults, place, name, 3)
