"""The JSON-LD context at ``/context.jsonld`` and the frames below ``/frames/``, the same on every server."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

from flask import Response

import vocab
from endpoint.http.conditional import conditional, digest
from endpoint.http.headers import link
from endpoint.http.negotiate import JSON
from endpoint.http.routes import Description, Routes
from endpoint.site.site import site
from kg.errors import NotFoundError
from kg.rdf.formats import PROFILE, Format
from kg.rdf.jsonld.compaction import context as terms
from kg.rdf.jsonld.document import text

blueprint = Routes("context", __name__)

PATH: Final = "context.jsonld"
RELATION: Final = f"{PROFILE}context"
SECONDS: Final = 7 * 24 * 3600


@blueprint.get(f"/{PATH}", described=Description(("application/ld+json",)))
def context() -> Response:
    """Serve the one context of all documents, to be kept for a week and then asked for again by its entity tag."""
    return _serve(vocab.context().encode(), "context")


@blueprint.get("/frames/<name>.jsonld", described=Description(("application/ld+json",), values=vocab.FRAMES))
def frame(name: str) -> Response:
    """Serve the frame for one kind of resource, with the context in it, so that it can be used directly."""
    if name not in vocab.FRAMES:
        raise NotFoundError(f"there is no frame {name[:100]!r}; there are {', '.join(vocab.FRAMES)}")
    return _serve(_frame(name), "frame")


def links(chosen: Format) -> list[str]:
    """Return the link that makes plain JSON readable as JSON-LD (JSON-LD 1.1, section 6.1), if JSON was chosen."""
    return [link(site().addresses.local(PATH), RELATION, type="application/ld+json")] if chosen == JSON else []


@cache
def _frame(name: str) -> bytes:
    found = json.loads(vocab.frame(name))
    return f"{text({**found, '@context': terms()})}\n".encode()


def _serve(body: bytes, profile: str) -> Response:
    response = Response(body, content_type=f'application/ld+json; profile="{PROFILE}{profile}"')
    return conditional(response, digest(body), caching=f"public, max-age={SECONDS}")
