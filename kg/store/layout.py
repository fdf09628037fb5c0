"""The folder of a dataset: where its files are, and how its snapshots are added and removed.

It holds ``snapshots/<id>/`` (``db/``, ``manifest.json``, ``report.json``), those of the past, the ledger, the log of
writes, and ``current``, a symbolic link that is replaced in one step. If a build is stopped, the previous snapshot
stays current.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final

from kg.errors import NotFoundError, SnapshotGoneError, StoreBusyError, StoreError
from kg.process.lock import claim
from kg.store import pruning
from kg.store.past import instant, text
from kg.store.snapshot import Manifest, Snapshot, manifest_file, read, seal, sync

LEDGER: Final = "ledger.tsv"
CURRENT: Final = "current"
BUILDING: Final = "building-"
UNPUBLISHED: Final = ".unpublished"
"""The file in a snapshot until it becomes current."""
PATIENCE: Final = 30.0
"""Seconds that a process waits to change a store while another does: as long as a write may take, not a build."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of a dataset. Only this class knows the paths of its files."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def _repr_html_(self) -> str:
        """Return the notebook view of a store: its current snapshot and counts."""
        if not self.has_current:
            return f"<p>{escape(str(self.path))}: nothing is built here yet</p>"
        manifest = self.current().manifest
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{count:,}</td></tr>" for name, count in manifest.counts.items())
        caption = f"{self.path}: snapshot {manifest.id} of {manifest.base}"
        return f"<table><caption>{escape(caption)}</caption>{rows}</table>"

    @property
    def ledger(self) -> Path:
        """The file of the ledger."""
        return self.path / LEDGER

    @property
    def refused_ledger(self) -> Path:
        """The file of a ledger that was refused and replaced by a copy."""
        return self.path / f"{LEDGER}.refused"

    @property
    def writes(self) -> Path:
        """The folder of the log of writes."""
        return self.path / "writes"

    @property
    def working(self) -> Path:
        """The folder of the database that writes are made in."""
        return self.path / "working"

    @property
    def writer_lock(self) -> Path:
        """The file locked by the writing process."""
        return self.path / "writer.lock"

    @property
    def lock(self) -> Path:
        """The file that a process locks while it changes the store."""
        return self.path / "lock"

    @property
    def rejected(self) -> Path:
        """The file of the report on a build that was not published."""
        return self.path / "rejected.txt"

    @property
    def enrichment(self) -> Path:
        """The folder of answers of other data sets, whether or not a snapshot has them."""
        return self.path / "enrichment"

    @property
    def kept_months(self) -> Path:
        """The folder of the months that a build need not convert again."""
        return self.path / "parts"

    @property
    def shards(self) -> Path:
        """The file that names the snapshot whose shards the kept months are."""
        return self.kept_months / "shards.json"

    @property
    def remote(self) -> Path:
        """The file that says which SPARQL service has which snapshots, and in which graphs."""
        return self.path / "remote.json"

    @property
    def changelog(self) -> Path:
        """The file of the change log."""
        return self.path / "changes.sqlite"

    def derived(self, kind: str) -> Path:
        """Return the folder of artefacts of snapshots: the cache, and its former places."""
        return self.path / kind

    # ---- Snapshots.

    def current(self) -> Snapshot:
        """Return the current snapshot. Raises StoreError if there is none or it is damaged."""
        while True:
            target = self.target
            if not self.has_current:
                raise StoreError(f"{self} holds no snapshot: build one with kg build ARCHIVE --store {self}")
            try:
                return read(self._link.resolve())
            except StoreError:
                if self.target == target:  # else another one became current, and this one was removed
                    raise

    @property
    def has_current(self) -> bool:
        """Whether there is a current snapshot."""
        return self._link.exists()

    @property
    def target(self) -> str:
        """The target of ``current``, "" if there is none: one system call, cheap enough for each request."""
        try:
            return os.readlink(f"{self.path}/{CURRENT}")  # noqa: PTH115 - a Path takes five times as long
        except OSError:
            return ""

    @property
    def _link(self) -> Path:
        return self.path / CURRENT

    def snapshots(self) -> list[Path]:
        """Return the folders of all published snapshots, oldest first."""
        folders = sorted(folder for folder in self.snapshot("").glob("*") if manifest_file(folder).exists())
        return [folder for folder in folders if not self._is_unpublished(folder)]

    def _is_unpublished(self, folder: Path) -> bool:
        """Return whether a snapshot is still being made ready, or the build that did that was killed."""
        return (folder / UNPUBLISHED).exists() and folder.name != Path(self.target).name

    def snapshot(self, id_: str) -> Path:
        """Return the folder of a snapshot with an id, whether it exists or not."""
        return self.path / "snapshots" / id_

    def read(self, folder: Path) -> Snapshot:
        """Return the snapshot in a folder from ``snapshots``; raises what ``absent`` returns if it was removed since.

        Raises StoreError like kg.store.snapshot.read.
        """
        try:
            return read(folder)
        except StoreError:
            if manifest_file(folder).exists():
                raise
            raise self.absent(folder.name) from None

    def kept(self) -> Iterator[Snapshot]:
        """Yield all published snapshots, newest first, except those removed meanwhile; raises like ``read``."""
        for folder in reversed(self.snapshots()):
            with suppress(NotFoundError):
                yield self.read(folder)

    def named(self, id_: str) -> Snapshot:
        """Return the kept snapshot with an id, of builds, of writes or of the past.

        Raises what ``absent`` returns if there is none, StoreError if it is damaged.
        """
        folder = next((one for one in self.snapshots() if one.name == id_), None)
        found = self.read(folder) if folder else next((one for one in self.past() if one.id == id_), None)
        if found is None:
            raise self.absent(id_)
        return found

    def absent(self, id_: str) -> NotFoundError:
        """Return the error for a missing snapshot, which says whether it existed, and which ones exist."""
        kept = [*(folder.name for folder in self.snapshots()), *(one.id for one in self.past())]
        there = f"the snapshots kept are {', '.join(kept)}"
        if id_ in self.removed():
            return SnapshotGoneError(f"the snapshot {id_} was here, and is kept no longer; {there}")
        return NotFoundError(f"no such snapshot, or dump of one, is kept here; {there}")

    def pin(self, id_: str, reason: str) -> None:
        """Keep a snapshot for good; ``reason`` is one line that says why.

        Raises the error of ``named`` if there is no such snapshot, StoreError if the store cannot be written.
        """
        try:
            with self._keeping():
                self.named(id_)
                if id_ not in self.pinned():
                    with self.pins.open("a", encoding="utf-8") as file:
                        file.write(f"{id_} {' '.join(reason.split())}\n")
        except OSError as error:
            raise StoreError(f"the snapshot {id_} cannot be pinned: {error.strerror or error}") from error

    def pinned(self) -> dict[str, str]:
        """Return the ids of the pinned snapshots, with the reasons."""
        try:
            lines = self.pins.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        return {id_: reason for id_, _, reason in (line.partition(" ") for line in lines) if id_}

    @property
    def pins(self) -> Path:
        """The file of the pinned snapshots: an id and a reason on each line."""
        return self.path / "pinned.txt"

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Lock the decision about which snapshots are kept."""
        descriptor = os.open(self.snapshot(""), os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def removed(self) -> list[str]:
        """Return the ids of the snapshots of builds that are no longer kept, in the order of their removal."""
        try:
            return self.removals.read_text(encoding="ascii", errors="replace").split()
        except FileNotFoundError:
            return []

    @property
    def removals(self) -> Path:
        """The file that lists the removed snapshots."""
        return self.path / "removed.txt"

    @contextmanager
    def drafting(self, patience: float | None = None) -> Iterator[Path]:
        """Lock the store and provide a folder in which to build a snapshot; it is removed when the block ends.

        It waits ``patience`` seconds, else PATIENCE, for a build, a write or a command to end. Raises StoreBusyError if
        that goes on, StoreError if the store cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with self.lock.open("a") as lock:
                self._lock(lock.fileno(), PATIENCE if patience is None else patience)
                self._remove_leftovers()
                draft = Path(tempfile.mkdtemp(prefix=BUILDING, dir=self.path))
                try:
                    yield draft
                finally:
                    shutil.rmtree(draft, ignore_errors=True)
        except OSError as error:
            raise StoreError(
                f"the store {self} cannot be written: {error.strerror or error}; nothing was changed"
            ) from error

    def _lock(self, descriptor: int, patience: float = 0.0) -> None:
        other = f"another process is writing the store {self}, since {patience:.0f} seconds at least"
        claim(descriptor, StoreBusyError(f"{other}: try again when that build or command has ended"), patience)

    def tidy(self) -> None:
        """Remove what killed builds left, unless a build runs or the store cannot be written."""
        with suppress(OSError, StoreBusyError):
            # The lock is only taken if there is a draft; a build that begins meanwhile waits.
            if self.leftovers():
                with self.lock.open("a") as lock:
                    self._lock(lock.fileno())
                    self._remove_leftovers()

    def leftovers(self) -> bool:
        """Return whether there are files of an unfinished build, which is running or was killed."""
        unpublished = map(self._is_unpublished, self.snapshot("").glob("*"))
        return any(self.path.glob(f"{BUILDING}*")) or any(unpublished)

    def _remove_leftovers(self) -> None:
        """Remove what killed builds left: drafts, links and snapshots that never became current or are half removed."""
        for draft in self.path.glob(f"{BUILDING}*"):
            shutil.rmtree(draft)
        for link in self.path.glob("current.*"):
            link.unlink()
        if self.target:  # its process was killed after it had become current
            (self.path / self.target / UNPUBLISHED).unlink(missing_ok=True)
        for folder in self.snapshot("").glob("*"):
            if not manifest_file(folder).exists() or self._is_unpublished(folder):
                shutil.rmtree(folder)

    def publish(
        self, draft: Path, manifest: Manifest, keep: int, ready: Callable[[Snapshot], None] = lambda made: None
    ) -> Snapshot:
        """Make the draft, whose database is finished, an immutable snapshot, and make it current.

        Between the two, ``ready`` is called, which may make artefacts; if the build is killed meanwhile, the next one
        removes the snapshot. The newest ``keep`` snapshots are kept, the others are removed.
        """
        seal(draft, manifest)
        (draft / UNPUBLISHED).touch()
        made = Snapshot(self.snapshot(manifest.id), manifest)
        made.folder.parent.mkdir(exist_ok=True)
        draft.rename(made.folder)
        sync(made.folder.parent)
        try:
            ready(made)
        except BaseException:
            pruning.remove(made.folder)
            raise
        self.switch(made.folder)
        (made.folder / UNPUBLISHED).unlink()
        self._prune(made.folder, keep)
        return made

    def switch(self, folder: Path) -> None:
        """Make the snapshot in ``folder`` the current one, in one step."""
        fresh = self.path / f"current.{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.snapshot(folder.name).relative_to(self.path))
        fresh.replace(self._link)
        sync(self.path)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest ``keep`` builds, and leftovers of killed builds; return the removed ids.

        Raises StoreError like ``drafting``.
        """
        before = [folder.name for folder in self.snapshots()]
        with self.drafting():
            self._prune(self.current().folder, keep)
        left = {folder.name for folder in self.snapshots()}
        return [name for name in before if name not in left]

    def _prune(self, fresh: Path, keep: int) -> None:
        """Remove old snapshots: all except the newest ``keep`` from builds, and the newest three from writes.

        ``fresh`` is kept even if the clock went back and it sorts first, and so are pinned ones, which are not counted.
        Snapshots from writes take little space, but there are many of them; some are kept because workers may just be
        opening them.
        """
        with self._keeping():
            pinned = self.pinned()
            loose = [one for one in self.snapshots() if one.name == fresh.name or one.name not in pinned]
            pruning.remove_old(loose, fresh, keep, self.removals)

    # ---- Snapshots of the past.

    def past(self) -> list[Snapshot]:
        """Return the snapshots of the past, earliest first. Raises StoreError if one is damaged."""
        return list(map(read, self.past_folders()))

    def past_folders(self) -> list[Path]:
        """Return the folders of the snapshots of the past, earliest first."""
        return sorted(folder for folder in (self.path / "past").glob("*") if manifest_file(folder).exists())

    def at(self, moment: datetime) -> Snapshot:
        """Return the last snapshot of the past that is not after ``moment``.

        Raises NotFoundError, which lists those that exist, if there is none.
        """
        known = self.past()
        found = [one for one in known if instant(one.manifest.as_of) <= moment]
        if not found:
            listed = ", ".join(one.manifest.as_of for one in known) or "none at all"
            raise NotFoundError(f"no snapshot shows the graph as of {text(moment)}; retained are: {listed}")
        return found[-1]

    def retain(self, draft: Path, manifest: Manifest) -> Snapshot:
        """Make the draft, whose database is finished, the snapshot of ``manifest.as_of``, replacing an earlier one.

        It is kept for good beside the others, and never becomes current.
        """
        seal(draft, manifest)
        folder = self.path / "past" / instant(manifest.as_of).strftime("%Y%m%dT%H%M%SZ")
        folder.parent.mkdir(exist_ok=True)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
        sync(folder.parent)
        return Snapshot(folder, manifest)
