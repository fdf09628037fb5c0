"""The one process that writes a store: ``python -m kg.write.process STORE MEMORY PARENT``.

It works on a copy of the current snapshot, hard-linked and thus made at once. A write is made there, flushed, backed up
into a new snapshot, logged, and then made current; the process may be killed at any moment, and starts from the current
snapshot again. It speaks the frames of kg.process.frames over standard input and output.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pyoxigraph import RdfFormat

from kg.errors import (
    NewsgraphError,
    NotFoundError,
    PipeClosedError,
    PreconditionError,
    ServiceBusyError,
    StoreBusyError,
    StoreError,
)
from kg.process import frames, sandbox
from kg.query.guard import check_update
from kg.rdf import DefaultGraph, NamedNode
from kg.rdf.graph import GraphName
from kg.settings import Settings
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot
from kg.workers.worker import GRACE, failure
from kg.write import log
from kg.write.changes import Changes
from kg.write.log import Author
from kg.write.update import Using, update

PAUSE: Final = 0.05
"""Seconds between two looks at whether a lock is free."""
PATIENCE: Final = 1.0

Arguments = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Serve writes until standard input is closed; return the exit status."""
    store, memory, parent = arguments
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever prints must not get between the frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the pipe
    confined = sandbox.confine(int(memory), int(parent))
    sandbox.end_when_closed(replies)
    dataset = Store(Path(store))
    with dataset.writer_lock.open("a") as lock:
        if not _locked(lock.fileno()):
            reason = f"another server writes the store {store}"
            frames.send(replies, {"error": StoreBusyError.__name__, "message": reason})
            return 1
        frames.send(replies, {"ready": True, "confined": confined})
        writing = Writing(dataset)
        try:
            while True:
                serve(writing, requests, replies)
        except PipeClosedError:
            return 0


def _locked(descriptor: int) -> bool:
    """Lock a file for as long as this process lives; wait a little for one that was just killed to be gone."""
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


def serve(writing: Writing, requests: int, replies: int) -> None:
    """Make one write and say what it changed, or why it was not made."""
    header, body = frames.receive(requests)
    signal.setitimer(signal.ITIMER_REAL, max(0.001, header["seconds"]) + GRACE)
    deadline = time.monotonic() + header["seconds"]
    try:
        reply = writing.write(header["operation"], header["arguments"], body, deadline)
    except NewsgraphError as error:
        reply = failure(error)
    except MemoryError:
        reply = failure(StoreError("the write needs more memory than it may have"))
    signal.setitimer(signal.ITIMER_REAL, 0)
    frames.send(replies, reply)


