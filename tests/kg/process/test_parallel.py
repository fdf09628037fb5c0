"""Parallel processes of this program."""

from __future__ import annotations

import os
import signal

import pytest

from kg.errors import StoreError
from kg.process import parallel
from kg.process.parallel import each


def power(base: int, exponent: int) -> int:
    return base**exponent


def dying(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_work(jobs: int) -> None:
    assert list(each(power, [(2, number) for number in range(20)], jobs)) == [2**number for number in range(20)]


def test_a_process_that_dies_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(StoreError, match="use fewer --jobs"):
        list(each(dying, [(1,), (2,)], 2))


def test_a_module_is_run_with_what_we_import_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    assert "SECRET" not in parallel.environment()
    done = parallel.run("kg", "--version")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"newsgraph")
