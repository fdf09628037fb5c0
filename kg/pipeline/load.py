"""Loads N-Triples files into a database while others are still being written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, Self

from pyoxigraph import RdfFormat

from kg.errors import StoreError
from kg.store.embedded import EmbeddedGraph

PIECE: Final = 50_000_000
"""The size in bytes of a bulk load: the engine holds all of it in memory, where it is five times as large."""
THREADS: Final = 2
"""How many bulk loads run at the same time: one alone uses little more than one core."""


class Loading:
    """Bulk-loads N-Triples files into a database in pieces as they arrive, in threads of its own."""

    def __init__(self, database: EmbeddedGraph) -> None:
        self._database = database
        self._files: SimpleQueue[Path | None] = SimpleQueue()
        self._is_stopped = self._ends = False
        self._threads = ThreadPoolExecutor(THREADS)
        self._loaded = [self._threads.submit(self._load) for _ in range(THREADS)]

    def __enter__(self) -> Self:
        return self

    def __call__(self, file: Path) -> None:
        """Load ``file``; raises the error of an earlier file that failed to load."""
        for one in self._loaded:
            if one.done():
                one.result()
        self._files.put(file)

    def __exit__(self, *exception: object) -> None:
        self._is_stopped = exception[0] is not None
        self._files.put(None)
        self._threads.shutdown()
        if exception[0] is None:
            for one in self._loaded:
                one.result()

    def _load(self) -> None:
        while not self._ends:
            with closing(_Joined(self._piece())) as joined:
                piece: Any = joined
                self._database.bulk_load(piece, RdfFormat.N_TRIPLES)

    def _piece(self) -> Iterator[Path]:
        """Yield the next files as they arrive, until they are as large as a piece or there are no more."""
        size = 0
        while size < PIECE:
            file = self._files.get()
            if file is None:
                self._ends = True
                self._files.put(None)  # for the other threads
            if self._is_stopped:
                raise StoreError("the load was stopped")
            if file is None:
                return
            size += file.stat().st_size
            yield file


class _Joined(io.RawIOBase):
    """Several files read as one, each requested when the one before it ends."""

    def __init__(self, files: Iterator[Path]) -> None:
        self._waiting = files
        self._open: io.BufferedReader | None = None

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._open:
            self._open.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        while True:
            if self._open is None:
                file = next(self._waiting, None)
                if file is None:
                    return b""
                self._open = file.open("rb")
            if data := self._open.read(size):
                return data
            self._open.close()
            self._open = None
