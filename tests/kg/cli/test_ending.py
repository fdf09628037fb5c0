"""A build that is told to end leaves nothing behind, and leftovers of a killed one are removed first."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg import cli
from kg.store.layout import Store
from tests.paths import SAMPLE

# A shell's background processes ignore SIGINT, and so would the processes that these tests start.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    " from kg.cli import main, options; options.SECONDS = 0; main()"
)
PROGRESS = re.compile(r"days: [\d,]+ of [\d,]+, [\d,]+ a second, (\d+:\d\d:\d\d|unknown) left\n")


@contextmanager
def building(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Provide a build that has converted a month, in a process group of its own."""
    command = [sys.executable, "-c", PROGRAM, "build", *map(str, SAMPLE), "--store", str(store), "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as build:
        assert build.stderr
        try:
            assert PROGRESS.fullmatch(build.stderr.readline())
            yield build
        finally:
            build.kill()


def drafts(store: Path) -> list[Path]:
    return list(store.glob("building-*"))


def is_running(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_build_that_is_told_to_end_leaves_no_draft_and_no_process(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    with building(tmp_path) as build:
        assert drafts(tmp_path)
        if number == signal.SIGINT:
            os.killpg(build.pid, number)  # like a terminal
        else:
            build.send_signal(number)
        _, told = build.communicate()
    assert build.returncode == status
    assert "Traceback" not in told
    assert not is_running(build.pid)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lock"]


def test_the_draft_of_a_killed_build_goes_before_anything_is_read_and_that_of_a_running_one_stays(
    tmp_path: Path,
) -> None:
    with building(tmp_path) as build:
        left = drafts(tmp_path)
        Store(tmp_path).tidy()
        assert drafts(tmp_path) == left != []
        build.kill()
        build.communicate()  # until its child processes, which also hold its lock, have ended
    assert drafts(tmp_path) != []
    done = CliRunner().invoke(cli.main, ["dump", "--store", str(tmp_path)])
    assert "holds no snapshot" in done.stderr
    assert drafts(tmp_path) == []
