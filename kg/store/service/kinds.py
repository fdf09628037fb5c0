"""The one table of the servers that are known by name: their paths, and what they lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GEOSPARQL: Final = "http://www.opengis.net/def/function/geosparql/"
CUSTOM: Final = "sparql"


@dataclass(frozen=True, slots=True)
class ServerKind:
    """A kind of server: its ``name``, which its header Server begins with, and the paths of its protocols.

    ``query`` is the path of the SPARQL 1.1 Protocol, ``graphs`` that of the Graph Store HTTP Protocol for writing, with
    the ``parameter`` that names a graph. ``timeout`` names the parameter of a query for its longest time in
    milliseconds, if it has one. ``lacks`` are the beginnings of the IRIs of missing functions.
    """

    name: str
    query: str = ""
    graphs: str = ""
    parameter: str = "graph"
    timeout: str = ""
    lacks: tuple[str, ...] = ()


KINDS: Final = (
    ServerKind("virtuoso", "/sparql", "/sparql-graph-crud-auth", "graph-uri", "timeout", (GEOSPARQL,)),
    ServerKind("oxigraph", "/query", "/store"),
)
OTHER: Final = ServerKind(CUSTOM)
"""Any other server, which must be given with its full address."""


def kind(name: str) -> ServerKind:
    """Return the kind of server for a Server header, or for a name in a store's note."""
    return next((one for one in KINDS if name.lower().startswith(one.name)), OTHER)
