"""Resources as feeds present them: each with its parts, a hash of its content, and pages of versions.

A *resource* is a subject with its parts: an event has its revisions, a page its entries. Every statement of the default
graph whose subject is an IRI belongs to exactly one resource; statements about blank nodes belong to the resource that
refers to them.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from typing import Final

from pyoxigraph import RdfFormat, parse, serialize

from kg.lookup.describe import in_order
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, conforming, terms
from kg.rdf.formats import Format
from kg.rdf.graph import Graph
from kg.rdf.lines import blocks
from kg.rdf.prefixes import PREFIXES

PARTS: Final = (terms.REVISION, terms.HAS_PART)
_LINKED: Final = re.compile(
    b"^<[^>]*> (?:%b) <([^>]*)> .$" % b"|".join(re.escape(str(one).encode()) for one in PARTS), re.MULTILINE
)
_ALL: Final = (1 << 128) - 1
TREE: Final = {"tree": "https://w3id.org/tree#", "ldes": "https://w3id.org/ldes#"}


class ResourceStates(dict[str, tuple[bytes, int]]):
    """What a graph says about every resource, by IRI: a hash, and its length in bytes as N-Triples."""


def owner(iri: str, base: str) -> str:
    """Return the resource that an IRI is a part of, judged by its form, or the IRI itself."""
    if not iri.startswith(base):
        return iri
    if iri.startswith("page/", len(base)):
        return iri.partition("#")[0]
    return iri.partition("/revision/")[0] if iri.startswith("event/", len(base)) else iri


class Resources:
    """A collector (see kg.rdf.lines.blocks) of what a graph with the identity base ``base`` says about every resource.

    The statements about a subject are hashed as sorted lines; with ``unsorted``, in their original order, as in change
    logs of version 1.
    """

    def __init__(self, base: str, *, unsorted: bool = False) -> None:
        self._base = base
        self._unsorted = unsorted
        self._found = ResourceStates()
        self._parts: dict[str, tuple[int, int]] = {}
        self._linked: set[str] = set()

    def add(self, block: blocks.Block) -> None:
        """Add the hash of a block, and its parts."""
        if not blocks.is_iri(block.subject):
            return
        subject, base = blocks.iri(block.subject), self._base
        lines = b"".join(block.lines if self._unsorted else sorted(block.lines))
        said = int.from_bytes(hashlib.blake2b(lines, digest_size=16).digest()), len(lines)
        if owner(subject, base) != subject:
            self._parts[subject] = said
            return
        self._found[subject] = said[0].to_bytes(16), said[1]
        if subject.startswith((f"{base}event/", f"{base}page/")):
            linked = map(bytes.decode, _LINKED.findall(lines))
            self._linked.update(one for one in linked if owner(one, base) == subject)

    def state(self) -> ResourceStates:
        """Return what the graph says about every resource."""
        found = ResourceStates(self._found)
        for part, said in self._parts.items():
            _add(found, owner(part, self._base) if part in self._linked else part, said)
        return found


def state(graph: Graph, base: str, *, unsorted: bool = False) -> ResourceStates:
    """Return what the default graph says about each resource (see Resources). Raises StoreError if it is unreadable."""
    resources = Resources(base, unsorted=unsorted)
    blocks.gather(graph, [resources])
    return resources.state()


def _add(found: ResourceStates, iri: str, said: tuple[int, int]) -> None:
    """Add the statements about a part; a sum does not depend on the order of the parts."""
    digest, size = found.get(iri, (bytes(16), 0))
    found[iri] = ((int.from_bytes(digest) + said[0]) & _ALL).to_bytes(16), size + said[1]


def resource(graph: Graph, iri: str, base: str) -> list[Quad]:
    """Return what the default graph says about a resource and its parts, in a deterministic order."""
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


def sha256(quads: Iterable[Quad]) -> str:
    """Return the SHA-256 of triples as sorted lines of N-Triples."""
    return hashlib.sha256(b"".join(sorted(set(io.BytesIO(text(quads)))))).hexdigest()


def page(graph: Graph, base: str, head: str, members: Iterable[tuple[str, str, bytes | None]], wanted: Format) -> bytes:
    """Return a page of versions: ``head``, lines of N-Quads, and each member's content in a graph named by its version.

    A member is a version, its resource, and its content as N-Triples, or None for the present content of the graph. The
    page gives the SHA-256 of the content, as sorted lines of N-Triples, with the version.
    """
    assert wanted.rdf is not None  # noqa: S101 - the formats of feeds are formats of RDF
    quads = _read(head.encode())
    for version, iri, content in members:
        said = resource(graph, iri, base) if content is None else in_order(_read(content), NamedNode(iri))
        quads.append(Quad(NamedNode(version), terms.SHA256, Literal(sha256(said))))
        quads += (Quad(quad.subject, quad.predicate, quad.object, NamedNode(version)) for quad in said)
    return conforming.text(quads, wanted.rdf, PREFIXES | TREE)


def _read(lines: bytes) -> list[Quad]:
    return list(parse(io.BytesIO(lines), format=RdfFormat.N_QUADS))
