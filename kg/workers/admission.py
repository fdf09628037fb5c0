"""Admission: the lane of a request, how many may run or wait at once, and which queries are known to be slow."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Final

from kg.errors import QueryTimeoutError, ServiceBusyError, WorkerLostError

SLICE: Final = 0.3
"""Seconds after which a query counts as slow."""
LONG: Final = 1.0
"""Seconds after which a slow query is remembered as one; on a busy machine, a light query may exceed the slice."""
REMEMBERED: Final = 10_000

HINT: Final = "patterns that share no variable give every pair of their results, so join them, or ask for less"


def exhausted(memory: int) -> str:
    """Return the message for a query that needed more than ``memory`` bytes."""
    return f"the query was stopped: it needed more than the {memory // 1_000_000:,} MB of memory that a query may have"


@contextmanager
def explained(memory: int) -> Iterator[None]:
    """Add the likely reason to the error of a query, with ``memory`` bytes at most, lost or stopped in the block."""
    try:
        yield
    except WorkerLostError:
        raise WorkerLostError(f"{exhausted(memory)}, or its process was ended; {HINT}") from None
    except QueryTimeoutError as error:
        told = f"{error}; {HINT}" if "stopped" in str(error) else str(error)  # otherwise it never began
        raise QueryTimeoutError(told) from None


class Lane(Enum):
    """The class of service of a request, each with a limit on the number of workers at the same time.

    The lanes are for newsgraph's own lookups, queries from outside, and queries that have turned out to be slow.
    """

    DOCUMENT = auto()
    QUERY = auto()
    SLOW = auto()


class Occupancy:
    """How many workers are busy in each lane; at most ``queries`` may run queries. Its owner holds a lock."""

    def __init__(self, queries: int) -> None:
        self.busy = dict.fromkeys(Lane, 0)
        self.slow_limit = max(1, queries - 1)
        self._queries = queries

    def has_room(self, lane: Lane) -> bool:
        """Return whether one more may work in a lane."""
        slow, queries = self.busy[Lane.SLOW], self.busy[Lane.QUERY] + self.busy[Lane.SLOW]
        return (lane == Lane.DOCUMENT or queries < self._queries) and (lane != Lane.SLOW or slow < self.slow_limit)

    def slowed(self) -> bool:
        """Count a running query as slow from now on, if there is room for one more; return whether there is."""
        if self.busy[Lane.SLOW] >= self.slow_limit:
            return False
        self.busy[Lane.QUERY] -= 1
        self.busy[Lane.SLOW] += 1
        return True


class ConcurrencyLimit:
    """Lets a number of queries run at once; one more is refused. Safe to use from many threads."""

    def __init__(self, limit: int, crowd: str) -> None:
        """Allow ``limit`` at once; ``crowd`` names in a refusal what there are too many of."""
        self._free = threading.BoundedSemaphore(limit)
        self._crowd = crowd

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Occupy a slot for the duration of a block. Raises ServiceBusyError if none is free."""
        if not self._free.acquire(blocking=False):
            raise ServiceBusyError(f"too many {self._crowd}; try again in a few seconds")
        try:
            yield
        finally:
            self._free.release()


class SlowQueries:
    """Remembers slow queries, so that repeating one does not cost a slice of the fast lane.

    At most 10,000 are remembered, by hash. Safe to use from many threads.
    """

    def __init__(self) -> None:
        self._hashes: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, text: str) -> bool:
        return _hash(text) in self._hashes

    def note(self, text: str, seconds: float, long: float = LONG) -> None:
        """Remember a query that took ``seconds`` of work if that is ``long``, or forget it if it was fast after all."""
        with self._lock:
            if seconds >= long:
                self._hashes[_hash(text)] = None
                self._hashes.move_to_end(_hash(text))
            elif 0 < seconds <= SLICE:
                self._hashes.pop(_hash(text), None)
            while len(self._hashes) > REMEMBERED:
                self._hashes.popitem(last=False)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
