"""Verifies the store of a pool of workers periodically and slowly, while it is served."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Final, Self

from kg.process import parallel
from kg.settings import Settings
from kg.store.integrity.whole import Damage, Verification
from kg.store.layout import Store
from kg.workers.pool import Pool

log = logging.getLogger(__name__)

FIRST_SECONDS: Final = 30.0
"""Seconds in which a starting server has other work to do."""
APART_SECONDS: Final = 60.0
"""The fewest seconds between two verifications, whoever asks for one."""


@dataclass(frozen=True, slots=True)
class VerifiedAt:
    """A verification, when it ended (seconds since 1970), and how many seconds it took."""

    verification: Verification
    time: float
    seconds: float


class Verifier:
    """Verifies a store every ``verify_seconds``, and soon after the engine failed to read.

    A low-priority process reads all files, at a limited rate. The results go to the pool and the log. Use it as a
    context manager.
    """

    def __init__(self, store: Store, cache: Path, settings: Settings, pool: Pool) -> None:
        self.last: VerifiedAt | None = None
        self._store = store
        self._cache = cache
        self._settings = settings
        self._pool = pool
        self._wanted = threading.Event()
        self._closed = False
        self._process: Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="verifier", daemon=True)

    def __enter__(self) -> Self:
        self._pool.alarm = self._wanted.set
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._wanted.set()
        with self._lock:
            if self._process:
                self._process.kill()
        self._thread.join()

    def _run(self) -> None:
        self._wanted.wait(FIRST_SECONDS)
        while not self._closed:
            if self._settings.verify_seconds or self._wanted.is_set():
                self._wanted.clear()
                self.verify()
            if not self._closed:
                self._rest()

    def _rest(self) -> None:
        """Wait until the next verification is due."""
        asked = self._wanted.wait(self._settings.verify_seconds or None)
        if asked and not self._closed:
            self._wanted.clear()
            self._wanted.wait(APART_SECONDS)  # only closing or another failure cuts this short
            self._wanted.set()

    def verify(self) -> None:
        """Verify the store now, and pass the result to the pool."""
        began = time.monotonic()
        try:
            found = self._verified()
        except (OSError, ValueError) as error:
            if not self._closed:
                log.error("the store %s could not be verified: %s", self._store, error)
            return
        self.last = VerifiedAt(found, time.time(), time.monotonic() - began)
        for one, count in found.summary():
            log.log(logging.WARNING if one.is_made_again else logging.ERROR, "damage in %s", one.told(count))
        damaged = {folder.name: found.of_snapshot(folder) for folder in self._store.snapshots()}
        self._pool.judge({name: reason for name, reason in damaged.items() if reason})

    def _verified(self) -> Verification:
        arguments = (str(self._store), str(self._cache), str(self._settings.verify_rate), str(os.getpid()))
        with self._lock:
            self._process = parallel.started("kg.store.integrity.process", *arguments)
        with self._process as process:
            text, _ = process.communicate()
        if process.returncode:
            raise ValueError(f"the process that did it ended with {process.returncode}")
        said = json.loads(text)
        return Verification(tuple(Damage(**one) for one in said["damages"]), said["files"], said["size"])
