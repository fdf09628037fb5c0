"""The writer of a store as a server sees it: one process that makes one write after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from kg.errors import (
    NewsgraphError,
    QueryTimeoutError,
    ResultTooLargeError,
    ServiceBusyError,
    StoreError,
    UploadTooLargeError,
    WorkerLostError,
)
from kg.process.child import Child, Request
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.questions import Workers
from kg.write.log import Author
from kg.write.update import Using

SWITCH_SECONDS: Final = 30.0
REPLY_BYTES: Final = 1_000_000
TRIPLES: Final = 20
"""How many times larger than an upload its triples may be."""
LOST: Final = {
    QueryTimeoutError: "the write did not end before its deadline",
    WorkerLostError: "the process that writes died, perhaps for want of memory",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true for a write to be made (RFC 9110, section 13.1).

    ``snapshots`` are the ids of those that may be current, None for any; ``exists`` says whether the graph must be
    there already, None if it does not matter.
    """

    snapshots: tuple[str, ...] | None = None
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent to be stored: bytes, and the format they are said to be in."""

    content: bytes
    format: Format


@dataclass(frozen=True, slots=True)
class Written:
    """A write that was made: how many quads it added and removed, and the snapshot that has it.

    The numbers are None if the process died after the write. ``existed`` says whether the graph was there before,
    ``visible`` whether requests are answered from the write already.
    """

    added: int | None
    removed: int | None
    snapshot: str
    existed: bool
    visible: bool


class Writer:
    """Makes writes in a store that ``workers`` read, one after the other, in a process that can be killed.

    When a call returns, the write is on disk and every request that comes later is answered from it. Safe to use from
    many threads; use it as a context manager or call close().
    """

    def __init__(self, store: Store, settings: Settings, workers: Workers) -> None:
        """Start the process. Raises StoreError if another server writes this store already."""
        self.settings = settings
        self._store = store
        self._workers = workers
        self._waiting = threading.BoundedSemaphore(max(1, settings.threads // 4))
        # The kernel kills a process when the thread that started it ends, so one thread does it all, and in order.
        self._thread = ThreadPoolExecutor(1, "writer")
        self._child: Child | None = None
        try:
            self._thread.submit(self._process).result()
        except NewsgraphError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the write that it is making is made or not, as if it had been killed."""
        child = self._child
        if child:
            child.kill()
        self._thread.shutdown(cancel_futures=True)
        if self._child:
            self._child.end()

    def update(self, text: bytes, author: Author, using: Using = Using()) -> Written:  # noqa: B008
        """Run a SPARQL 1.1 Update request, whole or not at all.

        ``using`` is the dataset that the protocol's parameters name. Raises what kg.query.guard.check_update and
        kg.write.update.update raise, and one of the errors of a lost, late or busy process.
        """
        limits = {name: getattr(self.settings, name) for name in ("upload_bytes", "query_depth")}
        arguments = {"using": [using.default, using.named], "limits": limits}
        return self._submit("update", arguments, text, author, Condition())

    def put(self, graph: str | None, uploads: Sequence[Upload], author: Author, condition: Condition) -> Written:
        """Make a graph, the default one for None, hold exactly what is uploaded; see ``post`` for what this raises."""
        return self._upload("put", graph, uploads, author, condition)

    def post(self, graph: str | None, uploads: Sequence[Upload], author: Author, condition: Condition) -> Written:
        """Add what is uploaded to a graph, the default one for None.

        Raises UploadError for what is not RDF, UploadTooLargeError, PreconditionError, or one of the errors of a lost,
        late or busy process.
        """
        return self._upload("post", graph, uploads, author, condition)

    def delete(self, graph: str | None, author: Author, condition: Condition) -> Written:
        """Remove a graph, or empty the default one for None; raises NotFoundError if there is none."""
        return self._submit("delete", {"graph": graph}, b"", author, condition)

    def _upload(
        self, operation: str, graph: str | None, uploads: Sequence[Upload], author: Author, condition: Condition
    ) -> Written:
        """Read uploads, each in a process of its own, then have what they say written."""
        deadline = author.arrived + self.settings.write_seconds
        if sum(len(upload.content) for upload in uploads) > self.settings.upload_bytes:
            raise UploadTooLargeError(f"an upload may have at most {self.settings.upload_bytes} bytes")
        with self._turn():
            base = graph or f"{self._workers.snapshot.manifest.base}graphs"
            content = b"".join(self._read(upload, base, deadline) for upload in uploads)
            return self._in_order(operation, {"graph": graph}, content, author, condition, deadline)

    def _read(self, upload: Upload, base: str, deadline: float) -> bytes:
        """Return the triples of an upload; raises UploadError."""
        arguments = {"base": base, "depth": self.settings.upload_depth}
        child = Child(upload.format.name, self.settings.query_memory, module="kg.write.upload")
        try:
            child.send(Request("read", arguments, content=upload.content), deadline)
            return child.receive(deadline, TRIPLES * self.settings.upload_bytes)[1]
        except QueryTimeoutError:
            raise QueryTimeoutError("the upload could not be read before the deadline; nothing was changed") from None
        except (WorkerLostError, ResultTooLargeError):
            raise UploadTooLargeError("the upload takes too much memory to read") from None
        finally:
            child.end()

    def _submit(
        self, operation: str, arguments: dict[str, Any], content: bytes, author: Author, condition: Condition
    ) -> Written:
        deadline = author.arrived + self.settings.write_seconds
        with self._turn():
            return self._in_order(operation, arguments, content, author, condition, deadline)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Count a write in, and refuse it if too many of the server's threads wait for writes already."""
        if not self._waiting.acquire(blocking=False):
            raise ServiceBusyError("too many writes are waiting; try again in a few seconds")
        try:
            yield
        finally:
            self._waiting.release()

    def _in_order(
        self,
        operation: str,
        arguments: dict[str, Any],
        content: bytes,
        author: Author,
        condition: Condition,
        deadline: float,
    ) -> Written:
        """Have a write made after those that came before it."""
        conditions = {"only": condition.snapshots, "exists": condition.exists}
        made_by = {"author": [author.who, author.request, author.id], "keep": self.settings.keep_snapshots}
        request = Request(operation, {**arguments, **conditions, **made_by}, content=content)
        try:
            return self._thread.submit(self._write, request, deadline).result()
        except (CancelledError, RuntimeError):
            raise StoreError("the server is stopping") from None

    def _write(self, request: Request, deadline: float) -> Written:
        if time.monotonic() > deadline:
            raise ServiceBusyError("other writes took too long; try again in a few seconds")
        before = self._store.current().manifest.writes
        try:
            reply = self._ask(request, deadline)
        except (QueryTimeoutError, WorkerLostError) as error:
            # The process is gone; it may have got as far as making the write current.
            now = self._store.current()
            if now.manifest.writes == before:
                raise type(error)(f"{LOST[type(error)]}; nothing was changed") from None
            reply = {"added": None, "removed": None, "snapshot": now.id}
        visible = self._workers.shows(reply["snapshot"], time.monotonic() + SWITCH_SECONDS)
        return Written(reply["added"], reply["removed"], reply["snapshot"], reply.get("existed", True), visible)

    def _ask(self, request: Request, deadline: float) -> dict[str, Any]:
        child = self._process()
        try:
            child.send(request, deadline)
            return child.receive(deadline, REPLY_BYTES)[0]
        finally:
            if child.lost:
                child.end()

    def _process(self) -> Child:
        """Return the process, started again if it is gone."""
        if self._child is None or self._child.lost:
            self._child = Child(self._store.path, self.settings.write_memory, module="kg.write.process")
        return self._child
