"""Servers on this machine: an Oxigraph, one that answers SERVICE from a store, one that sends arbitrary bytes."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

JSON = "application/sparql-results+json"
TICK = 0.02


@contextmanager
def oxigraph(dump: Path, location: Path) -> Iterator[str]:
    """Serve the statements of a file from an Oxigraph server on loopback; provides the address of its queries."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if program is None:
        pytest.skip("the oxigraph server is not installed: pip install oxigraph")
    load = [program, "load", "--location", str(location), "--file", str(dump), "--format", dump.suffix[1:]]
    subprocess.run(load, check=True, capture_output=True)
    port = free_port()
    command = [program, "serve-read-only", "--location", str(location), "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as server:
        assert server.stderr is not None
        try:
            assert any(b"Listening" in line for line in server.stderr)
            yield f"http://127.0.0.1:{port}/query"
        finally:
            server.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Remote:
    """A SPARQL service; ``queries`` and ``headers`` are those that it received."""

    port: int
    queries: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"


@contextmanager
def remote(turtle: str) -> Iterator[Remote]:
    """Serve some triples."""
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TURTLE)
    found = Remote(0)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = parse_qs(body)["query"][0] if "form" in self.headers["Content-Type"] else body
            found.queries.append(query)
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            try:
                results = store.query(query)
                assert isinstance(results, QuerySolutions)
                status, kind, content = 200, JSON, results.serialize(format=QueryResultsFormat.JSON) or b""
            except (SyntaxError, RuntimeError) as error:
                status, kind, content = 400, "text/plain", str(error).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        found.port = running.server_port
        thread = threading.Thread(target=running.serve_forever, args=(TICK,))
        thread.start()
        yield found
        running.shutdown()
        thread.join()


@dataclass
class Peer:
    """A server that reads a request and sends bytes; ``connections`` counts clients, ``received`` is what they sent."""

    port: int
    connections: int = 0
    received: list[bytes] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"


@contextmanager
def peer(answer: bytes, drip: bytes = b"") -> Iterator[Peer]:
    """Answer every connection with some bytes, and then repeat ``drip`` until the client is gone."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Peer(listening.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    found.connections += 1
                    with connection, suppress(OSError):
                        found.received.append(receive(connection))
                        connection.sendall(answer)
                        while drip and not found.closed.wait(TICK):
                            connection.sendall(drip)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield found
        finally:
            found.closed.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def receive(connection: socket.socket) -> bytes:
    """Read a whole request: closing a connection with unread data resets it, and the answer is lost."""
    request = b""
    while part := connection.recv(65_536):
        request += part
        head, end, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if end and len(body) >= int(length[1] if length else 0):
            break
    return request


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    """Return an HTTP response with its length."""
    given = {"Content-Type": JSON, "Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in given.items() if value)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
