"""The workers of one snapshot, which come and go together."""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from kg.errors import NewsgraphError, ServiceBusyError, StoreError, WorkerLostError
from kg.process.child import Child
from kg.process.forking import Forked, ForkServer
from kg.store.snapshot import Snapshot

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0
SOON: Final = 1
"""Seconds after which a request is answered from the snapshot that took the place of the one before."""


@dataclass(eq=False)
class Generation:
    """The idle workers of one snapshot, to which ``current`` pointed as ``target``.

    ``holders`` is how many requests must be answered from it until they end. ``memory`` is the process that holds its
    graph in memory, if one does, and ``share`` how many private bytes a worker may then have; the generation is
    ``lost`` when that process has died.
    """

    snapshot: Snapshot
    target: str
    idle: deque[Child] = field(default_factory=deque)
    failure: NewsgraphError | None = None
    retired: bool = False
    holders: int = 0
    missing: int = 0
    again: float = 0.0
    memory: ForkServer | None = None
    share: int = 0
    lost: bool = False
    told: bool = False

    @property
    def gone(self) -> bool:
        """Whether these workers will get no more requests."""
        return self.retired and not self.holders

    @property
    def dead(self) -> list[Child]:
        """The idle workers that have ended, or are about to, because the process that held their graph has ended."""
        all_end = self.memory is not None and self.memory.has_ended
        return [child for child in self.idle if all_end or child.process.poll() is not None]

    def is_replaced(self, current: str) -> bool:
        """Return whether the snapshot was removed after another one became current; otherwise it would be damaged."""
        return self.snapshot.id != current and not self.snapshot.is_kept

    def replaced(self) -> ServiceBusyError:
        """Return the error for a request whose snapshot was removed while it was read; say that once."""
        if not self.told:
            log.info("snapshot %s was removed while requests were answered from it", self.snapshot.id)
        self.told = True
        return ServiceBusyError(f"snapshot {self.snapshot.id} was just replaced: ask again", SOON)

    def start(self, memory: int) -> Child:
        """Start a worker, which may have ``memory`` bytes; it shares the graph in memory, or opens the database.

        Raises StoreError if that fails.
        """
        if self.memory:
            try:
                return _forked(self.memory, memory)
            except WorkerLostError:
                self.memory, self.lost = None, True
        return Child.of("kg.workers.worker", self.snapshot.database, memory)

    def has_outgrown(self, child: Child) -> bool:
        """Return whether a worker has more private memory than its share."""
        return isinstance(child.process, Forked) and child.process.keeps_more_than(self.share)

    def failed(self, error: NewsgraphError) -> None:
        """Note that a worker could not be started."""
        self.failure = error
        self.missing += 1

    def to_restart(self) -> int:
        """Return how many workers to start again now: those that failed to start, but at most once a second."""
        if not self.missing or time.monotonic() < self.again:
            return 0
        number, self.missing, self.again = self.missing, 0, time.monotonic() + RETRY_SECONDS
        return number


def _forked(server: ForkServer, memory: int) -> Child:
    """Fork a worker; if it does not start, fork again, which detects that the forking process was killed."""
    with suppress(StoreError):
        return server.fork(memory)
    return server.fork(memory)
