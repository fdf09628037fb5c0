"""N-Triples files -> database, while other files are still being written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Self

from pyoxigraph import RdfFormat, parse

from kg.store.embedded import EmbeddedGraph

CHUNK: Final = 1 << 20
"""How many bytes are copied at once."""


class Loading:
    """Bulk-loads N-Triples files into a database in a thread of its own, as they are given.

    The engine reads them from a pipe: a file object of Python it would ask for two kilobytes at a time, and wait each
    time until no other thread runs Python.
    """

    def __init__(self, database: EmbeddedGraph) -> None:
        self._files: SimpleQueue[Path | None] = SimpleQueue()
        self._threads = ThreadPoolExecutor(2)
        self._read, write = os.pipe()
        self._loaded = self._threads.submit(database.bulk_load_file, f"/dev/fd/{self._read}", RdfFormat.N_TRIPLES)
        self._loaded.add_done_callback(self._close)
        self._written = self._threads.submit(self._write, write)

    def __enter__(self) -> Self:
        return self

    def __call__(self, file: Path) -> None:
        """Load ``file``; raises what the load of one before it failed of."""
        if self._loaded.done():
            self._loaded.result()
        self._files.put(file)

    def end(self) -> None:
        """Say that there are no more files."""
        self._files.put(None)

    def __exit__(self, *exception: object) -> None:
        self.end()
        self._threads.shutdown()
        if exception[0] is None:
            self._written.result()
            self._loaded.result()

    def _close(self, _: Future[None]) -> None:
        """Close the end of the pipe that is read, so that nobody waits to write what nobody will read."""
        os.close(self._read)

    def _write(self, pipe: int) -> None:
        with suppress(BrokenPipeError), open(pipe, "wb", buffering=0) as output:
            for file in iter(self._files.get, None):
                with file.open("rb") as lines:
                    shutil.copyfileobj(lines, output, CHUNK)


def replace_lines(database: EmbeddedGraph, changed: Iterable[tuple[bytes, bytes]]) -> None:
    """Replace triples of the default graph, each given as a line of N-Triples, with the one in its place."""
    told = list(changed)
    for quad in parse(b"".join(old for old, _ in told), format=RdfFormat.N_TRIPLES):
        database.remove(quad)
    database.extend(parse(b"".join(new for _, new in told), format=RdfFormat.N_TRIPLES))