class Writing:
    """The working copy of a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.database: EmbeddedGraph | None = None
        self.base: Snapshot | None = None

    def write(self, operation: str, arguments: Arguments, body: bytes, deadline: float) -> dict[str, Any]:
        """Make one write, whole or not at all, and return what it changed.

        Raises what the operation raises, PreconditionError, ServiceBusyError while a build writes the store, or
        StoreError if the disk is full or fails.
        """
        with self._drafting(deadline) as draft, closing(Changes()) as changes:
            database = self._open()
            assert self.base is not None  # noqa: S101
            if arguments["only"] is not None and self.base.id not in arguments["only"]:
                raise PreconditionError("this is no longer what the request says it changes; read it again")
            graphs = set(database.named_graphs())
            try:
                reply = OPERATIONS[operation](database, arguments, body, changes, self.base)
                same = not (changes.added or changes.removed) and graphs == set(database.named_graphs())
                if not same:
                    self.base = self._publish(draft, database, changes, arguments)
            except BaseException:
                self.database = self.base = None  # it may hold a part of the write
                raise
            return {"added": changes.added, "removed": changes.removed, "snapshot": self.base.id, **reply}

    @contextmanager
    def _drafting(self, deadline: float) -> Iterator[Path]:
        """Lock the store, waiting for a build to end, and give a folder for the new snapshot."""
        with ExitStack() as stack:
            while True:
                try:
                    draft = stack.enter_context(self.store.drafting())
                    break
                except StoreBusyError:
                    if time.monotonic() + PAUSE > deadline:
                        raise ServiceBusyError("a build is writing the store; try again when it has ended") from None
                    time.sleep(PAUSE)
            yield draft

    def _open(self) -> EmbeddedGraph:
        """Return a database with what the current snapshot holds: the one from the write before, or a new copy."""
        newest = self.store.current()
        if self.database is None or self.base is None or self.base.id != newest.id:
            self.database = None  # closes it
            log.settle(self.store, newest.manifest.writes)
            working = self.store.working
            shutil.rmtree(working, ignore_errors=True)
            newest.open().backup(str(working))
            self.database = EmbeddedGraph(str(working))
            self.base = newest
        return self.database

    def _publish(self, draft: Path, database: EmbeddedGraph, changes: Changes, arguments: Arguments) -> Snapshot:
        """Log the write, make a snapshot of the database, and make it current."""
        assert self.base is not None  # noqa: S101
        database.flush()
        pending = log.log(self.store, self.base.manifest.writes, changes, Author(*arguments["author"]))
        database.backup(str(snapshot.database(draft)))
        _link_others(self.base.folder, draft)
        manifest = _manifest(self.base, draft, changes, int(pending.stem))
        made = self.store.publish(draft, manifest, arguments["keep"])
        log.confirm(pending)
        return made


def _link_others(before: Path, draft: Path) -> None:
    """Take over what is in a snapshot beside its database and manifest."""
    for one in before.iterdir():
        if one.is_dir() and one != snapshot.database(before):
            shutil.copytree(one, draft / one.name, copy_function=os.link)
        elif one.is_file() and one != snapshot.manifest_file(before):
            os.link(one, draft / one.name)


def _manifest(before: Snapshot, draft: Path, changes: Changes, number: int) -> Manifest:
    moment = datetime.now(UTC)
    if snapshot.new_id(moment) <= before.id:  # the clock went back
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


def _update(
    database: EmbeddedGraph, arguments: Arguments, body: bytes, changes: Changes, base: Snapshot
) -> dict[str, Any]:
    text = body.decode()
    check_update(text, Settings(**arguments["limits"]))
    update(database, text, base.manifest.base, Using(*map(tuple, arguments["using"])), changes)
    return {}


def _put(database: EmbeddedGraph, arguments: Arguments, body: bytes, changes: Changes, _: Snapshot) -> dict[str, Any]:
    graph, existed = _graph(database, arguments)
    changes.replace(database, graph, _content(body))
    _create(database, graph)
    return {"existed": existed}


def _post(database: EmbeddedGraph, arguments: Arguments, body: bytes, changes: Changes, _: Snapshot) -> dict[str, Any]:
    graph, existed = _graph(database, arguments)
    changes.merge(database, graph, _content(body))
    _create(database, graph)
    return {"existed": existed}


def _delete(database: EmbeddedGraph, arguments: Arguments, _: bytes, changes: Changes, __: Snapshot) -> dict[str, Any]:
    graph, existed = _graph(database, arguments)
    if not existed:
        raise NotFoundError("there is no such graph")
    changes.empty(database, [graph])
    if isinstance(graph, DefaultGraph):
        database.clear_graph(graph)
    else:
        database.remove_graph(graph)
    return {"existed": True}


def _graph(database: EmbeddedGraph, arguments: Arguments) -> tuple[GraphName, bool]:
    """Return the graph that a request names, and whether there is one; raises PreconditionError if it may not be."""
    graph = NamedNode(arguments["graph"]) if arguments["graph"] is not None else DefaultGraph()
    existed = isinstance(graph, DefaultGraph) or database.contains_named_graph(graph)
    if arguments["exists"] is not None and arguments["exists"] != existed:
        raise PreconditionError("the graph is there already" if existed else "there is no such graph")
    return graph, existed


def _create(database: EmbeddedGraph, graph: GraphName) -> None:
    if isinstance(graph, NamedNode):
        database.add_graph(graph)


def _content(body: bytes) -> EmbeddedGraph:
    content = EmbeddedGraph()
    content.load(body, format=RdfFormat.N_QUADS)
    return content


OPERATIONS: Final[dict[str, Callable[[EmbeddedGraph, Arguments, bytes, Changes, Snapshot], dict[str, Any]]]] = {
    "update": _update,
    "put": _put,
    "post": _post,
    "delete": _delete,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
