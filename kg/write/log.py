"""The log of a store's writes: a folder with one RDF Patch for each, whose header says who wrote it, when, and how.

A build starts from archives again, so it replays the log. A write's patch is ``.pending`` until the snapshot that has
it is current; whether a pending one counts, after a process was killed, is what that snapshot's manifest says.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kg.errors import PatchSyntaxError, StoreError
from kg.rdf import Literal, NamedNode
from kg.rdf.lines import patch
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import sync
from kg.store.written import PENDING, SUFFIX, logged
from kg.write.changes import Changes

DATE_TIME: Final = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")


@dataclass(frozen=True, slots=True)
class Author:
    """Where a write comes from: who, as the start of the token's SHA-256, and the request, as its first line."""

    who: str
    request: str
    id: str
    """A URN that names the request."""
    arrived: float = field(default_factory=time.monotonic)
    """The time.monotonic() at which it was there."""


def settle(store: Store, last: int) -> None:
    """Keep the pending patch of a killed process if the current snapshot, whose last write is ``last``, has it."""
    for file in store.writes.glob(f"*{PENDING}"):
        if int(file.stem) <= last:
            confirm(file)
        else:
            file.unlink()


def log(store: Store, last: int, changes: Changes, author: Author) -> Path:
    """Write the patch of a write durably and return the pending file; ``last`` is the number of the last write."""
    folder = store.writes
    folder.mkdir(exist_ok=True)
    before = logged(store)
    number = max([last, *(int(file.stem) for file in before[-1:])]) + 1
    file = folder / f"{number:08}{PENDING}"
    header: dict[str, Any] = {"id": NamedNode(author.id)}
    if before:
        header["prev"] = _id(before[-1])
    header |= {
        "time": Literal(datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), datatype=DATE_TIME),
        "by": Literal(author.who),
        "request": Literal(author.request),
    }
    with file.open("wb") as stream:
        patch.write(stream, header, changes.rows())
        stream.flush()
        os.fsync(stream.fileno())
    sync(folder)
    return file


def confirm(pending: Path) -> None:
    """Count a pending patch as written: its snapshot is current."""
    pending.rename(pending.with_suffix(SUFFIX))
    sync(pending.parent)


def _id(file: Path) -> Any:
    """Return the id in the header of a patch, which is its first line."""
    with file.open("rb") as stream:
        return patch.read([stream.readline()]).header["id"]


def replay(store: Store, database: EmbeddedGraph) -> int:
    """Make the changes of all logged writes again, in a database that was built anew; return the last one's number.

    Raises StoreError if a patch cannot be read.
    """
    number = 0
    for file in logged(store):
        try:
            with file.open("rb") as lines:
                patch.apply(patch.read(lines), database)
        except (OSError, PatchSyntaxError) as error:
            raise StoreError(f"the write in {file} cannot be made again: {error}") from error
        number = int(file.stem)
    return number
