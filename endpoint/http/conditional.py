"""Validators, and the conditions that requests put on them: the one place for RFC 9110, section 13.

``conditional`` gives a response its entity tag, modification time and lifetime; ``digest`` makes a tag from the bytes
of a representation. ``unmet`` decides between 200, 304 and 412 for the application and for the cache in front of it; a
part (206) is sent only by ``ranged``. A server may ignore If-Unmodified-Since for reading, and this one does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import is_resource_modified, parse_date, parse_etags

MINUTE: Final = "public, max-age=60"
CONDITIONS: Final = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")
"""The fields, by WSGI name, that make a response something other than the whole representation."""
PARTIAL: Final = ("REQUEST_METHOD", "HTTP_RANGE", "HTTP_IF_RANGE")
IGNORED: Final = {
    "HTTP_IF_MODIFIED_SINCE": ("HTTP_IF_MODIFIED_SINCE",),
    "HTTP_IF_UNMODIFIED_SINCE": ("HTTP_IF_UNMODIFIED_SINCE",),
    "HTTP_IF_RANGE": ("HTTP_IF_RANGE", "HTTP_RANGE"),  # a range is sent only if its condition is met (section 13.1.5)
}
"""The fields removed together with a field that has an unreadable date."""

Application = Callable[[dict[str, Any], Any], Any]


def conditional(response: Response, etag: str, modified: datetime | None = None, caching: str = MINUTE) -> Response:
    """Add validators and Cache-Control to a response, and answer as the conditions of the request require.

    ``etag`` is the text of a strong entity tag, without quotes; ``modified`` is None if not known. Clients keep the
    headers along with the tag, so different links need a different tag.
    """
    links = response.headers.get("Link")
    response.set_etag(f"{etag}-{digest(links.encode())[:8]}" if links else etag)
    if modified:  # None would be taken for now
        response.last_modified = modified
    response.headers["Cache-Control"] = caching
    status = unmet(response.headers, request.environ)
    if status:
        response.status_code = status
    return response


def by_content(response: Response, modified: datetime | None = None) -> Response:
    """Add to a response the validators of its content, which may change while the snapshot stays.

    The tag includes the media type, since two representations may have the same bytes.
    """
    tag = digest((response.content_type or "").encode(), b"\0", response.get_data())
    return conditional(response, tag, modified)


def ranged(response: Response, etag: str, caching: str = MINUTE) -> Response:
    """Add validators to the response that sends a file, and reduce it to the range that is requested.

    Raises RequestedRangeNotSatisfiable.
    """
    conditional(response, etag, response.last_modified, caching)
    response.accept_ranges = "bytes"
    if response.status_code != 200:
        return response
    # Of the conditions, only that of a part is left to decide.
    asked = {name: value for name, value in request.environ.items() if name in PARTIAL}
    try:
        response.make_conditional(asked, accept_ranges=True, complete_length=response.content_length)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


def digest(*parts: bytes) -> str:
    """Return the text of an entity tag for bytes."""
    return hashlib.sha256(b"".join(parts)).hexdigest()[:32]


def unmet(validators: Headers, environ: Mapping[str, Any]) -> int | None:
    """Return the status that a condition of a GET or HEAD leads to, None if all are met (section 13.2.2).

    ``validators`` are the headers of a response that has an entity tag.
    """
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    etag, expected = validators["ETag"], parse_etags(environ.get("HTTP_IF_MATCH"))
    if expected and not expected.star_tag and not expected.is_strong(etag.strip('"')):
        return 412
    # Of these, If-None-Match comes first; the rest does not concern If-Match any more.
    rest = {name: value for name, value in environ.items() if name != "HTTP_IF_MATCH"}
    return None if is_resource_modified(rest, etag, last_modified=validators.get("Last-Modified")) else 304


def readable(application: Application) -> Application:
    """Return a WSGI application that drops conditions with unreadable dates from requests (section 13.1)."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        for name, left_out in IGNORED.items():
            if not _is_readable(environ.get(name)):
                environ = {one: value for one, value in environ.items() if one not in left_out}
        return application(environ, start_response)

    return answer


def _is_readable(value: str | None) -> bool:
    try:
        parse_date(value)
    except OverflowError:  # raised by the standard library for a date or time zone out of range
        return False
    return True
