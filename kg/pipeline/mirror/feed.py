"""Reads the event stream of an origin between two times: the newest version of each resource that changed.

It follows the TREE and LDES specifications (see endpoint.feeds.ldes): nodes link others with bounds of the times in
them.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import RdfFormat, parse

from kg.errors import MirrorError
from kg.lookup import resource_state
from kg.pipeline.mirror.origin import OriginServer
from kg.rdf import DefaultGraph, Literal, NamedNode, Quad, terms

STREAM: Final = "feed/ldes"
TREE: Final = resource_state.TREE["tree"]
NODE: Final = NamedNode(f"{TREE}node")
RELATION: Final = NamedNode(f"{TREE}relation")
VALUE: Final = NamedNode(f"{TREE}value")
UNTIL: Final = NamedNode(f"{TREE}LessThanOrEqualToRelation")
SINCE: Final = NamedNode(f"{TREE}GreaterThanOrEqualToRelation")
MEMBER: Final = NamedNode(f"{TREE}member")
NODES: Final = 2_000
"""The most pages to read: more would be as much as a dump."""


@dataclass(frozen=True, slots=True)
class ResourceVersion:
    """A version of a resource: its number, when it was published, and what it says; nothing if the resource is gone."""

    seq: int
    iri: str
    time: str
    said: tuple[Quad, ...]


@dataclass(slots=True)
class _Node:
    """A page of the stream: the statements about each subject, and the content of each named graph."""

    about: dict[str, dict[NamedNode, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    graphs: dict[str, list[Quad]] = field(default_factory=lambda: defaultdict(list))


def versions(origin: OriginServer, base: str, since: str, until: str) -> dict[str, ResourceVersion] | None:
    """Return the newest version of each resource published after one time and up to another, by IRI.

    Returns None if there is too much to read. Raises MirrorError if the stream does not match its checksums, or is not
    such a stream.
    """
    found: dict[str, ResourceVersion] = {}
    waiting, seen = [f"{base}{STREAM}"], set[str]()
    while waiting:
        address = waiting.pop()
        if not address.startswith(base):
            raise MirrorError(f"the event stream of {origin.address} leads to {address[:200]}, which is not its own")
        if address in seen:
            continue
        if len(seen) > NODES:
            return None
        seen.add(address)
        node = _parsed(origin.quads(address.removeprefix(base)), address)
        waiting += _linked(node, since, until)
        for one in _members(node, base):
            if since < one.time <= until and (one.iri not in found or found[one.iri].seq < one.seq):
                found[one.iri] = one
    return found


def contents(document: bytes, address: str) -> dict[str, list[Quad]]:
    """Return the triples of each named graph of a document in N-Quads. Raises MirrorError if it is not N-Quads."""
    return dict(_parsed(document, address).graphs)


def _parsed(document: bytes, address: str) -> _Node:
    node = _Node()
    try:
        for quad in parse(io.BytesIO(document), format=RdfFormat.N_QUADS, lenient=True):
            if isinstance(quad.graph_name, DefaultGraph):
                if isinstance(quad.object, NamedNode | Literal) and isinstance(quad.subject, NamedNode):
                    node.about[quad.subject.value][quad.predicate].append(quad.object.value)
            else:
                said = Quad(quad.subject, quad.predicate, quad.object)
                node.graphs[quad.graph_name.value].append(said)
    except SyntaxError as error:
        raise MirrorError(f"{address} is not N-Quads: {error}; nothing was changed") from None
    return node


def _linked(node: _Node, since: str, until: str) -> Iterator[str]:
    """Yield the nodes linked by a node that may have members within the interval."""
    late, early = set[str](), set[str]()
    linked: dict[str, None] = {}
    for said in list(node.about.values()):
        for one in said.get(NODE, ()):
            linked[one] = None
            (bound,) = said.get(VALUE, [""])[:1]
            if UNTIL.value in said.get(terms.TYPE, ()) and bound <= since:
                late.add(one)
            if SINCE.value in said.get(terms.TYPE, ()) and bound > until:
                early.add(one)
    yield from (one for one in linked if one not in late | early)


def _members(node: _Node, base: str) -> Iterator[ResourceVersion]:
    for version in [one for said in list(node.about.values()) for one in said.get(MEMBER, ())]:
        said = node.about[version]
        try:
            (iri,), (time,) = said[terms.IS_VERSION_OF], said[terms.ISSUED]
            seq = int(version.removeprefix(f"{base}feed/version/"))
        except ValueError:
            raise MirrorError(f"{version[:200]} is not a version of a resource; nothing was changed") from None
        content = tuple(node.graphs.get(version, ()))
        if content and said[terms.SHA256] != [resource_state.sha256(content)]:
            raise MirrorError(f"{version} of {iri} is not what its checksum says; nothing was changed")
        yield ResourceVersion(seq, iri, time, content)
