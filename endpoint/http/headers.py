"""Headers that every response has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from flask import Flask, Response, current_app, request
from pyoxigraph import RdfFormat

from kg.rdf.formats import Format
from kg.rdf.prefixes import expand

READ: Final = (
    *("Accept", "Accept-Datetime", "Accept-Language", "Authorization", "Content-Encoding", "Content-Type", "If-Match"),
    *("If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Range"),
)
"""The request headers that are used here and that scripts may set; a test compares the list with the code."""
SENT: Final = (
    *("Accept-Post", "Accept-Query", "Accept-Ranges", "Allow", "Cache-Status", "Content-Disposition"),
    *("Content-Encoding", "Content-Location", "Content-Range", "ETag", "Link", "Location", "Memento-Datetime"),
    *("Repr-Digest", "Retry-After", "Vary", "WWW-Authenticate"),
)
"""The response headers that scripts of other sites see only if exposed; a test compares this list too."""
SENT_TO_ALL: Final = ("X-Requested-With",)
"""Headers that browser libraries send to every server; without them, preflights would fail."""

COMMON: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(SENT),
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer-when-downgrade",
    "X-Content-Type-Options": "nosniff",
}
FRAMABLE: Final = COMMON["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
"""The policy of a page that other sites may embed, which such a response sets itself."""
PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": ", ".join((*READ, *SENT_TO_ALL)),
    "Access-Control-Max-Age": "86400",
}


def add(response: Response) -> Response:
    """Add the headers to a response, those of a CORS preflight (Fetch, section 3.3) to an OPTIONS request."""
    own = {name: value for name, value in response.headers.items() if value == FRAMABLE}
    response.headers.update(COMMON | own)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
        allowed = response.headers.get("Allow") or ", ".join(methods(current_app))
        response.headers["Access-Control-Allow-Methods"] = allowed
    return response


def methods(app: Flask) -> list[str]:
    """Return the methods that any route of an application accepts."""
    return sorted({method for rule in app.url_map.iter_rules() for method in rule.methods or ()})


def whole_server() -> Response | None:
    """Answer ``OPTIONS *``, which is about the server as a whole (RFC 9110, section 9.3.7)."""
    if request.method != "OPTIONS" or request.environ["PATH_INFO"] != "*":
        return None
    return Response(status=204, headers={"Allow": ", ".join(methods(current_app))})


def link(target: str, rel: str, **attributes: str) -> str:
    """Return one link of a Link header (RFC 8288)."""
    return "; ".join((f"<{target}>", f'rel="{rel}"', *(f'{name}="{value}"' for name, value in attributes.items())))


def licensed(licences: Iterable[str]) -> list[str]:
    """Return a link to each licence (RFC 8288; the relation is registered by RFC 4946)."""
    return [link(iri, "license") for iri in licences]


def alternates(choices: Sequence[tuple[Format, str]], chosen: Format | None) -> list[str]:
    """Return the links from a document to the other formats, with the profile if the type does not imply it."""
    # The loaders of PyLD cannot read JSON with a second link whose relation is "alternate" and nothing else.
    relation = f"alternate {expand('dcterms:hasFormat')}" if chosen and chosen.rdf == RdfFormat.JSON_LD else "alternate"
    return [_alternate(href, one, relation) for one, href in choices if one != chosen]


def _alternate(target: str, one: Format, relation: str) -> str:
    profile = {"profile": one.profiles[0]} if one.profiles else {}
    return link(target, relation, type=one.media_type, **profile)
