from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

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


Serving = Callable[[Settings], AbstractContextManager[Send]]


@contextmanager
def listening(settings: Settings, workers: Workers) -> Iterator[int]:
    """Run a waitress server on a free port, as kg serve runs it."""
    assert workers.ready(20)
    running = server(settings, workers)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        yield int(running.effective_port)
    finally:
        running.trigger.pull_trigger(running.close)
        thread.join(20)
        running.task_dispatcher.shutdown()


def sender(port: int) -> Send:
    """Return a function that sends one request, exactly as given, and does not follow redirects."""

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


@pytest.fixture(scope="session")
def port(settings: Settings, workers: Workers) -> Iterator[int]:
    """The port of a server of the small graph."""
    with listening(settings, workers) as number:
        yield number


@pytest.fixture(scope="session")
def send(port: int) -> Send:
    """Send a request to the server of the small graph."""
    return sender(port)


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Serve the store of some settings, for the time of a block."""

    @contextmanager
    def serve(settings: Settings) -> Iterator[Send]:
        with Workers(Path(settings.store), settings) as workers, listening(settings, workers) as number:
            yield sender(number)

    return serve
