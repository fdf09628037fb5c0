"""A copy of the project in which one module at a time is changed, and the tests that run there in forked processes."""

from __future__ import annotations

import fcntl
import gc
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final, Literal, NoReturn

import pytest

from tools.mutants import in_place
from tools.mutants.entered import Recorder, Test, write
from tools.mutants.mutations import Mutant

MEMORY: Final = 12 << 30
"""The address space of a process in bytes: an engine that opens a store takes several GB at once."""
PATIENCE: Final = 10
"""The factor by which a test may be slower than before."""
GRACE: Final = 4.0
"""Additional seconds that a test may take."""
BUSY: Final = 10
"""How many seconds may pass for one of processor time on a shared machine."""
OPTIONS: Final = (
    *("-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of hypothesis, which is imported before all forks
    *("--override-ini", "addopts=--strict-config --strict-markers --import-mode=importlib"),
)

SUMMARY: Final = re.compile(r"(?:FAILED|ERROR) (\S.*?::.*?)(?: - .*)?$")
"""How pytest names a test that failed; what tests log may begin with ERROR too."""

Outcome = Literal["killed", "survived", "timed out"]


class Deadlines:
    """A pytest plugin: a test that takes much longer than it did before ends the process with SIGPROF or SIGALRM.

    Processor time shows a loop soonest on a busy machine, and the clock shows who waits forever.
    """

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Start the timers."""
        allowed = PATIENCE * self._seconds.get(nodeid, 0.0) + GRACE
        signal.setitimer(signal.ITIMER_PROF, allowed)
        signal.alarm(int(BUSY * allowed))


class Order:
    """A pytest plugin that runs tests in the order in which they are named."""

    def __init__(self, names: Iterable[str]) -> None:
        self._place = {name: place for place, name in enumerate(names)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort the tests."""
        items.sort(key=lambda item: self._place.get(item.nodeid, len(self._place)))


class Tree:
    """The copy, in a new folder. Modules stay compiled, except the changed one.

    Raises BlockingIOError if another process uses the folder: the mutants of one would fail the tests of the other.
    """

    def __init__(self, project: Path, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT)  # as long as this process lives
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.root = folder
        self._ours: tuple[str, ...] = ()
        shutil.rmtree(folder, ignore_errors=True)
        command = ["git", "-C", str(project), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        for name in filter(None, names.split("\0")):
            if (project / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, folder / name)

    @contextmanager
    def changed(self, mutant: Mutant) -> Iterator[None]:
        """Put a mutant in place of its module."""
        file = self.root / mutant.path
        status, text = file.stat(), file.read_bytes()
        file.write_text(mutant.text, encoding="utf-8")
        try:
            yield
        finally:
            file.write_bytes(text)
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    def record(self, results: Mapping[str, Path], watched: tuple[str, ...]) -> int:
        """Run files of tests, write what the tests of each enter where ``results`` says, and return the exit code."""

        def run() -> int:
            recorder = Recorder(self.root, watched)
            recorder.watch()
            code = self._pytest("--continue-on-collection-errors", "-m", "not slow", *results, plugins=[recorder])
            sys.settrace(None)
            for file, result in results.items():
                write(result, [one for one in recorder.tests if one.file == file])
            return code

        return self._forked(run, compiles=True)

    def load(self, folders: Iterable[str], ours: tuple[str, ...]) -> None:
        """Import what the tests in some folders import, before any process is forked; ``ours`` are our packages."""
        self._ours = ours
        self._enter()
        with open(os.devnull, "w") as nothing, redirect_stdout(nothing):  # noqa: PTH123 - no file
            self._pytest("--collect-only", "-m", "not slow", *folders, plugins=[])
        gc.collect()
        gc.freeze()

    def outcome(self, tests: list[Test], mutant: Mutant | None = None) -> Outcome:
        """Run tests until one fails, with a mutant in place of its loaded module."""
        names = [one.name for one in tests]

        def run() -> int:
            if mutant and self._ours:
                in_place.put(mutant, self._ours)
            plugins = [Order(names), Deadlines({one.name: one.seconds for one in tests})]
            return self._pytest("-x", *names, plugins=plugins)

        code = self._forked(run, compiles=False)
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return "timed out"
        return "survived" if code == 0 else "killed"

    def failed(self) -> str:
        """Return the test that failed in the last run, "" if that ended differently."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = (SUMMARY.match(line) for line in lines)
        return next((one[1] for one in found if one), "")

    @property
    def _log(self) -> Path:
        return self.root.with_suffix(".log")

    def _pytest(self, *arguments: str, plugins: list[object]) -> int:
        """Run pytest, with a private folder for temporary files, and return its exit code."""
        return int(pytest.main([*OPTIONS, f"--basetemp={self.root.with_suffix('.tmp')}", *arguments], plugins=plugins))

    def _forked(self, run: Callable[[], int], *, compiles: bool) -> int:
        """Run a function in a process of its own; return its result, or minus the signal that ended it."""
        child = os.fork()
        if child == 0:
            self._become(run, compiles=compiles)
        try:
            _, status = os.waitpid(child, 0)
            return os.waitstatus_to_exitcode(status)
        finally:
            _end_group(child)

    def _enter(self) -> None:
        """Make this process, and those that it starts, import from here."""
        sys.path[:] = [str(self.root), *(one for one in sys.path if one not in ("", str(Path.cwd())))]
        os.chdir(self.root)
        os.environ["PYTHONPATH"] = str(self.root)

    def _become(self, run: Callable[[], int], *, compiles: bool) -> NoReturn:
        code = 70
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            output = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
            self._enter()
            if not compiles:
                sys.dont_write_bytecode = True
                os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            code = run()
        except BaseException:  # only the exit code may leave the process
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)


def _end_group(leader: int) -> None:
    """End the processes left behind by a session leader."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
