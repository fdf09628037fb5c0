"""Resources as a feed tells of them: each with its parts, what they say as a hash, and pages of their versions.

A *resource* is a subject with its parts: an event has its revisions, a page its entries. Every statement of the default
graph whose subject is an IRI belongs to exactly one resource; what is said of blank nodes comes with what refers to it.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from pyoxigraph import RdfFormat, parse, serialize

from kg.lookup.describe import in_order
from kg.rdf import BlankNode, DefaultGraph, NamedNode, Quad, terms
from kg.rdf.formats import Format
from kg.rdf.graph import Graph
from kg.rdf.prefixes import PREFIXES
from kg.rdf.statements import reading, subject

PARTS: Final = (terms.REVISION, terms.HAS_PART)
_LINKED: Final = re.compile(
    b"^<[^>]*> (?:%b) <([^>]*)> .$" % b"|".join(re.escape(str(one).encode()) for one in PARTS), re.MULTILINE
)
_ALL: Final = (1 << 128) - 1
TREE: Final = {"tree": "https://w3id.org/tree#", "ldes": "https://w3id.org/ldes#"}


class State(dict[str, tuple[bytes, int]]):
    """What a graph says of every resource, by IRI: a hash, and its length in bytes as N-Triples."""


def owner(iri: str, base: str) -> str:
    """Return the resource that an IRI is a part of by its spelling, or the IRI itself."""
    if not iri.startswith(base):
        return iri
    if iri.startswith("page/", len(base)):
        return iri.partition("#")[0]
    return iri.partition("/revision/")[0] if iri.startswith("event/", len(base)) else iri


def state(graph: Graph, base: str) -> State:
    """Return what the default graph says of every resource; raises StoreError if it cannot be read."""
    with reading(graph, DefaultGraph()) as lines:
        return _state(lines, base)


def _state(lines: Iterable[bytes], base: str) -> State:
    found = State()
    parts: dict[str, tuple[int, int]] = {}
    linked: set[str] = set()
    for key, same in groupby(lines, key=subject):
        if not key.startswith(b"<"):
            continue
        iri, block = key[1:-1].decode(), b"".join(same)
        said = int.from_bytes(hashlib.blake2b(block, digest_size=16).digest()), len(block)
        if owner(iri, base) != iri:
            parts[iri] = said
            continue
        found[iri] = said[0].to_bytes(16), said[1]
        if iri.startswith((f"{base}event/", f"{base}page/")):
            linked.update(one for one in map(bytes.decode, _LINKED.findall(block)) if owner(one, base) == iri)
    for iri, said in parts.items():
        _add(found, owner(iri, base) if iri in linked else iri, said)
    return found


def _add(found: State, iri: str, said: tuple[int, int]) -> None:
    """Add what is said of a part; a sum does not depend on the order in which parts come."""
    digest, size = found.get(iri, (bytes(16), 0))
    found[iri] = ((int.from_bytes(digest) + said[0]) & _ALL).to_bytes(16), size + said[1]


def resource(graph: Graph, iri: str, base: str) -> list[Quad]:
    """Return what the default graph says of a resource and of its parts, in a deterministic order."""
    node = NamedNode(iri)
    quads = _about(graph, node)
    for part in _parts(quads, base):
        quads += _about(graph, part)
    described: set[BlankNode] = set()
    for quad in quads:  # which grows
        if isinstance(quad.object, BlankNode) and quad.object not in described:
            described.add(quad.object)
            quads += _about(graph, quad.object)
    return in_order(quads, node)


def _parts(quads: list[Quad], base: str) -> list[NamedNode]:
    return [
        quad.object
        for quad in quads
        if quad.predicate in PARTS
        and isinstance(quad.object, NamedNode)
        and quad.object != quad.subject
        and isinstance(quad.subject, NamedNode)
        and owner(quad.object.value, base) == quad.subject.value
    ]


def _about(graph: Graph, node: NamedNode | BlankNode) -> list[Quad]:
    return list(graph.quads_for_pattern(node, None, None, DefaultGraph()))


def text(quads: Iterable[Quad]) -> bytes:
    """Return triples as lines of N-Triples."""
    return serialize(quads, format=RdfFormat.N_TRIPLES) or b""


def page(graph: Graph, base: str, head: str, members: Iterable[tuple[str, str, bytes | None]], wanted: Format) -> bytes:
    """Return a page of versions: ``head``, lines of N-Quads, and each member's content in a graph named by its version.

    A member is a version, its resource, and its content as N-Triples, or None for what the graph says now.
    """
    assert wanted.rdf is not None  # noqa: S101 - the formats of feeds are formats of RDF
    quads = _read(head.encode())
    for version, iri, content in members:
        said = resource(graph, iri, base) if content is None else in_order(_read(content), NamedNode(iri))
        quads += (Quad(quad.subject, quad.predicate, quad.object, NamedNode(version)) for quad in said)
    prefixes: Any = PREFIXES | TREE if wanted.rdf == RdfFormat.TRIG else None
    return serialize(quads, format=wanted.rdf, prefixes=prefixes) or b""


def _read(lines: bytes) -> list[Quad]:
    return list(parse(io.BytesIO(lines), format=RdfFormat.N_QUADS))
