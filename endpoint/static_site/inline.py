"""Calls the application within this process: one WSGI call for each address, without a socket or a worker."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

from endpoint.app import create_app
from endpoint.documents.resource import described, described_at
from endpoint.site.site import NAME, STATIC, Site, site
from endpoint.static_site.reads import Reads, WatchedGraph, outcome, question
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import SEARCH
from kg.errors import NewsgraphError
from kg.lookup.describe import forget_descriptions
from kg.process.operation import Reply
from kg.query.operations import GraphOperation
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.store.snapshot import Snapshot
from kg.workers.memory import GraphPlace, Placement
from kg.workers.pool import untold
from kg.workers.worker import opened
from kg.workers.workers import Workers

BROWSER: Final = "text/html"


@dataclass(frozen=True, slots=True)
class StaticResponse:
    """An answer of the application: the status, the header fields by lower-case name, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


class InlineWorkers:
    """Answers requests to workers in this process, without limits, since all of them are internal."""

    placement: Final = Placement(GraphPlace.DISK, "files are made of it")

    def __init__(self, source: Snapshot, settings: Settings) -> None:
        """Open a snapshot; raises StoreDamagedError if that fails."""
        self.settings = settings
        self.snapshot = source
        self.graph = opened(source.database, WatchedGraph)
        self.begin()

    def begin(self) -> Reads:
        """Begin to note what a document is made from, without anything that was cached for others; return the notes."""
        forget_descriptions()
        self.graph.reads = Reads()
        return self.graph.reads

    @contextmanager
    def hold(self) -> Iterator[Snapshot]:
        """Provide the snapshot, which stays the same."""
        yield self.snapshot

    def ask(self, operation: GraphOperation[Reply], deadline: float | None = None, spent: object = untold) -> Reply:
        """Return the reply to an operation; raises one of kg.errors."""
        if getattr(operation, "index", None) is None:
            return operation.answer(self.graph)
        digest, reply = outcome(lambda: operation.answer(self.graph))
        asked = question(operation)
        if asked is None:
            self.graph.reads.unknown = True
        else:
            self.graph.reads.asked[asked] = digest
        if isinstance(reply, NewsgraphError):
            raise reply
        return reply


class InlineSite:
    """The application over one snapshot and for one public address, called for one address after another."""

    def __init__(self, source: Snapshot, settings: Settings) -> None:
        """Open a snapshot; ``settings.serve_url`` is where the site will be found, if it is not the identity base."""
        home = urlsplit(settings.serve_url or source.manifest.base)
        self.mount = home.path.rstrip("/")
        self._fixed = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": self.mount,
            "SERVER_NAME": home.hostname,
            "SERVER_PORT": str(home.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": home.netloc,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": home.scheme,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            STATIC: True,
        }
        self.workers = InlineWorkers(source, settings)
        self._app = create_app(settings, cast("Workers", self.workers))

    def begin(self) -> Reads:
        """Begin to note what a document is made from, without anything that was cached for others; return the notes."""
        found: Site = self._app.extensions[NAME]
        found.cache.clear()
        return self.workers.begin()

    @property
    def index(self) -> Path:
        """The index of the snapshot."""
        return Artefacts.of(self.workers.settings).obtain(SEARCH, self.workers.snapshot)

    def get(self, target: str, accept: str = BROWSER) -> StaticResponse:
        """Return the answer to a request for a target below the mount, such as ``/doc/day/2011-11-08.ttl``."""
        asked = self._environ(target) | {"HTTP_ACCEPT": accept}
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            started.append((status, headers))

        body = self._app.wsgi_app(asked, start)
        try:
            content = b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()
        status, headers = started[-1]
        return StaticResponse(int(status[:3]), {name.lower(): value for name, value in headers}, content)

    def representation(self, document: str, wanted: Format) -> bytes | None:
        """Return a document that has a page in another format, without what HTTP adds; None if only ``get`` can answer.

        It is what the view of documents sends, and takes half the time, since most of that is spent on header fields.
        """
        path, _, query = document[1:].partition("?")
        with self._app.request_context(self._environ(document)):
            try:
                iri = described_at(site(), unquote(path))
                return described(site(), iri, wanted, int(parse_qs(query).get("page", ["1"])[0])).body
            except NewsgraphError:
                return None

    def _environ(self, target: str) -> dict[str, Any]:
        path, _, query = target.partition("?")
        return self._fixed | {
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.mount + target,
            "wsgi.input": BytesIO(),
        }
