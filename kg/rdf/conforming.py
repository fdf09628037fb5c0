"""Makes serializations of the engine that other parsers read the same way: corrected where possible, or refused.

The engine writes a carriage return into XML unescaped, which every XML parser reads as a line feed (XML 1.0, section
2.11); it writes characters that XML 1.0 does not allow (section 2.2), and elements without a name for predicates that
do not end in one (RDF 1.1 XML Syntax, section 2.14). A prefixed name that ends in an escaped full stop is valid Turtle
(RDF 1.1 Turtle, section 6.5), but not every parser reads it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO, StringIO
from types import MappingProxyType
from typing import IO, Any, Final, Protocol, cast
from xml.parsers import expat

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, serialize

from kg.errors import FormatError
from kg.rdf import BlankNode, Literal, NamedNode, Quad, Triple
from kg.rdf.formats import prefixes_for
from kg.rdf.prefixes import PREFIXES

XML: Final = (RdfFormat.RDF_XML, QueryResultsFormat.XML)
TURTLE: Final = (RdfFormat.TURTLE, RdfFormat.TRIG)
END_OF_NAME: Final = re.compile(r"[^\W\d][\w.\u00b7-]*$")
"""Matches the end of an IRI that can be an element name, judged by its characters."""
_TOKEN: Final = re.compile(
    rb'"(?:[^"\\]|\\.)*"|<[^<>"\s]*>|([A-Za-z][\w-]*):((?:[^\s"<>\\;,()\[\]]|\\.)*\\\.)(?=\s)', re.DOTALL
)
"""A string, an IRI, or a prefixed name that ends in an escaped full stop, with groups for the parts of the last."""

NO_TRIPLES: Final = "JSON-LD cannot hold a triple term; ask for another format"
PIECE: Final = 65_536
"""How many characters of CSV are buffered."""


class Output(Protocol):
    """An output that the engine writes to."""

    def write(self, data: bytes, /) -> Any:
        """Write some bytes."""

    def flush(self) -> Any:
        """Pass on what is buffered."""


@contextmanager
def checked_output(
    output: Output,
    format: RdfFormat | QueryResultsFormat,
    prefixes: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Output]:
    """Provide an output for the engine in front of ``output``; ``prefixes`` are those that it uses, if any.

    Raises FormatError for content that XML or JSON-LD cannot hold.
    """
    if format in XML:
        xml = _Xml(output)
        yield xml
        xml.end()
    elif format in TURTLE and prefixes:
        turtle = _Turtle(output, prefixes)
        yield turtle
        turtle.end()
    elif format == RdfFormat.JSON_LD:
        try:
            yield output
        except OSError as error:
            if "RDF 1.2" in str(error):
                raise FormatError(NO_TRIPLES) from None
            raise
    else:
        yield output


def write(
    quads: Iterable[Quad | Triple],
    output: Output,
    format: RdfFormat,
    prefixes: Mapping[str, str] = PREFIXES,
) -> None:
    """Write triples or quads in a format, with ``prefixes`` if the format has prefixes.

    Raises FormatError for content that RDF/XML or JSON-LD cannot hold.
    """
    table: Any = dict(prefixes) if prefixes_for(format) else None
    found: Any = _named(quads) if format == RdfFormat.RDF_XML else quads
    with checked_output(output, format, table or {}) as target:
        serialize(found, target, format=format, prefixes=table)  # type: ignore[arg-type]  # it only writes


def text(
    quads: Iterable[Quad | Triple],
    format: RdfFormat,
    prefixes: Mapping[str, str] = PREFIXES,
) -> bytes:
    """Return triples or quads in a format, as ``write`` writes them."""
    buffer = BytesIO()
    write(quads, buffer, format, prefixes)
    return buffer.getvalue()


def write_results(results: QuerySolutions | QueryBoolean, output: Output, format: QueryResultsFormat) -> None:
    """Write the results of a SELECT or ASK query. Raises FormatError for content that XML cannot hold."""
    if isinstance(results, QuerySolutions) and format == QueryResultsFormat.CSV:
        _write_csv(results, output)
        return
    with checked_output(output, format) as target:
        results.serialize(cast("IO[bytes]", target), format=format)


def _write_csv(solutions: QuerySolutions, output: Output) -> None:
    """Write CSV (RFC 4180; SPARQL 1.1 Query Results CSV, section 3); the engine does not quote IRIs with a comma."""
    names = [variable.value for variable in solutions.variables]
    buffer = StringIO(newline="")
    rows = csv.writer(buffer)
    rows.writerow(names)
    for solution in solutions:
        rows.writerow(["" if term is None else _bare(term) for term in solution])
        if buffer.tell() > PIECE:
            output.write(buffer.getvalue().encode())
            buffer.seek(0)
            buffer.truncate()
    output.write(buffer.getvalue().encode())


def _bare(term: NamedNode | BlankNode | Literal | Triple) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def _named(quads: Iterable[Quad | Triple]) -> Iterator[Quad | Triple]:
    for quad in quads:
        if not END_OF_NAME.search(quad.predicate.value):
            raise FormatError(f"RDF/XML cannot hold the predicate <{quad.predicate.value}>: its end is not a name")
        yield quad


class _Xml:
    """Passes XML on after a parser has read it, with carriage returns as character references."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.parser = expat.ParserCreate(namespace_separator=" ")

    def write(self, data: bytes) -> int:
        mended = data.replace(b"\r", b"&#13;")
        self._read(mended, last=False)
        self.output.write(mended)
        return len(data)

    def flush(self) -> None:
        self.output.flush()

    def end(self) -> None:
        self._read(b"", last=True)

    def _read(self, data: bytes, *, last: bool) -> None:
        try:
            self.parser.Parse(data, last)
        except expat.ExpatError:
            told = "the answer has a character, or a predicate, that XML 1.0 cannot carry"
            raise FormatError(f"{told}; ask for another format") from None


class _Turtle:
    """Passes whole lines of Turtle on, with full IRIs instead of prefixed names that end in a full stop."""

    def __init__(self, output: Output, prefixes: Mapping[str, str]) -> None:
        self.output = output
        self.namespaces = {prefix.encode(): namespace.encode() for prefix, namespace in prefixes.items()}
        self.rest = b""

    def write(self, data: bytes) -> int:
        lines, line_feed, self.rest = (self.rest + data).rpartition(b"\n")
        self._pass(lines + line_feed)
        return len(data)

    def flush(self) -> None:
        self.output.flush()

    def end(self) -> None:
        self._pass(self.rest)

    def _pass(self, lines: bytes) -> None:
        self.output.write(_TOKEN.sub(self._spelled, lines) if b"\\." in lines else lines)

    def _spelled(self, token: re.Match[bytes]) -> bytes:
        if token[1] not in self.namespaces:
            return token[0]
        return b"<" + self.namespaces[token[1]] + re.sub(rb"\\(.)", rb"\1", token[2]) + b">"
