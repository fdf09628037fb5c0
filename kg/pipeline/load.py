"""Loads N-Triples files into a database while others are still being written."""

from __future__ import annotations

import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

from pyoxigraph import RdfFormat

from kg.errors import StoreError
from kg.store.embedded import EmbeddedGraph


class Loading:
    """Bulk-loads N-Triples files into a database in a thread of its own, as they are given."""

    def __init__(self, database: EmbeddedGraph) -> None:
        self._files: SimpleQueue[Path | None] = SimpleQueue()
        self._thread = ThreadPoolExecutor(1)
        self._joined = _Joined(iter(self._files.get, None))
        joined: Any = self._joined
        self._loaded = self._thread.submit(database.bulk_load, joined, RdfFormat.N_TRIPLES)

    def __enter__(self) -> Self:
        return self

    def __call__(self, file: Path) -> None:
        """Load ``file``; raises the error of an earlier file that failed to load."""
        if self._loaded.done():
            self._loaded.result()
        self._files.put(file)

    def __exit__(self, *exception: object) -> None:
        self._joined.is_stopped = exception[0] is not None
        self._files.put(None)
        self._thread.shutdown()
        self._joined.close()
        if exception[0] is None:
            self._loaded.result()


class _Joined(io.RawIOBase):
    """Several files read as one, each requested when the one before it ends; once ``is_stopped``, reading fails."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.is_stopped = False
        self._waiting = iter(files)
        self._open: io.BufferedReader | None = None

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._open:
            self._open.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        while True:
            file = next(self._waiting, None) if self._open is None else None
            if self.is_stopped:
                raise StoreError("the load was stopped")
            if file:
                self._open = file.open("rb")
            if self._open is None:
                return b""
            if data := self._open.read(size):
                return data
            self._open.close()
            self._open = None
