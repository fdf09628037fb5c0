"""Threads that run the application: documents, queries and health each have their own, so that none waits for another.

A request without a free thread waits in the queue of its pool; if that is full, it is refused at once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from kg.errors import ServiceBusyError
from kg.settings import Settings

INLINE: Final = frozenset({"/healthz"})
"""Paths that the event loop answers itself, even if all threads are busy."""
HEALTH: Final = frozenset({"/readyz", "/metrics"})
HEALTH_THREADS: Final = 2
HEAVY: Final = frozenset({"sparql", "graphs", "reconcile", "search", "events", "dump"})
"""First segments of paths on which a request may take seconds."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ThreadPool:
    """A number of threads and a queue; it is used only by the event loop's thread."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self.most = threads + waiting
        self.inside = 0
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def submit(self, job: Callable[[], Any]) -> Future[Any]:
        """Let a thread run a job; ``leave`` must be called when it is done. Raises ServiceBusyError."""
        if self.inside >= self.most:
            raise ServiceBusyError("too many requests are waiting; try again in a few seconds")
        self.inside += 1
        return self._executor.submit(job)

    def leave(self) -> None:
        """Note that a job is done, or will never run."""
        self.inside -= 1

    def close(self) -> None:
        """Accept no more jobs, and drop waiting ones."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class ThreadPools:
    """The thread pools of a server: half of its threads are for slow work, half for everything else."""

    def __init__(self, settings: Settings) -> None:
        heavy, waiting = max(1, settings.threads // 2), settings.waiting_requests
        self.health = ThreadPool("health", HEALTH_THREADS, waiting)
        self.heavy = ThreadPool("queries", heavy, waiting)
        self.light = ThreadPool("documents", max(1, settings.threads - heavy), waiting)

    def of(self, environ: dict[str, Any]) -> ThreadPool:
        """Return the pool of a request, by its WSGI environment."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path in HEALTH:
            return self.health
        return self.light if method in SAFE and HEAVY.isdisjoint(path.split("/", 2)[1:2]) else self.heavy

    def close(self) -> None:
        """Accept no more requests."""
        for pool in (self.health, self.heavy, self.light):
            pool.close()
