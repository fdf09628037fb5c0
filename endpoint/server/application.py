"""Calls the WSGI application for a connection: a request in, a response out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from endpoint.server.response import Fields
from endpoint.site.log import Application


@dataclass(slots=True)
class WsgiResponse:
    """Status line, fields and body. The parts of the body are in memory or in a file, so reading them never blocks."""

    status: str
    fields: Fields
    body: Iterable[bytes]
    close: Callable[[], object] = field(default=lambda: None)


def call(application: Application, environ: dict[str, Any]) -> WsgiResponse:
    """Call an application with a request (PEP 3333); raises its errors."""
    started: list[tuple[str, Fields]] = []

    def start_response(status: str, fields: Fields, exc_info: object = None) -> Callable[[bytes], object]:
        started.append((status, fields))
        return _written

    body = application(environ, start_response)
    status, fields = started[-1]
    return WsgiResponse(status, fields, body, getattr(body, "close", lambda: None))


def _written(_: bytes) -> object:
    raise NotImplementedError("PEP 3333 has write() for old applications only")
