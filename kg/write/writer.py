"""The writer of a store as seen by a server: one process that makes one write after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Self

from kg.errors import (
    NewsgraphError,
    QueryTimeoutError,
    ResultTooLargeError,
    ServiceBusyError,
    StoreError,
    UploadTooLargeError,
    WorkerLostError,
)
from kg.process.child import Child
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.store import space
from kg.store.layout import Store
from kg.workers.workers import Workers
from kg.write.log import Author
from kg.write.operations import Condition, Delete, MadeWrite, Post, Put, Update, Write
from kg.write.update import Using
from kg.write.upload import Read

SWITCH_SECONDS: Final = 30.0
REPLY_BYTES: Final = 1_000_000
TRIPLES: Final = 20
"""How many times larger than an upload its triples may be."""
LOST: Final = {
    QueryTimeoutError: "the write did not end before its deadline",
    WorkerLostError: "the process that writes died, possibly because it lacked memory",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload: its bytes, and the declared format."""

    content: bytes
    format: Format


@dataclass(frozen=True, slots=True)
class Written(MadeWrite):
    """A completed write; ``visible`` says whether requests already see it."""

    visible: bool = True


class Writer:
    """Makes writes in a store that ``workers`` read, one after the other, in a process that can be killed.

    When a call returns, the write is on disk and every later request sees it. Safe to use from many threads; use it as
    a context manager or call close().
    """

    def __init__(self, store: Store, settings: Settings, workers: Workers) -> None:
        """Start the process. Raises StoreError if another server writes this store already."""
        self.settings = settings
        self._store = store
        self._workers = workers
        self._waiting = threading.BoundedSemaphore(max(1, settings.threads // 4))
        # The kernel kills a process when the thread that started it ends, so one thread does everything, in order.
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
        """End the process; a write in progress is completed or not, as if the process had been killed."""
        child = self._child
        if child:
            child.kill()
        self._thread.shutdown(cancel_futures=True)
        if self._child:
            self._child.end()

    def update(self, text: bytes, author: Author, using: Using = Using()) -> Written:  # noqa: B008 - it is frozen
        """Run a SPARQL 1.1 Update request, whole or not at all.

        ``using`` is the dataset that the protocol's parameters name. Raises the errors of kg.query.guard.check_update
        and kg.write.update.update, and those of a lost, late or busy process.
        """
        write = Update(
            text=text,
            using=using,
            longest=self.settings.upload_bytes,
            depth=self.settings.query_depth,
            author=author,
            condition=Condition(),
            keep=self.settings.keep_snapshots,
        )
        with self._turn():
            return self._in_order(write)

    def put(self, graph: str | None, uploads: Sequence[Upload], author: Author, condition: Condition) -> Written:
        """Replace a graph, the default one for None, by an upload; raises the same as ``post``."""
        return self._upload(Put, graph, uploads, author, condition)

    def post(self, graph: str | None, uploads: Sequence[Upload], author: Author, condition: Condition) -> Written:
        """Add an upload to a graph, the default one for None.

        Raises UploadError for what is not RDF, UploadTooLargeError, PreconditionError, or the error of a lost, late or
        busy process.
        """
        return self._upload(Post, graph, uploads, author, condition)

    def delete(self, graph: str | None, author: Author, condition: Condition) -> Written:
        """Remove a graph, or empty the default one for None. Raises NotFoundError if there is none."""
        with self._turn():
            return self._in_order(
                Delete(graph=graph, author=author, condition=condition, keep=self.settings.keep_snapshots)
            )

    def _upload(
        self,
        write: type[Put | Post],
        graph: str | None,
        uploads: Sequence[Upload],
        author: Author,
        condition: Condition,
    ) -> Written:
        """Read uploads, each in a process of its own, then write what they contain."""
        deadline, keep = self._deadline(author), self.settings.keep_snapshots
        if sum(len(upload.content) for upload in uploads) > self.settings.upload_bytes:
            raise UploadTooLargeError(f"an upload may have at most {self.settings.upload_bytes} bytes")
        with self._turn():
            base = graph or f"{self._workers.snapshot.manifest.base}graphs"
            content = b"".join(self._read(upload, base, deadline) for upload in uploads)
            return self._in_order(write(graph=graph, content=content, author=author, condition=condition, keep=keep))

    def _read(self, upload: Upload, base: str, deadline: float) -> bytes:
        """Return the triples of an upload. Raises UploadError."""
        asked = Read(upload.content, upload.format, base, self.settings.upload_depth)
        child = Child.of("kg.write.upload", upload.format.name, self.settings.query_memory)
        try:
            return child.ask(asked, deadline, TRIPLES * self.settings.upload_bytes)
        except QueryTimeoutError:
            raise QueryTimeoutError("the upload could not be read before the deadline; nothing was changed") from None
        except (WorkerLostError, ResultTooLargeError):
            raise UploadTooLargeError("the upload takes too much memory to read") from None
        finally:
            child.end()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Admit a write, or refuse it if too many of the server's threads already wait for writes."""
        if not self._waiting.acquire(blocking=False):
            raise ServiceBusyError("too many writes are waiting; try again in a few seconds")
        try:
            yield
        finally:
            self._waiting.release()

    def _deadline(self, author: Author) -> float:
        return author.arrived + self.settings.write_seconds

    def _in_order(self, write: Write) -> Written:
        """Make a write after those that came before it."""
        try:
            return self._thread.submit(self._write, write).result()
        except (CancelledError, RuntimeError):
            raise StoreError("the server is stopping") from None

    def _write(self, write: Write) -> Written:
        deadline = self._deadline(write.author)
        if time.monotonic() > deadline:
            raise ServiceBusyError("other writes took too long; try again in a few seconds")
        space.require(self._store, self.settings.free_bytes)
        before = self._store.current().manifest.writes
        try:
            made = self._ask(write, deadline)
        except (QueryTimeoutError, WorkerLostError) as error:
            # The process is gone; it may already have made the write current.
            now = self._store.current()
            if now.manifest.writes == before:
                raise type(error)(f"{LOST[type(error)]}; nothing was changed") from None
            made = MadeWrite(None, None, now.id)
        visible = self._workers.shows(made.snapshot, time.monotonic() + SWITCH_SECONDS)
        return Written(made.added, made.removed, made.snapshot, made.existed, visible)

    def _ask(self, write: Write, deadline: float) -> MadeWrite:
        child = self._process()
        try:
            return child.ask(write, deadline, REPLY_BYTES)
        finally:
            if child.lost:
                child.end()

    def _process(self) -> Child:
        """Return the process, restarted if it is gone."""
        if self._child is None or self._child.lost:
            self._child = Child.of("kg.write.process", self._store.path, self.settings.write_memory)
        return self._child
