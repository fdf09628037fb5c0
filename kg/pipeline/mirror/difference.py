"""What a mirror must change to equal its origin, by the event stream and by the hash tree."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pyoxigraph import RdfFormat, parse, serialize

from kg.derived.hash_tree import DIGITS, GRAPH, LEAF, HashTree, hashed, leaf_of, listed
from kg.errors import MirrorError
from kg.lookup import resource_state
from kg.pipeline.mirror.feed import ResourceVersion, contents
from kg.pipeline.mirror.origin import OriginServer, OriginState
from kg.rdf import BlankNode, DefaultGraph, NamedNode, Quad
from kg.rdf.graph import Graph
from kg.store.embedded import EmbeddedGraph

MOST: Final = 5_000
"""How many resources are fetched one by one; for more, a dump costs less."""
BLANK: Final = "_:"

Differing = Mapping[str, str | None]
"""Resources, by their names in the hash tree, with the hashes that they should have; None for those to remove."""

HashChanges = list[tuple[str, str | None]]
Subject = NamedNode | BlankNode


def apply(database: EmbeddedGraph, old: Graph, base: str, versions: Mapping[str, ResourceVersion]) -> HashChanges:
    """Change resources in a database, now as in ``old``, to their versions; return the new hashes."""
    gone = {quad for iri in versions for quad in resource_state.resource(old, iri, base)}
    fresh = {quad for one in versions.values() for quad in one.said}
    for quad in gone - fresh:
        database.remove(quad)
    database.extend(fresh - gone)
    return [(str(one), _hash(database, one)) for one in {_subject(str(quad.subject)) for quad in gone ^ fresh}]


def differing(origin: OriginServer, state: OriginState, tree: HashTree) -> Differing:
    """Return what differs between an origin's tree and ours, fetching the differing nodes."""
    found: dict[str, str | None] = {}
    waiting: list[tuple[str, str | None]] = [("", state.root)]
    while waiting:
        name, sha256 = waiting.pop()
        theirs = origin.node(state.manifest.id, name, sha256) if sha256 else {}
        ours = listed(tree.text(name))
        other: dict[str, str | None] = {one: theirs.get(one) for one in theirs.keys() | ours.keys()}
        other = {one: said for one, said in other.items() if said != ours.get(one)}
        if not all(_is_below(one, name) for one in other):
            raise MirrorError(f"the node {name!r} of the hash tree of {origin.address} lists what is not below it")
        if len(name) == LEAF:
            found |= other
        else:
            waiting += other.items()
    return found


def is_fetchable(wanted: Differing) -> bool:
    """Return whether resources can be fetched one by one: blank nodes have no address, and very many cost too much."""
    return len(wanted) <= MOST and not any(one.startswith(BLANK) for one in wanted)


def repair(database: EmbeddedGraph, origin: OriginServer, state: OriginState, wanted: Differing) -> HashChanges:
    """Fetch resources that differ, and change them in a database to what the origin says; return their hashes.

    Raises MirrorError if what the origin says does not match its hash tree.
    """
    known: dict[str, list[Quad]] = {}
    for name, sha256 in wanted.items():
        if sha256 and name not in known:
            known |= _graph(origin, name) if name.startswith(GRAPH) else _subjects(origin, state, name)
        said = known.get(name, []) if sha256 else []
        if sha256 and hashed(_lines(said)) != sha256:
            raise MirrorError(
                f"{origin.address} sent statements about {name} that do not match their hash; nothing was changed"
            )
        _replace(database, name, said)
    return list(wanted.items())


def _is_below(one: str, name: str) -> bool:
    if len(name) == LEAF:
        return leaf_of(one) == name
    return one.startswith(name) and len(one) == next(length for length in DIGITS if length > len(name))


def _graph(origin: OriginServer, name: str) -> dict[str, list[Quad]]:
    document = origin.graph(name.removeprefix(f"{GRAPH}<").removesuffix(">"))
    try:
        return {name: list(parse(document, format=RdfFormat.N_TRIPLES, lenient=True))}
    except SyntaxError as error:
        raise MirrorError(f"the {name} of {origin.address} is not N-Triples: {error}; nothing was changed") from None


def _subjects(origin: OriginServer, state: OriginState, name: str) -> dict[str, list[Quad]]:
    """Return the statements about a resource and its parts, by subject; a single part is fetched by its own address."""
    found: dict[str, list[Quad]] = {}
    iri = name[1:-1]
    for asked in dict.fromkeys((resource_state.owner(iri, state.manifest.base), iri)):
        for quads in contents(origin.resource(state.manifest.id, asked), asked).values():
            for quad in quads:
                found.setdefault(str(quad.subject), []).append(quad)
        if name in found:
            break
    return found


def _replace(database: EmbeddedGraph, name: str, said: Iterable[Quad]) -> None:
    graph = NamedNode(name.removeprefix(f"{GRAPH}<").removesuffix(">")) if name.startswith(GRAPH) else DefaultGraph()
    if isinstance(graph, NamedNode):
        database.remove_graph(graph)
    else:
        for quad in list(database.quads_for_pattern(_subject(name), None, None, graph)):
            database.remove(quad)
    database.extend(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in said)


def _subject(name: str) -> Subject:
    return BlankNode(name.removeprefix(BLANK)) if name.startswith(BLANK) else NamedNode(name[1:-1])


def _hash(database: EmbeddedGraph, subject: Subject) -> str | None:
    lines = list(_lines(database.quads_for_pattern(subject, None, None, DefaultGraph())))
    return hashed(lines) if lines else None


def _lines(quads: Iterable[Quad]) -> Iterator[bytes]:
    triples = (quad.triple for quad in quads)
    return io.BytesIO(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
