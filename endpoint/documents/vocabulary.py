"""The vocabulary's own documents: ``/vocab``, its versions and its terms below it, the same on every server."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Response, request
from pyoxigraph import RdfFormat, serialize

import vocab
from endpoint.documents import context
from endpoint.documents.diagram import diagram
from endpoint.documents.ontology import Ontology, ontology
from endpoint.http.headers import alternates, link
from endpoint.http.negotiate import DOCUMENT_FORMATS, PAGE_FORMATS, choose
from endpoint.http.redirects import redirected
from endpoint.http.routes import CATALOG, SUFFIXED, Routes
from endpoint.http.urls import without_suffix
from endpoint.rendering.filters import embedded
from endpoint.site.problems import acceptable
from endpoint.site.site import site, tagged
from kg.errors import NotFoundError
from kg.rdf import NamedNode, Quad, terms
from kg.rdf.formats import Format, prefixes_for
from kg.rdf.jsonld.document import compacted
from kg.rdf.prefixes import expand
from kg.rdf.serialize import nodes, represent

blueprint = Routes("vocabulary", __name__)

LICENCE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
CURRENT: Final = "vocab"
HEADER: Final = {
    "IRI": (),
    "Namespace": ("vann:preferredNamespaceUri",),
    "Prefix": ("vann:preferredNamespacePrefix",),
    "Version": ("owl:versionInfo",),
    "Version IRI": ("owl:versionIRI",),
    "Version before": ("owl:priorVersion",),
    "Modified": ("dcterms:modified",),
    "Licence": ("dcterms:license",),
}
"""The properties of the ontology shown at the head of the page."""


@blueprint.get("/vocab", described=CATALOG)
def generic() -> Response:
    """Serve the vocabulary in the negotiated format."""
    return _serve(CURRENT, vocab.VERSION, None)


@blueprint.get("/vocab.<suffix>", described=SUFFIXED)
def by_suffix(suffix: str) -> Response:
    """Serve the vocabulary in one format."""
    _, chosen = without_suffix(f"{CURRENT}.{suffix}")
    if chosen is None:
        raise NotFoundError("the vocabulary does not come in this format")
    return _serve(CURRENT, vocab.VERSION, chosen)


@blueprint.get("/vocab/<name>", described=replace(CATALOG, statuses=(200, 303)))
def below(name: str) -> Response:
    """Serve a version of the vocabulary, ``/vocab/0.1.0``, or redirect from ``/vocab/Event`` to the term."""
    stem, suffix = without_suffix(name)
    if stem in (vocab.VERSION, *vocab.EARLIER):
        return _serve(f"{CURRENT}/{stem}", stem, suffix)
    if stem not in (*vocab.CLASSES, *vocab.PROPERTIES, *vocab.CONCEPTS):
        raise NotFoundError(f"the vocabulary has no term and no version {stem[:100]!r}")
    target = site().addresses.local(f"{CURRENT}.{suffix.suffix}" if suffix else CURRENT)
    response = redirected(f"{target}#{stem}", 303)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _serve(path: str, version: str, wanted: Format | None) -> Response:
    """Return a version in the format of its suffix, or else the one negotiated."""
    choices = [(one, site().addresses.local(f"{path}.{one.suffix}")) for one in DOCUMENT_FORMATS]
    chosen = wanted or choose(DOCUMENT_FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable(choices)
    site().shows(path)
    key = ("vocabulary", path, chosen.name, *site().seen(chosen))
    body = site().cached(key, lambda: _body(path, ontology(version), chosen, choices), len)
    response = Response(body, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = dict(choices)[chosen]
    response.headers["Link"] = ", ".join(_links(path, version, choices, chosen))
    return tagged(response, site().snapshot, f"vocab-{version}-{chosen.suffix}")


def _links(path: str, version: str, choices: list[tuple[Format, str]], chosen: Format) -> list[str]:
    """Return the links of a document, those between versions with the relations of RFC 5829."""
    links = [*alternates(choices, chosen), *context.links(chosen)]
    current = version == vocab.VERSION
    links.append(link(vocab.ONTOLOGY if path == CURRENT else f"{vocab.ONTOLOGY}/{version}", "canonical"))
    links.append(link(LICENCE, "license"))
    links.append(link(choices[1][1], "describedby", type=choices[1][0].media_type))
    links.append(link(site().addresses.local(CURRENT), "latest-version"))
    if current and vocab.EARLIER:
        links.append(link(site().addresses.local(f"{CURRENT}/{vocab.EARLIER[-1]}"), "predecessor-version"))
    return links


def _body(path: str, known: Ontology, chosen: Format, choices: list[tuple[Format, str]]) -> bytes:
    document = site().addresses.base + path
    about = _about(document)
    if chosen.rdf is None:
        return _page(document, known, choices).encode()
    if chosen.rdf == RdfFormat.TURTLE:
        itself = serialize(about, format=RdfFormat.TURTLE) or b""
        return vocab.turtle(known.version).encode() + b"\n#### This document\n\n" + itself
    quads = [*known.quads, *about]
    if chosen.rdf == RdfFormat.JSON_LD:
        return represent(quads, chosen)
    prefixes = dict(known.prefixes) if prefixes_for(chosen.rdf) else None
    return serialize(quads, format=chosen.rdf, prefixes=prefixes) or b""


def _about(document: str) -> list[Quad]:
    """Return the statements of the document about itself: its class, its topic, and its licence."""
    statements = {
        "rdf:type": terms.DOCUMENT.value,
        "foaf:primaryTopic": vocab.ONTOLOGY,
        "dcterms:license": LICENCE,
    }
    subject = NamedNode(document)
    return [Quad(subject, NamedNode(expand(name)), NamedNode(value)) for name, value in statements.items()]


def _page(document: str, known: Ontology, choices: list[tuple[Format, str]]) -> str:
    """Return the page, with everything that the vocabulary and the page say embedded as JSON-LD."""
    return site().frame.page(
        "vocabulary.html",
        document=document,
        formats=[(one, href) for one, href in choices if one in PAGE_FORMATS],
        ontology=known,
        title=known.value(vocab.ONTOLOGY, "dcterms:title"),
        description=known.value(vocab.ONTOLOGY, "dcterms:description"),
        current=known.version == vocab.VERSION,
        header=_header(known),
        diagram=diagram(known),
        kinds={"Classes": known.terms("rdfs:Class"), "Properties": known.terms("rdf:Property")},
        used=known.used(),
        concepts=known.concepts(),
        releases=known.releases(),
        data=embedded(compacted(nodes([*known.quads, *_about(document)]))),
    )


def _header(known: Ontology) -> dict[str, list[str]]:
    header = {label: known.values(vocab.ONTOLOGY, *names) for label, names in HEADER.items()}
    creators = [known.value(one, "foaf:name") or one for one in known.values(vocab.ONTOLOGY, "dcterms:creator")]
    return {**header, "IRI": [vocab.ONTOLOGY], "Creator": creators}
