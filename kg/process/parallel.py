"""Other processes of this program: pools that work through pages, and modules that are run by themselves."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from kg.errors import StoreError
from kg.process.sandbox import end_with

Result = TypeVar("Result")
MANY_OBJECTS: Final = 100_000
"""How many new objects a process makes before it collects garbage: pages make many, and hardly any cycles."""


def each(function: Callable[..., Result], work: Sequence[tuple[Any, ...]], jobs: int) -> Iterator[Result]:
    """Yield what a function returns for each set of arguments, in order, whichever of ``jobs`` ends first.

    Whatever stops this ends the processes. Raises StoreError if one dies.
    """
    with pool(1 if len(work) <= 1 else jobs) as processes:
        yield from processes.each(function, work)


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes for several rounds of work, or this one if there are no others."""

    executor: ProcessPoolExecutor | None

    def each(self, function: Callable[..., Result], work: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
        """Yield what a function returns for each set of arguments, in order, whichever process ends first."""
        if self.executor is None:
            yield from (function(*one) for one in work)
            return
        for future in [self.executor.submit(function, *one) for one in work]:
            yield future.result()


@contextmanager
def pool(jobs: int) -> Iterator[Processes]:
    """Provide ``jobs`` processes while the block runs, which keep what they open; one job is this process itself.

    Whatever stops the block ends the processes. Raises StoreError if one dies.
    """
    if jobs == 1:
        yield Processes(None)
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    gc.freeze()  # memory from before the fork is shared: garbage collection would copy it
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(os.getpid(),)) as executor:
        others = set(multiprocessing.active_children())
        try:
            yield Processes(executor)
        except BrokenProcessPool as error:
            raise StoreError(
                "a process died, most likely for lack of memory: use fewer --jobs; "
                "kg verify says whether the store is damaged"
            ) from error
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            _kill(set(multiprocessing.active_children()) - others)
            raise
        finally:
            gc.unfreeze()


@contextmanager
def ending_processes() -> Iterator[None]:
    """End all pools of this process if the block fails, including those that other threads wait for."""
    try:
        yield
    except BaseException:
        _kill(multiprocessing.active_children())
        raise


def _kill(children: Iterable[BaseProcess]) -> None:
    for child in children:
        child.kill()


def _begin(parent: int) -> None:
    """Initialise a process of a pool."""
    end_with(parent)  # it inherits the lock on the store, and would hold it for ever if it outlived a killed build
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends its pools
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    expect_objects()


def expect_objects() -> None:
    """Make this process collect garbage less often, since it makes many objects that stay."""
    gc.set_threshold(MANY_OBJECTS)


def environment() -> dict[str, str]:
    """Return the environment of a process that imports from the same places as this one, and inherits nothing else."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a newsgraph module and wait for it. Raises OSError if no process can be started."""
    command = _command(module, *arguments)
    return subprocess.run(command, env=environment(), capture_output=True, check=False)  # noqa: S603 - this Python


def started(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a newsgraph module with its output piped. Raises OSError if no process can be started."""
    return subprocess.Popen(  # noqa: S603 - this Python
        _command(module, *arguments), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def _command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
