"""The language of the interface for a client: by the address, or else by Accept-Language (RFC 9110, section 12.5.4).

A page has one address for all languages. The same page in a fixed language has the language tag before its path, as in
/zh/events: to the application, this is another mount point, so that all links of the page stay in the language.
Everything other than pages is the same in all languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import parse_accept_header

from endpoint.http.negotiate import HTML
from endpoint.rendering.language import ENGLISH, LANGUAGES, Language, speaking, spoken_language

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

OUTER: Final = "newsgraph.mount"
"""In a WSGI environment: where this server is mounted, without the tag of a language."""

PATH: Final = "/:@!$&'()*+,;=-._~"
"""Characters that are not encoded in a path (RFC 3986, section 3.3)."""


def spoken(application: Application) -> Application:
    """Return a WSGI application that uses the language that a client wants."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        mount = environ.get("SCRIPT_NAME", "")
        tag, path = apart(environ.get("PATH_INFO", ""))
        within = {OUTER: mount, "SCRIPT_NAME": f"{mount}/{tag}" if tag else mount, "PATH_INFO": path}
        language = LANGUAGES[tag] if tag else wanted(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        with speaking(language):
            return application(environ | within, start_response)

    return answer


def apart(path: str) -> tuple[str, str]:
    """Return the language tag at the beginning of a path, or "", and the rest of the path."""
    tag, _, rest = path.removeprefix("/").partition("/")
    return (tag, f"/{rest}") if tag in LANGUAGES else ("", path)


def wanted(accepted: str) -> Language:
    """Return the interface language preferred by an Accept-Language header; English if it names none of them.

    The first part of a tag counts, so that zh-CN is understood (RFC 4647, section 3.4).
    """
    liked = (tag.partition("-")[0].lower() for tag, weight in parse_accept_header(accepted) if weight > 0)
    return next((LANGUAGES[tag] for tag in liked if tag in LANGUAGES), ENGLISH)


def chosen() -> Language | None:
    """Return the language of the tag in the current request's address, if it has one."""
    return spoken_language() if request.root_path != _mount() else None


def versions(document: str = "") -> dict[str, str]:
    """Return the addresses of the current request's page in each language, by tag.

    ``document`` is its path below the mount point, if that differs from the path of the request.
    """
    target = request.environ.get("REQUEST_URI", "")
    if request.method not in ("GET", "HEAD") or not target.startswith(f"{request.root_path}/"):
        target = quote(request.root_path + request.path, safe=PATH)
    own = f"/{document}" if document else target.removeprefix(request.root_path)
    return {tag: f"{_mount()}/{tag}{own}" for tag in LANGUAGES}


def _mount() -> str:
    found: str = request.environ.get(OUTER, request.root_path)
    return found


def label(response: Response) -> Response:
    """Add Content-Language, and Vary with Accept-Language, to every page."""
    if response.mimetype == HTML.media_type and not response.location:
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = spoken_language().code
    return response
