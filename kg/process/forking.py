"""Processes forked from one that holds something large, so that all of them share it (copy on write).

The fork server takes requests over a Unix socket. Each request carries the two ends of the pipes that become standard
input and output of the new process; the answer is its id, with a descriptor that refers to it as long as it is open
(pidfd_open(2)), even if another process gets the id.
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
"""The length of a number on the socket, in decimal digits."""
ENDED: Final = b"0" * NUMBER
"""The answer for a process that ended before it had a descriptor."""
FORK_SECONDS: Final = 10.0


def available() -> bool:
    """Return whether this system can refer to processes by descriptors (Linux 5.3 and later)."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def private_bytes(pid: int) -> int:
    """Return how many bytes of memory a process shares with no other; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024


def _touched_bytes(pid: int) -> int:
    """Return a number that grows at least as fast as the private memory of a process; 0 if it is gone.

    Copying a page is a minor fault, and allocating memory increases the size of the process (proc_pid_stat(5)). Both
    are read instantly, whereas counting the private pages of a gigabyte takes milliseconds.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[7]) + int(fields[21])) * os.sysconf("SC_PAGE_SIZE")


class Forked:
    """A process forked by another one, as a kg.process.child.Process."""

    def __init__(self, pid: int, pidfd: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self._pidfd = os.fdopen(pidfd, "rb", buffering=0)
        self._touched, self._private = _touched_bytes(pid), 0

    def keeps_more_than(self, size: int) -> bool:
        """Return whether its private memory is more than ``size`` bytes."""
        touched = _touched_bytes(self.pid)
        if self._private + touched - self._touched > size:
            self._touched, self._private = touched, private_bytes(self.pid)
        return self._private > size

    def poll(self) -> int | None:
        """Return its exit status if the process has ended, else None."""
        return self._ended(0)

    def kill(self) -> None:
        """Kill it, if it is alive."""
        with suppress(ProcessLookupError, ValueError):  # a closed descriptor refers to nothing
            signal.pidfd_send_signal(self._pidfd.fileno(), signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it has ended, and close its descriptor."""
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
    """A process that holds something in memory, as seen by its parent. Safe to use from many threads."""

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
        """Wait some seconds until it has loaded its data; return whether it has.

        Raises StoreError if it has failed or ended.
        """
        assert self._process.stdout  # noqa: S101 - it is a pipe
        if not frames.ready(self._process.stdout.fileno(), time.monotonic() + seconds):
            return False
        Child(self._process)
        return True

    def fork(self, memory: int) -> Child:
        """Return a new process, which may have ``memory`` bytes besides what it shares.

        Raises StoreError if it cannot be forked, WorkerLostError if the server has died.
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
        """Request a process with this standard input and output; return its id and descriptor."""
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
        """Kill it, and with it all its forks, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        if self._process.stdout:
            self._process.stdout.close()


def serve_forks(run: Callable[[int], None]) -> None:
    """Fork a process for each request on standard input, until that is closed.

    In the new process, whose standard input and output are those of the request, ``run`` is called with the number of
    bytes that it may use besides the shared memory; the process ends when ``run`` returns.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for ended children
    gc.collect()
    gc.freeze()  # garbage collection would copy shared pages
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
    """Send id and descriptor of a new process; no descriptor if it has died, since its id may be another's by now."""
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
