"""A server of the tests, as ``kg serve`` runs it, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from endpoint.server.http_server import HttpServer


@contextmanager
def run(server: HttpServer) -> Iterator[None]:
    """Run a server for the time of a block."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(20)
