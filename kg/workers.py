"""The pool of worker processes that a server or the command line sends its questions to."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from kg.child import Child, Request
from kg.errors import NewsgraphError, QueryTimeoutError, ServiceBusyError, StoreError
from kg.formats import Format, by_name
from kg.locate import Location
from kg.query import Answer, check
from kg.settings import Settings
from kg.snapshot import Snapshot, current

SPARE: Final = 1
SLICE: Final = 0.3
"""Seconds after which a query counts as slow."""


class Lane(Enum):
    """What a worker is used for: our own lookups, a query of a stranger, or one that has turned out slow."""

    DOCUMENT = auto()
    QUERY = auto()
    SLOW = auto()


Result = tuple[dict[str, Any], bytes, Snapshot]


@dataclass(eq=False)
class _Crew:
    """The workers of one snapshot."""

    snapshot: Snapshot
    target: str
    idle: deque[Child] = field(default_factory=deque)
    failure: NewsgraphError | None = None
    retired: bool = False


class Workers:
    """Runs queries and descriptions in ``query_workers`` processes and one spare.

    Queries of strangers never occupy the spare, so that documents are answered while all queries run long. Of
    several workers for queries, slow queries leave one free: a query that takes longer than 0.3 seconds goes
    on only if there is room for one more slow one; if not, it is stopped and starts again when there is.
    When the store's current snapshot changes, new workers are started first; then requests move to them, and
    the old ones finish and go. Safe to use from many threads; use it as a context manager or call close().
    """

    def __init__(self, store: Path | Snapshot, settings: Settings, *, spare: int = SPARE) -> None:
        """Start workers on the current snapshot of the store in a folder, or on a given snapshot.

        ``spare`` is how many workers there are beside those for queries. Returns before the workers are
        ready. Raises StoreError if there is no snapshot.
        """
        self.settings = settings
        self._store = store if isinstance(store, Path) else None
        self._size = settings.query_workers + spare
        self._changed = threading.Condition()
        self._taken: set[Child] = set()
        self._queries = 0
        self._busy = dict.fromkeys(Lane, 0)
        self._closed = False
        self._tasks: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        snapshot = current(store) if isinstance(store, Path) else store
        self._crew = _Crew(snapshot, self._target())
        self._next: _Crew | None = None
        self._started(self._crew)
        # The kernel kills a worker when the thread that started it ends, so one thread starts them all.
        self._keeper = threading.Thread(target=self._keep, name="workers", daemon=True)
        self._keeper.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that requests are answered from now; a newer one is noticed here and prepared."""
        self._notice()
        return self._crew.snapshot

    def query(
        self,
        text: str,
        format: Format | None = None,  # noqa: A002
        *,
        seconds: float | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Answer a SPARQL query, after the guard of kg.guard has let it pass.

        ``seconds`` may lower the time limit. Relative IRIs are resolved against the identity base.
        Raises what kg.guard.check and kg.query.answer raise, and QueryTimeoutError, WorkerLostError,
        ResultTooLargeError or ServiceBusyError.
        """
        check(text, self.settings)
        arguments = {
            "format": format.name if format else None,
            "limit": self.settings.result_bytes,
            "base": self._crew.snapshot.manifest.base,
            "default_graphs": list(default_graphs),
            "named_graphs": list(named_graphs),
        }
        deadline = time.monotonic() + min(seconds or self.settings.query_seconds, self.settings.query_seconds)
        request = Request("query", arguments, text)
        with self._turn():
            result = self._ask(request, deadline, Lane.QUERY) or self._ask(request, deadline, Lane.SLOW)
        if result is None:
            raise QueryTimeoutError("the query did not end before its deadline and was stopped")
        header, body, snapshot = result
        return Answer(header["form"], by_name(header["format"]), body, snapshot.id)

    def describe(self, iri: str, format: Format | None = None, document: str | None = None) -> Answer:  # noqa: A002
        """Describe a resource (see kg.describe); as "html", the body is kg.represent.nodes in JSON.

        Raises NotFoundError, or one of the errors of a lost, late or busy worker.
        """
        arguments = {
            "format": format.name if format else "turtle",
            "document": document,
            "limit": self.settings.result_bytes,
        }
        header, body, snapshot = self.run(Request("describe", arguments, iri))
        return Answer("describe", by_name(header["format"]), body, snapshot.id)

    def find(self, iris: Sequence[str], identifiers: Sequence[str] = ()) -> Location | None:
        """Return what IRIs, or readable paths of events, stand for now (see kg.locate), or None."""
        arguments = {"iris": list(iris), "identifiers": list(identifiers)}
        found = self.run(Request("find", arguments))[0]
        return Location(found["iri"], found["withdrawn"]) if found["iri"] else None

    def newest(self, events: int, language: str | None = None) -> dict[str, Any]:
        """Return the newest days and events, see kg.browse.newest."""
        return self._json(Request("newest", {"events": events, "language": language}))

    def search(self, name: str) -> dict[str, Any]:
        """Return the places with this name and their newest events, see kg.browse.search."""
        return self._json(Request("search", {}, name))

    def _json(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(request)[1])
        return found

    def run(self, request: Request, deadline: float | None = None) -> Result:
        """Have one request of our own answered; return the reply's header and body and the snapshot they are from.

        ``deadline`` (time.monotonic()) includes the wait for a worker; without one it is ``query_seconds``
        from now. Raises what the worker reports, or one of the errors of a lost, late or busy worker.
        """
        end = deadline if deadline is not None else time.monotonic() + self.settings.query_seconds
        result = self._ask(request, end, Lane.DOCUMENT)
        if result is None:
            raise QueryTimeoutError("the request did not end before its deadline and was stopped")
        return result

    def _ask(self, request: Request, deadline: float, lane: Lane) -> Result | None:
        """Have a request answered; None if it turned out slow, was stopped, and has to wait for its turn."""
        self._notice()
        crew, child = self._take(deadline, lane)
        try:
            child.send(request, deadline)
            if lane == Lane.QUERY and not child.answers(min(deadline, time.monotonic() + SLICE)):
                if not self._slowed():
                    child.kill()
                    return None
                lane = Lane.SLOW
            header, body = child.receive(deadline, self.settings.result_bytes)
        finally:
            self._give_back(crew, child, lane)
        return header, body, crew.snapshot

    def _slowed(self) -> bool:
        """Count a running query as slow from now on, if one more may be."""
        with self._changed:
            if self._busy[Lane.SLOW] >= self._slow_limit:
                return False
            self._busy[Lane.QUERY] -= 1
            self._busy[Lane.SLOW] += 1
            self._changed.notify_all()
            return True

    @property
    def _slow_limit(self) -> int:
        return max(1, self.settings.query_workers - 1)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Count a query in, and refuse it if half of the server's threads already wait for queries."""
        with self._changed:
            if self._queries >= max(1, self.settings.threads // 2, self.settings.query_workers):
                raise ServiceBusyError("too many queries are running; try again in a few seconds")
            self._queries += 1
        try:
            yield
        finally:
            with self._changed:
                self._queries -= 1

    def _take(self, deadline: float, lane: Lane) -> tuple[_Crew, Child]:
        """Wait for an idle worker and take it."""
        with self._changed:
            while not self._available(lane):
                if self._closed:
                    raise StoreError("the workers are closed")
                if self._crew.failure:
                    self._tasks.put(("start", self._crew))
                    raise self._crew.failure
                if not self._changed.wait(deadline - time.monotonic()):
                    raise ServiceBusyError("no worker became free in time; try again in a few seconds")
            child = self._crew.idle.pop()
            self._taken.add(child)
            self._busy[lane] += 1
            return self._crew, child

    def _available(self, lane: Lane) -> bool:
        slow, queries = self._busy[Lane.SLOW], self._busy[Lane.QUERY] + self._busy[Lane.SLOW]
        free = lane == Lane.DOCUMENT or queries < self.settings.query_workers
        room = lane != Lane.SLOW or slow < self._slow_limit
        return bool(self._crew.idle) and free and room and not self._closed

    def _give_back(self, crew: _Crew, child: Child, lane: Lane) -> None:
        with self._changed:
            self._busy[lane] -= 1
            self._taken.discard(child)
            if not (child.lost or crew.retired or self._closed):
                crew.idle.append(child)
            else:
                self._tasks.put(("end", child))
                self._tasks.put(("start", crew))
            self._changed.notify_all()

    def _target(self) -> str:
        """Return where ``current`` points to now: one system call, cheap enough for each request."""
        try:
            return str((self._store / "current").readlink()) if self._store else ""
        except OSError:
            return ""

    def _notice(self) -> None:
        """Prepare workers for a new snapshot if ``current`` points elsewhere."""
        target = self._target()
        if not self._store or target in ("", self._crew.target):
            return
        with self._changed:
            if self._closed or (self._next and self._next.target == target):
                return
            try:
                self._next = _Crew(current(self._store), target)
            except StoreError:
                return  # switched again, or not readable: go on with the snapshot that is being served
            self._started(self._next)

    def _started(self, crew: _Crew) -> None:
        for _ in range(self._size):
            self._tasks.put(("start", crew))

    def _keep(self) -> None:
        """Start and end workers, in the thread that lives as long as this pool."""
        while True:
            task, subject = self._tasks.get()
            if task == "stop":
                return
            if task == "end":
                subject.end()
            elif not subject.retired and not self._closed:
                self._start(subject)

    def _start(self, crew: _Crew) -> None:
        try:
            child = Child(crew.snapshot.database, self.settings.query_memory)
        except NewsgraphError as error:
            self._failed(crew, error)
            return
        with self._changed:
            crew.idle.append(child)
            crew.failure = None
            if crew is self._next:
                self._move(crew)
            self._changed.notify_all()

    def _failed(self, crew: _Crew, error: NewsgraphError) -> None:
        """Let those who wait for this crew know; a crew that was only being prepared is given up."""
        with self._changed:
            crew.failure = error
            if crew is self._next:
                self._next, crew.retired = None, True
            self._changed.notify_all()

    def _move(self, crew: _Crew) -> None:
        """Answer from ``crew`` from now on, and let the workers of the old snapshot go."""
        old, self._crew, self._next = self._crew, crew, None
        old.retired = True
        while old.idle:
            self._tasks.put(("end", old.idle.pop()))

    def close(self) -> None:
        """End all workers and wait until they are gone; a query that still runs raises WorkerLostError."""
        with self._changed:
            self._closed = True
            for child in self._taken:
                child.kill()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._taken)
        self._tasks.put(("stop", None))
        self._keeper.join()
        for child in self._left():
            child.end()

    def _left(self) -> Iterator[Child]:
        """Yield the workers that are idle or still to be ended after the last task."""
        for crew in filter(None, (self._crew, self._next)):
            while crew.idle:
                yield crew.idle.pop()
        while not self._tasks.empty():
            task, subject = self._tasks.get()
            if task == "end":
                yield subject

    def ready(self, seconds: float) -> bool:
        """Wait at most ``seconds`` for a worker to have the snapshot open; return whether one has."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self._crew.idle or self._taken) or self._crew.failure is not None, seconds
            ) and bool(self._crew.idle or self._taken)
