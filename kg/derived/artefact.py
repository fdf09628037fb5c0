"""What is made from a snapshot and can be made again: what each artefact says of itself, and how one comes to be.

An artefact has a name, a file in the folder that the cache has for its snapshot, and a way to be made. The version of
its format is in the name of the file, its SHA-256 in another file beside it, which is written last: what has none is
not there. kg.derived.artefacts has them made, kg.derived.making makes them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from kg.errors import StoreError
from kg.publish.dump import replacing
from kg.rdf.lines.blocks import Collector
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

SIDECAR: Final = ".sha256"


class ArtefactState(StrEnum):
    """What there is of an artefact."""

    ABSENT = "absent"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SnapshotFolders:
    """A snapshot with the folders around it: its store, and the cache for what is made from it.

    ``days`` is for how long the change log keeps what older versions said.
    """

    store: Store
    cache: Path
    snapshot: Snapshot
    days: int

    @property
    def folder(self) -> Path:
        """The folder for what is made from the snapshot."""
        return self.cache / self.snapshot.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """One thing that is made from a snapshot.

    ``file`` is its path in the folder of its snapshot; ``title`` is what errors call it. Of one ``group`` one is made
    at a time. Who asks for it waits ``patience`` seconds for it, then is told ``busy``, and to come back after
    ``retry_after`` seconds.
    """

    name: str
    file: str
    title: str
    busy: str
    group: str
    patience: float = 5.0
    retry_after: int = 10

    def path(self, place: SnapshotFolders) -> Path:
        """Return where it is, or will be."""
        return place.folder / self.file

    def ready(self, place: SnapshotFolders) -> bool:
        """Return whether it is there; whether it is sound, ``sound`` says."""
        path = self.path(place)
        return path.exists() and sidecar(path).exists()

    def sound(self, place: SnapshotFolders) -> bool:
        """Return whether it has the checksum that is noted beside it; reads all of it."""
        path = self.path(place)
        try:
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == checksum(path)
        except (OSError, StoreError):
            return False

    def discard(self, place: SnapshotFolders) -> None:
        """Remove it, and what was left of it by those who did not come to an end."""
        path = self.path(place)
        sidecar(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        for draft in path.parent.glob(f".{path.name}.*"):
            draft.unlink(missing_ok=True)


class Gathering(Collector, Protocol):
    """A collector that writes what it has collected."""

    def write(self, output: Path) -> None:
        """Write it into a new file; raises StoreError if that cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredArtefact(Artefact):
    """An artefact that a collector makes (see kg.rdf.lines.blocks), so that one reading of the graph serves several."""

    begin: Callable[[SnapshotFolders], Gathering]

    def finish(self, gathering: Gathering, place: SnapshotFolders) -> None:
        """Write what was collected; raises StoreError if that cannot be done."""
        path = self.path(place)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            gathering.write(draft)
            with draft.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sign(path, sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenArtefact(Artefact):
    """An artefact that a function of its own makes, which returns the SHA-256 of the file.

    It raises NotFoundError if the snapshot has nothing of it, StoreError if it cannot be made.
    """

    write: Callable[[SnapshotFolders], str]

    def finish(self, place: SnapshotFolders) -> None:
        """Make it; raises as the function does."""
        path = self.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        sign(path, self.write(place))


def sidecar(path: Path) -> Path:
    """Return the file that has the checksum of another one."""
    return Path(f"{path}{SIDECAR}")


def sign(path: Path, sha256: str) -> None:
    """Note the checksum of a file, as ``sha256sum --check`` reads it; raises StoreError if that cannot be done."""
    with replacing(sidecar(path)) as file:
        file.write(f"{sha256}  {path.name}\n".encode())


def checksum(path: Path) -> str:
    """Return the SHA-256 that is noted for a file; raises StoreError if there is none."""
    try:
        return sidecar(path).read_text(encoding="ascii").partition(" ")[0]
    except (OSError, ValueError) as error:
        raise StoreError(f"the checksum of {path.name} cannot be read: {error}") from None
