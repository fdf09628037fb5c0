"""A proxy in front of a server of the tests, which changes one byte of some answers, or never sends them."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def nothing(path: str) -> bool:
    return False


PASSED = ("Content-Type", "Content-Range", "Repr-Digest", "ETag", "Retry-After")


@dataclass
class Proxy:
    """The port of the proxy and the requested paths; ``flips`` and ``holds`` select the paths that it tampers with."""

    origin: int
    flips: Callable[[str], bool] = nothing
    holds: Callable[[str], bool] = nothing
    asked: list[str] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        if self.holds(handler.path):
            self.held.set()
            self.ended.wait(60)
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.origin, timeout=30)
        names = ("Accept", "Range", "If-None-Match")
        given = {name: handler.headers[name] for name in names if handler.headers[name]}
        connection.request("GET", handler.path, headers={**given, "Connection": "close"})
        response = connection.getresponse()
        body = bytearray(response.read())
        connection.close()
        if body and self.flips(handler.path):
            body[len(body) // 2] ^= 1
        handler.send_response(response.status)
        for name in PASSED:
            if response.headers[name]:
                handler.send_header(name, response.headers[name])
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def proxy(origin: int) -> Iterator[Proxy]:
    """Run a proxy to a port of this machine, for the time of a block."""
    found = Proxy(origin)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.answer(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.ended.set()
        server.shutdown()
        thread.join(20)
        server.server_close()
