"""Redirects equivalent spellings of a path to the canonical address by 308: unencoded characters, extra slashes.

Spellings that a route cannot distinguish are resolved where things are looked up (see endpoint.documents.resource).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from endpoint.http.headers import COMMON
from endpoint.http.redirects import redirected

Application = Callable[[dict[str, Any], Any], Any]

ASCII: Final = "".join(map(chr, range(0x21, 0x7F)))
LOOKED_UP: Final = ("resource.", "snapshots.")
"""Routes that handle all spellings of a path themselves."""


def encoded(application: Application) -> Application:
    """Return a WSGI application that gets only ASCII addresses: others are redirected to their encoded form."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        target = environ.get("REQUEST_URI", "").encode("latin-1", "replace")
        if target.isascii() or not target.startswith(b"/"):
            return application(environ, start_response)
        headers = {"Location": quote(b"/" + target.lstrip(b"/"), safe=ASCII), "Content-Length": "0", **COMMON}
        start_response("308 Permanent Redirect", list(headers.items()))
        return []

    return answer


def folded() -> Response | None:
    """Return a redirect to the path of the current request without empty segments, None if no route would answer it."""
    path = re.sub(r"/{2,}", "/", request.path).rstrip("/") or "/"
    if path == request.path or (request.endpoint or "").startswith(LOOKED_UP) or not _is_routed(path):
        return None
    query = request.query_string.decode("latin-1")
    target = quote(request.root_path + path, safe="/:@!$&'()*+,;=-._~") + (f"?{query}" if query else "")
    return redirected(target, 308)


def _is_routed(path: str) -> bool:
    try:
        current_app.url_map.bind_to_environ(request.environ).match(path, request.method)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
