"""Finds the resource that a name now stands for: events may be merged into others, or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from kg.events.lines import HASHED, hashed
from kg.lookup.describe import find
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.graph import Graph

REVISION = "/revision/"


@dataclass(frozen=True, slots=True)
class Location:
    """The resource of a name: the IRI that the graph describes, and since when it is withdrawn, if it is."""

    iri: str
    withdrawn: str | None = None


def locate(graph: Graph, iris: Iterable[str], identifiers: Iterable[str] = ()) -> Location | None:
    """Return the resource of the first name that the graph knows, or None if it knows none.

    IRIs come before ``identifiers``, as in ``kg.lookup.describe.find``. A merged event stands for the survivor, and its
    revision for the survivor's revision with the same content, or else for the survivor. All revisions of a withdrawn
    event, and its readable paths, stand for what remains of it.
    """
    candidates = list(iris)
    names = [form for name in identifiers for form in (name, _hashed(name))]
    iri = find(graph, candidates) or _amended(graph, candidates) or find(graph, (), names)
    if iri is None:
        return None
    current = _survivor(graph, iri) or iri
    return Location(current, _withdrawn(graph, current))


def _hashed(path: str) -> str:
    """Return a readable path (day and slug) in the hashed form that a withdrawn event has in the graph."""
    day, slash, slug = path.partition("/")
    return f"{day}{slash}{HASHED}{hashed(slug)}"


def _amended(graph: Graph, iris: Iterable[str]) -> str | None:
    """Return what a revision that no longer exists stands for: the survivor's revision, the survivor or the event."""
    parts = [iri.rpartition(REVISION) for iri in iris if REVISION in iri]
    known = [(event, content) for event, _, content in parts if find(graph, [event])]
    survivors = [(survivor, content) for event, content in known if (survivor := _survivor(graph, event))]
    withdrawn = [event for event, _ in known if _withdrawn(graph, event)]
    moved = find(graph, [f"{survivor}{REVISION}{content}" for survivor, content in survivors])
    return moved or next(chain((survivor for survivor, _ in survivors), withdrawn), None)


def _survivor(graph: Graph, iri: str) -> str | None:
    found = graph.quads_for_pattern(NamedNode(iri), terms.REPLACED_BY, None, None)
    return next((quad.object.value for quad in found if isinstance(quad.object, NamedNode)), None)


def _withdrawn(graph: Graph, iri: str) -> str | None:
    deprecated = next(_values(graph, iri, terms.DEPRECATED), None)
    return next(_values(graph, iri, terms.INVALIDATED_AT), None) if deprecated else None


def _values(graph: Graph, iri: str, predicate: NamedNode) -> Iterator[str]:
    for quad in graph.quads_for_pattern(NamedNode(iri), predicate, None, None):
        if isinstance(quad.object, NamedNode | Literal):
            yield quad.object.value
