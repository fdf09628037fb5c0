"""Finds out by asking what the engine can do and what a graph holds, for the service description."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from kg.rdf import NamedNode
from kg.rdf.graph import Graph
from kg.store.embedded import EmbeddedGraph

GEOSPARQL: Final = "http://www.opengis.net/def/function/geosparql/"
FUNCTIONS: Final = tuple(
    GEOSPARQL + name
    for name in (
        *("area", "asGeoJSON", "asGML", "asKML", "asWKT", "boundary", "buffer", "convexHull", "coordinateDimension"),
        *("difference", "dimension", "distance", "envelope", "geometryType", "getSRID", "intersection", "is3D"),
        *("isEmpty", "isMeasured", "isSimple", "length", "metricArea", "metricDistance", "metricLength", "relate"),
        *("spatialDimension", "symDifference", "transform", "union"),
        *("sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin"),
        *("ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap"),
        *("rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi"),
    )
)
"""Extension functions that an engine may have: those of GeoSPARQL 1.1 (OGC 22-047r1)."""

GRAPHS: Final = 100


def capabilities(graph: Graph) -> dict[str, Any]:
    """Return the extension ``functions`` that the engine has, its ``features``, and the first 100 named ``graphs``.

    Features are local names of the SPARQL 1.1 Service Description vocabulary (section 3.5 there).
    """
    return {
        "functions": [iri for iri in FUNCTIONS if _has(iri)],
        "features": [name for name, has in FEATURES.items() if has(_sample())],
        "graphs": [name.value for name in islice(graph.named_graphs(), GRAPHS)],
    }


def _has(function: str) -> bool:
    """Return whether the engine knows a function; calling one that it does not know is an error."""
    try:
        EmbeddedGraph().ask(f"ASK {{ FILTER(<{NamedNode(function).value}>()) }}")
    except RuntimeError:
        return False
    return True


def _sample() -> EmbeddedGraph:
    """Return a dataset with an empty named graph and one with a triple."""
    graph = EmbeddedGraph()
    graph.update("CREATE GRAPH <x:empty> ; INSERT DATA { GRAPH <x:graph> { <x:s> <x:p> <x:o> } }")
    return graph


FEATURES: Final[dict[str, Callable[[EmbeddedGraph], bool]]] = {
    "EmptyGraphs": lambda graph: graph.contains_named_graph(NamedNode("x:empty")),
    "UnionDefaultGraph": lambda graph: graph.ask("ASK { ?s ?p ?o }"),
}
