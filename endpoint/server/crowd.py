"""The connections: how many are allowed in total and for one client, and which is closed when a new one comes.

A connection without a complete request under way is waiting. When there are too many, the one that has waited longest
is closed, so that idle or very slow ones never keep out a new one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Protocol


class Member(Protocol):
    """A connection, as seen by the crowd."""

    @property
    def client(self) -> str | None:
        """The identity of its client; None if it has no share, since it cannot be distinguished from others."""

    def evict(self) -> None:
        """Close at once."""

    def finish(self) -> None:
        """Close, or if a request is under way, close after it."""


class Crowd:
    """The connections of a server: at most ``most`` at a time, and ``share`` for one client; 0 means unlimited."""

    def __init__(self, most: int, share: int) -> None:
        self.most = most
        self.share = share
        self._members: set[Member] = set()
        self._waiting: dict[Member, None] = {}
        self._clients: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._members)

    def members(self) -> Iterator[Member]:
        """Yield all connections; they may close meanwhile."""
        yield from tuple(self._members)

    def enter(self, one: Member) -> bool:
        """Accept a connection, closing another one if necessary; return whether there is room for it."""
        if one.client and self.share and self._clients[one.client] >= self.share and not self._freed(one.client):
            return False
        if len(self._members) >= self.most and not self._freed(None):
            return False
        self._members.add(one)
        if one.client:
            self._clients[one.client] += 1
        self.wait(one)
        return True

    def leave(self, one: Member) -> None:
        """Remove a connection that has ended."""
        self._waiting.pop(one, None)
        if one not in self._members:
            return
        self._members.discard(one)
        if one.client:
            self._clients[one.client] -= 1
            if not self._clients[one.client]:
                del self._clients[one.client]

    def wait(self, one: Member) -> None:
        """Note that a connection is now waiting."""
        self._waiting.pop(one, None)
        self._waiting[one] = None

    def work(self, one: Member) -> None:
        """Note that a request of a connection is under way."""
        self._waiting.pop(one, None)

    def _freed(self, client: str | None) -> bool:
        """Close the connection that has waited longest, of a client or of all; return whether there was one."""
        found = next((one for one in self._waiting if client in (None, one.client)), None)
        if found is None:
            return False
        found.evict()
        self.leave(found)
        return True
