"""All statements of a graph as a list of short hashes: two such lists say which subjects and objects changed.

Each statement is its hash of 64 bits, and the keys of its subject and its object (see endpoint.static_site.reads). The
lists are in 256 parts by the first byte of the hash, so that two large ones are compared a part at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final

from endpoint.static_site.reads import AS_OBJECT, AS_SUBJECT, key
from kg.rdf import Quad

PARTS: Final = 256
WIDTH: Final = 16


def listed(quads: Iterable[Quad]) -> list[bytes]:
    """Return the parts of the list of some statements, each in order."""
    parts = [bytearray() for _ in range(PARTS)]
    for quad in quads:
        subject, object_ = str(quad.subject), str(quad.object)
        text = f"{subject} {quad.predicate} {object_} {quad.graph_name}"
        hashed = blake2b(text.encode(), digest_size=8).digest()
        keys = key(subject, AS_SUBJECT).to_bytes(4) + key(object_, AS_OBJECT).to_bytes(4)
        parts[hashed[0]] += hashed + keys
    return [b"".join(sorted(_rows(one))) for one in parts]


def changed(before: bytes, after: bytes) -> array[int]:
    """Return the keys of the subjects and objects of what is only in one of two parts."""
    found: array[int] = array("I")
    for row in set(_rows(before)) ^ set(_rows(after)):
        found.extend((int.from_bytes(row[8:12]), int.from_bytes(row[12:])))
    return found


def _rows(part: bytes | bytearray) -> Iterator[bytes]:
    return (bytes(part[at : at + WIDTH]) for at in range(0, len(part), WIDTH))
