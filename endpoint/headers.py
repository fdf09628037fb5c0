"""Headers that every response has."""

from __future__ import annotations

from typing import Final

from flask import Response, request

EXPOSED: Final = "Allow, Content-Location, ETag, Last-Modified, Link, Location, Retry-After, Vary"

COMMON: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer-when-downgrade",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, QUERY, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def add(response: Response) -> Response:
    """Add the headers to a response, those of a CORS preflight (Fetch, section 3.3) to an OPTIONS request."""
    response.headers.update(COMMON)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
    return response


def link(target: str, rel: str, **attributes: str) -> str:
    """Return one link of a Link header (RFC 8288)."""
    return "; ".join((f"<{target}>", f'rel="{rel}"', *(f'{name}="{value}"' for name, value in attributes.items())))
