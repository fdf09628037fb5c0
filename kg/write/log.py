"""The log of a store's writes: a folder with one RDF Patch for each, whose header says who wrote it, when and how.

A build starts from archives again, so it replays the log. A write's patch is ``.pending`` until the snapshot that has
it is current; if a process was killed, that snapshot's manifest says whether a pending patch counts.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import IO, Any, Final

from pyoxigraph import RdfFormat, parse

from kg.errors import PatchSyntaxError, StoreError
from kg.rdf import Literal, NamedNode, Quad
from kg.rdf.lines import patch
from kg.store import snapshot, written
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import sync
from kg.store.written import PENDING, SUFFIX, logged
from kg.write.changes import Changes

DATE_TIME: Final = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")

FIRST: Final = b'H sha256 "%b" .\n'
"""The first line of a patch: the SHA-256 of what follows."""
DRAFT: Final = ".draft"
UNDONE: Final = ".undone"
MANY: Final = 20
"""The number of patches from which they are combined."""


@dataclass(frozen=True, slots=True)
class Author:
    """The origin of a write: the writer, as the start of the token's SHA-256, and the first line of the request."""

    who: str
    request: str
    id: str
    """A URN that names the request."""
    arrived: float = field(default_factory=time.monotonic)
    """The time.monotonic() of its arrival."""


def settle(store: Store, last: int) -> list[Path]:
    """Bring the log in line with the current snapshot and its ``last`` write, whatever was killed.

    The pending patch counts if the snapshot has it. Writes after ``last`` were undone by a rollback to an older
    snapshot: their patches are set aside, and returned. Raises StoreError as ``later`` does.
    """
    for file in store.writes.glob(f"*{PENDING}"):
        if written.numbers(file)[1] <= last:
            confirm(file)
        else:
            file.unlink()
    for file in store.writes.glob(f"*{DRAFT}"):
        file.unlink()
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return [file.rename(file.with_name(f"{file.stem}.{moment}{UNDONE}")) for file in later(store, last)]


def later(store: Store, last: int) -> list[Path]:
    """Return the patches of the writes after number ``last``. Raises StoreError if one also has earlier writes."""
    found = [file for file in logged(store) if written.numbers(file)[1] > last]
    if any(written.numbers(file)[0] <= last for file in found):
        raise StoreError(f"the writes after {last} are put together with earlier ones in {store.writes}")
    return found


def log(store: Store, last: int, changes: Changes, author: Author) -> Path:
    """Write the patch of a write durably and return the pending file; ``last`` is the number of the last write."""
    folder = store.writes
    folder.mkdir(exist_ok=True)
    before = logged(store)
    number = max([last, *(written.numbers(file)[1] for file in before[-1:])]) + 1
    file = folder / f"{number:08}{PENDING}"
    header: dict[str, Any] = {"id": NamedNode(author.id)}
    if before:
        header["prev"] = written.header(before[-1])["id"]
    header |= {
        "time": Literal(datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), datatype=DATE_TIME),
        "by": Literal(author.who),
        "request": Literal(author.request),
    }
    with _signed(file) as stream:
        patch.write(stream, header, changes.rows())
    return file


@contextmanager
def _signed(file: Path) -> Iterator[IO[bytes]]:
    """Provide a new file for a patch; at the end it is on disk, with a checksum in its first line."""
    with file.open("w+b") as stream:
        stream.write(FIRST % (b"0" * 64))
        yield stream
        stream.seek(len(FIRST % (b"0" * 64)))
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        stream.write(FIRST % sha256.encode())
        stream.flush()
        os.fsync(stream.fileno())
    sync(file.parent)


def confirm(pending: Path) -> None:
    """Count a pending patch as written: its snapshot is current."""
    pending.rename(pending.with_suffix(SUFFIX))
    sync(pending.parent)


