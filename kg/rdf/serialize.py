"""Writes a description in a format: by the engine's serializers, or as JSON-LD that people can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pyoxigraph import RdfFormat

from kg.errors import FormatError
from kg.rdf import BlankNode, NamedNode, Quad, Triple, conforming
from kg.rdf import Literal as RdfLiteral
from kg.rdf.formats import Format
from kg.rdf.jsonld.document import FORMS, text
from kg.rdf.prefixes import PREFIXES

XSD: Final = PREFIXES["xsd"]

Nodes = dict[str, dict[str, list[dict[str, str]]]]


def represent(quads: Iterable[Quad], format: Format, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Return ``quads`` of the default graph in ``format``, with the prefixes that occur in it.

    In JSON-LD, the framed form is about the subject of the first of them. Raises FormatError for a format that does not
    hold RDF, or cannot hold these quads.
    """
    triples = list(quads)
    if format.rdf is None:
        raise FormatError(f"{format.label} cannot hold a description")
    if format.rdf == RdfFormat.JSON_LD:
        if any(isinstance(triple.object, Triple) for triple in triples):
            raise FormatError(conforming.NO_TRIPLES)
        return f"{text(FORMS[format.name](nodes(triples)))}\n".encode()
    return conforming.text(triples, format.rdf, used(triples, prefixes))


def used(quads: Iterable[Quad], prefixes: Mapping[str, str] = PREFIXES) -> dict[str, str]:
    """Return the part of the prefix table that names something in ``quads``."""
    iris = {iri for quad in quads for iri in _iris(quad)}
    return {prefix: name for prefix, name in prefixes.items() if any(iri.startswith(name) for iri in iris)}


def _iris(quad: Quad) -> Iterable[str]:
    for term in (quad.subject, quad.predicate, quad.object):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, RdfLiteral):
            yield term.datatype.value


def nodes(quads: Iterable[Quad]) -> Nodes:
    """Return the triples as plain data: subject, predicate, list of objects.

    An object is ``{"iri": …}``, or ``{"value": …}`` with ``language`` or, unless a string, ``datatype``. A triple term
    is a text, as pages show it.
    """
    found: Nodes = {}
    for quad in quads:
        properties = found.setdefault(_name(quad.subject), {})
        properties.setdefault(quad.predicate.value, []).append(_object(quad.object))
    return found


def _name(term: Any) -> str:
    return str(term) if isinstance(term, BlankNode) else str(term.value)


def _object(term: Any) -> dict[str, str]:
    if isinstance(term, Triple):
        return {"value": str(term)}
    if not isinstance(term, RdfLiteral):
        return {"iri": _name(term)}
    if term.language:
        return {"value": term.value, "language": term.language}
    if term.datatype.value == f"{XSD}string":
        return {"value": term.value}
    return {"value": term.value, "datatype": term.datatype.value}
