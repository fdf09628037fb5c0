"""Routes that negotiate: a client that accepts none of the formats gets 406, and Vary informs caches.

Their descriptions tell which routes these are: they have several media types, or are pages. Resources for programs in a
single type are always sent (RFC 9110, section 12.5.1), since some clients claim to accept another.
"""

from __future__ import annotations

from flask import Response, current_app, request

from endpoint.http.negotiate import HTML, choose
from endpoint.http.routes import Description, of_request
from kg.errors import NotAcceptableError


def negotiates(known: Description) -> bool:
    """Return whether the response of a route depends on the header Accept."""
    return len(known.types) > 1 or known.types == (HTML.media_type,)


def check() -> None:
    """Raise NotAcceptableError if the current request is for a page and does not accept any."""
    known = of_request(current_app, request)
    if request.method not in ("GET", "HEAD") or known.types != (HTML.media_type,):
        return
    if choose((HTML,), request.headers.get("Accept")) is None:
        raise NotAcceptableError([(HTML.media_type, request.root_path + request.path)])


def vary(response: Response) -> Response:
    """Add to every answer of a route that negotiates a Vary header that names Accept."""
    if negotiates(of_request(current_app, request)):
        response.vary.add("Accept")
    return response
