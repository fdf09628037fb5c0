"""Inserts the answers of services into the text of a query as VALUES, in a worker.

An answer may be any text, so this runs in a process that may die. It is read with the json module, which stops at deep
nesting, and every term is created by the engine, which refuses invalid ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin
from uuid import uuid4

from pyoxigraph import QuerySolutions

from kg.errors import FederationError
from kg.query.evaluate import failed
from kg.query.syntax import syntax_error
from kg.rdf import Literal, NamedNode
from kg.store.embedded import EmbeddedGraph

LITERALS: Final = frozenset({"literal", "typed-literal"})  # the second one is from before the Recommendation
UNBOUND: Final = "UNDEF"
GENID: Final = "/.well-known/genid/"


@dataclass(frozen=True, slots=True)
class Solutions:
    """The answer of a service to one SERVICE clause, as the ``results`` in SPARQL JSON; None if it failed.

    They are inserted at the offset ``at`` of the query, into a block of VALUES with ``variables``. If the clause is
    ``silent``, a failure is one solution without bindings (SPARQL 1.1 Federated Query, section 2.3).
    """

    service: str
    silent: bool
    variables: tuple[str, ...]
    results: str | None
    at: int = 0


def scopes(queries: Sequence[str], base: str) -> list[list[str]]:
    """Return the variables that each query selects, none for other forms, by asking an engine without data.

    Raises QuerySyntaxError for the first text that is not a query, NotSupportedError for an unknown function.
    """
    return [list(_scope(query, base)) for query in queries]


def _scope(query: str, base: str) -> Iterator[str]:
    try:
        found = EmbeddedGraph().query(query, base_iri=base)
    except SyntaxError as error:
        raise syntax_error(str(error), query) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise failed(error) from None
    if isinstance(found, QuerySolutions):
        yield from (variable.value for variable in found.variables)


def inline(text: str, answers: Sequence[Solutions], base: str, limit: int) -> str:
    """Return a query with the solutions of services inserted, in the order of their offsets.

    Raises FederationError for results that cannot be used or that are more than ``limit``.
    """
    parts, end = [], 0
    for one in answers:
        parts += [text[end : one.at], _rows(one, base, limit)]
        end = one.at
    return "".join([*parts, text[end:]])


def _rows(one: Solutions, base: str, limit: int) -> str:
    try:
        if one.results is None:
            raise FederationError(f"{one.service} did not answer")
        return " ".join(_solutions(one.service, one.results, one.variables, base, limit))
    except FederationError:
        if one.silent:
            return f"({' '.join([UNBOUND] * len(one.variables))})"
        raise


def _solutions(service: str, results: str, variables: Sequence[str], base: str, limit: int) -> Iterator[str]:
    """Yield the rows of VALUES for results in SPARQL JSON (SPARQL 1.1 Query Results JSON Format, section 3.2)."""
    terms = _Terms(urljoin(base, f"{GENID}{uuid4().hex}"))
    try:
        bindings = json.loads(results)["results"]["bindings"]
        if len(bindings) > limit:
            raise FederationError(f"{service} answered with more than {limit} solutions; ask it for less")
        for binding in bindings:
            if binding.keys() - set(variables):
                raise ValueError(f"it binds {(binding.keys() - set(variables)).pop()!r}, which is not asked for")
            yield f"({' '.join(terms.text(binding.get(name)) for name in variables)})"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FederationError(f"{service} did not answer with SPARQL results: {str(error)[:200]}") from None


class _Terms:
    """Writes the terms of one result set in SPARQL.

    VALUES cannot contain blank nodes: each becomes a unique IRI, the same throughout the result set (RDF 1.1 Concepts,
    section 3.5).
    """

    def __init__(self, genid: str) -> None:
        self.genid = genid
        self.blank: dict[str, str] = {}

    def text(self, term: Mapping[str, Any] | None) -> str:
        """Return a term as text, UNDEF for None. Raises ValueError, KeyError or TypeError for what is not a term."""
        if term is None:
            return UNBOUND
        kind, value = term["type"], term["value"]
        if not isinstance(value, str):
            raise TypeError("a value that is not text")  # the engine would turn a number into a literal of its own
        if kind == "uri":
            return str(NamedNode(value))
        if kind == "bnode":
            return str(NamedNode(self.blank.setdefault(value, f"{self.genid}-{len(self.blank)}")))
        if kind not in LITERALS:
            raise ValueError(f"a term of type {str(kind)[:50]!r}")
        return str(_literal(value, term.get("xml:lang"), term.get("datatype")))


def _literal(value: str, language: str | None, datatype: str | None) -> Literal:
    if language is not None:
        return Literal(value, language=language)
    return Literal(value, datatype=None if datatype is None else NamedNode(datatype))
