"""The thread that starts and ends the worker processes of a pool.

The kernel ends a process when the thread that started it ends, so one thread, which lives as long as the pool, starts
all.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, Final, Protocol

from kg.errors import NewsgraphError
from kg.process.child import START_SECONDS, Child
from kg.workers.generation import Generation
from kg.workers.operations import Open

AGAIN: Final = 5.0
"""Seconds after which workers that failed to start are started again, if no request comes before."""


class WorkerPool(Protocol):
    """The interface of the owner of workers."""

    def served(self) -> Generation:
        """Return the generation that answers requests."""

    def wants(self, generation: Generation) -> bool:
        """Return whether a generation needs workers."""

    def spared(self, generation: Generation) -> Child | None:
        """Take an idle worker from the served generation for another one, if it can be spared."""

    def started(self, generation: Generation, child: Child) -> None:
        """Accept a started worker."""

    def failed(self, generation: Generation, error: NewsgraphError) -> None:
        """Note that a worker could not be started."""


class Keeper:
    """Starts and ends workers for their owner, each of which may have ``memory`` bytes, until it is closed."""

    def __init__(self, owner: WorkerPool, memory: int) -> None:
        self._owner = owner
        self._memory = memory
        self._tasks: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._freed: list[Child] = []
        self._thread = threading.Thread(target=self._run, name="workers", daemon=True)
        self._thread.start()

    def start(self, generation: Generation, number: int = 1) -> None:
        """Start workers of a generation, if they are still wanted then."""
        for _ in range(number):
            self._tasks.put(("start", generation))

    def end(self, child: Child) -> None:
        """End a worker."""
        self._tasks.put(("end", child))

    def free(self, generation: Generation, *children: Child) -> None:
        """Release workers of a generation, for use by another snapshot if it needs some."""
        if generation.memory:  # it would take long to release the graph that they share
            for child in children:
                self.end(child)
        else:
            self._freed += children
            self._tasks.put(("look", None))

    def close(self) -> None:
        """End all remaining workers, once the thread that started them has nothing left to do."""
        self._tasks.put(("stop", None))
        self._thread.join()
        while not self._tasks.empty():
            task, subject = self._tasks.get()
            if task == "end":
                subject.end()
        for child in self._freed:
            child.end()

    def _run(self) -> None:
        while True:
            try:
                task, subject = self._tasks.get(timeout=AGAIN if self._owner.served().missing else None)
            except queue.Empty:
                task, subject = "restart", self._owner.served()
            if task == "stop":
                return
            if task == "end":
                subject.end()
            elif task == "restart":
                self.start(subject, subject.to_restart())
            elif task == "start" and self._owner.wants(subject):
                self._start(subject)
            while self._tasks.empty() and self._freed:
                self._freed.pop().end()

    def _start(self, generation: Generation) -> None:
        try:
            child = self._moved(generation) or generation.start(self._memory)
        except NewsgraphError as error:
            self._owner.failed(generation, error)
        else:
            self._owner.started(generation, child)

    def _moved(self, generation: Generation) -> Child | None:
        """Return a worker that is not needed where it is and can open another snapshot, or None.

        This takes a tenth of the time of starting one.
        """
        if generation.memory:
            return None
        child = self._freed.pop() if self._freed else self._owner.spared(generation)
        if child is None:
            return None
        try:
            child.ask(Open(generation.snapshot.database), time.monotonic() + START_SECONDS)
        except NewsgraphError:
            child.end()
            return None
        return child
