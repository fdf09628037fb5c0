from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, sync_playwright

from endpoint.app import create_app, server
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from kg.write.tokens import digest
from kg.write.writer import Writer
from tests.conftest import TURTLE, publish_turtle
from tests.endpoint.running import run


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
def listening(settings: Settings, workers: Workers, writer: Writer | None = None) -> Iterator[int]:
    """Run a server on a free port, as kg serve runs it."""
    assert workers.ready(20)
    running = server(create_app(settings, workers, writer), settings)
    with run(running):
        yield running.port


def sender(port: int) -> Send:
    """Return a function that sends one request, exactly as given, and does not follow redirects."""

    def request(
        path: str, accept: str | None = None, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            given |= {"Accept": accept} if accept is not None else {}
            with suppress(BrokenPipeError):  # the server may answer and close before it has read a long body
                connection.request(method, path, body, {"Connection": "close", **given})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, response.read())
        finally:
            connection.close()

    return request


@pytest.fixture(scope="session")
def port(settings: Settings, workers: Workers) -> Iterator[int]:
    """A read-only server on a free port that does not time out, however busy the machine is."""
    wait(Artefacts.of(settings).prepare(PREPARED, workers.snapshot))
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
        with Workers(Store(Path(settings.store)), settings) as workers, listening(settings, workers) as number:
            yield sender(number)

    return serve


WRITE_TOKEN = "a-token-of-the-tests"
BEARER = f"Bearer {WRITE_TOKEN}"


@dataclass(frozen=True)
class Writable:
    """A writable server; ``write`` sends with its token, ``read`` without."""

    store: Path
    port: int
    read: Send

    def write(self, path: str, method: str = "POST", body: bytes | None = None, **headers: str) -> Reply:
        return self.read(path, None, method, body, **{"Authorization": BEARER, **headers})

    def update(self, text: str, **headers: str) -> Reply:
        return self.write("/sparql", body=text.encode(), Content_Type="application/sparql-update", **headers)

    def ask(self, pattern: str) -> bool:
        query = urlencode({"query": f"ASK {{ {pattern} }}"})
        answer: bool = json.loads(self.read(f"/sparql?{query}").body)["boolean"]
        return answer


@pytest.fixture(scope="session")
def writable(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Writable]:
    """A writable server with a store of its own."""
    store = tmp_path_factory.mktemp("writable") / "store"
    publish_turtle(store, TURTLE.read_text(encoding="utf-8"))
    own = replace(settings, store=str(store), writable=True, upload_bytes=500_000, query_seconds=10.0, threads=16)
    own = replace(own, write_token_sha256=f"{'0' * 64},{digest(WRITE_TOKEN)}")
    with (
        Workers(Store(store), own) as pool,
        Writer(Store(store), own, pool) as writer,
        listening(own, pool, writer) as number,
    ):
        yield Writable(store, number, sender(number))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser that can reach no other host than this one."""
    with sync_playwright() as driver:
        alone = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
        running = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", alone])
        yield running
        running.close()
