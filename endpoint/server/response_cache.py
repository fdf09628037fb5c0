"""Caches responses as bytes, before Flask: one for each address, client preference and version of what is served.

A cached response is sent in a fraction of the time, also as 304 (RFC 9110, section 13) and compressed with gzip. Only
documents are cached: they depend only on that version (the snapshot, and whether its feeds exist), the address, and the
headers in the key.
"""

from __future__ import annotations

import gzip
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Final, Self
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header
from werkzeug.test import EnvironBuilder

from endpoint.http.conditional import CONDITIONS, unmet
from endpoint.http.hosts import ROOT
from endpoint.http.urls import THINGS
from endpoint.rendering.assets import FOLDER as ASSETS
from endpoint.site.languages import apart
from endpoint.site.log import Application
from endpoint.site.lru import LruCache
from kg.errors import ResponseNotKeptError

SIZE: Final = 64_000_000
LEAST: Final = 1_000
"""The size in bytes from which a response is compressed."""
LARGEST: Final = 1_000_000
"""The size in bytes up to which a response is cached, so that none displaces thousands of others."""
LEVEL: Final = 6
FOLDERS: Final = frozenset(
    {*THINGS, "", "doc", "page", "source", "memento", "timemap", "vocab", "frames", "events", "embed", ASSETS}
)
"""First segments of paths with cached responses; "" is the home page."""
GROWING: Final = "/doc/snapshot/"
"""Documents that change while the snapshot stays: they list the existing dumps."""
COUNTED: Final = 10_000
COUNTED_LENGTH: Final = 1_000
ONLY_KEPT: Final = "newsgraph.only_kept"
"""Key in the WSGI environment of a request that is answered only from the cache. Its value is an OnlyKept."""
UNCHANGED: Final = ("content-length", "content-type", "content-encoding")
"""Headers not repeated in a 304 or 412."""

StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response: its status line, headers and body."""

    status: str
    headers: Headers
    body: bytes

    @property
    def is_fixed(self) -> bool:
        """Whether it is valid as long as its snapshot, as its entity tag says."""
        return self.status.startswith("200") and "ETag" in self.headers and "public" in self.headers["Cache-Control"]

    def compressed(self) -> CachedResponse:
        """Return it in gzip, with an entity tag of its own, since a strong one names the bytes."""
        headers = Headers(self.headers)
        headers["Content-Encoding"] = "gzip"
        headers["ETag"] = f'{headers["ETag"].removesuffix(chr(34))}-gzip"'
        body = gzip.compress(self.body, LEVEL, mtime=0)
        headers["Content-Length"] = str(len(body))
        return CachedResponse(self.status, headers, body)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a response depends on besides the snapshot; ``path`` is encoded as in a WSGI environment."""

    path: str
    query: str = ""
    accept: str = ""
    language: str = ""
    mount: str = ""
    root: str = ""
    gzip: bool = False

    @classmethod
    def of(cls, environ: dict[str, Any]) -> Self:
        """Return this for a request."""
        names = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "SCRIPT_NAME", ROOT)
        path, query, accept, language, mount, root = (environ.get(name, "") for name in names)
        return cls(path, query, accept, language, mount, root, _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")))

    @classmethod
    def link(cls, target: str, accept: str) -> Self:
        """Return this for a client that follows a link on this server."""
        path, _, query = target.partition("#")[0].partition("?")
        return cls(unquote_to_bytes(path).decode("latin-1"), query, accept, gzip=True)

    @property
    def is_document(self) -> bool:
        """Whether the response at the path may be cached."""
        _, path = apart(self.path)
        return not FOLDERS.isdisjoint(path.split("/", 2)[1:2]) and not path.startswith(GROWING)

    @property
    def size(self) -> int:
        """Its size in characters."""
        return sum(map(len, (self.path, self.query, self.accept, self.language, self.mount)))

    def environ(self) -> dict[str, Any]:
        """Return the WSGI environment of such a request."""
        headers = {"HTTP_ACCEPT": self.accept, "HTTP_ACCEPT_LANGUAGE": self.language}
        found = EnvironBuilder().get_environ() | {name: value for name, value in headers.items() if value}
        return found | {"PATH_INFO": self.path, "QUERY_STRING": self.query, "SCRIPT_NAME": self.mount, ROOT: self.root}


@dataclass(slots=True)
class OnlyKept:
    """The outcome of a request to the cache only; no response if the application answered without the cache.

    ``version`` is what the response is valid for; ``count`` records that it was requested again.
    """

    response: CachedResponse | None = None
    version: str = ""
    count: Callable[[], None] = field(default=lambda: None)


class ResponseCache:
    """WSGI middleware that caches the responses of an application; ``version`` returns the current version."""

    def __init__(self, application: Application, version: Callable[[], str]) -> None:
        self.application = application
        self.version = version
        self.cache = LruCache(SIZE)
        self._counts: Counter[Asked] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333). Raises ResponseNotKeptError if only a cached response is wanted."""
        asked = Asked.of(environ)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not asked.is_document:
            _refuse_to_make(environ)
            return self.application(environ, start_response)
        version = self.version()
        response = self._response(asked, environ, version)
        if response.is_fixed:
            self._count(asked)
        if kept := environ.get(ONLY_KEPT):
            kept.response, kept.version, kept.count = response, version, partial(self._count, asked)
        return _send(response, environ, start_response)

    def response(self, asked: Asked) -> CachedResponse:
        """Return the response to a request that no client sent, so that it is cached for later ones."""
        return self._response(asked, asked.environ(), self.version())

    def busiest(self, number: int) -> list[Asked]:
        """Return the most frequent requests, most frequent first."""
        with self._lock:
            return [asked for asked, _ in self._counts.most_common(number)]

    def _count(self, asked: Asked) -> None:
        if asked.size > COUNTED_LENGTH:  # clients of this kind are not worth the memory
            return
        with self._lock:
            self._counts[asked] += 1
            if len(self._counts) > COUNTED:
                self._counts = Counter(dict(self._counts.most_common(COUNTED // 2)))

    def _response(self, asked: Asked, environ: dict[str, Any], version: str) -> CachedResponse:
        key = (version, asked)
        found: CachedResponse | None = self.cache.get(key)
        if found is None:
            _refuse_to_make(environ)
            found = self._made(environ, compress=asked.gzip)
            if found.is_fixed and len(found.body) <= LARGEST and self.version() == version:
                self.cache.put(key, found, len(found.body) + asked.size + LEAST)
        return found

    def _made(self, environ: dict[str, Any], *, compress: bool) -> CachedResponse:
        """Return the whole response of the application, whatever part or condition is requested."""
        whole = {name: value for name, value in environ.items() if name not in CONDITIONS}
        made: list[tuple[str, Headers]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
            made.append((status, Headers(headers)))
            return lambda _: None

        body = self.application(whole | {"REQUEST_METHOD": "GET"}, start)
        try:
            content = b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()
        status, headers = made[-1]
        response = CachedResponse(status, headers, content)
        if not response.is_fixed:
            return response
        headers["Vary"] = ", ".join(filter(None, (headers.get("Vary", ""), "Accept-Encoding")))
        return response.compressed() if compress and len(content) >= LEAST else response


def _refuse_to_make(environ: dict[str, Any]) -> None:
    if environ.get(ONLY_KEPT):
        raise ResponseNotKeptError("the response is not kept")


def _takes_gzip(accepted: str) -> bool:
    """Return whether a client accepts gzip (RFC 9110, section 12.5.3)."""
    return any(name.lower() in ("gzip", "x-gzip") and weight > 0 for name, weight in parse_accept_header(accepted))


def _send(response: CachedResponse, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    headers = response.headers
    status = unmet(headers, environ) if response.is_fixed else None
    if status:
        start_response(
            f"{status} {HTTPStatus(status).phrase}", [one for one in headers if one[0].lower() not in UNCHANGED]
        )
        return []
    start_response(response.status, headers.to_wsgi_list())
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]
