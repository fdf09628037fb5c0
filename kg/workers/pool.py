"""The pool of worker processes: which of them takes which request, for how long, and on which snapshot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Self

from kg.errors import (
    EngineError,
    NewsgraphError,
    QueryTimeoutError,
    ServiceBusyError,
    StoreDamagedError,
    StoreError,
    WorkerLostError,
)
from kg.process.child import Child
from kg.process.operation import Reply
from kg.query.operations import GraphOperation
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers.admission import LONG, SLICE, ConcurrencyLimit, Lane, Occupancy, SlowQueries, explained
from kg.workers.choice import Health, SnapshotChoice
from kg.workers.generation import Generation
from kg.workers.keeper import Keeper
from kg.workers.memory import GraphPlace, MemoryLoader, Placement

SPARE: Final = 1

Answered = tuple[Reply, Snapshot]
"""A reply, and its snapshot."""
Spent = Callable[[float], None]
"""A callback for the seconds of work that something took."""


def untold(_: float) -> None:
    """Ignore the seconds of work."""


class Pool:
    """Runs requests in ``query_workers`` processes and one spare.

    Queries from outside never occupy the spare, so that documents are still answered while all other workers run long
    queries. Of several workers for queries, slow queries leave one free: a query that takes longer than 0.3 seconds
    continues only if there is room for one more slow one; if not, it is stopped and started again when there is. A
    query known to be slow waits for that room at once. When the store's current snapshot changes, new workers are
    started first; then requests move to them, and the old ones finish and end. Safe to use from many threads; use it as
    a context manager or call close().
    """

    def __init__(
        self, store: Store | Snapshot, settings: Settings, *, spare: int = SPARE, in_memory: bool = False
    ) -> None:
        """Start workers on the current snapshot of the store in a folder, or on a given snapshot.

        ``spare`` is the number of workers besides those for queries. With ``in_memory``, a graph that fits is loaded
        into memory while requests are answered from disk. Returns before the workers are ready. Raises StoreError if
        there is no snapshot.
        """
        self.settings = settings
        self._choice = SnapshotChoice(store)
        self.alarm: Callable[[], None] = lambda: None  # called whenever the engine fails to read
        self._size = settings.query_workers + spare
        self._changed = threading.Condition()
        self._taken: set[Child] = set()
        # Queries may occupy half of the server's threads, slow ones that wait for their turn a quarter.
        self._queries = ConcurrencyLimit(max(1, settings.threads // 2, settings.query_workers), "queries are running")
        self._lanes = Occupancy(settings.query_workers)
        slow = max(self._lanes.slow_limit + 1, settings.threads // 4)
        self._waiting = ConcurrencyLimit(slow, "slow queries are waiting")
        self.workers_started = 0
        self._slow = SlowQueries()
        self._closed = False
        self._generation = Generation(self._choice.choose(), self._choice.target)
        self._next: Generation | None = None
        self._old: set[Generation] = set()
        self._thread = threading.local()
        self._memory = MemoryLoader(settings, self._size, self) if in_memory else None
        self._keeper = Keeper(self, settings.query_memory)
        self._keeper.start(self._generation, self._size)
        if self._memory:
            self._memory.want(self._generation)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that now answers requests; a newer one is detected here and prepared."""
        self._notice()
        return self._chosen().snapshot

    @contextmanager
    def hold(self) -> Iterator[Snapshot]:
        """Answer the requests of this thread within the block from one snapshot, even if another becomes current."""
        self._notice()
        before: Generation | None = getattr(self._thread, "generation", None)
        with self._changed:
            generation = before or self._generation
            generation.holders += 1
        self._thread.generation = generation
        try:
            yield generation.snapshot
        finally:
            self._thread.generation = before
            with self._changed:
                generation.holders -= 1
                self._dismiss(generation)

    def states(self) -> dict[str, int]:
        """Return how many workers are idle, and how many are busy in each lane."""
        with self._changed:
            return {"idle": len(self._generation.idle), **{lane.name.lower(): self._lanes.busy[lane] for lane in Lane}}

    @property
    def placement(self) -> Placement:
        """Where the graph that answers requests is."""
        if self._memory:
            return self._memory.placement(self._generation)
        return Placement(GraphPlace.DISK, "nobody asked for it in memory")

    def _chosen(self) -> Generation:
        """Return the generation that this thread holds, or else the current one."""
        held: Generation | None = getattr(self._thread, "generation", None)
        return held or self._generation

    def ask(self, operation: GraphOperation[Reply], deadline: float | None = None, spent: Spent = untold) -> Reply:
        """Let a worker answer an internal operation, and return the reply.

        ``deadline`` (time.monotonic()) includes the wait for a worker; without one it is ``query_seconds`` from now.
        ``spent`` is called with the seconds of work, without that wait. Raises what the worker reports, or the error
        for a lost, late or busy worker.
        """
        end = deadline if deadline is not None else time.monotonic() + self.settings.query_seconds
        try:
            answered = self._ask(operation, end, Lane.DOCUMENT, spent)
        except WorkerLostError:  # internal lookups never kill a worker themselves, so another one is asked
            answered = self._ask(operation, end, Lane.DOCUMENT, spent)
        if answered is None:
            raise QueryTimeoutError("the request did not end before its deadline and was stopped")
        return answered[0]

    def run_query(self, operation: GraphOperation[Reply], text: str, deadline: float, spent: Spent) -> Answered[Reply]:
        """Let a worker answer an operation on untrusted ``text``, in the fast lane or, if necessary, the slow one.

        ``spent`` is called with the seconds of work. Raises what the worker reports, QueryTimeoutError,
        WorkerLostError, or ServiceBusyError if there is no room for it.
        """
        worked: list[float] = []
        with self._queries.slot(), explained(self.settings.query_memory):
            try:
                answered = None
                if text not in self._slow:
                    answered = self._ask(operation, deadline, Lane.QUERY, worked.append)
                if answered is None:
                    with self._waiting.slot():
                        answered = self._ask(operation, deadline, Lane.SLOW, worked.append)
            finally:
                self._slow.note(text, sum(worked), min(LONG, self.settings.query_seconds / 2))
                spent(sum(worked))
            if answered is None:
                raise QueryTimeoutError("the query did not end before its deadline and was stopped")
            return answered

    def _ask(
        self, operation: GraphOperation[Reply], deadline: float, lane: Lane, worked: Spent = untold
    ) -> Answered[Reply] | None:
        """Let a worker answer an operation; return None if it was stopped as slow and must wait for the slow lane."""
        self._notice()
        generation, child = self._take(deadline, lane)
        start = time.monotonic()
        try:
            child.send(operation, deadline)
            if lane == Lane.QUERY and not child.answers(min(deadline, time.monotonic() + SLICE)):
                with self._changed:
                    if not self._lanes.slowed():
                        child.kill()
                        return None
                    self._changed.notify_all()
                lane = Lane.SLOW
            reply = child.receive(operation, deadline, self.settings.result_bytes)
        except (EngineError, StoreDamagedError):
            if generation.is_replaced(self.current):  # so the engine lacks files that it had not opened yet
                raise generation.replaced() from None
            self.alarm()
            raise
        finally:
            self._give_back(generation, child, lane)
            worked(time.monotonic() - start)
        return reply, generation.snapshot

    def _take(self, deadline: float, lane: Lane) -> tuple[Generation, Child]:
        """Wait for an idle worker and take it."""
        with self._changed:
            while True:
                generation = self._chosen()
                child = self._idle(generation, lane)
                if child:
                    self._taken.add(child)
                    self._lanes.busy[lane] += 1
                    return generation, child
                if self._closed:
                    raise StoreError("the workers are closed")
                self._keeper.start(generation, generation.to_restart())
                if generation.failure and not self._taken:
                    raise generation.failure
                if not self._changed.wait(deadline - time.monotonic()):
                    raise ServiceBusyError("no worker became free in time; try again in a few seconds")

    def _idle(self, generation: Generation, lane: Lane) -> Child | None:
        """Return a live idle worker, if this lane has room for one more; replace dead ones."""
        while generation.idle and self._lanes.has_room(lane) and not self._closed:
            child = generation.idle.pop()
            if child.process.poll() is None:
                return child
            self._replace(generation, child)
        return None

    def _give_back(self, generation: Generation, child: Child, lane: Lane) -> None:
        outgrown = not child.lost and generation.has_outgrown(child)
        with self._changed:
            self._lanes.busy[lane] -= 1
            self._taken.discard(child)
            if not (child.lost or outgrown or generation.gone or self._closed):
                generation.idle.append(child)
            else:
                self._replace(generation, child)
            self._changed.notify_all()

    def _replace(self, generation: Generation, child: Child) -> None:
        self._keeper.end(child)
        self._keeper.start(generation)

    def _notice(self) -> None:
        """Prepare workers for a new snapshot if ``current`` points elsewhere."""
        if self._choice.target in ("", self._generation.target):
            return
        with self._changed:
            target = self._choice.target  # the target read before the lock may have been served and replaced since
            if target in ("", self._generation.target) or (self._next and self._next.target == target):
                return
            if not self._choice.has_failed(target):
                self._prepare(target)

    def _prepare(self, target: str) -> None:
        """Prepare workers for the snapshot chosen now, if it is not the one that answers requests."""
        try:
            chosen = self._choice.choose()
        except StoreError:
            return  # switched again, or not readable: continue with the snapshot being served
        if self._closed or chosen.id == self._generation.snapshot.id:
            self._generation.target = target
            return
        if self._next:
            self._next.retired = True
        self._next = Generation(chosen, target)
        self._keeper.start(self._next, self._size)

    @property
    def health(self) -> Health:
        """Whether the current snapshot answers requests, or an older one because it is damaged."""
        return self._choice.health(self._chosen().snapshot)

    @property
    def current(self) -> str:
        """The id of the snapshot that is current, even if another one answers requests."""
        return self._choice.current

    def judge(self, damaged: Mapping[str, str]) -> None:
        """Set which snapshots are damaged, as ids with reasons, and answer from one that is not."""
        with self._changed:
            self._choice.judge(damaged)
            self._prepare(self._choice.target)

    def shows(self, snapshot: str, deadline: float) -> bool:
        """Wait until ``deadline`` at most for a snapshot or a later one to answer requests; return whether it does."""

        def shown() -> bool:
            self._notice()
            return self._generation.snapshot.id >= snapshot

        with self._changed:
            while not shown() and time.monotonic() < deadline and not self._closed:
                self._changed.wait(min(1.0, max(0.0, deadline - time.monotonic())))
            return shown()

    # ---- for the keeper

    def served(self) -> Generation:
        """Return the generation that answers requests."""
        return self._generation

    def wants(self, generation: Generation) -> bool:
        """Return whether a generation needs workers."""
        return not (generation.gone or self._closed)

    def spared(self, generation: Generation) -> Child | None:
        """Take an idle worker from the served generation for another one, if a second one is idle there."""
        with self._changed:
            served = self._generation
            if generation is not self._next or served.memory or len(served.idle) < 2:
                return None
            self._keeper.start(served)  # this starts nothing if requests have moved to the other snapshot
            return served.idle.popleft()

    def started(self, generation: Generation, child: Child) -> None:
        """Accept a started worker; requests move to its generation if it is the first there."""
        with self._changed:
            if generation.gone:
                self._keeper.free(generation, child)
                return
            generation.idle.append(child)
            generation.failure = None
            self.workers_started += 1
            if generation is self._next:
                self._move(generation)
            if generation.lost and generation is self._generation and self._memory:
                self._memory.want(generation)
            self._changed.notify_all()

    def failed(self, generation: Generation, error: NewsgraphError) -> None:
        """Notify requests that wait for this generation; abandon it if it was only being prepared."""
        with self._changed:
            error = generation.replaced() if generation.is_replaced(self.current) else error
            generation.failed(error)
            if generation is self._next:
                self._next, generation.retired = None, True
                self._choice.fail(generation.target)
            if isinstance(error, StoreDamagedError) and self._choice.rejects(generation.snapshot, str(error)):
                self._prepare(self._choice.target)
                self.alarm()
            self._changed.notify_all()

    # ---- for the loader

    def loaded(self, generation: Generation) -> None:
        """Start workers that share the graph in memory, if its snapshot is still being served."""
        with self._changed:
            if self._closed or self._next or generation.snapshot.id != self._generation.snapshot.id:
                generation.retired = True
                return
            self._next = generation
            self._keeper.start(generation, self._size)

    def lost(self) -> None:
        """Replace the idle workers that have died, or are about to, without waiting for the next request."""
        with self._changed:
            generation = self._generation
            for child in generation.dead:
                generation.idle.remove(child)
                self._replace(generation, child)

    def _move(self, generation: Generation) -> None:
        """Switch requests to ``generation``, and release the workers of the old snapshot."""
        old, self._generation, self._next = self._generation, generation, None
        old.retired = True
        self._old.add(old)
        self._dismiss(old)
        if self._memory and not generation.memory:
            self._memory.want(generation)

    def _dismiss(self, generation: Generation) -> None:
        """End the idle workers of a generation that is not needed any more; busy ones end when they finish."""
        if generation.gone:
            self._old.discard(generation)
            self._keeper.free(generation, *generation.idle)
            generation.idle.clear()

    def close(self) -> None:
        """End all workers and wait until they are gone; a query still running raises WorkerLostError."""
        with self._changed:
            self._closed = True
            for child in self._taken:
                child.kill()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._taken)
        self._keeper.close()
        for generation in filter(None, (self._generation, self._next, *self._old)):
            while generation.idle:
                generation.idle.pop().end()
        if self._memory:
            self._memory.close()

    def ready(self, seconds: float) -> bool:
        """Wait at most ``seconds`` until a worker has the snapshot open; return whether one has."""

        def alive() -> bool:
            return bool(self._taken) or any(child.process.poll() is None for child in self._generation.idle)

        with self._changed:
            self._changed.wait_for(lambda: alive() or self._generation.missing >= self._size, seconds)
            return alive()
