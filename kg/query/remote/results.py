"""Reads the answer of a remote store in a worker, and writes it in the requested format.

The answer comes from a server that may be faulty, so this runs in a process that may die.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from kg.errors import QueryError, ResultTooLargeError
from kg.query.evaluate import Answer, serialized
from kg.rdf import Triple
from kg.rdf.formats import Format
from kg.store.remote import NESTED
from kg.store.sparql import BOOLEAN, LITERALS, TRUTH

CONSTRUCT: Final = "CONSTRUCT"
ASKED: Final = "__ASK_RETVAL"
"""The variable in Virtuoso 7.2.5's answer to an ASK: it is 1, or there is no solution."""


def rewritten(form: str, body: bytes, wanted: Format | None, limit: int, most: int = 0) -> Answer:
    """Return the answer to a query of a ``form`` in a format, from SPARQL JSON, or N-Triples for a graph.

    Raises ResultTooLargeError if there are ``most`` rows and that is not 0: the store then had more. Raises QueryError
    if it is neither format, and the errors of kg.query.evaluate.answer about formats and sizes.
    """
    try:
        answer = serialized(_triples(body) if form == CONSTRUCT else _results(body), wanted, limit)
    except (SyntaxError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise QueryError(f"the remote store answered with something other than results: {str(error)[:200]}") from None
    if most and (answer.rows or 0) >= most:
        raise ResultTooLargeError(f"the engine sends fewer than {most:,} results, and there are more; ask for less")
    return answer


def _triples(body: bytes) -> Iterator[Triple]:
    if any(line.count(b"<<") > NESTED for line in body.splitlines()):
        raise ValueError("triple terms are nested too deep")
    return (quad.triple for quad in parse(body, RdfFormat.N_TRIPLES, rename_blank_nodes=True))


def _results(body: bytes) -> QuerySolutions | QueryBoolean:
    found = json.loads(body)
    if found["head"].get("vars") == [ASKED]:
        found = {"head": {}, "boolean": any(one[ASKED]["value"] != "0" for one in found["results"]["bindings"])}
    for binding in found["results"]["bindings"] if "results" in found else ():
        for term in binding.values():
            _mend(term)
    plain = json.dumps(found, ensure_ascii=False).encode(errors="replace")
    return parse_query_results(plain, QueryResultsFormat.JSON)


def _mend(term: dict[str, Any]) -> None:
    """Convert a term to the Recommendation: Virtuoso uses older kinds of terms, and numbers for booleans."""
    if term["type"] in LITERALS:
        term["type"] = "literal"
    if term.get("datatype") == BOOLEAN:
        term["value"] = TRUTH.get(term["value"], term["value"])
