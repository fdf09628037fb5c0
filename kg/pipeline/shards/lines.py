"""Turns quads into lines of shards: those of a month's own events and pages, and those of shared things, by range.

What many months name (sources, publishers, entities, days) belongs to none of them. Each such thing has one range, by
the SHA-256 of its IRI, however many months name it and on whichever machine they are converted.
"""

from __future__ import annotations

import hashlib
import io
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, chain, groupby
from typing import Final, NamedTuple

from pyoxigraph import RdfFormat, serialize

from kg.rdf import Quad
from kg.rdf.lines import statements

RANGES: Final = 16
"""The number of ranges: one for each first digit of the hash."""
OF_A_MONTH: Final = ("event", "page")
"""The beginnings, below the base, of IRIs that belong to one month."""
_END: Final = b"> .\n"


class Ranges(NamedTuple):
    """The lines of all ranges one after another, sorted within each, and where each range ends."""

    text: bytes
    ends: tuple[int, ...]

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Ranges:
        """Divide lines in their order."""
        found: list[list[bytes]] = [[] for _ in range(RANGES)]
        for subject, same in groupby(lines, key=statements.subject):
            found[range_of(subject)] += same
        texts = [b"".join(some) for some in found]
        return cls(b"".join(texts), tuple(accumulate(map(len, texts))))


def range_of(subject: bytes) -> int:
    """Return the range of a subject in N-Triples: the first hex digit of the SHA-256 of its IRI."""
    return hashlib.sha256(subject.strip(b"<>")).digest()[0] >> 4


def in_order(quads: Iterable[Quad]) -> list[bytes]:
    """Return quads of the default graph as lines of N-Triples sorted by their bytes, each once."""
    text = serialize(quads, format=RdfFormat.N_TRIPLES) or b""
    return sorted(dict.fromkeys(io.BytesIO(text)))  # unlike a set, this keeps sorted runs


def divided(quads: Iterable[Quad], base: str) -> tuple[bytes, Ranges]:
    """Return a month's own lines, sorted, and those of what other months may name too."""
    lines = in_order(quads)
    runs = [_run(lines, f"<{base}{kind}/".encode()) for kind in OF_A_MONTH]
    own = b"".join(chain.from_iterable(lines[run] for run in runs))
    for run in reversed(runs):
        del lines[run]
    return own, Ranges.of(lines)


def _run(lines: list[bytes], start: bytes) -> slice:
    """Return the range of sorted lines that begin with ``start``, which ends in a slash."""
    return slice(bisect_left(lines, start), bisect_left(lines, start[:-1] + b"0"))  # 0 comes after the slash


def renamed(text: bytes, aliases: Mapping[str, str]) -> bytes:
    """Return sorted lines with aliases replaced by canonical nodes (given by the aliases' IRIs), sorted, each once."""
    found = list(io.BytesIO(text))
    if not aliases:
        return text
    by_bytes = {alias.encode(): iri.encode() for alias, iri in aliases.items()}
    return united(_renamed(line, by_bytes) for line in found)


def united(lines: Iterable[bytes]) -> bytes:
    """Return lines sorted by their bytes, each once."""
    return b"".join(line for line, _ in groupby(sorted(lines)))  # which is quick, since nearly all are in order


def _renamed(line: bytes, aliases: Mapping[bytes, bytes]) -> bytes:
    """Return a line of N-Triples, with the object replaced if it is an alias."""
    if not line.endswith(_END):
        return line
    start = line.rfind(b"<") + 1
    iri = aliases.get(line[start : -len(_END)])
    return line if iri is None else line[:start] + iri + _END


def together(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of all texts."""
    return chain.from_iterable(map(io.BytesIO, texts))
