"""Labels of things: one for each IRI."""

from __future__ import annotations

from collections.abc import Sequence

from kg.rdf import DefaultGraph, Literal, NamedNode, terms
from kg.rdf.graph import Graph, Pattern

Label = tuple[str, str]
"""A text and its language, "" if it has none."""


def labels(graph: Graph, iris: Sequence[str]) -> dict[str, Label]:
    """Return the ``rdfs:label`` of each IRI that has one; among several, English first, then alphabetically."""
    patterns = [Pattern(NamedNode(iri), (terms.LABEL,), None, DefaultGraph()) for iri in iris]
    found = {}
    for iri, quads in zip(iris, graph.match(patterns), strict=True):
        called = [quad.object for quad in quads if isinstance(quad.object, Literal)]
        if called:
            best = min(called, key=lambda one: (one.language != "en", one.value))
            found[iri] = (best.value, best.language or "")
    return found
