"""The files that pages use, which browsers keep indefinitely, and the icon that browsers ask for."""

from __future__ import annotations

from typing import Final

from flask import Response

from endpoint.http.conditional import conditional, digest
from endpoint.http.redirects import redirected
from endpoint.http.routes import MOVED, PLAIN, Description, Routes
from endpoint.rendering.assets import FOLDER, content
from endpoint.site.site import site
from kg.errors import NotFoundError

blueprint = Routes("assets", __name__)

FOR_EVER: Final = "public, max-age=31536000, immutable"
"""An address contains the hash of the content (RFC 8246)."""


ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0b5c6b"/>'
    '<path d="M9 9l14 4M9 9l4 14M23 13L13 23" stroke="#fff" stroke-width="2"/>'
    '<g fill="#fff"><circle cx="9" cy="9" r="4"/><circle cx="23" cy="13" r="3.4"/>'
    '<circle cx="13" cy="23" r="3.4"/></g></svg>'
)


@blueprint.get(f"/{FOLDER}/<name>", described=PLAIN)
def asset(name: str) -> Response:
    """Send a file that the pages use."""
    found = content(f"{FOLDER}/{name}")
    if not found:
        raise NotFoundError("there is no such file; pages have the addresses of those there are")
    return conditional(Response(found[0], content_type=found[1]), digest(found[0]), caching=FOR_EVER)


@blueprint.get("/favicon.svg", described=Description(("image/svg+xml",)))
def icon() -> Response:
    """Send the icon."""
    response = Response(ICON, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/favicon.ico", described=MOVED)
def old_icon() -> Response:
    """Redirect browsers that ask for the icon at its default address to the icon."""
    return redirected(site().addresses.local("favicon.svg"), 308)
