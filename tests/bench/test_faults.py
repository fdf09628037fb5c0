"""Real faults, which bench injects at many moments, lose no data and corrupt none.

Each command of bench runs in a process of its own: it forks, which this process must not do, since it has threads.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.bench.conftest import Bench
from tests.paths import ROOT

WRITTEN = "tests/kg/store/test_writing_meanwhile.py::test_no_write_is_missed_while_others_come_and_go"
KILLED = "tests/bench/test_faults.py::test_a_killed_build_loses_nothing"


def made(folder: Path, command: str, name: str, moments: int) -> list[dict[str, Any]]:
    """Return the rows that a command of bench appends to a file, after checking that it lost and corrupted nothing."""
    file, given = folder / "rows", [name, "--moments", str(moments)]
    script = [sys.executable, ROOT / "bench" / command, *given, "--rows", file]
    done = subprocess.run(script, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    if not file.exists():
        pytest.skip(done.stdout.strip().splitlines()[-1])
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert rows
    assert [(row["fault"], row["lost"], row["wrong"]) for row in rows] == [(row["fault"], 0, 0) for row in rows]
    return rows


def test_flipped_bits_and_cut_files_are_all_noticed_and_give_no_wrong_answer(tmp_path: Path) -> None:
    for row in made(tmp_path, "faults.py", "flips", 12):
        assert row["noticed"] == row["moments"]


def test_a_killed_build_loses_nothing(tmp_path: Path) -> None:
    assert made(tmp_path, "faults.py", "killed_builds", 2)[0]["moments"] == 2


@pytest.mark.slow(also=KILLED)
@pytest.mark.parametrize(
    "name",
    [
        "killed_commands",
        "killed_publications",
        "full_disks",
        "small_memories",
        "read_only",
        "clocks",
        "two_at_once",
        "changing_archive",
    ],
)
def test_no_fault_loses_anything(tmp_path: Path, name: str) -> None:
    made(tmp_path, "faults.py", name, 3)


@pytest.mark.slow(also=WRITTEN)
@pytest.mark.parametrize("name", ["killed_writer", "killed_server", "full_disk", "moved", "copied"])
def test_no_fault_of_a_server_loses_what_was_acknowledged(tmp_path: Path, name: str) -> None:
    made(tmp_path, "faults_served.py", name, 3)


@pytest.mark.slow(also=KILLED)
@pytest.mark.parametrize("name", ["killed", "full_disk", "small_disk", "read_only", "clocks", "two_at_once"])
def test_no_fault_of_a_fetch_loses_anything(tmp_path: Path, name: str) -> None:
    made(tmp_path, "faults_fetch.py", name, 3)


@pytest.mark.slow(also=WRITTEN)
@pytest.mark.parametrize(
    "name",
    [
        *("builds_without_room", "writes_without_room", "builds_without_memory", "queries_without_memory"),
        "backups_under_load",
    ],
)
def test_no_fault_of_the_machine_loses_anything(tmp_path: Path, name: str) -> None:
    made(tmp_path, "faults_machine.py", name, 3)


@pytest.mark.parametrize(("job", "told"), [("None", "gave None"), ("open('')", "status 3")])
def test_no_fault_is_injected_if_its_preparation_made_nothing(job: str, told: str) -> None:
    command = [sys.executable, "-c", f"import moments; moments.prepared(lambda: {job})"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "bench", check=False)
    assert done.returncode == 1
    assert told in done.stderr


def test_a_process_with_threads_is_not_forked(bench: Bench) -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        with pytest.raises(RuntimeError, match="a process with threads is not forked"):
            bench("moments").apart(dict)
    finally:
        stop.set()
        other.join()
