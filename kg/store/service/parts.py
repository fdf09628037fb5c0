"""Splits the graph of a snapshot into parts to send one after the other: N-Triples, with their counts and hashes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from kg.rdf import DefaultGraph, NamedNode
from kg.rdf.lines import blocks, statements
from kg.rdf.lines.blocks import Block
from kg.store import shards
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

LINES: Final = 10_000
"""The number of triples in a part, or a few more: a subject is in one part only."""
SAMPLES: Final = 400
"""The most subjects compared after a load; at least half as many if there are that many parts."""
GENID: Final = "/.well-known/genid/"
_BLANK: Final = re.compile(rb"(?<![^ ])_:([A-Za-z0-9]+)(?![^ ])")


@dataclass(frozen=True, slots=True)
class GraphPart:
    """Some subjects of a graph with all their statements: ``count`` triples in lines, with the hash ``sha256``."""

    content: bytes
    count: int
    subjects: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def sample(self) -> tuple[NamedNode, bytes]:
        """A subject from its middle, and the lines about it."""
        subject = self.subjects[len(self.subjects) // 2]
        token = f"<{subject}> ".encode()
        return NamedNode(subject), b"".join(one for one in self.content.splitlines(True) if one.startswith(token))


def parts(store: Store, snapshot: Snapshot, lines: int = LINES) -> Iterator[GraphPart]:
    """Yield the parts of a snapshot's default graph, the same ones each time.

    They have IRIs instead of blank nodes, so that sending a part again adds nothing (RDF 1.1 Concepts, section 3.5).
    Raises StoreError if the snapshot cannot be read.
    """
    genid = f"<{urljoin(snapshot.manifest.base, GENID)}".encode()
    with ExitStack() as opened:
        found = shards.read(store, snapshot, opened, default_graph=True)
        if found is None:
            found = blocks.blocks(opened.enter_context(statements.reading(snapshot.open(), DefaultGraph())))
        yield from _parts(found, genid, lines)


def parts_of_files(files: Iterable[Path], base: str, lines: int = LINES) -> Iterator[GraphPart]:
    """Yield the parts of shards, which are those of a snapshot with the same triples and the identity base ``base``."""
    with ExitStack() as opened:
        shards_of = [opened.enter_context(file.open("rb")) for file in files]
        yield from _parts(blocks.merged(shards_of), f"<{urljoin(base, GENID)}".encode(), lines)


def _parts(found: Iterable[Block], genid: bytes, most: int) -> Iterator[GraphPart]:
    subjects: list[str] = []
    lines: list[bytes] = []
    for block in found:
        subjects.append(_named(block.subject, genid)[1:-1].decode())
        lines += [_named(line, genid) for line in block.lines]
        if len(lines) >= most:
            yield GraphPart(b"".join(lines), len(lines), tuple(subjects))
            subjects, lines = [], []
    if lines:
        yield GraphPart(b"".join(lines), len(lines), tuple(subjects))


def _named(text: bytes, genid: bytes) -> bytes:
    """Return a line, or a subject, with IRIs in place of blank nodes."""
    if b"_:" not in text:
        return text
    before, quote, literal = text.partition(b'"')
    return _BLANK.sub(lambda match: genid + match[1] + b">", before) + quote + literal


@dataclass(frozen=True, slots=True)
class GraphPlan:
    """The expected result of a load: a graph's name, and its numbers of triples and parts.

    ``samples`` are the lines about some subjects, from all over the graph.
    """

    name: str
    triples: int
    parts: int
    samples: Mapping[NamedNode, bytes]


def plan(base: str, found: Iterable[GraphPart]) -> GraphPlan:
    """Return the plan of a graph with exactly these parts; its name, below ``base``, is their hash."""
    digest, count, number, step = hashlib.sha256(), 0, 0, 1
    samples: list[tuple[NamedNode, bytes]] = []
    for number, part in enumerate(found, start=1):
        digest.update(part.content)
        count += part.count
        if number % step == 0:
            samples.append(part.sample)
        if len(samples) == SAMPLES:
            samples, step = samples[1::2], step * 2
    name = NamedNode(urljoin(base, f"graphs/sha256-{digest.hexdigest()}")).value
    return GraphPlan(name, count, number, dict(samples))
