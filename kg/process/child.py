"""A worker process as seen by its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import IO, Any, Final, Protocol

from kg import errors
from kg.errors import (
    FrameDeadlineError,
    FrameTooLargeError,
    NewsgraphError,
    PipeClosedError,
    QueryError,
    QueryTimeoutError,
    ResultTooLargeError,
    StoreDamagedError,
    StoreError,
    WorkerLostError,
)
from kg.process import frames
from kg.process.operation import Operation, Reply
from kg.process.parallel import environment

START_SECONDS: Final = 30.0
OVERHEAD: Final = 1 << 20


class Process(Protocol):
    """The interface of a running process; subprocess.Popen implements it."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    def poll(self) -> int | None:
        """Return its exit status if the process has ended, else None."""

    def kill(self) -> None:
        """Kill it, if it is alive."""

    def wait(self) -> int:
        """Wait until it has ended."""


def spawned(module: str, subject: object, memory: int, stdin: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start a module as a process with the calling thread as its parent. Raises StoreError if that fails.

    ``subject`` is what it works on, such as the database for kg.workers.worker, and ``memory`` its largest address
    space in bytes.
    """
    # Each thread would reserve 64 MB or more for itself: on a busy machine this used up the address space of a small
    # worker.
    settings = {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"}
    arguments = [str(subject), str(memory), str(os.getpid())]
    try:
        return subprocess.Popen(  # noqa: S603 - this Python, and a module of ours
            [sys.executable, "-m", module, *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment() | settings,
        )
    except OSError as error:  # out of memory, processes or files
        raise StoreError(f"a worker for {subject} could not be started: {error}") from None


class Child:
    """A running worker process. Only one thread may use it at a time."""

    def __init__(self, process: Process, seconds: float = START_SECONDS) -> None:
        """Wait until a process accepts requests; end it and raise StoreError if it does not within some seconds."""
        self.process = process
        self.lost = False
        try:
            self.confined = bool(self._receive(time.monotonic() + seconds, None)[0]["confined"])
        except NewsgraphError as error:
            self.end()
            kind = StoreDamagedError if isinstance(error, StoreDamagedError) else StoreError
            raise kind(f"a worker did not start: {error}") from None

    @classmethod
    def of(cls, module: str, subject: object, memory: int) -> Child:
        """Start a module as a worker process, see ``spawned``. Raises StoreError if that fails."""
        return cls(spawned(module, subject, memory))

    def send(self, operation: Operation[Any], deadline: float) -> None:
        """Send an operation that must be answered before ``deadline`` (time.monotonic()).

        Raises QueryTimeoutError if that has already passed, WorkerLostError if the worker has died.
        """
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise QueryTimeoutError("the deadline passed before the query could start")
        header, body = operation.frame()
        try:
            frames.send(_descriptor(self.process.stdin), {**header, "seconds": seconds}, body)
        except PipeClosedError:
            self.kill()
            raise WorkerLostError("the worker died before it was asked") from None

    def answers(self, moment: float) -> bool:
        """Wait until ``moment`` at most; return whether the reply has begun, or the worker has ended."""
        return frames.ready(_descriptor(self.process.stdout), moment)

    def receive(self, operation: Operation[Reply], deadline: float, limit: int) -> Reply:
        """Return the reply to the operation that was sent.

        A worker that misses the deadline, dies, sends more than ``limit`` bytes, or failed at reading or writing is
        killed and ``lost``. Raises QueryTimeoutError, WorkerLostError, ResultTooLargeError, or what the worker reports.
        """
        return operation.reply(*self._receive(deadline, limit + OVERHEAD))

    def ask(self, operation: Operation[Reply], deadline: float, limit: int = 0) -> Reply:
        """Send an operation and return the reply; raises what ``send`` and ``receive`` raise."""
        self.send(operation, deadline)
        return self.receive(operation, deadline, limit)

    def _receive(self, deadline: float, limit: int | None) -> tuple[dict[str, Any], bytes]:
        try:
            header, body = frames.receive(_descriptor(self.process.stdout), deadline, limit)
        except FrameDeadlineError:
            self.kill()
            raise QueryTimeoutError("the query did not end before its deadline and was stopped") from None
        except PipeClosedError:
            self.kill()
            raise WorkerLostError("the process that ran the query died; the query may need too much memory") from None
        except FrameTooLargeError:
            self.kill()
            raise ResultTooLargeError("the result is larger than this service sends") from None
        if header.get("ends"):
            self.kill()
        if "error" in header:
            raise _reported(header)
        return header, body

    def kill(self) -> None:
        """Kill the process at once, without waiting for it to be gone."""
        self.lost = True
        self.process.kill()

    def end(self) -> None:
        """Kill the process and wait until it is gone, so that no zombie remains."""
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def _descriptor(pipe: Any) -> int:
    return int(pipe.fileno())


def _reported(header: dict[str, Any]) -> NewsgraphError:
    """Return the exception that a worker reports by the name of its class."""
    found = getattr(errors, header["error"], QueryError)
    kind = found if isinstance(found, type) and issubclass(found, NewsgraphError) else QueryError
    error: NewsgraphError = kind.__new__(kind, header["message"])
    vars(error).update(header.get("attributes", {}))
    return error
