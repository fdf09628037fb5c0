"""One graph of a dataset, as the Graph Store Protocol sends it."""

from __future__ import annotations

from kg.errors import FormatError, NotFoundError
from kg.query.evaluate import Buffer
from kg.rdf import DefaultGraph, NamedNode
from kg.rdf.conforming import checked_output
from kg.rdf.formats import Format, prefixes_for
from kg.rdf.graph import Graph


def graph(graph: Graph, iri: str, format: Format, limit: int) -> bytes:
    """Return a graph in a format; the empty ``iri`` stands for the default graph.

    Raises NotFoundError if there is no such graph, FormatError if the format cannot hold a graph, and
    ResultTooLargeError if it takes more than ``limit`` bytes.
    """
    if format.rdf is None:
        raise FormatError(f"{format.label} cannot hold a graph")
    name = NamedNode(iri) if iri else DefaultGraph()
    if isinstance(name, NamedNode) and not graph.contains_named_graph(name):
        raise NotFoundError(f"there is no graph <{iri}>")
    buffer = Buffer(limit)
    prefixes = prefixes_for(format.rdf)
    with checked_output(buffer, format.rdf, prefixes or {}) as output:
        graph.dump(output, format.rdf, from_graph=name, prefixes=prefixes)  # type: ignore[arg-type]  # it only writes
    return bytes(buffer.content)
