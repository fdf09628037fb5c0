"""A proxy between a load and its server, which reports when a part of the graph is on its way."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PART = re.compile(rb"POST .*\r\ncontent-type: *application/n-triples", re.IGNORECASE | re.DOTALL)
SECONDS = 60


@dataclass
class Between:
    """Passes requests on to ``port``, but only a share of one part; then it calls ``within`` and hangs up.

    ``needs`` must be in the head of a request for it to count: a server may refuse the first try of each part.
    """

    port: int
    number: int
    share: float
    within: Callable[[], None]
    needs: bytes = b""
    seen: list[int] = field(default_factory=list)
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def own_port(self) -> int:
        return int(self.listening.getsockname()[1])

    @property
    def store(self) -> str:
        return f"sparql+http://127.0.0.1:{self.own_port}/"

    def serve(self) -> None:
        """Take connections until the socket is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self.port), SECONDS) as server:
            client.settimeout(SECONDS)
            head, body = _request(client)
            if PART.match(head) and self.needs in head:
                self.seen.append(len(body))
                if len(self.seen) == self.number:
                    server.sendall(head + body[: int(self.share * len(body))])
                    self.within()
                    return
            server.sendall(head + body)
            threading.Thread(target=_relay, args=(client, server), daemon=True).start()
            _relay(server, client)


def _request(client: socket.socket) -> tuple[bytes, bytes]:
    found = b""
    while b"\r\n\r\n" not in found:
        if not (more := client.recv(1 << 16)):
            raise OSError("no request")
        found += more
    head, _, body = found.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    while length and len(body) < int(length[1]):
        body += client.recv(1 << 16)
    return head + b"\r\n\r\n", body


def _relay(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(1 << 16):
            other.sendall(data)


@contextmanager
def between(port: int, number: int, share: float, within: Callable[[], None], needs: bytes = b"") -> Iterator[Between]:
    """Run a proxy for a server."""
    made = Between(port, number, share, within, needs)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.listening.shutdown(socket.SHUT_RDWR)
        made.listening.close()
        thread.join()
