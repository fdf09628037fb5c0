"""RDF Patch: write the difference of two graphs, read a patch, and apply it.

The format is that of https://afs.github.io/rdf-delta/rdf-patch.html.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain, groupby, zip_longest
from operator import itemgetter
from typing import IO, Final, TypeVar

from pyoxigraph import RdfFormat, parse

from kg.errors import PatchSyntaxError
from kg.rdf import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from kg.rdf.graph import Graph, WritableGraph
from kg.rdf.lines.statements import reading

Term = NamedNode | BlankNode | Literal | Triple
Value = TypeVar("Value")

ADD: Final = b"A"
DELETE: Final = b"D"
UNMATCHED: Final = 250_000

_ROW: Final = re.compile(r"([A-Z]+)[ \t]+(.+)")
_END: Final = re.compile(r"\.[ \t]*(#.*)?")
_WORD: Final = r'("[^"\\]*"|[^\W\d_][\w.-]*)'
_HEADER: Final = re.compile(rf"{_WORD}[ \t]+(.+)")
_IRI: Final = r'(<[^\s<>"{}|^`\\]*>|"[^\s<>"{}|^`\\]*")'
_PREFIX: Final = {
    "PA": re.compile(rf"{_WORD}[ \t]+{_IRI}[ \t]*{_END.pattern}"),
    "PD": re.compile(rf"{_WORD}([ \t]+{_IRI})?[ \t]*{_END.pattern}"),
}
_LITERAL_OR_BLANK: Final = re.compile(r'("(?:[^"\\]|\\.)*")|<_:([^>]*)>')


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One change: a quad that is added or deleted."""

    adds: bool
    quad: Quad


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch that was read: its header, and the rows of every transaction that it commits."""

    header: dict[str, Term] = field(default_factory=dict)
    transactions: list[list[PatchRow]] = field(default_factory=list)


def write(file: IO[bytes], header: Mapping[str, Term], rows: Iterable[tuple[bytes, bytes]]) -> None:
    """Write a patch of one transaction. Each row is ADD or DELETE, and a line of N-Quads with its line feed."""
    for word, term in header.items():
        file.write(f"H {word} {term} .\n".encode())
    file.write(b"TX .\n")
    file.writelines(b"%b %b" % row for row in rows)
    file.write(b"TC .\n")


def read(file: Iterable[bytes]) -> Patch:
    """Return the patch in a file opened as bytes.

    Prefix changes are checked and otherwise ignored, since a store has no prefixes. A change outside a transaction is
    refused: otherwise a truncated patch without its TC would look complete. Raises PatchSyntaxError if the file is not
    a patch.
    """
    reader, number = _Reader(), 0
    for number, line in enumerate(file, start=1):
        try:
            reader.read(number, line.decode().strip(" \t\r\n"))
        except (SyntaxError, ValueError) as error:
            raise PatchSyntaxError(number, _reason(error)) from None
    if reader.rows is not None:
        raise PatchSyntaxError(number, f"it ends in the transaction that line {reader.begun} begins: it was cut off")
    return reader.patch


def apply(patch: Patch, graph: WritableGraph) -> None:
    """Make the changes of a patch in a graph, in order; applying them again changes nothing."""
    for row in chain.from_iterable(patch.transactions):
        if row.adds:
            graph.add(row.quad)
        else:
            graph.remove(row.quad)


class _Reader:
    """Reads a patch line by line. ``rows`` are those of the open transaction, if any, which began on line ``begun``."""

    def __init__(self) -> None:
        self.patch = Patch()
        self.rows: list[PatchRow] | None = None
        self.begun = 0

    def read(self, number: int, line: str) -> None:
        """Read one line without its line feed. Raises ValueError or SyntaxError if it is not allowed here."""
        if not line or line.startswith("#"):
            return
        if (row := _ROW.fullmatch(line)) is None:
            raise ValueError("it is not a row of an operation, its terms, and a dot")
        operation, rest = row.groups()
        if operation == "H":
            self._header(rest)
        elif operation in ("TX", "TC", "TA"):
            self._transaction(operation, rest, number)
        elif operation in ("A", "D", "PA", "PD"):
            self._change(operation, rest)
        else:
            raise ValueError(f"there is no operation {operation}")

    def _header(self, rest: str) -> None:
        if self.begun:
            raise ValueError("a header comes before the first transaction")
        if (match := _HEADER.fullmatch(rest)) is None:
            raise ValueError("a header has a word and a term")
        quad = _quad(f"<x:header> <x:word> {match[2]}")
        if quad.graph_name != DefaultGraph():
            raise ValueError("a header has one term")
        self.patch.header[match[1].strip('"')] = quad.object

    def _transaction(self, operation: str, rest: str, number: int) -> None:
        if not _END.fullmatch(rest):
            raise ValueError(f"only a dot may follow {operation}")
        if operation == "TX":
            if self.rows is not None:
                raise ValueError(f"the transaction that line {self.begun} begins is still open")
            self.rows, self.begun = [], number
            return
        if self.rows is None:
            raise ValueError(f"{operation} ends no transaction: no TX comes before it")
        if operation == "TC":
            self.patch.transactions.append(self.rows)
        self.rows = None

    def _change(self, operation: str, rest: str) -> None:
        if self.rows is None:
            raise ValueError(f"{operation} is outside a transaction: no TX comes before it")
        if operation in ("A", "D"):
            self.rows.append(PatchRow(operation == "A", _quad(rest)))
        elif not _PREFIX[operation].fullmatch(rest):
            raise ValueError(f"{operation} takes a prefix without its colon, and an IRI")


def _quad(text: str) -> Quad:
    """Parse one quad; a blank node may also be written ``<_:label>``."""
    respelt = _LITERAL_OR_BLANK.sub(lambda match: match[1] or f"_:{match[2]}", text)
    quads: list[Quad] = list(parse(respelt, format=RdfFormat.N_QUADS))
    if len(quads) != 1:
        raise ValueError("it has no terms")
    return quads[0]


def _reason(error: Exception) -> str:
    """Return the message of a parser without the position, since it only saw a part of the line."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return re.sub(r"^Parser error at [^:]*: | \(line 1\)$", "", str(error))


