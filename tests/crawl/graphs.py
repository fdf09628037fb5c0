"""Reads RDF strictly, and compares graphs by a digest of their canonical form (RDF Dataset Canonicalization)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse, serialize

from kg.rdf.prefixes import expand

PLAIN_JSON = "application/json"
READABLE = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
TOPIC = NamedNode(expand("foaf:primaryTopic"))
VERSION = NamedNode(expand("owl:versionIRI"))


@dataclass(frozen=True, slots=True)
class Said:
    """The content of a graph: its subjects, all its IRIs, and what its documents are about."""

    subjects: frozenset[str]
    iris: frozenset[str]
    topics: tuple[tuple[str, str], ...]


def read(body: bytes, media_type: str, context: Any = None) -> list[Quad]:
    """Return the quads of a document; plain JSON needs the ``context`` that comes with it.

    Raises SyntaxError or ValueError if it is not well-formed.
    """
    if media_type == PLAIN_JSON:
        document = {"@context": context, **json.loads(body)}
        return list(parse(json.dumps(document).encode(), format=RdfFormat.JSON_LD))
    return list(parse(body, format=READABLE[media_type]))


def digest(quads: Iterable[Quad]) -> str:
    """Return a text that is the same for isomorphic datasets, and only for these."""
    lines = serialize(quads, format=RdfFormat.N_QUADS) or b""
    if b"_:" in lines:
        dataset = Dataset(parse(lines, format=RdfFormat.N_QUADS))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        lines = serialize(dataset, format=RdfFormat.N_QUADS) or b""
    return hashlib.sha256(b"\n".join(sorted(set(lines.splitlines())))).hexdigest()


def said(quads: Iterable[Quad]) -> Said:
    """Return the content of quads."""
    subjects, iris, topics = set(), set(), []
    for quad in quads:
        iris.update(_iris(quad))
        if isinstance(quad.subject, NamedNode):
            subjects.add(quad.subject.value)
            if quad.predicate == VERSION:  # names the same ontology (OWL 2, section 3.1)
                subjects.add(quad.object.value)
            if quad.predicate == TOPIC and isinstance(quad.object, NamedNode):
                topics.append((quad.subject.value, quad.object.value))
    return Said(frozenset(subjects), frozenset(iris), tuple(topics))


def _iris(quad: Quad) -> Iterator[str]:
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(term, NamedNode):
            yield term.value
