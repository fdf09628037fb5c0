"""The state shared by all connections of a server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from endpoint.server.crowd import Crowd
from endpoint.server.prepared import PreparedAnswers
from endpoint.server.thread_pools import ThreadPools
from endpoint.site.log import Log
from kg.settings import Settings


@dataclass
class ServerState:
    """The application, as connections need it; ``log`` is its outermost layer, ``address`` where it is reached.

    ``longest_body`` returns the largest body in bytes for an Authorization header.
    """

    log: Log
    settings: Settings
    crowd: Crowd
    pools: ThreadPools
    prepared: PreparedAnswers
    longest_body: Callable[[str | None], int]
    address: tuple[str, int]
    loop: asyncio.AbstractEventLoop
    stopping: bool = False
    _turns: deque[Callable[[], None]] = field(default_factory=deque)
    _parts: deque[Callable[[], None]] = field(default_factory=deque)
    _scheduled: bool = False

    def turn(self, job: Callable[[], None]) -> None:
        """Run a job in the event loop after those before it, serving all connections after each."""
        self._turns.append(job)
        self._schedule()

    def part(self, job: Callable[[], None]) -> None:
        """Run a job that sends the next part of a long answer, when there are no other jobs."""
        self._parts.append(job)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled and (self._turns or self._parts):
            self._scheduled = True
            self.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._scheduled = False
        job = (self._turns or self._parts).popleft()
        self._schedule()
        job()
