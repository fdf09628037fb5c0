"""Snapshots: immutable folders with a database and a manifest, and the one that is current.

A store holds ``snapshots/<id>/`` (``db/``, ``manifest.json``, ``report.json``), the ledger, and ``current``, a
symbolic link that is replaced in one step. Whatever stops a build leaves the snapshot before it current.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from kg.errors import StoreError

LEDGER = "ledger.tsv"
BUILDING = "building-"


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself.

    ``created`` is an ISO 8601 time in UTC; ``counts`` has pages, events, triples and so on; ``languages`` says how
    many events there are in each, ``archives`` what was read; ``ledger`` and ``files`` have sizes in bytes and SHA-256
    sums.
    """

    id: str
    created: str
    base: str
    tool: str
    counts: dict[str, int]
    languages: dict[str, int] = field(default_factory=dict)
    archives: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[str, Any] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """A finished snapshot: its folder and manifest."""

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The snapshot's id, which sorts by time."""
        return self.manifest.id

    @property
    def database(self) -> Path:
        """Folder of the RocksDB database."""
        return self.folder / "db"

    def open(self) -> Store:
        """Open the database read-only; raises StoreError if it is damaged."""
        try:
            return Store.read_only(str(self.database))
        except OSError as error:
            raise StoreError(f"the database of snapshot {self.id} cannot be opened: {error}; build again") from error


def current(store: Path) -> Snapshot:
    """Return the snapshot that is current in ``store``; raises StoreError if there is none or it is damaged."""
    link = store / "current"
    if not link.exists():
        raise StoreError(f"{store} holds no snapshot: build one with kg build ARCHIVE --store {store}")
    return read(link.resolve())


def read(folder: Path) -> Snapshot:
    """Return the snapshot in ``folder``; raises StoreError if its manifest cannot be read."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"the manifest of snapshot {folder} cannot be read: {error}; build again") from error
    return Snapshot(folder, manifest)


def snapshots(store: Path) -> list[Path]:
    """Return the folders of all finished snapshots, the oldest first."""
    return sorted(folder for folder in (store / "snapshots").glob("*") if (folder / "manifest.json").exists())


@contextmanager
def drafting(store: Path) -> Iterator[Path]:
    """Lock the store and give a folder in which to build a snapshot; the folder goes when the block ends.

    Raises StoreError if another build has the store, or if the store cannot be written.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        with (store / "lock").open("a") as lock:
            _lock(lock.fileno(), store)
            _remove_leftovers(store)
            draft = Path(tempfile.mkdtemp(prefix=BUILDING, dir=store))
            try:
                yield draft
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            f"the store {store} cannot be written: {error.strerror or error}; nothing was changed"
        ) from error


def _remove_leftovers(store: Path) -> None:
    """Remove what killed builds left: drafts, links that never became current, snapshots that were half removed."""
    for draft in store.glob(f"{BUILDING}*"):
        shutil.rmtree(draft)
    for link in store.glob("current.*"):
        link.unlink()
    for folder in (store / "snapshots").glob("*"):
        if not (folder / "manifest.json").exists():
            shutil.rmtree(folder)


@contextmanager
def scratch(draft: Path) -> Iterator[Path]:
    """Give a folder beside the draft for files that are no part of the snapshot; it goes when the block ends."""
    folder = draft.with_name(f"{draft.name}-scratch")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lock(descriptor: int, store: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"another build is writing the store {store}: wait until it ends") from None


def new_id(moment: datetime) -> str:
    """Return an id for a snapshot made at ``moment``; ids sort by time."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def publish(store: Path, draft: Path, manifest: Manifest, keep: int) -> Snapshot:
    """Make the draft, whose database is finished, an immutable snapshot, and make it current.

    The newest ``keep`` snapshots stay, the others go.
    """
    _write_durably(draft / "manifest.json", json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
    (store / "snapshots").mkdir(exist_ok=True)
    folder = store / "snapshots" / manifest.id
    draft.chmod(0o755)
    draft.rename(folder)
    _sync(store / "snapshots")
    switch(store, folder)
    _prune(store, folder, keep)
    return Snapshot(folder, manifest)


def _prune(store: Path, fresh: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` snapshots; ``fresh`` stays even if the clock went back and it sorts first."""
    others = [folder for folder in snapshots(store) if folder != fresh]
    for old in others[: max(len(others) - max(keep, 1) + 1, 0)]:
        (old / "manifest.json").unlink(missing_ok=True)
        shutil.rmtree(old, ignore_errors=True)


def switch(store: Path, folder: Path) -> None:
    """Make the snapshot in ``folder`` the current one, in one step."""
    fresh = store / f"current.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots", folder.name))
    fresh.replace(store / "current")
    _sync(store)


def checksums(folder: Path) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of every file below ``folder``, by its path from there."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "manifest.json")
    return {file.relative_to(folder).as_posix(): checksum(file) for file in files}


def checksum(file: Path) -> dict[str, Any]:
    """Return the size in bytes and the SHA-256 of a file."""
    with file.open("rb") as stream:
        return {"bytes": file.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _write_durably(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
