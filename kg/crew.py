"""The workers of one snapshot, which come and go together."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from kg.child import Child
from kg.errors import NewsgraphError
from kg.snapshot import Snapshot


@dataclass(eq=False)
class Crew:
    """The idle workers of one snapshot, to which ``current`` pointed as ``target``.

    ``holders`` is how many requests want to be answered from it to their end.
    """

    snapshot: Snapshot
    target: str
    idle: deque[Child] = field(default_factory=deque)
    failure: NewsgraphError | None = None
    retired: bool = False
    holders: int = 0

    @property
    def gone(self) -> bool:
        """Whether nobody will ask these workers any more."""
        return self.retired and not self.holders