@contextmanager
def differences(old: Graph, new: Graph, limit: int = UNMATCHED) -> Iterator[Iterator[tuple[bytes, bytes]]]:
    """Provide the rows, sorted by statement, of the patch that turns ``old`` into ``new``, as ``write`` takes them.

    Blank nodes are distinguished by their labels. Both graphs are read when the block begins. At most ``limit``
    statements and a pair are in memory at once; the others are in temporary files. Raises StoreError if a graph cannot
    be read.
    """
    with ExitStack() as files:
        with reading(old) as before, reading(new) as after:
            chunks = [files.enter_context(_sorted(*sets)) for sets in unmatched(before, after, limit)]
        yield _merged(chunks)


def unmatched(old: Iterable[Value], new: Iterable[Value], limit: int) -> Iterator[tuple[set[Value], set[Value]]]:
    """Yield the statements only in ``old`` and only in ``new``, at the end and whenever there are more than ``limit``.

    Common statements in roughly the same order do not make the sets grow, and Oxigraph sorts every store in the same
    way, by hashes of terms. If the sets exceeded the limit, later ones may have the other half of a match.
    """
    gone: set[Value] = set()
    fresh: set[Value] = set()
    for before, after in zip_longest(old, new):
        if before == after:
            continue
        if before is not None:
            _match(before, fresh, gone)
        if after is not None:
            _match(after, gone, fresh)
        if len(gone) + len(fresh) > limit:
            yield gone, fresh
            gone, fresh = set(), set()
    yield gone, fresh


def _match(value: Value, others: set[Value], own: set[Value]) -> None:
    if value in others:
        others.remove(value)
    else:
        own.add(value)


def _sorted(gone: set[bytes], fresh: set[bytes]) -> IO[bytes]:
    """Return a temporary file of statements in order, each with its operation at the end of the line."""
    rows = [line[:-1] + DELETE + b"\n" for line in gone]
    rows += [line[:-1] + ADD + b"\n" for line in fresh]
    rows.sort()
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.writelines(rows)
    file.seek(0)
    return file


def _merged(chunks: Iterable[IO[bytes]]) -> Iterator[tuple[bytes, bytes]]:
    for statement, rows in groupby(merge(*chunks), key=itemgetter(slice(-2))):
        operations = {row[-2:-1] for row in rows}
        if len(operations) == 1:
            yield operations.pop(), statement + b"\n"
