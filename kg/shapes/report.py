"""Writes violations as a SHACL validation report (section 3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pyoxigraph import RdfFormat, serialize

from kg.rdf import BlankNode, Literal, NamedNode, Triple, terms
from kg.rdf.prefixes import PREFIXES
from kg.shapes.shape import SH, TYPE, Node, Path, Violation, Violations

REPORT_PREFIXES: Final = {**PREFIXES, "sh": SH, "shapes": "https://w3id.org/newsgraph/shapes#"}

Origin = Callable[[Violation], str | None]


def turtle(found: Iterable[Violations], origin: Origin) -> bytes:
    """Return violations as a ``sh:ValidationReport`` in Turtle.

    ``origin`` gives the IRI of the page or entry that a violation comes from, which the result then has as its
    prov:wasDerivedFrom.
    """
    return serialize(_report(found, origin), format=RdfFormat.TURTLE, prefixes=REPORT_PREFIXES) or b""


def _sh(name: str) -> NamedNode:
    return NamedNode(SH + name)


def _report(found: Iterable[Violations], origin: Origin) -> Iterator[Triple]:
    report, violations = BlankNode(), [one for some in found for one in some.first]
    yield Triple(report, TYPE, _sh("ValidationReport"))
    yield Triple(report, _sh("conforms"), Literal(not violations))
    for violation in violations:
        result = BlankNode()
        yield Triple(report, _sh("result"), result)
        yield from _result(result, violation)
        if iri := origin(violation):
            yield Triple(result, terms.DERIVED_FROM, NamedNode(iri))


def _result(result: BlankNode, violation: Violation) -> Iterator[Triple]:
    constraint = violation.constraint
    yield Triple(result, TYPE, _sh("ValidationResult"))
    yield Triple(result, _sh("focusNode"), violation.focus)
    if constraint.path:
        yield from _path(result, constraint.path)
    if violation.value is not None:
        yield Triple(result, _sh("value"), violation.value)
    yield Triple(result, _sh("resultMessage"), Literal(constraint.message, language="en"))
    yield Triple(result, _sh("resultSeverity"), _sh("Violation"))
    yield Triple(result, _sh("sourceConstraintComponent"), constraint.component)
    yield Triple(result, _sh("sourceShape"), constraint.shape)


def _path(result: Node, path: Path) -> Iterator[Triple]:
    if not path.inverse:
        yield Triple(result, _sh("resultPath"), path.predicate)
        return
    node = BlankNode()
    yield Triple(result, _sh("resultPath"), node)
    yield Triple(node, _sh("inversePath"), path.predicate)
