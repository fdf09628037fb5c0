"""Completions for a query editor: prefixes, and the terms of the vocabulary and of those used with it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flask import Response

import vocab
from endpoint.documents.ontology import ontology
from endpoint.http.conditional import conditional, digest
from endpoint.http.negotiate import JSON
from endpoint.http.routes import IN_JSON, Routes
from kg.rdf.prefixes import PREFIXES, expand

blueprint = Routes("terms", __name__)


@blueprint.get("/sparql/terms", described=IN_JSON)
def terms() -> Response:
    """List the prefixes that queries need not declare, and the terms that the graph is written with."""
    body = _terms()
    return conditional(Response(body, content_type=JSON.content_type), digest(body))


@cache
def _terms() -> bytes:
    meanings = ontology(vocab.VERSION)
    listed = [{"name": name, "comment": meanings.value(expand(name), "rdfs:comment")} for name in _names()]
    return json.dumps({"prefixes": PREFIXES, "terms": listed}, ensure_ascii=False).encode()


def _names() -> list[str]:
    """Return the prefixed names of all terms in the JSON-LD context, which has all that documents use."""
    context: dict[str, Any] = json.loads(vocab.context())["@context"]
    iris = (one.get("@id", "") if isinstance(one, dict) else one for one in context.values())
    return sorted({one for one in iris if isinstance(one, str) and one.partition(":")[0] in PREFIXES and ":" in one})
