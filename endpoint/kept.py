"""Responses kept as bytes, before Flask: one for each address, preference of the client and snapshot.

A kept response is answered in a fraction of the time, also as 304 (RFC 9110, section 13) and compressed with gzip. Only
documents are kept: what depends on nothing but the snapshot, the address, and the headers in the key.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import Headers
from werkzeug.http import is_resource_modified, parse_accept_header

from endpoint.cache import Cache
from endpoint.log import Application
from endpoint.urls import THINGS

SIZE: Final = 64_000_000
LEAST: Final = 1_000
"""Bytes from which a response is worth compressing."""
LEVEL: Final = 6
FOLDERS: Final = frozenset({*THINGS, "doc", "page", "source", "memento", "timemap", "vocab", "frames", "static"})
NEGOTIATED: Final = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
CONDITIONAL: Final = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")
UNCHANGED: Final = ("content-length", "content-type", "content-encoding")
"""Headers that a 304 does not repeat."""

StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its status line, headers and body."""

    status: str
    headers: Headers
    body: bytes

    @property
    def is_fixed(self) -> bool:
        """Whether it is good for as long as its snapshot: it says so itself, by its entity tag."""
        return self.status.startswith("200") and "ETag" in self.headers and "public" in self.headers["Cache-Control"]

    def compressed(self) -> Response:
        """Return it in gzip, with an entity tag of its own, since a strong one names the bytes."""
        headers = Headers(self.headers)
        headers["Content-Encoding"] = "gzip"
        headers["ETag"] = f'{headers["ETag"].removesuffix(chr(34))}-gzip"'
        body = gzip.compress(self.body, LEVEL, mtime=0)
        headers["Content-Length"] = str(len(body))
        return Response(self.status, headers, body)


class Kept:
    """WSGI middleware that keeps the responses of an application; ``snapshot`` tells which one it answers from."""

    def __init__(self, application: Application, snapshot: Callable[[], str]) -> None:
        self.application = application
        self.snapshot = snapshot
        self.cache = Cache(SIZE)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        folder = environ["PATH_INFO"].split("/", 2)[1:2]
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not FOLDERS.intersection(folder):
            return self.application(environ, start_response)
        return _send(self._response(environ), environ, start_response)

    def _response(self, environ: dict[str, Any]) -> Response:
        snapshot, coded = self.snapshot(), _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        asked = (environ.get(name, "") for name in ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", *NEGOTIATED))
        key = (snapshot, coded, *asked)
        found: Response | None = self.cache.get(key)
        if found is None:
            found = self._made(environ, compress=coded)
            if found.is_fixed and self.snapshot() == snapshot:
                self.cache.put(key, found, len(found.body) + LEAST)
        return found

    def _made(self, environ: dict[str, Any], *, compress: bool) -> Response:
        """Return the whole response of the application, whatever part or condition is asked for."""
        whole = {name: value for name, value in environ.items() if name not in CONDITIONAL}
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
        response = Response(status, headers, content)
        if not response.is_fixed:
            return response
        headers["Vary"] = ", ".join(filter(None, (headers.get("Vary", ""), "Accept-Encoding")))
        return response.compressed() if compress and len(content) >= LEAST else response


def _takes_gzip(accepted: str) -> bool:
    """Whether a client takes gzip (RFC 9110, section 12.5.3)."""
    return any(name.lower() in ("gzip", "x-gzip") and weight > 0 for name, weight in parse_accept_header(accepted))


def _send(response: Response, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    headers = response.headers
    if response.is_fixed and not is_resource_modified(
        environ, headers["ETag"], last_modified=headers.get("Last-Modified")
    ):
        start_response("304 Not Modified", [one for one in headers if one[0].lower() not in UNCHANGED])
        return []
    start_response(response.status, headers.to_wsgi_list())
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]
