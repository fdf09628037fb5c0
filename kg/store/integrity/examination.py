"""Examines a store and its surroundings quickly: what is wrong, and what to type."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import StoreDamagedError, StoreError
from kg.store import snapshot, space
from kg.store.integrity import mirrored, whole
from kg.store.layout import Store


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, and what to do about it."""

    problem: str
    remedy: str


def examine(store: Store, cache: Path, free_bytes: int) -> Iterator[Problem]:
    """Yield the problems of a store, given the folder of its cache, and how many bytes should be free on its disk."""
    if not store.path.is_dir():
        other = f"kg restore BACKUP --store {store}"
        yield Problem(f"there is no store {store}", f"kg build ARCHIVE --store {store}, or {other}")
        return
    if not store.snapshots():
        yield Problem(f"{store} holds no snapshot", f"kg build ARCHIVE --store {store}")
        return
    try:
        require_format(store)
    except StoreError as error:
        yield Problem(str(error), "docs/operating.md says how to upgrade")
        return
    for damage in whole.verify(store, cache).damages:
        yield Problem(f"{damage.part}: {damage.path} {damage.problem}", _precise(store, damage))
    if late := mirrored.late(store, datetime.now(UTC)):
        yield Problem(*late)
    yield from _surroundings(store, free_bytes)


def require_format(store: Store) -> None:
    """Raise StoreError if the current snapshot has a format that this version does not read, which is not damage."""
    if store.has_current:
        with suppress(StoreDamagedError):
            store.current()


def _precise(store: Store, damage: whole.Damage) -> str:
    """Return what to do about damage, with the snapshot to go back to if there is one that looks intact."""
    if damage.part not in ("snapshots", "current"):
        return damage.remedy
    whole_ones = [folder.name for folder in store.snapshots() if _looks_whole(folder)]
    bad = Path(store.target).name
    if bad in whole_ones:
        return f"it is not the current one: kg prune removes it in time; {damage.remedy}"
    if whole_ones:
        return f"kg rollback {whole_ones[-1]} --store {store}"
    return "kg restore BACKUP --store NEW, or build again: no snapshot is whole"


def _looks_whole(folder: Path) -> bool:
    try:
        snapshot.read(folder).check()
    except StoreError:
        return False
    return True


def _surroundings(store: Store, free_bytes: int) -> Iterator[Problem]:
    if (found := space.free(store.path)) < free_bytes:
        yield Problem(f"the disk of {store} has only {found // space.MEGA:,} MB free", "kg prune, or make room")
    if not os.access(store.path, os.W_OK):
        yield Problem(
            f"this user cannot write {store}", "that is right for kg serve with KG_CACHE; else change the owner"
        )
    elif store.leftovers() and not _is_locked(store):
        yield Problem(f"a build that was killed left files in {store}", f"kg prune --store {store}")
    if shutil.which("git") is None:
        yield Problem("there is no git, so git repositories cannot be read", "install git")


def _is_locked(store: Store) -> bool:
    """Return whether a build or a write is running."""
    try:
        with store.lock.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
