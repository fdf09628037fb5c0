"""The vocabulary's own document at ``/vocab``, the same on every server."""

from __future__ import annotations

from functools import cache
from typing import Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

import vocab
from endpoint.errors import acceptable
from endpoint.headers import link
from endpoint.negotiate import DOCUMENT_FORMATS, HTML, choose
from endpoint.pages import embedded
from endpoint.site import site, tagged
from kg.describe import in_order
from kg.errors import NotFoundError
from kg.formats import Format
from kg.jsonld import compacted
from kg.prefixes import PREFIXES
from kg.represent import Nodes, nodes, represent

blueprint = Blueprint("vocabulary", __name__)

LICENCE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"


@blueprint.get("/vocab")
def generic() -> Response:
    """Serve the vocabulary in the negotiated format."""
    chosen = choose(DOCUMENT_FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, _local(one)) for one in DOCUMENT_FORMATS])
    return _serve(chosen)


@blueprint.get("/vocab.<suffix>")
def by_suffix(suffix: str) -> Response:
    """Serve the vocabulary in one format."""
    chosen = next((one for one in DOCUMENT_FORMATS if one.suffix == suffix), None)
    if chosen is None:
        raise NotFoundError("the vocabulary is not there in this format")
    return _serve(chosen)


def _serve(chosen: Format) -> Response:
    response = Response(_body(chosen), content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = _local(chosen)
    links = [link(_local(one), "alternate", type=one.media_type) for one in DOCUMENT_FORMATS if one != chosen]
    links += [link(vocab.NAMESPACE.rstrip("#"), "canonical"), link(LICENCE, "license")]
    links.append(link(_local(DOCUMENT_FORMATS[1]), "describedby", type="text/turtle"))
    response.headers["Link"] = ", ".join(links)
    return tagged(response, site().snapshot, f"vocab-{chosen.suffix}")


def _local(one: Format) -> str:
    return site().addresses.local(f"vocab.{one.suffix}")


def _body(chosen: Format) -> bytes:
    if chosen == HTML:
        return _page().encode()
    if chosen.rdf == RdfFormat.TURTLE:
        return vocab.turtle().encode()
    return represent(_quads(), chosen)


@cache
def _quads() -> tuple[Quad, ...]:
    triples = parse(vocab.turtle(), format=RdfFormat.TURTLE)
    return tuple(in_order(triples, NamedNode(vocab.NAMESPACE.rstrip("#"))))


def _page() -> str:
    terms = nodes(_quads())
    label, comment = PREFIXES["rdfs"] + "label", PREFIXES["rdfs"] + "comment"
    rows = {
        kind: [_row(terms, name, label, comment) for name in names]
        for kind, names in (("Classes", vocab.CLASSES), ("Properties", vocab.PROPERTIES))
    }
    data = embedded(compacted(terms))
    return render_template("vocab.html", site=site(), addresses=site().addresses, rows=rows, data=data)


def _row(terms: Nodes, name: str, label: str, comment: str) -> dict[str, str]:
    said = terms[vocab.NAMESPACE + name]
    return {"name": name, "label": said[label][0]["value"], "comment": said[comment][0]["value"]}
