"""Quads and stores as rdflib sees them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oxrdflib import OxigraphStore
from rdflib import BNode, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.term import Node

from kg.rdf import BlankNode, NamedNode, Quad, Triple
from kg.rdf import Literal as OxLiteral
from kg.rdf.prefixes import PREFIXES

STRING = "http://www.w3.org/2001/XMLSchema#string"


def dataset(engine: Any) -> Dataset:
    """Return an rdflib Dataset over the engine of a kg.store.embedded.EmbeddedGraph, with our prefixes bound."""
    result = Dataset(store=OxigraphStore(store=engine), default_union=False)
    _bind_prefixes(result)
    return result


def graph(quads: Iterable[Quad]) -> Graph:
    """Return an in-memory rdflib Graph of the quads' triples, with the prefixes of newsgraph bound."""
    result = Graph(identifier=DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none")
    _bind_prefixes(result)
    for quad in quads:
        result.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return result


def _bind_prefixes(result: Graph) -> None:
    for prefix, namespace in PREFIXES.items():
        result.bind(prefix, Namespace(namespace), replace=True)


def term(value: NamedNode | BlankNode | OxLiteral | Triple) -> Node:
    """Return an engine's term as rdflib's, with the same lexical form."""
    if isinstance(value, NamedNode):
        return URIRef(value.value)
    if isinstance(value, BlankNode):
        return BNode(value.value)
    if isinstance(value, Triple):
        raise TypeError("rdflib has no triple terms")
    if value.language:
        return Literal(value.value, lang=value.language)
    datatype = value.datatype.value
    return Literal(value.value, datatype=None if datatype == STRING else URIRef(datatype), normalize=False)
