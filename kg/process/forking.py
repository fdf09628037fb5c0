"""Processes that are forked from one that holds something large, so that all of them share it (copy on write).

The fork server is asked over a Unix socket. With each request come the two ends of the pipes that the new process is to
have as standard input and output; the answer is its id, with a descriptor that names it for as long as that is open
(pidfd_open(2)), whatever other process has the id then.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Final, NoReturn

from kg.errors import StoreError, WorkerLostError
from kg.process import frames
from kg.process.child import Child, spawned

NUMBER: Final = 16
"""Bytes of a number on the socket, as decimal digits."""
ENDED: Final = b"0" * NUMBER
"""What is told about a process that has ended before it could be named."""
FORK_SECONDS: Final = 10.0


def available() -> bool:
    """Return whether this system lets processes be named by descriptors (Linux 5.3 and later)."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def private_bytes(pid: int) -> int:
    """Return how many bytes of memory a process shares with no other one; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024


def _touched_bytes(pid: int) -> int:
    """Return a number that grows by at least as much as the private memory of a process does; 0 if it is gone.

    A page that a process copies is a minor fault, a larger one that it takes makes it larger (proc_pid_stat(5)). Both
    are looked up in no time, whereas it takes milliseconds to count the private pages of a gigabyte.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[7]) + int(fields[21])) * os.sysconf("SC_PAGE_SIZE")


class Forked:
    """A process that another one has forked: what kg.process.child.Process asks for."""

    def __init__(self, pid: int, pidfd: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self._pidfd = os.fdopen(pidfd, "rb", buffering=0)
        self._touched, self._private = _touched_bytes(pid), 0

    def keeps_more_than(self, size: int) -> bool:
        """Return whether it keeps more than ``size`` bytes for itself."""
        touched = _touched_bytes(self.pid)
        if self._private + touched - self._touched > size:
            self._touched, self._private = touched, private_bytes(self.pid)
        return self._private > size

    def poll(self) -> int | None:
        """Return a number if the process has ended, else None."""
        return self._ended(0)

    def kill(self) -> None:
        """Kill it, if it lives."""
        with suppress(ProcessLookupError, ValueError):  # nothing is named by a descriptor that is closed
            signal.pidfd_send_signal(self._pidfd.fileno(), signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it has ended, and let go of the descriptor that names it."""
        self._ended(None)
        self._pidfd.close()
        return 0

    def _ended(self, milliseconds: int | None) -> int | None:
        if self._pidfd.closed:
            return 0
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return 0 if poll.poll(milliseconds) else None


class ForkServer:
    """A process that holds something in memory, as its parent sees it. Safe to use from many threads."""

    def __init__(self, module: str, subject: object, memory: int) -> None:
        """Start it, as kg.process.child.spawned does; it lives as long as the thread that calls this."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = spawned(module, subject, memory, theirs.fileno())
        self._socket = ours
        self._socket.settimeout(FORK_SECONDS)
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def loaded(self, seconds: float) -> bool:
        """Wait some seconds for it to hold what it is to hold; return whether it does.

        Raises StoreError if it has failed or ended.
        """
        assert self._process.stdout  # noqa: S101 - it is a pipe
        if not frames.ready(self._process.stdout.fileno(), time.monotonic() + seconds):
            return False
        Child(self._process)
        return True

    def fork(self, memory: int) -> Child:
        """Return a new process, which may have ``memory`` bytes beside what it shares.

        Raises StoreError if there is none, WorkerLostError if the server has died.
        """
        (request, ours), (reply, theirs) = os.pipe(), os.pipe()
        with ExitStack() as opened:
            stdin = opened.enter_context(os.fdopen(ours, "wb", buffering=0))
            stdout = opened.enter_context(os.fdopen(reply, "rb", buffering=0))
            try:
                pid, pidfd = self._named(memory, request, theirs)
            finally:
                os.close(request)
                os.close(theirs)
            opened.pop_all()
        return Child(Forked(pid, pidfd, stdin, stdout), FORK_SECONDS)

    def _named(self, memory: int, stdin: int, stdout: int) -> tuple[int, int]:
        """Have a process forked with this standard input and output; return its id and the descriptor that names it."""
        try:
            with self._lock:
                socket.send_fds(self._socket, [b"%0*d" % (NUMBER, memory)], [stdin, stdout])
                told, descriptors, _, _ = socket.recv_fds(self._socket, NUMBER, 1)
        except OSError as error:
            raise WorkerLostError(f"the process that holds the graph is gone: {error}") from None
        if not told:
            raise WorkerLostError("the process that holds the graph is gone")
        if not descriptors:
            raise StoreError("a worker ended before it began")
        return int(told), descriptors[0]

    def end(self) -> None:
        """Kill it, and with it all that it has forked, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        if self._process.stdout:
            self._process.stdout.close()


def serve_forks(run: Callable[[int], None]) -> None:
    """Fork a process for each request on standard input, until that is closed.

    In the new process, whose standard input and output are those of the request, ``run`` is called with the number of
    bytes that it may have beside what is shared; the process ends when that returns.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that end
    gc.collect()
    gc.freeze()  # a search for garbage would copy what is shared
    with socket.socket(fileno=os.dup(0)) as requests:
        while True:
            told, descriptors, _, _ = socket.recv_fds(requests, NUMBER, 2)
            if not told:
                return
            pid = os.fork()
            if not pid:
                requests.close()
                _become(run, descriptors, int(told))
            _answer(requests, pid)
            for one in descriptors:
                os.close(one)


def _answer(requests: socket.socket, pid: int) -> None:
    """Name a process that was just forked; nothing if it has died since, and its id may be that of another one."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        requests.send(ENDED)
        return
    socket.send_fds(requests, [b"%0*d" % (NUMBER, pid)], [descriptor])
    os.close(descriptor)


def _become(run: Callable[[int], None], descriptors: list[int], memory: int) -> NoReturn:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, one in enumerate(descriptors):
            os.dup2(one, number)
            os.close(one)
        run(memory)
    finally:
        os._exit(0)
