"""Jobs: pure functions from texts to texts, run by processes of this machine or of a cluster.

A job declares what it reads and which files its texts go to, so that it can run anywhere: a process of this machine
reads and writes itself; another machine receives the inputs and sends the texts back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from kg.process.parallel import each

Result = TypeVar("Result")


class Input(Protocol):
    """An input of a job, which must be read first."""

    def read(self) -> Any:
        """Return it."""


@dataclass(frozen=True, slots=True)
class FileText:
    """The bytes of a file from ``start`` to ``end``, by default all of them."""

    file: Path
    start: int = 0
    end: int | None = None

    def read(self) -> bytes:
        """Return the bytes. Raises OSError if they cannot be read."""
        with self.file.open("rb") as stream:
            stream.seek(self.start)
            return stream.read() if self.end is None else stream.read(self.end - self.start)


@dataclass(frozen=True, slots=True)
class Job(Generic[Result]):
    """A function of ``arguments`` and of the contents of ``inputs``, which returns texts for ``files``, and a result.

    The function is pure: it returns the same wherever and however often it runs.
    """

    make: Callable[..., tuple[Sequence[bytes], Result]]
    arguments: tuple[Any, ...]
    inputs: tuple[Input, ...] = ()
    files: tuple[Path, ...] = ()

    def write(self, texts: Sequence[bytes]) -> None:
        """Write the texts to the files."""
        for file, text in zip(self.files, texts, strict=True):
            file.write_bytes(text)

    def run(self) -> Result:
        """Do the job here."""
        texts, result = self.make(*self.arguments, *(one.read() for one in self.inputs))
        self.write(texts)
        return result


class Scheduler(Protocol):
    """Runs jobs."""

    def results(self, jobs: Iterable[Job[Result]]) -> Iterator[Result]:
        """Run jobs, several at a time, and yield their results in the order of the jobs.

        When a result is yielded, the texts of its job are in their files. Raises StoreError if processes die.
        """


class LocalPool:
    """Processes of this machine."""

    def __init__(self, processes: int) -> None:
        self.processes = processes

    def results(self, jobs: Iterable[Job[Result]]) -> Iterator[Result]:
        """Run jobs in processes that are forked for them and end with them."""
        return each(_run, [(job,) for job in jobs], self.processes)


def _run(job: Job[Result]) -> Result:
    return job.run()
