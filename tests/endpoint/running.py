"""A server for tests, run as by ``kg serve`` but in a thread, and its log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from endpoint.server.http_server import HttpServer
from endpoint.site.log import Log, RequestRecord


class Records:
    """The records of the log about each request; a record may be written after the answer is sent."""

    def __init__(self, log: Log) -> None:
        self._found: list[RequestRecord] = []
        self._changed = threading.Condition()
        log.observers.append(self._add)

    def _add(self, record: RequestRecord) -> None:
        with self._changed:
            self._found.append(record)
            self._changed.notify_all()

    def wait(self, number: int, wanted: Callable[[RequestRecord], bool] = lambda _: True) -> list[RequestRecord]:
        """Wait until the log has this many wanted records, and return all wanted ones."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(list(filter(wanted, self._found))) >= number, 20), self._found
            return list(filter(wanted, self._found))


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
