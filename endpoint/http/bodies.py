"""Bodies of requests: their media types, and what is never accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from endpoint.http.negotiate import media_type

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii"})


def check(known: Sequence[str]) -> None:
    """Raise UnsupportedMediaType unless the body of the current request has one of the media types ``known``."""
    if not request.content_length and not request.headers.get("Transfer-Encoding"):
        return
    identity()
    kind, options = media_type(request.headers.get("Content-Type"))
    if kind not in known:
        raise UnsupportedMediaType(f"send the body as {' or '.join(known)}, not as {kind[:100] or 'of no media type'}")
    utf8(options)


def identity() -> None:
    """Raise UnsupportedMediaType for a body with a content coding, which could unpack to any size."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("send the request without a content coding")


def utf8(options: dict[str, str]) -> None:
    """Raise UnsupportedMediaType for a media type with another charset parameter than UTF-8."""
    if options.get("charset", "utf-8").lower() not in CHARSETS:
        raise UnsupportedMediaType("send the text in UTF-8")
