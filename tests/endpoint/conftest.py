from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from endpoint.app import server
from kg.settings import Settings
from kg.workers import Workers


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


Send = Callable[..., Reply]


@pytest.fixture(scope="session")
def port(settings: Settings, workers: Workers) -> Iterator[int]:
    """A waitress server on a free port, as kg serve runs it."""
    assert workers.ready(20)
    running = server(settings, workers)
    thread = threading.Thread(target=running.run)
    thread.start()
    yield int(running.effective_port)
    running.trigger.pull_trigger(running.close)
    thread.join(20)
    running.task_dispatcher.shutdown()


@pytest.fixture(scope="session")
def send(port: int) -> Send:
    """Send one request, exactly as given, and return the reply without following redirects."""

    def request(
        path: str, accept: str | None = None, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            given |= {"Accept": accept} if accept is not None else {}
            connection.request(method, path, body, {"Connection": "close", **given})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, response.read())
        finally:
            connection.close()

    return request
