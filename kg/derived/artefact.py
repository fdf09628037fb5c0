"""Artefacts: files that are made from a snapshot and can be made again.

An artefact has a name, a file in the cache folder of its snapshot, and a function that makes it. The file name contains
the version of the format. A second file with the SHA-256 is written last: an artefact without one does not exist.
kg.derived.artefacts schedules the making, kg.derived.making does it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from kg.errors import StoreError
from kg.rdf.lines.blocks import Collector
from kg.store.integrity import sidecar
from kg.store.layout import Store
from kg.store.snapshot import Snapshot


class ArtefactState(StrEnum):
    """The state of an artefact."""

    ABSENT = "absent"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SnapshotFolders:
    """A snapshot with its folders: the store, and the cache for artefacts.

    ``days`` is how long the change log keeps superseded content.
    """

    store: Store
    cache: Path
    snapshot: Snapshot
    days: int

    @property
    def folder(self) -> Path:
        """The folder for the artefacts of the snapshot."""
        return self.cache / self.snapshot.id

    @property
    def is_gone(self) -> bool:
        """Whether the snapshot is kept no longer, so that nothing can be made from it."""
        return not self.snapshot.is_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """One thing that is made from a snapshot.

    ``file`` is its path in the folder of its snapshot; ``title`` is its name in error messages. Only one artefact of a
    ``group`` is made at a time. A request waits ``patience`` seconds for it, then gets the message ``busy``, to come
    back after ``retry_after`` seconds.
    """

    name: str
    file: str
    title: str
    busy: str
    group: str
    patience: float = 5.0
    retry_after: int = 10

    def path(self, place: SnapshotFolders) -> Path:
        """Return the path where it is, or will be."""
        return place.folder / self.file

    def ready(self, place: SnapshotFolders) -> bool:
        """Return whether it exists; ``sound`` tells whether it is intact."""
        path = self.path(place)
        return path.exists() and sidecar.beside(path).exists()

    def sound(self, place: SnapshotFolders) -> bool:
        """Return whether it matches the checksum in the file beside it; reads all of it."""
        path = self.path(place)
        try:
            return sidecar.digest(path) == sidecar.checksum(path)
        except (OSError, StoreError):
            return False

    def discard(self, place: SnapshotFolders) -> None:
        """Remove it, and unfinished files of attempts that were killed."""
        path = self.path(place)
        sidecar.beside(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        for draft in path.parent.glob(f".{path.name}.*"):
            draft.unlink(missing_ok=True)


class Gathering(Collector, Protocol):
    """A collector that writes what it has collected."""

    def write(self, output: Path) -> None:
        """Write it into a new file. Raises StoreError if that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredArtefact(Artefact):
    """An artefact made by a collector (see kg.rdf.lines.blocks), so that one pass over the graph serves several."""

    begin: Callable[[SnapshotFolders], Gathering]

    def finish(self, gathering: Gathering, place: SnapshotFolders) -> None:
        """Write what was collected. Raises StoreError if that fails."""
        path = self.path(place)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            gathering.write(draft)
            sha256 = sidecar.digest(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sidecar.sign(path, sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenArtefact(Artefact):
    """An artefact made by a function of its own, which returns the SHA-256 of the file.

    The function raises NotFoundError if the snapshot has no content for it, StoreError if it cannot be made.
    """

    write: Callable[[SnapshotFolders], str]

    def finish(self, place: SnapshotFolders) -> None:
        """Make it; raises the errors of the function."""
        path = self.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        sidecar.sign(path, self.write(place))
