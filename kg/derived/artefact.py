"""Artefacts, files that are made from a snapshot and can be made again: what defines one, and how it is made.

An artefact has a name, a file in the folder that the cache has for its snapshot, and a way to be made. The version of
its format is in the name of the file, its SHA-256 in another file beside it, which is written last: what has none is
not there. kg.derived.artefacts has them made, kg.derived.making makes them.
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
        return path.exists() and sidecar.beside(path).exists()

    def sound(self, place: SnapshotFolders) -> bool:
        """Return whether it has the checksum that is noted beside it; reads all of it."""
        path = self.path(place)
        try:
            return sidecar.digest(path) == sidecar.checksum(path)
        except (OSError, StoreError):
            return False

    def discard(self, place: SnapshotFolders) -> None:
        """Remove it, and what was left of it by those who did not come to an end."""
        path = self.path(place)
        sidecar.beside(path).unlink(missing_ok=True)
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
            sha256 = sidecar.digest(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sidecar.sign(path, sha256)


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
        sidecar.sign(path, self.write(place))
