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
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg.errors import StoreBusyError, StoreError
from kg.store.embedded import EmbeddedGraph

LEDGER = "ledger.tsv"
BUILDING = "building-"
REMOVED = "removed.txt"
WRITTEN = 3
#: The format of the manifests that this version writes and reads.
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself.

    ``created`` is an ISO 8601 time in UTC; ``counts`` has pages, events, triples and so on; ``languages`` says how
    many events there are in each, ``archives`` what was read; ``ledger`` and ``files`` have sizes in bytes and SHA-256
    sums. ``shapes`` says whether the build keeps to the vocabulary's shapes, and how often it breaks them, which only a
    forced build may; it is empty where that was not checked. ``writes`` is the number of the last logged write that the
    snapshot has. A snapshot that a write made has all counts but that of the triples from the build before it, whose id
    is ``build``. ``as_of`` is the time that a snapshot of the past shows, empty for one that shows the present.
    ``vocabulary`` is the IRI of the version of the vocabulary, empty in manifests of before there were versions.
    ``format`` is the format of the manifest and the folder; version 0.1.0, which had the first one, does not say it.
    """

    id: str
    created: str
    base: str
    tool: str
    counts: dict[str, int]
    languages: dict[str, int] = field(default_factory=dict)
    archives: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[str, Any] = field(default_factory=dict)
    shapes: dict[str, Any] = field(default_factory=dict)
    build: str = ""
    writes: int = 0
    as_of: str = ""
    vocabulary: str = ""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT


_NAMES = {one.name for one in fields(Manifest)}


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

    def open(self) -> EmbeddedGraph:
        """Open the database read-only; raises StoreError if it is damaged."""
        try:
            return EmbeddedGraph.read_only(self.database)
        except OSError as error:
            raise StoreError(f"the database of snapshot {self.id} cannot be opened: {error}; build again") from error


def current(store: Path) -> Snapshot:
    """Return the snapshot that is current in ``store``; raises StoreError if there is none or it is damaged."""
    link = store / "current"
    if not link.exists():
        raise StoreError(f"{store} holds no snapshot: build one with kg build ARCHIVE --store {store}")
    return read(link.resolve())


def read(folder: Path) -> Snapshot:
    """Return the snapshot in ``folder``; raises StoreError if its manifest cannot be read, or is of another format."""
    try:
        said = {"format": FORMAT} | json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if said["format"] == FORMAT:
            return Snapshot(folder, Manifest(**{name: said[name] for name in _NAMES & said.keys()}))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"the manifest of snapshot {folder} cannot be read: {error}; build again") from error
    raise StoreError(
        f"snapshot {folder} has the format {said['format']}, but this version of newsgraph reads format {FORMAT}: "
        f"use the version that wrote it ({said.get('tool', 'it does not say which')}), "
        "or build a new store with the ledger of this one"
    )


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
        raise StoreBusyError(f"another build is writing the store {store}: wait until it ends") from None


def new_id(moment: datetime) -> str:
    """Return an id for a snapshot made at ``moment``; ids sort by time."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def publish(store: Path, draft: Path, manifest: Manifest, keep: int) -> Snapshot:
    """Make the draft, whose database is finished, an immutable snapshot, and make it current.

    The newest ``keep`` snapshots stay, the others go.
    """
    seal(draft, manifest)
    (store / "snapshots").mkdir(exist_ok=True)
    folder = store / "snapshots" / manifest.id
    draft.rename(folder)
    sync(store / "snapshots")
    switch(store, folder)
    _prune(store, folder, keep)
    return Snapshot(folder, manifest)


def seal(draft: Path, manifest: Manifest) -> None:
    """Write the manifest of a draft, whose database is finished, and open its folder to readers."""
    _write_durably(draft / "manifest.json", json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n")
    draft.chmod(0o755)


def _prune(store: Path, fresh: Path, keep: int) -> None:
    """Remove old snapshots: all but the newest ``keep`` that were built, and the newest three that writes made.

    ``fresh`` stays even if the clock went back and it sorts first. Snapshots of writes take little room, but there are
    many of them; some stay because workers may just be opening them.
    """
    written: list[Path] = []
    built: list[Path] = []
    for folder in snapshots(store):
        (written if _is_written(folder) else built).append(folder)
    for folders, number in ((built, max(keep, 1)), (written, WRITTEN)):
        others = [folder for folder in folders if folder != fresh]
        going = others[: max(len(others) - number + (fresh in folders), 0)]
        if folders is built:
            _note_removed(store, going)
        for old in going:
            (old / "manifest.json").unlink(missing_ok=True)
            shutil.rmtree(old, ignore_errors=True)


def _note_removed(store: Path, going: list[Path]) -> None:
    """Note which snapshots are about to go; one that is noted and still there is there."""
    if going:
        with (store / REMOVED).open("a", encoding="ascii") as file:
            file.writelines(f"{folder.name}\n" for folder in going)


def removed(store: Path) -> list[str]:
    """Return the ids of the snapshots that builds made and that are kept no longer, in the order in which they went."""
    try:
        return (store / REMOVED).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def _is_written(folder: Path) -> bool:
    try:
        return bool(read(folder).manifest.build)
    except StoreError:
        return False


def switch(store: Path, folder: Path) -> None:
    """Make the snapshot in ``folder`` the current one, in one step."""
    fresh = store / f"current.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots", folder.name))
    fresh.replace(store / "current")
    sync(store)


def checksums(folder: Path, known: Snapshot | None = None) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of every file below ``folder``, by its path from there.

    A file that is a hard link to one of the snapshot ``known`` has the sum that its manifest says.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "manifest.json")
    sums = _sums_by_inode(known) if known else {}
    return {file.relative_to(folder).as_posix(): sums.get(_inode(file)) or checksum(file) for file in files}


def _sums_by_inode(known: Snapshot) -> dict[tuple[int, int], dict[str, Any]]:
    files = {known.folder / name: found for name, found in known.manifest.files.items()}
    return {_inode(file): found for file, found in files.items() if file.exists()}


def _inode(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_dev, status.st_ino


def checksum(file: Path) -> dict[str, Any]:
    """Return the size in bytes and the SHA-256 of a file."""
    with file.open("rb") as stream:
        return {"bytes": file.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _write_durably(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def sync(folder: Path) -> None:
    """Have the disk hold what a folder lists."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
