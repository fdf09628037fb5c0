"""The statements of a dataset as lines of N-Quads: in engine order, or sorted by their bytes.

A *block* is all lines of one subject, sorted. Sorting blocks sorts the lines as ``LC_ALL=C sort`` does: a line begins
with its subject, and no subject is a prefix of another, since it ends in ``> ``.
"""

from __future__ import annotations

import io
import marshal
import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Final

from pyoxigraph import RdfFormat

from kg.errors import StoreError
from kg.rdf.graph import Graph, GraphName

PIPE_BUFFER: Final = 1 << 20
RUN_BYTES: Final = 64_000_000


@contextmanager
def reading(dataset: Graph, name: GraphName | None = None) -> Iterator[IO[bytes]]:
    """Provide the quads of a dataset as lines of N-Quads, or the triples of one graph as lines of N-Triples.

    Raises StoreError at the end if any are missing.
    """
    descriptor, writing = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        dumping = pool.submit(_dump, dataset, name, writing)
        with os.fdopen(descriptor, "rb", PIPE_BUFFER) as lines:
            yield lines
        try:
            dumping.result()
        except (OSError, RuntimeError) as error:  # RuntimeError is what pyoxigraph raises for a damaged block
            raise StoreError(f"a snapshot cannot be read to its end: {error}; build again") from error


def _dump(dataset: Graph, name: GraphName | None, descriptor: int) -> None:
    with os.fdopen(descriptor, "wb", PIPE_BUFFER) as file:
        dataset.dump(file, RdfFormat.N_TRIPLES if name else RdfFormat.N_QUADS, name)


def subject(line: bytes) -> bytes:
    """Return the first term of a line, or of a block."""
    return line[: line.index(b" ")]


def graph(line: bytes) -> bytes | None:
    """Return the name of the graph that a line of N-Quads ends with, as written there; None for the default graph."""
    before, _, last = line.split(b" ", 2)[2].removesuffix(b" .\n").rpartition(b" ")
    # The text after the last space of a literal contains a quotation mark, which IRIs never do.
    return last if before and last.startswith((b"<", b"_:")) and b'"' not in last else None


def blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks of lines in which lines with the same subject are adjacent."""
    return (b"".join(sorted(set(same))) for _, same in groupby(lines, key=subject))


@contextmanager
def in_order(found: Iterable[bytes], folder: Path | None = None, size: int = RUN_BYTES) -> Iterator[Iterator[bytes]]:
    """Provide blocks sorted by bytes, one block for each subject, each line once.

    At most ``size`` bytes of them and one block are in memory at once; the others are in temporary files, in ``folder``
    if given.
    """
    with ExitStack() as files:
        runs = [_spilled(run, files, folder) if full else run for run, full in _runs(found, size)]
        yield _united(merge(*runs))


def _runs(found: Iterable[bytes], size: int) -> Iterator[tuple[list[bytes], bool]]:
    """Yield sorted lists of blocks, each with a flag that says whether more follow."""
    run: list[bytes] = []
    filled = 0
    for block in found:
        run.append(block)
        filled += len(block)
        if filled > size:
            run.sort()
            yield run, True
            run, filled = [], 0
    run.sort()
    yield run, False


def _spilled(run: list[bytes], files: ExitStack, folder: Path | None) -> Iterator[bytes]:
    file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed when the block of in_order ends
    files.callback(file.close)
    for block in run:
        marshal.dump(block, file)
    file.seek(0)
    return _loaded(file)


def _loaded(file: IO[bytes]) -> Iterator[bytes]:
    while True:
        try:
            block: bytes = marshal.load(file)  # noqa: S302 - written by this process, into a file without a name
        except EOFError:
            return
        yield block


def _united(merged: Iterable[bytes]) -> Iterator[bytes]:
    for _, same in groupby(merged, key=subject):
        block, *others = same
        yield b"".join(sorted({*io.BytesIO(block), *io.BytesIO(b"".join(others))})) if others else block


class BlockStream(io.RawIOBase):
    """Blocks as a file to read from."""

    def __init__(self, found: Iterable[bytes]) -> None:
        self._blocks = iter(found)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as far as there are blocks, and return how many bytes are in it."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
