"""Runs a real server in processes of its own, and measures their resource use, for benchmarks that attack it."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[1]
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of an answer, and how many seconds it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Server:
    """``kg serve`` of a store on a free port, with settings; use it as a context manager."""

    def __init__(self, store: Path, **settings: object) -> None:
        self.port = free_port()
        given = {"store": store, "port": self.port, **settings}
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            **{f"KG_{name.upper()}": str(value) for name, value in given.items()},
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> float:
        """Start the server and wait until it is ready; return the seconds that took."""
        start = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve"], env=self.environment, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        while not self._ready():
            if self.process.poll() is not None:
                raise SystemExit("the server did not start")
            time.sleep(0.02)
        return time.monotonic() - start

    def placed(self) -> str:
        """Wait until the graph is in its final place, at most ten minutes; return which: memory or disk."""
        end = time.monotonic() + 600
        while (place := json.loads(self.send("GET", "/healthz").body)["graph"]) == "loading" and time.monotonic() < end:
            time.sleep(0.1)
        return str(place)

    def _ready(self) -> bool:
        try:
            return self.send("GET", "/readyz").status == 200
        except OSError:
            return False

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request on a new connection and return the answer."""
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, {"Connection": "close", **(headers or {})})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, names, content, time.monotonic() - start)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(20)


def free_port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def listening(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until somebody listens on a port; raises SystemExit if the process that should has ended."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process and process.poll() is not None:
                raise SystemExit(f"{process.args} did not start") from None
            time.sleep(0.01)
        else:
            return


def tree(root: int) -> list[int]:
    """Return a process and all its descendants, by their ids."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for one in found:
        found += children.get(one, [])
    return found


def holder(root: int) -> int:
    """Return the descendant of a process that holds the graph in memory, 0 if there is none."""
    return next(filter(_holds_graph, tree(root)), 0)


def _holds_graph(process: int) -> bool:
    try:
        return b"kg.workers.memory_process" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def proportional(processes: list[int]) -> int:
    """Return the memory of processes together, in bytes; what they share is counted once."""
    total = 0
    for one in processes:
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def resident(process: int) -> int:
    """Return the resident memory of a process in bytes, 0 if it is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def descriptors(process: int) -> int:
    """Return how many file descriptors a process has open."""
    return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208 - a Path for each would be slow


@dataclass
class Usage:
    """Samples the memory of a process and its descendants; use it as a context manager.

    ``peak`` is that of all of them, with shared memory counted once; ``largest`` that of one descendant, without the
    graph in memory that it may share.
    """

    root: int
    every: float = 0.1
    rarely: int = 20
    peak: int = 0
    largest: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        for number in itertools.count():
            if self.stopped.wait(self.every):
                return
            processes, graph = tree(self.root), holder(self.root)
            shared = resident(graph) if graph else 0
            sizes = [resident(one) for one in processes[1:] if one != graph]
            self.largest = max(self.largest, max(sizes, default=0) - shared)
            if number % self.rarely == 0:  # it takes 15 ms for each gigabyte
                self.peak = max(self.peak, proportional(processes))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self.thread.join()
