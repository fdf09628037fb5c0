"""Evaluates one SPARQL query on a graph, in the calling process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples

from kg.errors import EngineError, FormatError, NotSupportedError, QueryError, ResultTooLargeError
from kg.query.join_order import reordered
from kg.query.syntax import syntax_error
from kg.rdf import NamedNode, Triple, conforming
from kg.rdf.formats import Format, by_name
from kg.store.embedded import EmbeddedGraph

# A row is an object in a list. Quotes within a JSON string are escaped, so this quote begins or ends a string; after an
# end there would be one of the four characters.
_JSON_ROW: Final = re.compile(rb'[\[,]\{"[^,}\]:]')
_CSV_QUOTED: Final = re.compile(rb'"[^"]*"')

DAMAGE: Final = ("Corruption:", "IO error:")
"""The beginnings of engine messages about files that it could not read."""

Results = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query or the description of a resource.

    ``form`` is the query form in lower case, or "describe" for a description; ``format`` the format of ``body``;
    ``snapshot`` the identifier of the snapshot that answered, "" if there is none; ``rows`` the number of solutions or
    triples in the answer to a query, None for an ASK, or, for a description, the number of events on all its pages.
    """

    form: str
    format: Format
    body: bytes
    snapshot: str = ""
    rows: int | None = None


class Buffer:
    """A binary file in memory that refuses to grow over its limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.content = bytearray()

    def write(self, data: bytes) -> int:
        """Append ``data`` and return its length; raises ResultTooLargeError over the limit."""
        if len(self.content) + len(data) > self.limit:
            raise ResultTooLargeError(f"the result is larger than {self.limit} bytes; ask for less of it")
        self.content += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: this buffer has no file to flush to."""


def answer(
    graph: EmbeddedGraph,
    query: str,
    format: Format | None = None,
    *,
    limit: int = 50_000_000,
    base: str | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
) -> Answer:
    """Evaluate ``query`` on ``graph`` and serialize all of its result.

    ``format`` must fit the query form; None means SPARQL JSON for SELECT and ASK, Turtle for graphs. ``limit`` is the
    largest body in bytes; relative IRIs are resolved against ``base``. If ``default_graphs`` or ``named_graphs`` are
    given, they are the dataset, whatever FROM says (SPARQL 1.1 Protocol, section 2.1.4). Raises QuerySyntaxError,
    FormatError, NotSupportedError for an unknown function, ResultTooLargeError, or QueryError if evaluation fails.
    """
    try:
        return serialized(_evaluate(graph, query, base, default_graphs, named_graphs), format, limit)
    except SyntaxError as error:
        raise syntax_error(str(error), query) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise failed(error) from None


def failed(error: Exception) -> QueryError:
    """Return the error to report for an engine error during the evaluation of a query."""
    if isinstance(error, OSError) or str(error).startswith(DAMAGE):
        return EngineError(str(error))
    function = re.search(r"custom function (<.*>) is not supported", str(error))
    if function:
        return NotSupportedError(f"this service has no function {function[1]}")
    return QueryError(f"the query failed: {error}")


def _evaluate(
    graph: EmbeddedGraph, query: str, base: str | None, default_graphs: Sequence[str], named_graphs: Sequence[str]
) -> Results:
    if not default_graphs and not named_graphs:
        with suppress(SyntaxError):  # which names positions in the text that it was given
            return graph.query(reordered(query, graph), base_iri=base)
        return graph.query(query, base_iri=base)
    return graph.query(
        query,
        base_iri=base,
        default_graph=[NamedNode(iri) for iri in default_graphs],
        named_graphs=[NamedNode(iri) for iri in named_graphs],
    )


def serialized(results: Results | Iterator[Triple], wanted: Format | None, limit: int) -> Answer:
    """Return the results of a query, or triples, in a format that fits them, of ``limit`` bytes at most.

    Raises FormatError or ResultTooLargeError.
    """
    form = form_of(results)
    chosen = wanted or by_name("turtle" if form == "construct" else "json")
    buffer = Buffer(limit)
    if not isinstance(results, QuerySolutions | QueryBoolean):
        if chosen.rdf is None:
            raise FormatError(f"{chosen.label} cannot hold a graph")
        triples = _Numbered(results)
        conforming.write(triples, buffer, chosen.rdf)
        return Answer(form, chosen, bytes(buffer.content), rows=triples.number)
    if chosen.results is None:
        raise FormatError(f"{chosen.label} cannot hold the results of a query of this form")
    conforming.write_results(results, buffer, chosen.results)
    number = row_count(buffer.content, chosen.results) if form == "select" else None
    return Answer(form, chosen, bytes(buffer.content), rows=number)


class _Numbered:
    """Passes triples on and counts them in ``number``."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = triples
        self.number = 0

    def __iter__(self) -> Iterator[Triple]:
        for self.number, triple in enumerate(self.triples, start=1):  # noqa: B020 - it counts in its own attribute
            yield triple


def form_of(results: Results | Iterator[Triple]) -> str:
    """Return "select", "ask" or "construct" (also for DESCRIBE) for the result of a query."""
    if isinstance(results, QueryBoolean):
        return "ask"
    return "select" if isinstance(results, QuerySolutions) else "construct"


def row_count(body: bytes | bytearray, format: QueryResultsFormat) -> int:
    """Return the number of solutions in ``body``, the result of a SELECT query as the engine writes it.

    The engine does not report the number, so they are counted in the bytes.
    """
    if format == QueryResultsFormat.XML:
        return body.count(b"<result>")
    if format == QueryResultsFormat.JSON:
        if b"{}" in body:  # a row without values, or two characters in a string
            return len(json.loads(body)["results"]["bindings"])
        return len(_JSON_ROW.findall(body))
    if format == QueryResultsFormat.CSV and b'"' in body:
        return _CSV_QUOTED.sub(b"", body).count(b"\n") - 1
    return body.count(b"\n") - 1
