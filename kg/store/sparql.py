"""Terms in SPARQL 1.1 queries, and in its JSON results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kg.errors import NotSupportedError
from kg.rdf import BlankNode, Literal, NamedNode, Triple
from kg.rdf.graph import Bindings, Term

LITERALS: Final = frozenset({"literal", "typed-literal"})  # the second one is from before the Recommendation
WHERE: Final = "WHERE {"
BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"
TRUTH: Final = {"1": "true", "0": "false"}
"""The canonical forms of booleans (XML Schema 1.1 Datatypes, E.2.2.2), which Virtuoso writes as numbers."""


def text(term: Term) -> str:
    """Return a term for a query (SPARQL 1.1, section 4.1; for triple terms SPARQL 1.2, section 4.1.5).

    Raises NotSupportedError for a blank node: in a query it would be a variable, and match everything.
    """
    if isinstance(term, BlankNode):
        raise NotSupportedError(
            "a SPARQL service cannot be asked about a blank node: its name holds within one answer only"
        )
    if isinstance(term, Triple):
        return f"<<( {text(term.subject)} {text(term.predicate)} {text(term.object)} )>>"
    return str(term)  # as in N-Triples, which SPARQL reads the same way


def values(variables: Sequence[str], rows: Iterable[Sequence[Term]]) -> str:
    """Return a block of VALUES from the names of its variables, and rows with a term for each of them."""
    names = " ".join(f"?{name}" for name in variables)
    return f"VALUES ({names}) {{ {' '.join('(' + ' '.join(map(text, row)) + ')' for row in rows)} }}"


def bound(query: str, bindings: Bindings) -> str:
    """Return a query with a block of VALUES after its first ``WHERE {``. Raises ValueError if it has none."""
    if not bindings:
        return query
    before, where, after = query.partition(WHERE)
    if not where:
        raise ValueError(f"a query that takes bindings must have {WHERE!r} in it")
    return f"{before}{where} {values(list(bindings), [list(bindings.values())])} {after}"


class Terms:
    """Reads the terms of one result set.

    Its blank nodes get unique labels, the same throughout the set (SPARQL 1.1 Query Results JSON Format, section
    3.2.2).
    """

    def __init__(self) -> None:
        self._blank: dict[str, BlankNode] = {}

    def term(self, found: Mapping[str, Any]) -> Term:
        """Return the term for a JSON object. Raises ValueError, KeyError or TypeError if it is not one."""
        kind, value = found["type"], found["value"]
        if kind == "triple":
            return self._triple(value)
        if not isinstance(value, str):
            raise TypeError("a value that is not text")
        if kind == "uri":
            return NamedNode(value)
        if kind == "bnode":
            return self._blank.setdefault(value, BlankNode())
        if kind not in LITERALS:
            raise ValueError(f"a term of type {str(kind)[:50]!r}")
        if (language := found.get("xml:lang")) is not None:
            return Literal(value, language=language)
        datatype = found.get("datatype")
        if datatype == BOOLEAN:
            value = TRUTH.get(value, value)
        return Literal(value, datatype=None if datatype is None else NamedNode(datatype))

    def _triple(self, value: Mapping[str, Any]) -> Triple:
        subject, predicate, object_ = (self.term(value[name]) for name in ("subject", "predicate", "object"))
        return Triple(subject, predicate, object_)  # type: ignore[arg-type]  # for what it cannot hold, a TypeError
