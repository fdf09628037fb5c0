"""The one process that writes a store: ``python -m kg.write.process STORE MEMORY PARENT``.

It works on a copy of the current snapshot, hard-linked and therefore instant. A write is made there, flushed, backed up
into a new snapshot, logged, and then made current; the process may be killed at any moment, and then starts again from
the current snapshot. It speaks the frames of kg.process.frames over standard input and output.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from kg.errors import PatchSyntaxError, PipeClosedError, PreconditionError, ServiceBusyError, StoreBusyError, StoreError
from kg.process.parent import Parent
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import UNPUBLISHED, Store
from kg.store.snapshot import Manifest, Snapshot
from kg.store.written import numbers
from kg.write import log
from kg.write.changes import Changes
from kg.write.operations import OPERATIONS, MadeWrite, Write

PAUSE: Final = 0.05
"""Seconds between two checks of whether a lock is free, and those left to say that none was."""
PATIENCE: Final = 1.0


def main(arguments: list[str]) -> int:
    """Serve writes until standard input is closed; return the exit status."""
    store, memory, parent = arguments
    asking = Parent(int(memory), int(parent))
    dataset = Store(Path(store))
    with dataset.writer_lock.open("a") as lock:
        if not _locked(lock.fileno()):
            asking.refuse(StoreBusyError(f"another server writes the store {store}"))
            return 1
        asking.ready()
        writing = WorkingCopy(dataset)
        try:
            while True:
                asking.serve(OPERATIONS, writing.write, StoreError("the write needs more memory than it may have"))
        except PipeClosedError:
            return 0


def _locked(descriptor: int) -> bool:
    """Lock a file for the lifetime of this process; wait a little for a process that was just killed to be gone."""
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit:
                return False
            time.sleep(PAUSE)
        else:
            return True


class WorkingCopy:
    """The working copy of a store, in which writes are made."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.database: EmbeddedGraph | None = None
        self.base: Snapshot | None = None

    def write(self, write: Write, deadline: float) -> MadeWrite:
        """Make one write, whole or not at all, and return what it changed.

        Raises the errors of the write, PreconditionError, ServiceBusyError while a build writes the store,
        StoreDamagedError if the store is damaged, or StoreError if the disk is full or fails. After that, this process
        is unusable, since the engine may hold on to files and locks.
        """
        with self._drafting(deadline) as draft, closing(Changes()) as changes:
            database = self._open()
            assert self.base is not None  # noqa: S101 - _open has set it
            if write.condition.snapshots is not None and self.base.id not in write.condition.snapshots:
                raise PreconditionError("this is no longer what the request says it changes; read it again")
            graphs = set(database.named_graphs())
            try:
                existed = write.make(database, self.base.manifest.base, changes)
                same = not (changes.added or changes.removed) and graphs == set(database.named_graphs())
                if not same:
                    self.base = self._publish(draft, database, changes, write)
            except BaseException:
                self.database = self.base = None  # it may contain a part of the write
                raise
            return MadeWrite(changes.added, changes.removed, self.base.id, existed)

    @contextmanager
    def _drafting(self, deadline: float) -> Iterator[Path]:
        """Lock the store, waiting for a build to end, and provide a folder for the new snapshot."""
        with ExitStack() as stack:
            try:
                draft = stack.enter_context(self.store.drafting(deadline - PAUSE - time.monotonic()))
            except StoreBusyError:
                raise ServiceBusyError("a build is writing the store; try again when it has ended") from None
            yield draft

    def _open(self) -> EmbeddedGraph:
        """Return a database with the content of the current snapshot: that of the previous write, or a new copy."""
        newest = self.store.current()
        if self.database is None or self.base is None or self.base.id != newest.id:
            self.database = None  # this closes it
            newest.verify()  # a write onto what is damaged would give the damage a new checksum
            log.settle(self.store, newest.manifest.writes)
            working = self.store.working
            shutil.rmtree(working, ignore_errors=True)
            newest.open().backup(str(working))
            self.database = EmbeddedGraph(str(working))
            self.base = newest
        return self.database

    def _publish(self, draft: Path, database: EmbeddedGraph, changes: Changes, write: Write) -> Snapshot:
        """Log the write, make a snapshot of the database, and make it current."""
        assert self.base is not None  # noqa: S101 - the database is open
        database.flush()
        pending = log.log(self.store, self.base.manifest.writes, changes, write.author)
        database.backup(str(snapshot.database(draft)))
        _link_others(self.base.folder, draft)
        manifest = _manifest(self.base, draft, changes, numbers(pending)[1])
        made = self.store.publish(draft, manifest, write.keep)
        log.confirm(pending)
        with suppress(OSError, StoreError, PatchSyntaxError):  # the write is done
            log.compact(self.store)
        return made


def _link_others(before: Path, draft: Path) -> None:
    """Link everything else in a snapshot besides its database and manifest."""
    for one in before.iterdir():
        if one.is_dir() and one != snapshot.database(before):
            shutil.copytree(one, draft / one.name, copy_function=os.link)
        elif one.is_file() and one != snapshot.manifest_file(before) and one.name != UNPUBLISHED:
            os.link(one, draft / one.name)


def _manifest(before: Snapshot, draft: Path, changes: Changes, number: int) -> Manifest:
    moment = datetime.now(UTC)
    if snapshot.new_id(moment) <= before.id:  # the clock went backwards
        moment = datetime.strptime(before.id, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC) + timedelta(microseconds=1)
    old = before.manifest
    triples = old.counts.get("triples", 0) + changes.added - changes.removed
    return replace(
        old,
        id=snapshot.new_id(moment),
        created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        counts={**old.counts, "triples": triples},
        shapes={},
        build=old.build or old.id,
        writes=number,
        files=snapshot.checksums(draft, known=before),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
