"""Faults that are really made lose nothing and make nothing wrong; bench/faults.py makes them at many moments."""

from __future__ import annotations

import random
from pathlib import Path
from subprocess import CalledProcessError
from types import ModuleType
from typing import Any

import pytest

from tests.bench.conftest import Bench

WRITTEN = "tests/kg/store/test_writing_meanwhile.py::test_no_write_is_missed_while_others_come_and_go"


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


@pytest.mark.slow(also=WRITTEN)
@pytest.mark.parametrize(
    "name",
    ["builds_without_room", "writes_without_room", "builds_without_memory", "queries_without_memory"],
)
def test_no_fault_of_the_machine_loses_anything(bench: Bench, tmp_path: Path, name: str) -> None:
    machine = bench("faults_machine")
    try:
        made(machine, tmp_path, name, 3)
    except (PermissionError, CalledProcessError) as error:
        pytest.skip(f"small disks and groups of processes need root: {error}")


@pytest.mark.slow(also=WRITTEN)
def test_backups_under_load_are_those_of_a_single_moment(bench: Bench, tmp_path: Path) -> None:
    made(bench("faults_machine"), tmp_path, "backups_under_load", 3)
