"""The artefacts of a store: each is made once, by its own process; requests wait for it, or are told to retry.

A failed artefact is tried again after a minute, one that does not match its checksum is made again, and those of
removed snapshots are removed. Locks in the cache keep several servers and builds from making the same artefact.
"""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from kg.derived import former
from kg.derived.artefact import Artefact, ArtefactState, SnapshotFolders
from kg.errors import FormatError, NewsgraphError, NotFoundError, ServiceBusyError, StoreError
from kg.process import parallel
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.snapshot import Snapshot, manifest_file

log = logging.getLogger(__name__)

CACHE: Final = "cache"
AGAIN: Final = 60.0
"""Seconds after which a failed artefact is tried again."""
WAITING: Final = 4
"""How many requests may wait for each group: waiting must not take up every thread of the server."""
ASKED: Final = 5
UNHURRIED: Final = 10
SOON: Final = 1
"""Seconds after which there is an answer from the snapshot that took the place of the one before."""
_ID: Final = re.compile(r"\d{8}T\d{12}Z", re.ASCII)

Outcome = NewsgraphError | None
"""The outcome for an artefact: None if it was made, else the error."""
Job = Future[Outcome]
Key = tuple[str, str]


class Artefacts:
    """Schedules the artefacts of one store, and knows the state of each.

    ``cache`` is their folder, by default one in the store; ``days`` is for how long the change log keeps old versions.
    One object serves all threads of a process.
    """

    def __init__(
        self, store: Store, cache: Path | None = None, days: int = 365, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.store = Store(store.path.absolute())
        self.cache = (cache or store.derived(CACHE)).absolute()
        self._days = days
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[Key, Job] = {}
        self._failed: dict[Key, tuple[float, NewsgraphError]] = {}
        self._series: set[str] = set()
        self._sound: dict[Path, tuple[int, int]] = {}
        self._seats: dict[str, threading.BoundedSemaphore] = {}
        former.settle(self.store, self.cache)

    @classmethod
    def of(cls, settings: Settings) -> Artefacts:
        """Return the artefacts of the store that settings name."""
        return cls(Store(settings.folder), Path(settings.cache) if settings.cache else None, settings.feed_days)

    def place(self, source: Snapshot) -> SnapshotFolders:
        """Return the folders of a snapshot."""
        return SnapshotFolders(self.store, self.cache, source, self._days)

    def state(self, artefact: Artefact, source: Snapshot) -> ArtefactState:
        """Return the state of an artefact of a snapshot."""
        if self.making(artefact, source):
            return ArtefactState.MAKING
        if artefact.ready(self.place(source)):
            return ArtefactState.READY
        return ArtefactState.FAILED if self._has_failed(_key(artefact, source)) else ArtefactState.ABSENT

    def making(self, artefact: Artefact, source: Snapshot) -> bool:
        """Return whether an artefact of a snapshot is being made; looks at no file."""
        return _key(artefact, source) in self._jobs

    def obtain(self, artefact: Artefact, source: Snapshot, patience: float | None = None) -> Path:
        """Return the file of an artefact; if it does not exist, start making it and wait some seconds.

        The wait is ``patience`` seconds, by default that of the artefact. Raises NotFoundError if the snapshot has no
        content for it, ServiceBusyError while it is being made, FormatError if its format cannot hold the content,
        StoreError if it could not be made.
        """
        place = self.place(source)
        if not self._is_sound(artefact, place):
            (job,) = self._begin([artefact], place, ASKED)
            error = self._wait(artefact, job, artefact.patience if patience is None else patience)
            if error:
                raise error
        return artefact.path(place)

    def prepare(self, artefacts: Sequence[Artefact], source: Snapshot) -> list[Job]:
        """Start making artefacts together in the background, and return a future for each of them.

        Those made by collectors share one pass over the graph.
        """
        place = self.place(source)
        missing = [one for one in artefacts if not self._is_sound(one, place)]
        jobs = dict(zip(missing, self._begin(missing, place, UNHURRIED), strict=True))
        return [jobs.get(one) or _done(None) for one in artefacts]

    def prepare_each(self, artefacts: Sequence[Artefact], source: Snapshot) -> None:
        """Make artefacts one after another in the background, unless that was already begun for this snapshot."""
        with self._lock:
            if source.id in self._series:
                return
            self._series.add(source.id)
        threading.Thread(target=self._each, args=(artefacts, source), name="artefacts", daemon=True).start()

    def _each(self, artefacts: Sequence[Artefact], source: Snapshot) -> None:
        for one in artefacts:
            if self.place(source).is_gone:
                return
            wait(self.prepare([one], source))

    def _wait(self, artefact: Artefact, job: Job, patience: float) -> Outcome:
        with self._lock:
            seats = self._seats.setdefault(artefact.group, threading.BoundedSemaphore(WAITING))
        if not seats.acquire(blocking=False):
            raise ServiceBusyError(artefact.busy, artefact.retry_after)
        try:
            return job.result(patience)
        except TimeoutError:
            raise ServiceBusyError(artefact.busy, artefact.retry_after) from None
        finally:
            seats.release()

    def _begin(self, artefacts: Sequence[Artefact], place: SnapshotFolders, nice: int) -> list[Job]:
        """Start making those artefacts that are not being made already and have not just failed."""
        with self._lock:
            fresh = [one for one in artefacts if self._may_begin(_key(one, place.snapshot))]
            self._jobs |= {_key(one, place.snapshot): Job() for one in fresh}
            keys = [_key(one, place.snapshot) for one in artefacts]
            jobs = [self._jobs.get(key) or _done(self._failed[key][1]) for key in keys]
        if fresh:
            # The kernel ends the making process when the thread that started it ends, so one thread waits for it.
            arguments = (fresh, place, nice)
            threading.Thread(target=self._run, args=arguments, name="artefacts", daemon=True).start()
        return jobs

    def _may_begin(self, key: Key) -> bool:
        return key not in self._jobs and not self._has_failed(key)

    def _has_failed(self, key: Key) -> bool:
        return key in self._failed and self._clock() < self._failed[key][0]

    def _run(self, artefacts: Sequence[Artefact], place: SnapshotFolders, nice: int) -> None:
        found: dict[str, Outcome] = {}
        try:
            found = self._make(artefacts, place, nice)
        except (OSError, NewsgraphError) as error:  # out of memory, disk space, processes or files
            if not place.is_gone:
                log.error("nothing can be made from snapshot %s: %s", place.snapshot.id, error)
        finally:
            outcomes = [found.get(one.name, _failure(one)) for one in artefacts]
            if place.is_gone and any(outcomes):
                log.info("snapshot %s is kept no longer: nothing more is made from it", place.snapshot.id)
            for one, outcome in zip(artefacts, outcomes, strict=True):
                self._settle(one, place.snapshot, _judged(one, place, outcome))

    def _settle(self, artefact: Artefact, source: Snapshot, outcome: Outcome) -> None:
        """Tell waiting requests the outcome for an artefact; remember a failure, for a while if it may be temporary."""
        key, now = _key(artefact, source), self._clock()
        with self._lock:
            self._failed = {one: failure for one, failure in self._failed.items() if now < failure[0]}
            if isinstance(outcome, StoreError | FormatError):
                self._failed[key] = now + AGAIN if isinstance(outcome, StoreError) else math.inf, outcome
            job = self._jobs.pop(key)
        job.set_result(outcome)

    def _make(self, artefacts: Sequence[Artefact], place: SnapshotFolders, nice: int) -> dict[str, Outcome]:
        place.folder.mkdir(parents=True, exist_ok=True)
        self.forget()
        with ExitStack() as held:
            for group in sorted({one.group for one in artefacts}):
                held.enter_context(_locked(place.folder / f"{group}.lock"))
            missing = [one for one in artefacts if not self._is_sound(one, place)]
            for one in missing:
                one.discard(place)
            made: dict[str, Outcome] = {one.name: None for one in artefacts}
            return made | _made(missing, place, nice) if missing else made

    def _is_sound(self, artefact: Artefact, place: SnapshotFolders) -> bool:
        """Return whether an artefact exists and matches its checksum, which is verified once."""
        if not artefact.ready(place):
            return False
        path = artefact.path(place)
        try:
            status = path.stat()
        except FileNotFoundError:
            return False
        seen = (status.st_mtime_ns, status.st_size)
        if self._sound.get(path) == seen:
            return True
        if artefact.sound(place):
            self._sound[path] = seen
            return True
        log.warning("%s of snapshot %s is damaged and has to be made again", artefact.title, place.snapshot.id)
        return False

    def gone(self, file: str) -> str:
        """Return the id of the snapshot, kept no longer, that a file in the store or the cache belonged to, else ""."""
        path = Path(file).absolute()
        for folder in (self.cache, self.store.snapshot("").absolute()):
            if path.is_relative_to(folder) and path != folder:
                identifier = path.relative_to(folder).parts[0]
                kept = manifest_file(self.store.snapshot(identifier)).exists()
                return "" if kept or not _ID.fullmatch(identifier) else identifier
        return ""

    def forget(self) -> None:
        """Remove the artefacts of snapshots that are gone."""
        for folder in self.cache.glob("*"):
            if _ID.fullmatch(folder.name) and not self.store.snapshot(folder.name).exists():
                shutil.rmtree(folder, ignore_errors=True)
        with self._lock:
            self._sound = {path: seen for path, seen in self._sound.items() if path.exists()}
            self._series = {one for one in self._series if self.store.snapshot(one).exists()}
            self._failed = {key: one for key, one in self._failed.items() if self.store.snapshot(key[0]).exists()}


def _key(artefact: Artefact, source: Snapshot) -> Key:
    return source.id, artefact.name


def _failure(artefact: Artefact) -> StoreError:
    return StoreError(f"{artefact.title} could not be made; look for room on the disk and try again")


def _judged(artefact: Artefact, place: SnapshotFolders, outcome: Outcome) -> Outcome:
    """Return an outcome; what failed because a build or a write has just removed the snapshot is not a failure."""
    if isinstance(outcome, StoreError) and place.is_gone:
        return ServiceBusyError(f"{artefact.title} is of a snapshot that was just replaced: ask again", SOON)
    return outcome


def _done(outcome: Outcome) -> Job:
    job = Job()
    job.set_result(outcome)
    return job


def _made(artefacts: Sequence[Artefact], place: SnapshotFolders, nice: int) -> dict[str, Outcome]:
    """Make artefacts in another process, and return the outcome of each."""
    started = time.monotonic()
    places = (str(place.store), str(place.cache), place.snapshot.id, str(place.days))
    names = [one.name for one in artefacts]
    done = parallel.run("kg.derived.making", *places, str(os.getpid()), str(nice), *names)
    if done.returncode:
        raise StoreError(done.stderr.decode(errors="replace")[-2_000:])
    seconds = time.monotonic() - started
    log.info("made from snapshot %s in %.1f seconds: %s", place.snapshot.id, seconds, ", ".join(names))
    told = json.loads(done.stdout)
    return {one.name: _outcome(one, place, *told[one.name]) for one in artefacts}


def _outcome(artefact: Artefact, place: SnapshotFolders, kind: str, text: str) -> Outcome:
    if kind == "made":
        return None
    if kind == "nothing":
        return NotFoundError(text)
    if kind == "unfit":
        return FormatError(text)
    if not place.is_gone:
        log.error("%s could not be made: %s", artefact.title, text)
    return _failure(artefact)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Wait for a lock and take it; the kernel releases it if this process ends."""
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
