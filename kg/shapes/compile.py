"""Compiles constraints to SPARQL queries that find violations.

The forms are chosen for the engine, by measurement (docs/decisions/0010): sets of nodes are subtracted (MINUS) and
joined as sub-selects, which it does by hashing ids; a join of plain patterns, or FILTER NOT EXISTS, looks up each node
and takes ten times as long. A value is tested after a BIND, so that the engine does not move the test before the join
and test values of other nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from kg.errors import ConfigurationError
from kg.rdf import Literal, NamedNode
from kg.shapes.shape import SH, TYPE, Constraint, Path, Target, Term

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
STRINGS: Final = (f"{XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
CASTS: Final = tuple(f"{XSD}{name}" for name in ("boolean", "date", "dateTime", "decimal", "integer"))
"""Datatypes with literals that are checked for a valid lexical form; for strings, every lexical form is valid."""

NODE_KINDS: Final = {
    "BlankNode": "isBlank(?value)",
    "IRI": "isIRI(?value)",
    "Literal": "isLiteral(?value)",
    "BlankNodeOrIRI": "!isLiteral(?value)",
    "BlankNodeOrLiteral": "!isIRI(?value)",
    "IRIOrLiteral": "!isBlank(?value)",
}


def query(constraint: Constraint, targets: Iterable[Target]) -> str:
    """Return the SELECT query for the nodes of ``targets`` that violate a constraint.

    Its solutions have ``?this``, the focus node, and ``?value`` if SHACL gives one. Raises ConfigurationError for a
    constraint that cannot be compiled.
    """
    _check(constraint)
    nodes = " UNION ".join(f"{{{_target(one)}}}" for one in targets)
    if constraint.parameter in TESTS:
        return _tested(constraint, nodes)
    if constraint.path is None:
        return f"SELECT DISTINCT ?this ?value {{ {{{nodes}}} {_outside(constraint, '?this')} BIND(?this AS ?value) }}"
    if constraint.parameter in LACKS:
        return f"SELECT DISTINCT ?this {{ {{{nodes}}} MINUS {{{LACKS[constraint.parameter](constraint)}}} }}"
    if constraint.parameter in ("class", "or"):
        pairs = f"{{SELECT ?this ?value {{{_path(constraint.path)}}}}} {_outside(constraint, '?value')}"
        return f"SELECT DISTINCT ?this ?value {{ {{SELECT ?this {{{nodes}}}}} {pairs} }}"
    found = PAIRS[constraint.parameter](constraint)
    value = "?value" if constraint.parameter in VALUED else ""
    return f"SELECT DISTINCT ?this {value} {{ {{SELECT ?this {{{nodes}}}}} {{{found}}} }}"


def anywhere(constraint: Constraint, most: int) -> str | None:
    """Return the SELECT query for at most ``most`` violations of a constraint by any nodes, whatever their target.

    It is faster, since nothing is joined. Returns None for a constraint that depends on its nodes.
    """
    _check(constraint)
    if constraint.path is None or constraint.parameter in {*LACKS, "equals"}:
        return None
    if constraint.parameter in TESTS:
        return f"SELECT ?this ?value {{ {_path(constraint.path)} {_test(constraint)} }} LIMIT {most}"
    return f"{PAIRS[constraint.parameter](constraint)} LIMIT {most}"


def _check(constraint: Constraint) -> None:
    if constraint.parameter not in {*TESTS, *LACKS, *PAIRS}:
        raise ConfigurationError(f"sh:{constraint.parameter} of the shape {constraint.shape} cannot be compiled")
    if constraint.path is None and constraint.parameter not in {*TESTS, "class", "or"}:
        raise ConfigurationError(f"sh:{constraint.parameter} of the shape {constraint.shape} needs a path")


def _target(target: Target) -> str:
    match target.kind:
        case "targetClass":
            return _instance("?this", target.term)
        case "targetSubjectsOf":
            return f"?this {target.term} ?_object"
        case _:
            return f"?_subject {target.term} ?this"


def _instance(variable: str, class_: Term) -> str:
    return f"{variable} {TYPE} {class_}"


def _path(path: Path | None, value: str = "?value") -> str:
    if path is None:
        raise ConfigurationError("there is no path")
    return f"{value} {path.predicate} ?this" if path.inverse else f"?this {path.predicate} {value}"


def _test(constraint: Constraint) -> str:
    return f"BIND(COALESCE({TESTS[constraint.parameter](constraint)}, false) AS ?passes) FILTER(!?passes)"


def _tested(constraint: Constraint, nodes: str) -> str:
    """Return the query for a constraint that tests each value by itself."""
    if constraint.path is None:
        each = f"SELECT DISTINCT ?this (?this AS ?value) {{{nodes}}}"
        return f"SELECT DISTINCT ?this ?value {{ {{{each}}} {_test(constraint)} }}"
    pairs = f"{{SELECT ?this ?value {{{_path(constraint.path)}}}}}"
    return f"SELECT DISTINCT ?this ?value {{ {{SELECT ?this {{{nodes}}}}} {pairs} {_test(constraint)} }}"


def _min_count(constraint: Constraint) -> str:
    path, least = _path(constraint.path), _number(constraint)
    return path if least == 1 else f"SELECT ?this {{{path}}} GROUP BY ?this HAVING(COUNT(*) >= {least})"


def _has_value(constraint: Constraint) -> str:
    return _path(constraint.path, str(constraint.values[0]))


def _max_count(constraint: Constraint) -> str:
    """Return the query for too many values; values are grouped only if there are more values than nodes."""
    path = _path(constraint.path)
    if (most := _number(constraint)) == 0:
        return f"SELECT DISTINCT ?this {{{path}}}"
    counts = f"{{SELECT (COUNT(*) AS ?values) (COUNT(DISTINCT ?this) AS ?nodes) {{{path}}}}} FILTER(?values > ?nodes)"
    several = f"SELECT ?this {{{path}}} GROUP BY ?this HAVING(COUNT(*) > {most})"
    return f"SELECT ?this {{ {{SELECT ?values {{{counts}}}}} {{{several}}} }}"


def _class(constraint: Constraint) -> str:
    return f"SELECT ?this ?value {{ {{{_path(constraint.path)}}} {_outside(constraint, '?value')} }}"


def _outside(constraint: Constraint, variable: str) -> str:
    """Return the pattern that removes instances of a constraint's classes from the preceding solutions."""
    return " ".join(f"MINUS {{{_instance(variable, one)}}}" for one in constraint.values)


