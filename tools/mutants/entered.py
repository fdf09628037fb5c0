"""Records which tests enter which functions of the core rooms, and how long each test takes.

A test enters what it calls itself, and what its fixtures of any scope call. Calls in other processes are not seen.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import pytest

MODULE: Final = "<module>"


@dataclass(frozen=True, slots=True)
class Test:
    """A test by its node id: the functions that it enters, as ``path function()``, and its processor seconds."""

    name: str
    seconds: float
    entered: frozenset[str]

    @property
    def file(self) -> str:
        """The file of the test."""
        return self.name.partition("::")[0]

    def enters(self, scope: str) -> bool:
        """Whether it enters a function with this prefix."""
        return any(one.startswith(scope) for one in self.entered)

    def entering(self, scope: str) -> int:
        """Return how many functions with this prefix it enters."""
        return sum(one.startswith(scope) for one in self.entered)


def write(file: Path, tests: Iterable[Test]) -> None:
    """Write tests to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    said = [{"name": one.name, "seconds": one.seconds, "entered": sorted(one.entered)} for one in tests]
    file.write_text(json.dumps(said), encoding="utf-8")


def read(file: Path) -> list[Test]:
    """Return the tests that were written to a file, none if there is no file."""
    said = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [Test(one["name"], one["seconds"], frozenset(one["entered"])) for one in said]


def _spent() -> float:
    """Return the processor time of this process, and of those that it started and waited for."""
    return sum(os.times()[:4])


class Recorder:
    """A pytest plugin that records for each passing test what it enters below some paths."""

    def __init__(self, root: Path, watched: tuple[str, ...]) -> None:
        self.tests: list[Test] = []
        self._root = f"{root}/"
        self._watched = tuple(f"{root}/{one}" for one in watched)
        self._entered: list[set[CodeType]] = [set()]
        self._of_fixtures: dict[int, set[CodeType]] = {}
        self._costs: dict[int, float] = {}
        self._set_up: set[int] = set()
        self._passed = True

    def watch(self) -> None:
        """Start recording in all threads."""
        threading.settrace(self._note)
        sys.settrace(self._note)

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        self._entered[-1].add(frame.f_code)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> Iterator[None]:
        """Record what a test enters, and its time including fixtures that an earlier test may have set up."""
        self._entered, self._passed, self._set_up = [set()], True, set()
        began = _spent()
        done = yield
        used = {id(one) for some in item._fixtureinfo.name2fixturedefs.values() for one in some}
        entered = set().union(*self._entered, *(self._of_fixtures.get(one, ()) for one in used))
        seconds = _spent() - began + sum(self._costs.get(one, 0.0) for one in used - self._set_up)
        if self._passed:
            self.tests.append(Test(item.nodeid, seconds, frozenset(self._functions(entered))))
        return done

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        """Record what a fixture enters, and its time, for all tests that use it."""
        self._entered.append(set())
        began = _spent()
        try:
            return (yield)
        finally:
            entered = self._entered.pop()
            self._of_fixtures[id(fixturedef)] = entered
            self._costs[id(fixturedef)] = _spent() - began
            self._set_up.add(id(fixturedef))
            self._entered[-1] |= entered

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record that a test failed or was skipped, so that it cannot kill."""
        self._passed = self._passed and report.passed

    def _functions(self, codes: set[CodeType]) -> Iterator[str]:
        for code in codes:
            if code.co_filename.startswith(self._watched) and code.co_name != MODULE:
                name = code.co_qualname.partition(".<locals>")[0]
                yield f"{code.co_filename.removeprefix(self._root)} {name}()"
