from __future__ import annotations

import socket
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

from kg.remote.clock import Clock
from tests.kg.remote.servers import oxigraph
from tests.paths import DATA

DUMP = DATA / "enrichment.ttl"
START = datetime(2026, 11, 23, 8, tzinfo=UTC)


class FakeTime:
    """A clock that only advances when somebody waits; ``waits`` are the times they waited."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []
        self.clock = Clock(lambda: START + timedelta(seconds=self.passed), lambda: self.passed, self.wait)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += seconds


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


# ---- A real SPARQL server, with a small DBpedia and a small Wikidata in it.


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Oxigraph server on loopback with tests/data/enrichment.ttl."""
    with oxigraph(DUMP, tmp_path_factory.mktemp("oxigraph")) as address:
        yield address


# ---- A server that misbehaves as told.

Reply = bytes | Callable[[str], bytes] | None
"""The bytes to send, or a function that makes them from the query; None keeps the client waiting."""


def http(body: bytes | str, status: str = "200 OK", **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else body.encode()
    given = {"Content_Type": "application/sparql-results+json", "Content_Length": str(len(content)), **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


NOTHING = '{"head":{"vars":["asked","property","value"]},"results":{"bindings":[]}}'


@dataclass
class Bad:
    """A server that sends each of ``replies`` once, and then repeats the last one."""

    replies: list[Reply] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    address: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    def reply(self, head: str, body: str) -> Reply:
        self.heads.append(head)
        self.queries.append(urllib.parse.parse_qs(body)["query"][0])
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def serving_badly(bad: Bad) -> Iterator[Bad]:
    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            head, body = received(self.request)
            reply = bad.reply(head, body)
            if reply is None:
                bad.done.wait(20)
                return
            with suppress(ConnectionError):  # the client has read enough and closed
                self.request.sendall(reply(bad.queries[-1]) if callable(reply) else reply)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        bad.address = f"http://127.0.0.1:{server.server_address[1]}/sparql"
        try:
            yield bad
        finally:
            bad.done.set()
            server.shutdown()
            thread.join()


def received(connection: socket.socket) -> tuple[str, str]:
    """Return the head and the body of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    names = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    while len(body) < int(names.get("content-length", "0")):
        body += connection.recv(65_536)
    return head.decode(), body.decode()


@pytest.fixture
def bad() -> Iterator[Bad]:
    with serving_badly(Bad([http(NOTHING)])) as server:
        yield server
