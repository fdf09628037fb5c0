"""The workers of one snapshot, which come and go together."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from kg.errors import NewsgraphError
from kg.process.child import Child
from kg.store.snapshot import Snapshot

RETRY_SECONDS: Final = 1.0


@dataclass(eq=False)
class Generation:
    """The idle workers of one snapshot, to which ``current`` pointed as ``target``.

    ``holders`` is how many requests want to be answered from it to their end.
    """

    snapshot: Snapshot
    target: str
    idle: deque[Child] = field(default_factory=deque)
    failure: NewsgraphError | None = None
    retired: bool = False
    holders: int = 0
    missing: int = 0
    again: float = 0.0

    @property
    def gone(self) -> bool:
        """Whether nobody will ask these workers any more."""
        return self.retired and not self.holders

    def failed(self, error: NewsgraphError) -> None:
        """Note that a worker could not be started."""
        self.failure = error
        self.missing += 1

    def to_restart(self) -> int:
        """Return how many workers to start again now: those that could not be started, but only once a second."""
        if not self.missing or time.monotonic() < self.again:
            return 0
        number, self.missing, self.again = self.missing, 0, time.monotonic() + RETRY_SECONDS
        return number
