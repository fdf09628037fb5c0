"""The files that pages use, kept by browsers for ever."""

from __future__ import annotations

from typing import Final

from flask import Response

from endpoint.http.conditional import conditional, digest
from endpoint.http.routes import PLAIN, Routes
from endpoint.rendering.assets import FOLDER, content
from kg.errors import NotFoundError

blueprint = Routes("assets", __name__)

FOR_EVER: Final = "public, max-age=31536000, immutable"
"""An address has the hash of what it leads to (RFC 8246)."""


@blueprint.get(f"/{FOLDER}/<name>", described=PLAIN)
def asset(name: str) -> Response:
    """Send a file that the pages use."""
    found = content(f"{FOLDER}/{name}")
    if not found:
        raise NotFoundError("there is no such file; pages have the addresses of those there are")
    return conditional(Response(found[0], content_type=found[1]), digest(found[0]), caching=FOR_EVER)
