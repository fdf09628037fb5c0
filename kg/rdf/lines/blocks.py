"""Reads the default graph of a store once from beginning to end, one subject at a time.

A *block* has all statements with one subject, in engine order, or sorted if they come from *shards*, the sorted files
that together make up the graph (see kg.store.shards). Everything that counts or lists a whole graph is a collector of
blocks, and one pass feeds any number of collectors, since reading takes most of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter
from typing import Final, Protocol

from pyoxigraph import RdfFormat, parse

from kg.rdf import DefaultGraph, Literal, NamedNode
from kg.rdf.graph import Graph
from kg.rdf.lines import statements

END: Final = b" .\n"


@dataclass
class Block:
    """All statements about a subject: its lines, and the values by property, with terms in N-Triples."""

    subject: bytes
    lines: list[bytes] = field(default_factory=list)

    @cached_property
    def said(self) -> dict[bytes, list[bytes]]:
        """The values of each property."""
        found: dict[bytes, list[bytes]] = {}
        for line in self.lines:
            _, name, rest = line.split(b" ", 2)
            found.setdefault(name, []).append(rest[: -len(END)])
        return found

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of a property."""
        return self.said.get(name, [])


class Collector(Protocol):
    """Collects what it needs from each block."""

    def add(self, block: Block) -> None:
        """Collect what is needed from a block; every subject comes in one block only."""


def gather(graph: Graph, collectors: Iterable[Collector]) -> None:
    """Read the default graph of ``graph`` once, for all ``collectors``. Raises StoreError if it cannot be read.

    The graph must be on disk, where statements are sorted by subject; in memory, they are in the order in which they
    were added.
    """
    with statements.reading(graph, DefaultGraph()) as lines:
        feed(blocks(lines), collectors)


def feed(found: Iterable[Block], collectors: Iterable[Collector]) -> None:
    """Pass each block to all ``collectors``."""
    adding = [one.add for one in collectors]
    for block in found:
        for add in adding:
            add(block)


def merged(shards: Iterable[Iterable[bytes]]) -> Iterator[Block]:
    """Yield the blocks of shards, each with lines of N-Triples sorted by bytes; blocks are sorted by subject.

    A subject in several shards has one block, with each line once.
    """
    by_subject = attrgetter("subject")
    for _, same in groupby(merge(*map(blocks, shards), key=by_subject), by_subject):
        block, *others = same
        if others:
            (block,) = blocks(sorted({*block.lines, *chain.from_iterable(one.lines for one in others)}))
        yield block


def blocks(lines: Iterable[bytes]) -> Iterator[Block]:
    """Yield the blocks of lines of N-Triples in which lines with the same subject are adjacent."""
    return (Block(subject, list(same)) for subject, same in groupby(lines, key=statements.subject))


def token(term: NamedNode) -> bytes:
    """Return an IRI in N-Triples."""
    return str(term).encode()


def is_iri(term: bytes) -> bool:
    """Return whether a term is an IRI."""
    return term.startswith(b"<") and not term.startswith(b"<<")


def iri(term: bytes) -> str:
    """Return an IRI without its brackets."""
    return term[1:-1].decode()


def literal(term: bytes) -> Literal | None:
    """Return a term as a literal, or None if it is not one."""
    if not term.startswith(b'"'):
        return None
    (quad,) = parse(b"<a:> <a:> " + term + END, format=RdfFormat.N_TRIPLES)
    found = quad.object
    return found if isinstance(found, Literal) else None


def text(term: bytes) -> str:
    """Return the IRI, the characters of the literal, or the name of the blank node that a term is."""
    if is_iri(term):
        return iri(term)
    if not term.startswith(b'"'):
        return term.removeprefix(b"_:").decode()
    # What follows the last quotation mark is a language or a datatype.
    inner = term[1 : term.rindex(b'"')]
    found = literal(term) if b"\\" in inner else None
    return found.value if found else inner.decode()