def _equals(constraint: Constraint) -> str:
    one, other = _path(constraint.path), f"?this {constraint.values[0]} ?value"
    return f"SELECT ?this ?value {{ {{ {{{one}}} MINUS {{{other}}} }} UNION {{ {{{other}}} MINUS {{{one}}} }} }}"


def _compared(constraint: Constraint, operator: str) -> str:
    return (
        f"SELECT ?this ?value {{ {{SELECT ?this ?other {{?this {constraint.values[0]} ?other}}}} "
        f"{{SELECT ?this ?value {{{_path(constraint.path)}}}}} "
        f"BIND(COALESCE(?value {operator} ?other, false) AS ?passes) FILTER(!?passes) }}"
    )


def _unique_lang(constraint: Constraint) -> str:
    """Return the query for more than one value in a language; only nodes with several values are examined."""
    several = f"{{SELECT ?this {{{_path(constraint.path)}}} GROUP BY ?this HAVING(COUNT(*) > 1)}}"
    texts = f"{{SELECT ?this ?text {{{_path(constraint.path, '?text')}}}}}"
    tags = 'BIND(LANG(?text) AS ?tag) FILTER(?tag != "")'
    repeated = f"SELECT ?this ?tag {{ {several} {texts} {tags} }} GROUP BY ?this ?tag HAVING(COUNT(*) > 1)"
    return f"SELECT DISTINCT ?this {{{{{repeated}}}}}"


def _number(constraint: Constraint) -> int:
    [value] = constraint.values
    return int(value.value) if isinstance(value, Literal) else 0


def _datatype(constraint: Constraint) -> str:
    """Return the test for a datatype, including a test for a valid lexical form (SHACL, section 4.1.2)."""
    [datatype] = constraint.values
    iri = datatype.value if isinstance(datatype, NamedNode) else ""
    if iri in STRINGS:
        return f"datatype(?value) = {datatype}"
    if iri in CASTS:
        return f"datatype(?value) = {datatype} && datatype({datatype}(str(?value))) = {datatype}"
    raise ConfigurationError(f"the datatype {datatype} of the shape {constraint.shape} is not supported")


def _node_kind(constraint: Constraint) -> str:
    return NODE_KINDS[str(constraint.values[0]).strip("<>").removeprefix(SH)]


def _pattern(constraint: Constraint) -> str:
    """Return the test for a regular expression, which a blank node never matches (SHACL, section 4.4.3)."""
    return f"regex(str(?value), {constraint.values[0]})"


def _in(constraint: Constraint) -> str:
    return " || ".join(f"sameTerm(?value, {one})" for one in constraint.values) or "false"


TESTS: Final[dict[str, Callable[[Constraint], str]]] = {
    "datatype": _datatype,
    "in": _in,
    "maxInclusive": lambda constraint: f"?value <= {constraint.values[0]}",
    "minInclusive": lambda constraint: f"?value >= {constraint.values[0]}",
    "nodeKind": _node_kind,
    "pattern": _pattern,
}
"""For each constraint on a single value, the SPARQL expression that is true if it is met."""

LACKS: Final[dict[str, Callable[[Constraint], str]]] = {"hasValue": _has_value, "minCount": _min_count}
"""For each constraint that requires a value, the pattern of the nodes that have it."""

PAIRS: Final[dict[str, Callable[[Constraint], str]]] = {
    "class": _class,
    "equals": _equals,
    "lessThan": lambda constraint: _compared(constraint, "<"),
    "lessThanOrEquals": lambda constraint: _compared(constraint, "<="),
    "maxCount": _max_count,
    "or": _class,
    "uniqueLang": _unique_lang,
}
"""For each other constraint, the query for the nodes and values that violate it."""

VALUED: Final = frozenset({"class", "equals", "lessThan", "lessThanOrEquals", "or"})
"""Those of ``PAIRS`` with violations that have a value."""
