"""The content of a backup: open files of one state of a store, which builds and writes may remove meanwhile."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from kg.errors import StoreBusyError, StoreDamagedError
from kg.store import verified, written
from kg.store.integrity import sidecar
from kg.store.layout import Store
from kg.store.snapshot import Snapshot, manifest_file

LIST: Final = "newsgraph-backup.json"
"""The first member of a backup: its format, and all other members with their sizes and SHA-256."""
FORMAT: Final = 1
TRIES: Final = 5
PATIENCE: Final = 300.0
"""How many seconds a backup waits for a process that has locked a database."""


@dataclass(frozen=True, slots=True)
class BackupMember:
    """A member of a backup: its path in the store, the open file, how many bytes of it count, and the SHA-256."""

    name: str
    file: IO[bytes]
    size: int
    sha256: str


def members(store: Store, opened: ExitStack) -> tuple[Snapshot, list[BackupMember]]:
    """Return the current snapshot of a store, and all members of a backup of that state, which ``opened`` closes.

    Older snapshots are left out, except pinned ones.

    Files that are changed in place are copied first, so that only the ledger, which may go on, can be newer than the
    snapshot. Raises StoreError if something is damaged, PatchSyntaxError if a write of an earlier version, which has no
    checksum, cannot be read.
    """
    databases = [*_copied(store, store.changelog, opened)]
    for file in sorted(store.enrichment.glob("*.sqlite3")):
        databases += _copied(store, file, opened)
    for attempt in range(TRIES):
        try:
            current = store.current()
            pinned = store.pinned()
            kept = [current, *(one for one in store.kept() if one.id in pinned and one.id != current.id)]
            found = [member for one in kept for member in _snapshot(store, one, opened)]
            found += _writes(store, current, opened)
            break
        except FileNotFoundError as error:  # a build or a write has just removed it
            if attempt == TRIES - 1:
                raise StoreDamagedError(f"{error.filename} is missing: kg verify says what else") from error
    past = (member for one in store.past() for member in _snapshot(store, one, opened))
    return current, [*found, *past, *_ledger(store, opened), *databases, *_notes(store, opened)]


def _snapshot(store: Store, one: Snapshot, opened: ExitStack) -> Iterator[BackupMember]:
    for name, said in one.manifest.files.items():
        file = one.folder / name
        yield BackupMember(_name(store, file), opened.enter_context(file.open("rb")), said["bytes"], said["sha256"])
    yield _whole(store, manifest_file(one.folder), opened)


def _writes(store: Store, current: Snapshot, opened: ExitStack) -> Iterator[BackupMember]:
    last = current.manifest.writes
    written.check(store, last, whole=True)
    for file in written.begun(store):
        if written.numbers(file)[1] <= last:
            yield _whole(store, file, opened, _name(store, file.with_suffix(written.SUFFIX)))


def _ledger(store: Store, opened: ExitStack) -> Iterator[BackupMember]:
    """Yield the valid part of the ledger, after checking that it is that of the current snapshot."""
    end = verified.ledger(store).end
    if not end:
        return
    file = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    with store.ledger.open("rb") as whole:
        file.write(whole.read(end))
    yield _of(_name(store, store.ledger), file)


def _copied(store: Store, file: Path, opened: ExitStack) -> Iterator[BackupMember]:
    """Yield an SQLite file as it is between two transactions, with a new checksum file."""
    if not file.exists():
        return
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
    copy = folder / file.name
    try:
        with (
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target, progress=_patient(file))
    except sqlite3.Error as error:
        raise StoreDamagedError(f"{file} cannot be copied: {error}") from error
    sidecar.sign(copy, sidecar.digest(copy))
    for one in (copy, sidecar.beside(copy)):
        yield _of(_name(store, file.with_name(one.name)), opened.enter_context(one.open("rb")))


def _patient(file: Path) -> Callable[[int, int, int], None]:
    """Return what the copy of a database calls after each step: without it, a copy waits for a lock forever."""
    until = time.monotonic() + PATIENCE

    def step(status: int, remaining: int, total: int) -> None:
        if status & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise StoreBusyError(f"{file} is being written: back up again when that has ended")

    return step


def _notes(store: Store, opened: ExitStack) -> Iterator[BackupMember]:
    for file in (store.removals, sidecar.beside(store.removals), store.pins):
        if file.exists():
            yield _whole(store, file, opened)


def _whole(store: Store, file: Path, opened: ExitStack, name: str = "") -> BackupMember:
    return _of(name or _name(store, file), opened.enter_context(file.open("rb")))


def _of(name: str, file: IO[bytes]) -> BackupMember:
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it is open for reading
    return BackupMember(name, file, file.seek(0, os.SEEK_END), sha256)


def _name(store: Store, file: Path) -> str:
    return file.resolve().relative_to(store.path.resolve()).as_posix()


def listed(found: list[BackupMember]) -> Mapping[str, Mapping[str, Any]]:
    """Return the sizes and SHA-256 of members by name."""
    return {one.name: {"bytes": one.size, "sha256": one.sha256} for one in found}
