"""The connections: how many there may be in total and of one client, and which is closed if a new one comes.

A connection that has no whole request under way waits. When there are too many, the one that has waited for longest is
closed, so that a new one is never kept out by those that send nothing, or a byte now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Protocol


class Member(Protocol):
    """A connection, as the crowd sees it."""

    @property
    def client(self) -> str | None:
        """What its client is known by; None if it has no share, since it cannot be told from others."""

    def evict(self) -> None:
        """End at once."""

    def finish(self) -> None:
        """End, unless a request is under way; then end after it."""


class Crowd:
    """The connections of a server: ``most`` at the same time, and ``share`` of one client; 0 is any number."""

    def __init__(self, most: int, share: int) -> None:
        self.most = most
        self.share = share
        self._members: set[Member] = set()
        self._waiting: dict[Member, None] = {}
        self._clients: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._members)

    def members(self) -> Iterator[Member]:
        """Yield all connections; they may end meanwhile."""
        yield from tuple(self._members)

    def enter(self, one: Member) -> bool:
        """Accept a connection, and close another one if need be; return whether there is room for it."""
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
        """Note that a connection waits from now on."""
        self._waiting.pop(one, None)
        self._waiting[one] = None

    def work(self, one: Member) -> None:
        """Note that a request of a connection is under way."""
        self._waiting.pop(one, None)

    def _freed(self, client: str | None) -> bool:
        """Close the connection, of a client or of all, that has waited for longest; return whether there is one."""
        found = next((one for one in self._waiting if client in (None, one.client)), None)
        if found is None:
            return False
        found.evict()
        self.leave(found)
        return True
