"""Checks shapes on shards (see kg.store.shards), each by itself and in a process of its own.

Nearly every node is in one shard only, with all its statements; those of the others are combined at the end. The engine
need not check a proved constraint: it would find no violations.
"""

from __future__ import annotations

import hashlib
import io
import re
from array import array
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path
from typing import IO, Any, Final, Self
from zlib import crc32

import vocab
from kg.rdf.lines import blocks, statements
from kg.rdf.lines.blocks import Block
from kg.shapes.group import Group, groups
from kg.shapes.node_tests import NodeTest, Test, is_local, test
from kg.shapes.shape import TYPE, load
from kg.version import HERE

_TYPE: Final = str(TYPE).encode()
_CLASSES: Final = re.compile(rb" %b <([^>]*)> \.\n" % re.escape(_TYPE))


@dataclass(frozen=True, slots=True)
class CheckedShard:
    """What is known about one shard.

    ``sha256`` is the checksum of the file, ``bytes`` its size, and ``classes`` counts its nodes of each class (IRI).
    ``doubted`` are the numbers of the groups of constraints (see kg.shapes.group) that it does not prove, ``lines`` is
    the number of its lines. For each node there is a hash in ``nodes``, and in ``places`` the offset of its first line.
    """

    version: str
    sha256: str
    doubted: frozenset[int]
    lines: int
    bytes: int
    classes: dict[str, int]
    nodes: array[int]
    places: array[int]

    @property
    def is_current(self) -> bool:
        """Whether the shapes, and the code that reads them, are unchanged."""
        return self.version == version()

    def plain(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        arrays = {name: b64encode(getattr(self, name).tobytes()).decode() for name in ("nodes", "places")}
        return {
            "version": self.version,
            "sha256": self.sha256,
            "doubted": sorted(self.doubted),
            "lines": self.lines,
            "bytes": self.bytes,
            "classes": self.classes,
            **arrays,
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """Return the object from the data that ``plain`` returned."""
        nodes, places = (array(kind, b64decode(plain[name])) for kind, name in (("I", "nodes"), ("Q", "places")))
        said = (plain["version"], plain["sha256"], frozenset(plain["doubted"]), plain["lines"], plain["bytes"])
        return cls(*said, dict(plain["classes"]), nodes, places)


@dataclass(frozen=True, slots=True)
class Proved:
    """Which groups of constraints a graph does not prove, and how many triples it has."""

    doubted: frozenset[int]
    triples: int


class Proving:
    """A collector of blocks; ``doubted`` are the groups of constraints that one of them does not prove."""

    def __init__(self, asked: Sequence[Group]) -> None:
        self.doubted: set[int] = set()
        self._targets: defaultdict[bytes, dict[int, Test]] = defaultdict(dict)
        self._known: dict[tuple[bytes, ...], list[tuple[int, NodeTest]]] = {}
        for number, group in enumerate(asked):
            constraint, targets = group.together
            found = test(constraint)
            if found is None or not all(map(is_local, targets)):
                self.doubted.add(number)
                continue
            for target in targets:
                # If a class has the name of a property, too much is tested, which is harmless.
                self._targets[str(target.term).encode()][number] = found

    def add(self, block: Block) -> None:
        """Test the node that a block is about."""
        said = block.said
        key = (*said, b"", *said.get(_TYPE, ()))
        if key not in self._known:
            self._known[key] = list(self._tests(block, key))
        for number, passes in self._known[key]:
            if not passes(block):
                self.doubted.add(number)

    def _tests(self, block: Block, names: Iterable[bytes]) -> Iterator[tuple[int, NodeTest]]:
        """Yield the tests for blocks with the same properties and types, except those that they all pass."""
        tests = {number: one for name in names for number, one in self._targets.get(name, {}).items()}
        for number, one in tests.items():
            if one.path is not None and one.path not in block.said:
                continue
            if not (one.of_names and one.passes(block)):
                yield number, one.passes


@cache
def _asked() -> tuple[Group, ...]:
    return tuple(groups(load(vocab.shapes())))


@cache
def not_local() -> frozenset[int]:
    """Return the groups of constraints that no shard proves, since they depend on other nodes."""
    return frozenset(Proving(_asked()).doubted)


def messages(numbers: Iterable[int]) -> list[str]:
    """Return the messages of some groups of constraints, each once, sorted."""
    return sorted({_asked()[number].together[0].message for number in numbers})


@cache
def version() -> str:
    """Return a hash of the shapes and of the code that reads them."""
    digest = hashlib.sha256(vocab.shapes().encode())
    for file in (*sorted((HERE / "shapes").glob("*.py")), *sorted((HERE / "rdf" / "lines").glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def check_shard(text: bytes) -> CheckedShard:
    """Check the text of one shard by itself."""
    proving, lines, place = Proving(_asked()), 0, 0
    nodes, places = array("I"), array("Q")
    for block in blocks.blocks(io.BytesIO(text)):
        proving.add(block)
        nodes.append(crc32(block.subject))
        places.append(place)
        lines += len(block.lines)
        place += sum(map(len, block.lines))
    sha256 = hashlib.sha256(text).hexdigest()
    classes = {one.decode(): count for one, count in sorted(Counter(_CLASSES.findall(text)).items())}
    return CheckedShard(version(), sha256, frozenset(proving.doubted), lines, place, classes, nodes, places)


def together(shards: Sequence[tuple[Path, CheckedShard]]) -> Proved:
    """Return what all shards of a graph prove together."""
    proving = Proving(_asked())
    proving.doubted.update(*(one.doubted for _, one in shards))
    count = sum(one.lines for _, one in shards)
    for subject, some in _divided(shards).items():
        lines = sorted(set().union(*some))
        count -= sum(map(len, some)) - len(lines)
        proving.add(Block(subject, lines))
    return Proved(frozenset(proving.doubted), count)


def _divided(shards: Sequence[tuple[Path, CheckedShard]]) -> dict[bytes, list[list[bytes]]]:
    """Return the lines of each node that is in several shards, by shard."""
    every = sorted(node for _, one in shards for node in one.nodes)
    repeated = {one for one, next_ in pairwise(every) if one == next_}
    found: defaultdict[bytes, list[list[bytes]]] = defaultdict(list)
    for file, one in shards:
        here = [place for node, place in zip(one.nodes, one.places, strict=True) if node in repeated]
        for lines in _at(file, here) if here else ():
            found[statements.subject(lines[0])].append(lines)
    return {subject: some for subject, some in found.items() if len(some) > 1}


def _at(file: Path, places: Iterable[int]) -> Iterator[list[bytes]]:
    """Yield the lines of the nodes at some offsets of a file."""
    with file.open("rb") as stream:
        for place in places:
            stream.seek(place)
            yield list(_of_one(stream))


def _of_one(stream: IO[bytes]) -> Iterator[bytes]:
    first = stream.readline()
    yield first
    start = statements.subject(first) + b" "
    yield from takewhile(lambda line: line.startswith(start), stream)
