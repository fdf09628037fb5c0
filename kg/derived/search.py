"""The search indexes of a store: ``search/<snapshot>.sqlite``, each made by a process of its own when first needed."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Final

from kg.errors import ServiceBusyError, StoreError
from kg.process import parallel
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

log = logging.getLogger(__name__)

FOLDER: Final = "search"
PATIENCE: Final = 5.0
"""Seconds that a program waits for an index; that of a small store is there by then."""
AGAIN: Final = 60.0
"""Seconds after which an index that could not be made is tried again."""
WAITING: Final = 4
RETRY_SECONDS: Final = 10
_waiting = threading.BoundedSemaphore(WAITING)
_lock = threading.Lock()
_making: dict[Path, threading.Thread] = {}
_failed: dict[Path, float] = {}


def path(store: Path, source: Snapshot) -> Path:
    """Return where the index of a snapshot is, or will be."""
    return (store / FOLDER / f"{source.id}.sqlite").absolute()


def obtain(store: Path, source: Snapshot, patience: float = PATIENCE) -> Path:
    """Return the index of a snapshot; have it made, and wait for it some seconds, if nobody has asked before.

    Raises ServiceBusyError while it is being made, StoreError if it could not be made.
    """
    file = path(store, source)
    if file.exists():
        return file
    making = prepare(store, source)
    # Those who wait must not take up every thread of the server.
    if making and _waiting.acquire(blocking=False):
        try:
            making.join(patience)
        finally:
            _waiting.release()
    if file.exists():
        return file
    if file in _failed:
        raise StoreError("the search index could not be made; look for room on the disk and try again")
    raise ServiceBusyError("the search index is being made; try again in a few seconds", RETRY_SECONDS)


def prepare(store: Path, source: Snapshot) -> threading.Thread | None:
    """Have the index made in the background, and return the thread that waits for it; None if it failed just now."""
    file = path(store, source)
    with _lock:
        if file in _making:
            return _making[file]
        if time.monotonic() < _failed.get(file, 0.0):
            return None
        _failed.pop(file, None)
        # The kernel ends the process that makes it when the thread that started it ends, so one thread sees it through.
        thread = threading.Thread(target=_make, args=(store, source, file), name="search index", daemon=True)
        _making[file] = thread
        thread.start()
        return thread


def _make(store: Path, source: Snapshot, file: Path) -> None:
    try:
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        _forget(store)
        done = parallel.run("kg.lookup.search_index", str(source.database.absolute()), str(file), str(os.getpid()))
        if not file.exists():
            raise StoreError(done.stderr.decode(errors="replace")[-2_000:])
    except (OSError, StoreError) as error:
        log.error("the search index of snapshot %s could not be made: %s", source.id, error)
        _failed[file] = time.monotonic() + AGAIN
    finally:
        with _lock:
            _making.pop(file, None)


def _forget(store: Path) -> None:
    """Remove the indexes of snapshots that are gone, and what was left of those that were never finished."""
    for one in (store / FOLDER).glob("*.sqlite*"):
        if not Store(store).snapshot(one.name.partition(".")[0]).exists():
            one.unlink(missing_ok=True)