def compact(store: Store, at_least: int = MANY) -> int:
    """Replace many patches by one, between the last writes of snapshots; return how many were replaced.

    It has the same changes, and comments that say who wrote what when. Raises StoreDamagedError if a patch is not what
    was written.
    """
    ends = sorted({0, *(one.manifest.writes for one in map(snapshot.read, store.snapshots()))})
    done = 0
    for before, last in pairwise(ends):
        files = [
            file for file in logged(store) if before < written.numbers(file)[0] and written.numbers(file)[1] <= last
        ]
        if len(files) >= at_least and sum(file.stat().st_size for file in files) <= written.LOG_BYTES:
            combine(store, files)
            done += len(files)
    return done


def combine(store: Store, files: Sequence[Path]) -> None:
    """Replace patches that follow each other by one with their net effect. Raises the errors of written.read."""
    net = written.together(files)
    name = f"{written.numbers(files[0])[0]:08}-{written.numbers(files[-1])[1]:08}"
    draft = store.writes / f"{name}{DRAFT}"
    removed = sorted(net.gone | net.back)
    rows = chain(((patch.DELETE, line) for line in removed), ((patch.ADD, line) for line in net.fresh))
    with _signed(draft) as stream:
        stream.writelines(chain.from_iterable(map(_told, files)))
        patch.write(stream, {"id": written.header(files[-1])["id"]}, rows)
    combined = draft.rename(draft.with_suffix(SUFFIX))
    sync(store.writes)
    for file in files:
        if file != combined:
            file.unlink()


def _told(file: Path) -> Iterator[bytes]:
    """Yield the headers of a patch as comments, and those of each write if it combines several."""
    with file.open("rb") as lines:
        for line in islice(lines, 1, None):
            if not line.startswith((b"H ", b"#")):
                return
            yield line if line.startswith(b"#") else b"# " + line


def replay(store: Store, database: EmbeddedGraph) -> int:
    """Repeat the changes of all logged writes in a new database; return the last one's number.

    Their net effect is enough, and keeps the database small. Raises StoreError if a patch cannot be read.
    """
    files = logged(store)
    try:
        if sum(file.stat().st_size for file in files) > written.LOG_BYTES:
            for file in files:
                patch.apply(written.read(file), database)
        else:
            _repeat(files, database)
    except (OSError, PatchSyntaxError) as error:
        raise StoreError(f"the writes in {store.writes} cannot be made again: {error}") from error
    return written.numbers(files[-1])[1] if files else 0


def _repeat(files: Sequence[Path], database: EmbeddedGraph) -> None:
    """Make the net effect of patches in the graph of a build, and note in them what they add to it needlessly."""
    net = written.together(files)
    built = EmbeddedGraph()
    built.extend(quad for quad in quads(net.fresh) if quad in database)
    for file in files if len(built) else ():
        _note(file, built)
    for quad in quads(net.gone):
        if quad in database:
            database.remove(quad)
    database.extend(quads(net.fresh))


def _note(file: Path, built: EmbeddedGraph) -> None:
    """Remove in a patch, before it adds them, the quads that archives state too.

    It changes the same, but a later write that removes one of these quads then also removes that of the archives.
    """
    net = written.together([file])
    both = [line for line in net.fresh if line not in net.back and next(quads([line])) in built]
    if both:
        lines = file.read_bytes().splitlines(keepends=True)
        begin = lines.index(b"TX .\n") + 1
        draft = file.with_suffix(DRAFT)
        with _signed(draft) as stream:
            stream.writelines(line for line in lines[:begin] if not written.CHECKSUM.fullmatch(line))
            stream.writelines(b"%b %b" % (patch.DELETE, line) for line in both)
            stream.writelines(lines[begin:])
        draft.replace(file)
        sync(file.parent)


def quads(lines: Iterable[bytes]) -> Iterator[Quad]:
    """Yield the quads of lines of N-Quads."""
    return parse(b"".join(lines), format=RdfFormat.N_QUADS)
