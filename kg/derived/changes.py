"""The change log as the server reads it: brought up to the snapshot that is served by a process of its own."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kg.derived import changelog
from kg.derived.changelog import Changelog
from kg.errors import ServiceBusyError, StoreError
from kg.process import parallel

log = logging.getLogger(__name__)

WAIT_SECONDS: Final = 10
RETRY_SECONDS: Final = 10
_starting = threading.Lock()
_running: dict[Path, Future[None]] = {}


@contextmanager
def reading(folder: Path, snapshot: str, days: int) -> Iterator[Changelog]:
    """Give the change log of the store in ``folder``, as it is with a snapshot, given by its id.

    ``days`` is how many days of versions it keeps whole. The first request after a build has it written, if nothing has
    by then. Raises ServiceBusyError if that takes longer than ten seconds; it goes on meanwhile. Raises StoreError if
    it fails.
    """
    store = folder.absolute()
    if not _reaches(store, snapshot):
        _bring_up(store, days)
    with changelog.opened(store) as found:
        if found is None or found.snapshot != snapshot:
            raise ServiceBusyError("another snapshot is becoming current; try again", 1)
        yield found


def _reaches(store: Path, snapshot: str) -> bool:
    with changelog.opened(store) as found:
        return found is not None and found.snapshot == snapshot


def prepare(store: Path, days: int) -> Future[None]:
    """Have the log brought up to the current snapshot in the background; the result tells when it is."""
    with _starting:
        running = _running.get(store)
        if running is None or running.done():
            running = _running[store] = Future()
            threading.Thread(target=_run, args=(store, days, running), name="change log", daemon=True).start()
        return running


def preparing(store: Path) -> bool:
    """Return whether the log of a store, given by its absolute path, is being brought up to date: no feeds yet."""
    running = _running.get(store)
    return running is not None and not running.done()


def _bring_up(store: Path, days: int) -> None:
    try:
        prepare(store, days).result(WAIT_SECONDS)
    except TimeoutError:
        raise ServiceBusyError("the change log is being brought up to date; try again", RETRY_SECONDS) from None


def _run(store: Path, days: int, running: Future[None]) -> None:
    try:
        done = parallel.run("kg.derived.changelog_writer", str(store), str(days), str(os.getpid()))
    except OSError as error:  # no memory, or no process or file more
        running.set_exception(_failed(store, str(error)))
    else:
        if done.returncode:
            running.set_exception(_failed(store, done.stderr.decode(errors="replace")[-2_000:]))
        else:
            running.set_result(None)


def _failed(store: Path, reason: str) -> StoreError:
    log.error("the change log of %s cannot be written: %s", store, reason)
    return StoreError("the change log cannot be written; look for room on the disk and try again")
