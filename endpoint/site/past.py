"""Queries of past states of the graph: workers on kept snapshots, started on demand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from kg.settings import Settings
from kg.store import past
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers.workers import Workers

OPEN: Final = 2
"""How many snapshots stay open when they are not in use."""


@dataclass(eq=False)
class _Pool:
    workers: Workers
    users: int = 0


@dataclass(eq=False)
class Past:
    """The open snapshots of one store, each on disk. Safe to use from many threads; must be closed."""

    settings: Settings
    _pools: OrderedDict[str, _Pool] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def at(self, time: str) -> Iterator[Workers]:
        """Provide the workers on the last snapshot of the past that is not after ``time`` (ISO 8601).

        Raises NotFoundError if there is none, ConfigurationError if ``time`` is not a time, StoreError if it is
        damaged.
        """
        with self._workers(Store(self.settings.folder).at(past.instant(time))) as workers:
            yield workers

    @contextmanager
    def of(self, id_: str) -> Iterator[Workers]:
        """Provide the workers on the snapshot with an id, of builds, of writes or of the past.

        They answer from disk, so that results that depend on the order of triples are the same each time. Raises
        SnapshotGoneError or NotFoundError if it is not kept, StoreError if it is damaged.
        """
        with self._workers(Store(self.settings.folder).named(id_)) as workers:
            yield workers

    @contextmanager
    def _workers(self, snapshot: Snapshot) -> Iterator[Workers]:
        with self._lock:
            pool = self._pools.get(snapshot.id) or _Pool(
                Workers(snapshot, replace(self.settings, query_workers=1), spare=0)
            )
            self._pools[snapshot.id] = pool
            self._pools.move_to_end(snapshot.id)
            pool.users += 1
        try:
            yield pool.workers
        finally:
            with self._lock:
                pool.users -= 1
                self._shrink()

    def _shrink(self) -> None:
        """Close the least recently used snapshots, but never one in use."""
        idle = [name for name, pool in self._pools.items() if not pool.users]
        for name in idle[: max(0, len(self._pools) - OPEN)]:
            self._pools.pop(name).workers.close()

    def close(self) -> None:
        """Stop all workers."""
        with self._lock:
            while self._pools:
                self._pools.popitem()[1].workers.close()
