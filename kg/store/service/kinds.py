"""The one table of the servers that are known by name: where they are asked, and what they lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GEOSPARQL: Final = "http://www.opengis.net/def/function/geosparql/"
CUSTOM: Final = "sparql"


@dataclass(frozen=True, slots=True)
class ServerKind:
    """A kind of server: its ``name``, which its header Server begins with, and the paths of its protocols.

    ``query`` is that of the SPARQL 1.1 Protocol, ``graphs`` that of the Graph Store HTTP Protocol for those who may
    write, with the ``parameter`` that names a graph. ``timeout`` names the parameter of a query for its longest time in
    milliseconds, if it has one. ``lacks`` are the beginnings of the IRIs of functions that it has none of.
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
"""Any other server: whoever names it says where it is asked."""


def kind(name: str) -> ServerKind:
    """Return the kind of server that the header Server, or a note of ours, names so."""
    return next((one for one in KINDS if name.lower().startswith(one.name)), OTHER)
