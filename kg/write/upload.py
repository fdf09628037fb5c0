"""Reads untrusted uploads: ``python -m kg.write.upload FORMAT MEMORY PARENT``, a process for each upload.

A parser can be made to abort, to overflow its stack, or to run for ever; so it runs where it can be killed. The process
reads one frame of kg.process.frames and answers with all triples as N-Triples, or with an error and nothing else.
"""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from pyoxigraph import RdfFormat, parse

from kg.errors import UploadError, UploadTooLargeError
from kg.process.operation import Operation, Table
from kg.process.parent import Parent
from kg.query.guard import repeated
from kg.rdf.formats import Format
from kg.store.embedded import EmbeddedGraph
from kg.write.changes import check

_STRING: Final = rb'"[^"\\]*' + repeated("_short", r'\\.[^"\\]*').encode() + rb'"'
_STRING_SINGLE: Final = rb"'[^'\\]*" + repeated("_short_single", r"\\.[^'\\]*").encode() + rb"'"
_LONG: Final = rb'"""[^"\\]*' + repeated("_long", r'(?:\\.|"(?!""))[^"\\]*').encode() + rb'"""'
_LONG_SINGLE: Final = rb"'''[^'\\]*" + repeated("_long_single", r"(?:\\.|'(?!''))[^'\\]*").encode() + rb"'''"
_TURTLE: Final = re.compile(
    rb"|".join((_LONG, _LONG_SINGLE, _STRING, _STRING_SINGLE))
    + rb"|<[^<>\s]*>|#[^\r\n]*|(?P<open>[\[({]|<<)|(?P<close>[\])}]|>>)",
    re.DOTALL,
)
_JSON: Final = re.compile(_STRING + rb"|(?P<open>[\[{])|(?P<close>[\]}])", re.DOTALL)
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Read(Operation[bytes]):
    """Read an upload in a format, see ``triples``."""

    content: bytes
    format: Format
    base: str
    depth: int


OPERATIONS: Final[Table[Read]] = Table(Read)


def main(arguments: list[str]) -> int:
    """Read one upload from standard input and write its triples, or the error, to standard output."""
    _, memory, parent = arguments
    asking = Parent(int(memory), int(parent))
    asking.ready()
    asking.serve(OPERATIONS, _read, UploadTooLargeError("reading it takes too much memory"))
    return 0


def _read(upload: Read, _: float) -> bytes:
    return triples(upload.content, upload.format, upload.base, upload.depth)


def triples(content: bytes, format: Format, base: str, depth: int) -> bytes:
    """Return the triples in ``content``, in N-Triples as the store would write them.

    Relative IRIs are resolved against ``base``; blank nodes get new, unique labels. Raises UploadTooLargeError for what
    is nested deeper than ``depth``, and UploadError for what is not RDF in this format, has a DTD, names a graph, or
    holds a term that could not be published again.
    """
    content = content.removeprefix(BYTE_ORDER_MARK)
    _nesting(content, format, depth)
    graph = EmbeddedGraph()
    try:
        for quad in parse(content, format.rdf, base_iri=base, without_named_graphs=True, rename_blank_nodes=True):
            check(quad)
            graph.add(quad)
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        raise UploadError(f"this is not {format.label}: {' '.join(str(error).split())[:300]}") from None
    lines = io.BytesIO()
    graph.dump(lines, RdfFormat.N_QUADS)
    return lines.getvalue()


def _nesting(content: bytes, format: Format, depth: int) -> None:
    """Refuse text nested deeper than the parsers' stacks allow, before a parser sees it."""
    if format.rdf == RdfFormat.RDF_XML:
        _xml(content, depth)
    elif format.rdf == RdfFormat.JSON_LD:
        _brackets(_JSON, content, depth)
    elif format.rdf not in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        _brackets(_TURTLE, content, depth)
    else:
        _brackets(_TRIPLE_TERMS, content, depth)


_TRIPLE_TERMS: Final = re.compile(_STRING + rb"|<[^<>\s]*>|(?P<open><<)|(?P<close>>>)", re.DOTALL)


def _brackets(pattern: re.Pattern[bytes], content: bytes, depth: int) -> None:
    level = 0
    for match in pattern.finditer(content):
        if match.lastgroup == "open":
            level += 1
            _limit(level, depth)
        elif match.lastgroup == "close":
            level -= 1


def _limit(level: int, depth: int) -> None:
    if level > depth:
        raise UploadTooLargeError(f"this is nested deeper than {depth} levels")


def _xml(content: bytes, depth: int) -> None:
    """Refuse a DTD, since its entities could be files or grow without limit, and elements nested too deep."""
    level = 0

    def start(*_: object) -> None:
        nonlocal level
        level += 1
        _limit(level, depth)

    def end(_: object) -> None:
        nonlocal level
        level -= 1

    def doctype(*_: object) -> None:
        raise UploadError("RDF/XML with a document type declaration is not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # an unknown encoding is a LookupError
        raise UploadError(f"this is not RDF/XML: {error}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
