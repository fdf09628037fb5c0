"""Turns constraints into tests of the statements of a single node, as lines of N-Triples.

A node that passes the test meets the constraint; one that fails may still meet it, and the engine then decides. So a
test may be too strict, but never lenient. Constraints that need another node, such as ``sh:class`` of a value, have
none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from kg.rdf import Literal, NamedNode
from kg.rdf.lines.blocks import Block
from kg.shapes.shape import SH, TYPE, Constraint, Target

NodeTest = Callable[[Block], bool]
ValueTest = Callable[[bytes], bool]

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
STRING: Final = f"{XSD}string"
TEXT: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
LEXICAL: Final = {
    f"{XSD}boolean": "true|false",
    f"{XSD}date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    f"{XSD}dateTime": "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z",
    f"{XSD}decimal": r"-?[0-9]{1,15}(\.[0-9]{1,15})?",
    f"{XSD}integer": "-?[0-9]{1,17}",
}
"""Patterns of lexical forms, by datatype, that are valid if their date is; other forms may be valid too."""
DATES: Final = (f"{XSD}date", f"{XSD}dateTime")
"""Datatypes whose forms above sort by character."""
NUMBERS: Final = (f"{XSD}integer", f"{XSD}decimal")
LITERALS: Final = {iri: re.compile(f'"({form})"\\^\\^<{re.escape(iri)}>'.encode()) for iri, form in LEXICAL.items()}
PLAIN: Final = re.compile(r"(?!.*([*+?}][*+?]|\(\?))[-\w/:;,#^$.+*?()\[\]{}|= ]*", re.ASCII)
"""A regular expression that means the same in SPARQL and in any version of Python."""
COMPILED: Final = cache(re.compile)
KINDS: Final = {
    "BlankNode": (b"_",),
    "IRI": (b"<",),
    "Literal": (b'"',),
    "BlankNodeOrIRI": (b"_", b"<"),
    "BlankNodeOrLiteral": (b"_", b'"'),
    "IRIOrLiteral": (b"<", b'"'),
}
REMEMBERED: Final = 1 << 16
_TYPE: Final = str(TYPE).encode()


@dataclass(frozen=True, slots=True)
class Test:
    """A test of whether a node meets a constraint.

    A node without the property ``path`` does. ``of_names`` says that the result depends only on types and the names of
    properties, not on the values or their number.
    """

    passes: NodeTest
    path: bytes | None = None
    of_names: bool = False


def test(constraint: Constraint) -> Test | None:
    """Return the test for a constraint, None if it has none."""
    if constraint.path is not None and constraint.path.inverse:
        return None
    if constraint.members:
        return _any_member(constraint)
    if constraint.parameter in VALUES:
        found = VALUES[constraint.parameter](constraint)
        return found and _each(constraint, found)
    return NODES[constraint.parameter](constraint) if constraint.parameter in NODES else None


def is_local(target: Target) -> bool:
    """Return whether the statements of a node alone decide if a target includes it."""
    return target.kind in ("targetClass", "targetSubjectsOf")


def _token(term: object) -> bytes:
    return str(term).encode()


def _path(constraint: Constraint) -> bytes | None:
    return None if constraint.path is None else _token(constraint.path.predicate)


def _each(constraint: Constraint, passes: ValueTest) -> Test:
    """Return the test that each value passes, or, without a path, the node itself."""
    path = _path(constraint)
    if path is None:
        return Test(lambda block: passes(block.subject))
    return Test(lambda block: all(map(passes, block.said[path])), path)


def _any_member(constraint: Constraint) -> Test | None:
    if constraint.path is not None:
        return None
    members = [[test(one) for one in member] for member in constraint.members]
    choices = [[one for one in member if one] for member in members if all(member)]
    # A member that needs other nodes counts as not met.
    of_names = all(one.of_names for choice in choices for one in choice)
    return Test(lambda block: any(all(_meets(block, one) for one in choice) for choice in choices), None, of_names)


def _meets(block: Block, one: Test) -> bool:
    return (one.path is not None and one.path not in block.said) or one.passes(block)


def _class(constraint: Constraint) -> Test | None:
    """Return the test that a node itself is of one of the classes; classes of values are stated elsewhere."""
    wanted = [_token(one) for one in constraint.values]
    if constraint.path is not None:
        return None
    return Test(lambda block: any(one in block.values(_TYPE) for one in wanted), of_names=True)


def _min_count(constraint: Constraint) -> Test | None:
    path, limit = _path(constraint), _number(constraint)
    return None if path is None else Test(lambda block: len(block.values(path)) >= limit, None, of_names=limit <= 1)


def _max_count(constraint: Constraint) -> Test | None:
    path, limit = _path(constraint), _number(constraint)
    return None if path is None else Test(lambda block: len(block.values(path)) <= limit, path)


def _number(constraint: Constraint) -> int:
    [limit] = constraint.values
    return int(limit.value) if isinstance(limit, Literal) else 0


def _has_value(constraint: Constraint) -> Test | None:
    path, value = _path(constraint), _token(constraint.values[0])
    return None if path is None else Test(lambda block: value in block.values(path))


def _equals(constraint: Constraint) -> Test | None:
    path, other = _path(constraint), _token(constraint.values[0])
    return None if path is None else Test(lambda block: sorted(block.values(path)) == sorted(block.values(other)))


def _less(constraint: Constraint, is_met: Callable[[bytes, bytes], bool]) -> Test | None:
    path, other = _path(constraint), _token(constraint.values[0])
    if path is None:
        return None
    return Test(
        lambda block: all(
            any(is_date(one) and is_date(two) for is_date in map(_literal, DATES)) and is_met(one, two)
            for one in block.values(path)
            for two in block.values(other)
        ),
        path,
    )


def _unique_lang(constraint: Constraint) -> Test | None:
    path = _path(constraint)

    def is_unique(block: Block) -> bool:
        values = block.values(path or b"")
        tags = [value.rpartition(b'"')[2].lower() for value in values] if len(values) > 1 else []
        tags = [tag for tag in tags if tag.startswith(b"@")]
        return len(tags) == len(set(tags))

    return None if path is None else Test(is_unique, path)


def _datatype(constraint: Constraint) -> ValueTest | None:
    [datatype] = constraint.values
    iri = datatype.value if isinstance(datatype, NamedNode) else ""
    if iri == STRING:
        return lambda term: term.startswith(b'"') and term.endswith(b'"')
    if iri == TEXT:
        return lambda term: term.startswith(b'"') and term.rpartition(b'"')[2].startswith(b"@")
    return _literal(iri) if iri in LEXICAL else None


@cache
def _literal(datatype: str) -> ValueTest:
    """Return the test for a valid literal of a datatype."""
    form = LITERALS[datatype]
    is_form = _remembered(lambda term: form.fullmatch(term) is not None)
    return _remembered(lambda term: is_form(term) and _is_day(term)) if datatype in DATES else is_form


def _is_day(term: bytes) -> bool:
    try:
        return bool(date.fromisoformat(term[1:11].decode()))
    except ValueError:
        return False


def _node_kind(constraint: Constraint) -> ValueTest:
    kinds = KINDS[str(constraint.values[0]).strip("<>").removeprefix(SH)]
    return lambda term: term.startswith(kinds) and not term.startswith(b"<<")


def _pattern(constraint: Constraint) -> ValueTest | None:
    [pattern] = constraint.values
    if not isinstance(pattern, Literal) or not PLAIN.fullmatch(pattern.value):
        return None
    search = COMPILED(pattern.value).search

    def passes(term: bytes) -> bool:
        is_read = term.startswith((b"<", b'"')) and not term.startswith(b"<<") and b"\\" not in term
        return is_read and search(term[1 : term.rfind(b'"') if term.startswith(b'"') else -1].decode()) is not None

    return passes


def _in(constraint: Constraint) -> ValueTest:
    wanted = {_token(one) for one in constraint.values}
    return lambda term: term in wanted


def _bounded(constraint: Constraint, is_met: Callable[[Decimal, Decimal], bool]) -> ValueTest | None:
    [limit] = constraint.values
    if not isinstance(limit, Literal) or limit.datatype.value not in NUMBERS:
        return None
    bound = Decimal(limit.value)

    def passes(term: bytes) -> bool:
        is_number = any(_literal(one)(term) for one in NUMBERS)
        return is_number and is_met(Decimal(term[1 : term.rindex(b'"')].decode()), bound)

    return _remembered(passes)


def _remembered(passes: ValueTest) -> ValueTest:
    """Return a test that caches its results: terms such as dates occur again and again."""
    return lru_cache(REMEMBERED)(passes)


VALUES: Final[dict[str, Callable[[Constraint], ValueTest | None]]] = {
    "datatype": _datatype,
    "in": _in,
    "maxInclusive": lambda constraint: _bounded(constraint, lambda value, limit: value <= limit),
    "minInclusive": lambda constraint: _bounded(constraint, lambda value, limit: value >= limit),
    "nodeKind": _node_kind,
    "pattern": _pattern,
}
"""For each constraint on a single value, the test of a term."""

NODES: Final[dict[str, Callable[[Constraint], Test | None]]] = {
    "class": _class,
    "equals": _equals,
    "hasValue": _has_value,
    "lessThan": lambda constraint: _less(constraint, lambda one, two: one < two),
    "lessThanOrEquals": lambda constraint: _less(constraint, lambda one, two: one <= two),
    "maxCount": _max_count,
    "minCount": _min_count,
    "or": _class,
    "uniqueLang": _unique_lang,
}
"""For each other constraint, the test of a node."""
