"""Measures the cost of a kept answer, compared with constant bytes in the same server, and the same file in nginx.

Usage: ``python bench/kept.py STORE``. Every figure is the CPU time of all processes of a server for one request, the
median of rounds in which the servers take turns. A peer that is not installed is left out with a message.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from served import ROOT, Server, free_port, listening, tree

REQUESTS = 2_000
ROUNDS = 9
CONNECTIONS = 8
ACCEPTS = {"Turtle": "text/turtle", "HTML": "text/html", "JSON-LD": "application/ld+json"}
FOUND = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: %d\r\n\r\n%b"
NGINX = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{ access_log off; keepalive_requests 10000000; default_type text/turtle;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""


@dataclass(frozen=True)
class Line:
    """A line of the table: the request, and the process and port that answer it."""

    name: str
    process: int
    port: int
    request: bytes
    other: bytes = b""
    """What takes turns with the request on a connection; it is as long, and so is its answer."""

    @property
    def at(self) -> tuple[int, int]:
        """The process and the port."""
        return self.process, self.port

    def cost(self, requests: int = REQUESTS) -> float:
        """Return the CPU time for one request, in microseconds."""
        before = cpu(self.process)
        load(self.port, (self.request, self.other or self.request), requests)
        return (cpu(self.process) - before) / requests * 1e6


def cpu(root: int) -> float:
    """Return how many seconds the threads of a process and of its descendants have run."""
    files = [file for one in tree(root) for file in Path(f"/proc/{one}/task").glob("*/schedstat")]
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def request(path: str, port: int, **fields: str) -> bytes:
    """Return a request as curl sends it, with further fields."""
    given = {"Host": f"127.0.0.1:{port}", "User-Agent": "curl/8.5.0", "Accept": "*/*", **fields}
    lines = (f"{name.replace('_', '-')}: {value}" for name, value in given.items())
    return "\r\n".join((f"GET {path} HTTP/1.1", *lines, "\r\n")).encode()


def answer(port: int, sent: bytes) -> bytes:
    """Return the whole answer to a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
        one.sendall(sent)
        found = b""
        while b"\r\n\r\n" not in found:
            found += one.recv(65_536)
        head, _, body = found.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        left = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
        while left > 0:
            part = one.recv(65_536)
            found, left = found + part, left - len(part)
        return found


def load(port: int, sent: tuple[bytes, bytes], requests: int) -> None:
    """Send two requests in turn, many times on eight connections, each of which waits for its answer."""
    size, left = len(answer(port, sent[0])), requests
    with ExitStack() as stack, DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            selector.register(one, EVENT_READ, [0, 0])
            one.sendall(sent[0])
        while left > 0:
            for key, _ in selector.select():
                connection: Any = key.fileobj
                key.data[0] += len(connection.recv(262_144))
                if key.data[0] >= size:
                    key.data[0], left = 0, left - 1
                    key.data[1] = 1 - key.data[1]
                    connection.sendall(sent[key.data[1]])


def kept(server: Server, path: str) -> list[Line]:
    """Return the lines of a document that ``kg serve`` keeps, after it was made."""
    found = []
    for name, accept in ACCEPTS.items():
        plain = request(path, server.port, Accept=accept)
        found.append(Line(f"kept {name}", server.process.pid, server.port, plain))
        for _ in range(3):
            head = answer(server.port, plain).partition(b"\r\n\r\n")[0].decode("latin-1")
    tag = next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("etag"))
    sent = request(path, server.port, Accept=ACCEPTS["JSON-LD"], If_None_Match=tag)
    turtle = found[0]
    other = turtle.request.replace(b"curl/8.5.0", b"curl/8.4.9")
    return [
        *found,
        Line("304", *turtle.at, sent),
        Line("kept Turtle, other fields each time", *turtle.at, turtle.request, other),
    ]


@contextmanager
def constant(kind: str, body: bytes) -> Iterator[Line]:
    """Run a server of constant bytes: this program's with a one-line application, or a bare asyncio protocol."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, __file__, kind, str(port)], stdin=subprocess.PIPE, env=_environment()
    ) as process:
        assert process.stdin  # a pipe, as requested
        process.stdin.write(body)
        process.stdin.close()
        listening(port)
        yield Line(f"constant bytes, {kind}", process.pid, port, request("/constant", port))
        process.terminate()


@contextmanager
def nginx(body: bytes) -> Iterator[Line]:
    """Run nginx with one file."""
    with TemporaryDirectory() as folder:
        port = free_port()
        Path(folder, "constant").write_bytes(body)
        Path(folder, "conf").write_text(NGINX.format(folder=folder, port=port))
        Path(folder).chmod(0o755)
        with subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/conf"], stderr=subprocess.DEVNULL) as process:
            listening(port)
            yield Line("nginx static", process.pid, port, request("/constant", port))
            process.terminate()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _application(body: bytes) -> Callable[..., Iterable[bytes]]:
    def answered(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/turtle"), ("Content-Length", str(len(body)))])
        return [body]

    return answered


def same_server(port: int, body: bytes) -> None:
    """Serve constant bytes with the server of this program, its log and its connections."""
    from flask import Flask

    from endpoint.server.http_server import HttpServer
    from endpoint.server.response_cache import ResponseCache
    from endpoint.site.log import Log
    from endpoint.site.site import NAME
    from kg.settings import Settings

    app = Flask("constant")
    app.extensions[Log.__name__] = Log(_application(body), [])
    app.extensions[ResponseCache.__name__] = ResponseCache(_application(body), lambda: "")
    app.extensions[NAME] = SimpleNamespace(leaving=threading.Event())
    HttpServer(app, replace(Settings(), port=port), lambda _: 0).run()


def bare(port: int, body: bytes) -> None:
    """Write constant bytes whenever data arrives: the cost of the event loop alone."""

    class Bare(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(FOUND % (len(body), body))

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


SERVERS = {"same server": same_server, "bare asyncio": bare}


def measured(store: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median cost of each line in microseconds; the lines take turns, round by round."""
    with ExitStack() as stack:
        server = stack.enter_context(Server(store))
        home = answer(server.port, request("/", server.port, Accept="text/html")).decode(errors="replace")
        path = "/doc" + home[home.index('href="/event/') + 6 :].partition('"')[0]
        lines = kept(server, path)
        body = answer(server.port, lines[0].request).partition(b"\r\n\r\n")[2]
        lines += [stack.enter_context(constant(kind, body)) for kind in SERVERS]
        if shutil.which("nginx"):
            lines.append(stack.enter_context(nginx(body)))
        else:
            print("nginx is left out: it is not installed (Debian: nginx-light)")
        costs = [[line.cost() for line in lines] for _ in range(rounds)]
    return {line.name: median(costs[number][at] for number in range(rounds)) for at, line in enumerate(lines)}


def main() -> None:
    """Print the table."""
    found = measured(Path(sys.argv[1]))
    same, peer = found["constant bytes, same server"], found.get("nginx static")
    print("| answer | CPU us per request | / constant bytes | / nginx |\n|---|--:|--:|--:|")
    for name, cost in found.items():
        print(f"| {name} | {cost:.1f} | {cost / same:.2f} | {f'{cost / peer:.2f}' if peer else '-'} |")


if __name__ == "__main__":
    if sys.argv[1] in SERVERS:
        SERVERS[sys.argv[1]](int(sys.argv[2]), sys.stdin.buffer.read())
    else:
        main()
