"""What all connections of a server share."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from endpoint.server.crowd import Crowd
from endpoint.server.thread_pools import ThreadPools
from endpoint.site.log import Log
from kg.settings import Settings


@dataclass
class ServerState:
    """The application, as connections need it; ``log`` is its outermost part, ``address`` where it is reached.

    ``longest_body`` says how many bytes a body may have that comes with an Authorization header.
    """

    log: Log
    settings: Settings
    crowd: Crowd
    pools: ThreadPools
    longest_body: Callable[[str | None], int]
    address: tuple[str, int]
    loop: asyncio.AbstractEventLoop
    stopping: bool = False
    _turns: deque[Callable[[], None]] = field(default_factory=deque)

    def turn(self, job: Callable[[], None]) -> None:
        """Do a job in the event loop when those before it are done, and look at all connections after each."""
        self._turns.append(job)
        if len(self._turns) == 1:
            self.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        try:
            self._turns[0]()
        finally:
            self._turns.popleft()
            if self._turns:
                self.loop.call_soon(self._take_turn)

    def later(self, setting: str | None, what: Callable[[], None]) -> asyncio.TimerHandle | None:
        """Do something after the seconds that a setting says; return what cancels that, None without a setting."""
        return self.loop.call_later(getattr(self.settings, setting), what) if setting else None
