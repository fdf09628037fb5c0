"""Reads a shapes graph in Turtle: targets, paths and constraints as plain data; and defines violations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import RdfFormat

from kg.errors import ConfigurationError
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Triple
from kg.store.embedded import EmbeddedGraph

SH: Final = "http://www.w3.org/ns/shacl#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE: Final = NamedNode(f"{RDF}type")
NIL: Final = NamedNode(f"{RDF}nil")

Term = NamedNode | Literal | BlankNode | Triple
Node = NamedNode | BlankNode

TARGETS: Final = ("targetClass", "targetSubjectsOf", "targetObjectsOf")
"""The kinds of targets (SHACL, section 2.1.3) that are supported, by their names in the SHACL namespace."""

COMPONENTS: Final = {
    "class": "ClassConstraintComponent",
    "datatype": "DatatypeConstraintComponent",
    "equals": "EqualsConstraintComponent",
    "hasValue": "HasValueConstraintComponent",
    "in": "InConstraintComponent",
    "lessThan": "LessThanConstraintComponent",
    "lessThanOrEquals": "LessThanOrEqualsConstraintComponent",
    "maxCount": "MaxCountConstraintComponent",
    "maxInclusive": "MaxInclusiveConstraintComponent",
    "minCount": "MinCountConstraintComponent",
    "minInclusive": "MinInclusiveConstraintComponent",
    "nodeKind": "NodeKindConstraintComponent",
    "or": "OrConstraintComponent",
    "pattern": "PatternConstraintComponent",
    "uniqueLang": "UniqueLangConstraintComponent",
}
"""The constraint components (SHACL, section 4) that are supported, by the names of their parameters."""

IGNORED: Final = frozenset({"message", "name", "description"})
"""Properties of a shape that do not constrain anything."""


@dataclass(frozen=True, slots=True)
class Path:
    """A predicate, or, with ``inverse``, from its objects to its subjects (SHACL, section 2.3.1)."""

    predicate: NamedNode
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The nodes that a shape is about: ``kind`` is one of ``TARGETS``."""

    kind: str
    term: NamedNode


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a shape on its focus nodes, or, with ``path``, on their values there.

    ``parameter`` names its component as in ``COMPONENTS``. ``values`` are its arguments: one term, or the members of a
    list. A ``sh:or`` that offers a choice of classes has these; any other has the constraints of its ``members``.
    """

    shape: Node
    parameter: str
    values: tuple[Term, ...] = ()
    path: Path | None = None
    message: str = ""
    members: tuple[tuple[Constraint, ...], ...] = ()

    @property
    def component(self) -> NamedNode:
        """IRI of the constraint component."""
        return NamedNode(SH + COMPONENTS[self.parameter])


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape with its targets, its own constraints and those of its property shapes."""

    iri: NamedNode
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """A focus node that violates a constraint, with the value that does, if SHACL gives one."""

    constraint: Constraint
    focus: Term
    value: Term | None = None


@dataclass(frozen=True, slots=True)
class Violations:
    """The number of violations of one constraint, and the first of them, sorted by node."""

    constraint: Constraint
    count: int
    first: tuple[Violation, ...]


def load(turtle: str) -> tuple[Shape, ...]:
    """Return the shapes that have targets, in the order of their IRIs.

    Args:
        turtle: a shapes graph in Turtle; it must not use anything of SHACL that this module does not list.

    Raises:
        ConfigurationError: if it uses anything else.

    """
    graph = EmbeddedGraph()
    graph.load(turtle.encode(), format=RdfFormat.TURTLE)
    return _Reading(graph).shapes()


class _Reading:
    def __init__(self, graph: EmbeddedGraph) -> None:
        self._graph = graph

    def shapes(self) -> tuple[Shape, ...]:
        quads = self._graph.quads_for_pattern(None, TYPE, NamedNode(f"{SH}NodeShape"))
        nodes = sorted((quad.subject for quad in quads if isinstance(quad.subject, NamedNode)), key=str)
        return tuple(self._shape(node) for node in nodes)

    def _shape(self, node: NamedNode) -> Shape:
        targets = [
            Target(kind, term)
            for kind in TARGETS
            for term in sorted(self._objects(node, kind), key=str)
            if isinstance(term, NamedNode)
        ]
        if not targets:
            raise ConfigurationError(f"the shape {node} has no target")
        return Shape(node, tuple(targets), tuple(self._constraints(node)))

    def _constraints(self, node: Node, path: Path | None = None) -> Iterator[Constraint]:
        """Yield the constraints of a shape, followed by those of its property shapes."""
        message = self._message(node)
        for name in self._names(node):
            for value in self._objects(node, name):
                if name in COMPONENTS:
                    yield self._constraint(node, name, value, path, message)
        for value in sorted(self._objects(node, "property"), key=str):
            if path is not None:
                raise ConfigurationError(f"the shape {node} has a property shape below a path, which is not supported")
            yield from self._constraints(_node(value), self._path(_node(value)))

    def _constraint(self, node: Node, name: str, value: Term, path: Path | None, message: str) -> Constraint:
        if name == "or":
            members = tuple(tuple(self._constraints(_node(one), path)) for one in self._list(value))
            classes = _classes(members)
            return Constraint(node, name, classes, path, message, () if classes else members)
        return Constraint(node, name, tuple(self._list(value)) if name == "in" else (value,), path, message)

    def _names(self, node: Node) -> list[str]:
        """Return what a shape says in the SHACL namespace, sorted; raises ConfigurationError for the unknown."""
        known = {*COMPONENTS, *TARGETS, *IGNORED, "property", "path"}
        names = set()
        for quad in self._graph.quads_for_pattern(node, None, None, DefaultGraph()):
            name = quad.predicate.value.removeprefix(SH)
            if quad.predicate.value.startswith(SH) and name not in known:
                raise ConfigurationError(f"the shape {node} uses sh:{name}, which is not supported")
            names.add(name)
        return sorted(names & known)

    def _path(self, node: Node) -> Path:
        found = self._objects(node, "path")
        inverse = [self._objects(one, "inversePath") for one in found if isinstance(one, BlankNode)]
        match inverse[0] if inverse else found:
            case [NamedNode() as predicate]:
                return Path(predicate, inverse=bool(inverse))
        raise ConfigurationError(f"the path of the shape {node} is not supported")

    def _message(self, node: Node) -> str:
        return next((one.value for one in self._objects(node, "message") if isinstance(one, Literal)), "")

    def _objects(self, node: Node, name: str) -> list[Term]:
        return [quad.object for quad in self._graph.quads_for_pattern(node, NamedNode(SH + name), None)]

    def _list(self, node: Term) -> Iterator[Term]:
        """Yield the members of an RDF collection."""
        while node != NIL:
            [first] = self._graph.quads_for_pattern(_node(node), NamedNode(f"{RDF}first"), None)
            [rest] = self._graph.quads_for_pattern(_node(node), NamedNode(f"{RDF}rest"), None)
            yield first.object
            node = rest.object


def _node(term: Term) -> Node:
    if not isinstance(term, NamedNode | BlankNode):
        raise ConfigurationError(f"{term} is not a shape")
    return term


def _classes(members: tuple[tuple[Constraint, ...], ...]) -> tuple[Term, ...]:
    """Return the classes if each member of a ``sh:or`` requires just one of them; empty otherwise."""
    alone = [one for one, *others in members if not others and one.parameter == "class"]
    return tuple(one.values[0] for one in alone) if len(alone) == len(members) else ()
