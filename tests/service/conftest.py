from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


class Service:
    """``kg serve`` on a store, in processes of its own."""

    def __init__(self, store: Path, port: int = 0, **settings: object) -> None:
        self.port = port or free_port()
        given = {"store": store, "port": self.port, **settings}
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            **{f"KG_{name.upper()}": str(value) for name, value in given.items()},
        }
        self.start()

    def start(self) -> None:
        """Start it, and wait until it prints its address and answers."""
        command = [sys.executable, "-m", "kg", "serve"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout
        assert b"Serving" in self.process.stdout.readline()
        assert self.ask("/readyz").status == 200

    def ask(self, path: str, **headers: str) -> Reply:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Connection": "close", **headers})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, response.read())
        finally:
            connection.close()

    @property
    def workers(self) -> list[int]:
        """The process ids of its workers, its children, or those of the process that holds the graph in memory."""
        found: list[int] = []
        for one in _children(self.process.pid):
            found += _children(one) if _holds_graph(one) else [one]
        return found

    @property
    def memory(self) -> int:
        """The process id of the process that holds the graph in memory; 0 if there is none, or not yet."""
        if json.loads(self.ask("/healthz").body)["graph"] != "memory":
            return 0
        return next(filter(_holds_graph, _children(self.process.pid)), 0)

    def stop(self) -> str:
        """Stop it as Ctrl-C does; return what it wrote to standard error."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=60)[1].decode()

    def kill(self) -> None:
        """Kill it as the kernel does when memory runs out."""
        self.process.kill()
        self.process.communicate(timeout=60)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found += [int(one) for one in file.read_text().split()]
    return found


def _holds_graph(pid: int) -> bool:
    try:
        return b"kg.workers.memory_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.fixture
def start_service() -> Iterator[Callable[..., Service]]:
    """A function that starts ``kg serve`` on a store, with settings; it is killed when the test ends."""
    services: list[Service] = []

    def start(store: Path, **settings: object) -> Service:
        services.append(Service(store, **settings))
        return services[-1]

    yield start
    for one in services:
        if one.process.returncode is None:
            one.kill()
