"""Responses as bytes (RFC 9112), without any socket: the head, and the framing of the body."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from endpoint.http.headers import COMMON
from endpoint.server.request import RequestHead
from endpoint.site.site import NAME

OWN: Final = frozenset({"date", "server", "connection", "transfer-encoding"})
"""Fields set by the server: those of the application are left out."""
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"
RETRY_SECONDS: Final = 2
PART: Final = 262_144
"""How many bytes of an answer are given to the socket at once; the client has ``send_seconds`` to take them."""

Fields = list[tuple[str, str]]


@dataclass(slots=True)
class Framing:
    """How a body is sent, and whether anything may follow it on the connection.

    ``left`` is how many bytes are still to be sent, None if not known; ``silent`` means that none are sent, whatever
    the application returns.
    """

    left: int | None
    chunked: bool
    silent: bool
    keeps_alive: bool

    @property
    def is_short(self) -> bool:
        """Whether bytes promised in the head are missing."""
        return bool(self.left) and not self.silent

    @property
    def is_complete(self) -> bool:
        """Whether all bytes promised in the head have been sent."""
        return self.left == 0 or self.silent

    def framed(self, data: memoryview) -> bytes:
        """Return a part of the body, framed for sending."""
        if self.silent or not data:
            return b""
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        return b"%x\r\n%b\r\n" % (len(data), bytes(data)) if self.chunked else bytes(data)

    def end(self) -> bytes:
        """Return the end marker of the body."""
        return LAST_CHUNK if self.chunked else b""


def begin(status: str, fields: Fields, request: RequestHead | None, *, keeps_alive: bool) -> tuple[bytes, Framing]:
    """Return the head of a response as bytes, and the framing of its body.

    ``request`` is None if it could not be read. Raises ValueError for a field with a line break.
    """
    lengths = [int(value) for name, value in fields if name.lower() == "content-length"]
    length = lengths[0] if lengths else None
    silent = status[:3] in ("204", "304") or (request is not None and request.method == "HEAD")
    measured = silent or length is not None
    chunked = not measured and request is not None and request.version == "1.1"
    framing = Framing(length, chunked=chunked, silent=silent, keeps_alive=keeps_alive and (measured or chunked))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields if name.lower() not in OWN)]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in a header field")
    lines += [f"Date: {date(int(time.time())).decode()}", f"Server: {NAME}"]
    lines += ["Transfer-Encoding: chunked"] if chunked else []
    if not framing.keeps_alive:
        lines.append("Connection: close")
    elif request and request.version == "1.0":
        lines.append("Connection: keep-alive")
    return "\r\n".join((*lines, "\r\n")).encode("latin-1"), framing


def parts(body: Iterable[bytes]) -> Iterator[memoryview]:
    """Yield a body in the parts in which it is sent."""
    for one in body:
        for start in range(0, len(one), PART):
            yield memoryview(one)[start : start + PART]


@lru_cache(maxsize=1)
def date(second: int) -> bytes:
    """Return a time in whole seconds for a Date field (RFC 9110, section 5.6.7)."""
    return formatdate(second, usegmt=True).encode()


def problem(status: int, detail: str) -> tuple[str, Fields, bytes]:
    """Return status line, fields and body of an answer made by the server itself (RFC 9457)."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode() + b"\n"
    fields = [
        *COMMON.items(),
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        fields.append(("Retry-After", str(RETRY_SECONDS)))
    return f"{status} {title}", fields, body
