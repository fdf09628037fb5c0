"""The change log as a Linked Data Event Stream: versions of all resources in a tree of pages.

It follows the TREE hypermedia specification (https://w3id.org/tree/specification) and the LDES specification
(https://w3id.org/ldes/specification). The root links index nodes, and each of these a hundred pages. A member is a
version object; the content of its resource at that time is in the named graph of that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import RdfFormat, serialize

from kg.derived.changelog import Change, ChangePage, PublishedState
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.formats import Format, by_name
from kg.rdf.prefixes import expand

_JSONLD: Final = Format("jsonld", "application/ld+json", "jsonld", "dataset", "JSON-LD", rdf=RdfFormat.JSON_LD)
FORMATS: Final = (by_name("trig"), by_name("nquads"), _JSONLD)
"""The formats that hold named graphs."""
CHILDREN: Final = 100
TREE: Final = "https://w3id.org/tree#"
LDES: Final = "https://w3id.org/ldes#"
SHACL: Final = "http://www.w3.org/ns/shacl#"
ACTIVITY: Final = "https://www.w3.org/ns/activitystreams#"
DELETE: Final = NamedNode(f"{ACTIVITY}Delete")

Value = NamedNode | Literal
Values = Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A linked node: its address, its first time, and its last one if it will get no more members."""

    address: str
    since: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class EventStream:
    """The stream of one dataset, by its identity base."""

    base: str

    @property
    def root(self) -> str:
        """The address of the root node, which is the view."""
        return f"{self.base}feed/ldes"

    @property
    def iri(self) -> str:
        """The IRI of the collection."""
        return f"{self.root}#stream"

    def version(self, change: Change) -> str:
        """Return the IRI of the version that a change made."""
        return f"{self.base}feed/version/{change.seq}"

    def describe(self, days: int, children: Iterable[Node], licences: Iterable[str]) -> str:
        """Return the root node in N-Quads: the collection, its licences, shape and retention, and the tree."""
        shape, policy = f"{self.root}#shape", f"{self.root}#retention"
        stream: dict[str, Values] = {
            "rdf:type": NamedNode(f"{LDES}EventStream"),
            "dcterms:title": Literal("All that newsgraph says, version by version", language="en"),
            "dcterms:license": tuple(map(NamedNode, licences)),
            f"{LDES}timestampPath": terms.ISSUED,
            f"{LDES}versionOfPath": terms.IS_VERSION_OF,
            f"{LDES}versionDeletePath": terms.TYPE,
            f"{LDES}versionDeleteObject": DELETE,
            f"{TREE}shape": NamedNode(shape),
            f"{TREE}view": NamedNode(self.root),
        }
        kept: dict[str, Value] = {
            "rdf:type": NamedNode(f"{LDES}RetentionPolicy"),
            f"{LDES}versionAmount": Literal(1),
            f"{LDES}fullLogDuration": Literal(f"P{days}D", datatype=terms.DURATION),
        }
        quads = [
            *_said(self.iri, stream),
            *_said(self.root, {"rdf:type": NamedNode(f"{TREE}Node"), f"{LDES}retentionPolicy": NamedNode(policy)}),
            *_said(policy, kept),
            *_shape(shape),
            *_relations(self.root, children),
        ]
        return _lines(quads)

    def node(
        self,
        address: str,
        children: Iterable[Node] = (),
        members: Iterable[Change] = (),
        states: Iterable[PublishedState] = (),
    ) -> str:
        """Return an index node or a page in N-Quads, without the content of its members.

        ``states`` are those after the changes of each time that its members have.
        """
        here: dict[str, Value] = {"rdf:type": NamedNode(f"{TREE}Node"), "dcterms:isPartOf": NamedNode(self.root)}
        quads = [*_said(address, here), *_relations(address, children)]
        for change in members:
            quads.append(Quad(NamedNode(self.iri), NamedNode(f"{TREE}member"), NamedNode(self.version(change))))
            quads += self._version(change)
        for state in states:
            quads += _said(
                f"{self.base}snapshot/{state.snapshot}",
                {
                    terms.ISSUED.value: Literal(state.time, datatype=terms.DATE_TIME),
                    terms.SHA256.value: Literal(state.root),
                },
            )
        return _lines(quads)

    def single(self, change: Change) -> str:
        """Return the description of one version in N-Quads, without its content."""
        stream = Quad(NamedNode(self.iri), NamedNode(f"{TREE}member"), NamedNode(self.version(change)))
        return _lines([stream, *self._version(change)])

    def _version(self, change: Change) -> Iterator[Quad]:
        said: dict[str, Value] = {
            terms.IS_VERSION_OF.value: NamedNode(change.iri),
            terms.ISSUED.value: Literal(change.time, datatype=terms.DATE_TIME),
        }
        yield from _said(self.version(change), said | ({"rdf:type": DELETE} if change.kind == "Delete" else {}))


def index_nodes(addresses: Iterable[tuple[str, list[ChangePage]]]) -> Iterator[Node]:
    """Yield the index nodes with these addresses and pages; all but the last one are full."""
    listed = list(addresses)
    for number, (address, pages) in enumerate(listed, 1):
        yield Node(address, pages[0].since, pages[-1].until if number < len(listed) else None)


def _shape(shape: str) -> Iterator[Quad]:
    """Yield the shape of members: one resource that it is a version of, one time."""
    yield from _said(shape, {"rdf:type": NamedNode(f"{SHACL}NodeShape")})
    for name, path in (("version", terms.IS_VERSION_OF), ("time", terms.ISSUED)):
        yield Quad(NamedNode(shape), NamedNode(f"{SHACL}property"), NamedNode(f"{shape}-{name}"))
        once: dict[str, Value] = {f"{SHACL}path": path, f"{SHACL}minCount": Literal(1), f"{SHACL}maxCount": Literal(1)}
        yield from _said(f"{shape}-{name}", once)


def _relations(address: str, children: Iterable[Node]) -> Iterator[Quad]:
    """Yield the links to other nodes, with the bounds of the times of all members in each."""
    for child in children:
        bounds = {"GreaterThanOrEqualTo": child.since, "LessThanOrEqualTo": child.until}
        for name, bound in bounds.items():
            if bound is None:
                continue
            relation = f"{address}#{name}-{child.address.rpartition('/')[2]}"
            yield Quad(NamedNode(address), NamedNode(f"{TREE}relation"), NamedNode(relation))
            said: dict[str, Value] = {
                "rdf:type": NamedNode(f"{TREE}{name}Relation"),
                f"{TREE}node": NamedNode(child.address),
                f"{TREE}path": terms.ISSUED,
                f"{TREE}value": Literal(bound, datatype=terms.DATE_TIME),
            }
            yield from _said(relation, said)


def _said(subject: str, values: Mapping[str, Values]) -> Iterator[Quad]:
    for name, value in values.items():
        predicate = NamedNode(name if "#" in name or "//" in name else expand(name))
        for one in value if isinstance(value, tuple) else (value,):
            yield Quad(NamedNode(subject), predicate, one)


def _lines(quads: Iterable[Quad]) -> str:
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").decode()
