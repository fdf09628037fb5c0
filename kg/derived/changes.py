"""The change log of a store as an artefact, kept in the store, since only it has older versions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.derived import changelog, changelog_writer
from kg.derived.artefact import GatheredArtefact, Gathering, SnapshotFolders
from kg.derived.artefacts import Artefacts
from kg.derived.changelog import Changelog
from kg.derived.hash_tree import HASHES, known_root
from kg.errors import ServiceBusyError, StoreError
from kg.lookup.resource_state import Resources
from kg.store.snapshot import Snapshot


class _Resources(Resources):
    def write(self, output: Path) -> None:
        """Write nothing: the log is appended to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChangeLog(GatheredArtefact):
    def path(self, place: SnapshotFolders) -> Path:
        """Return the file of the log."""
        return place.store.changelog

    def ready(self, place: SnapshotFolders) -> bool:
        """Return whether the log covers the snapshot."""
        with suppress(StoreError), changelog.opened(place.store) as found:
            return found is not None and found.snapshot == place.snapshot.id
        return False

    def sound(self, place: SnapshotFolders) -> bool:
        """Return true: the log has no checksum, since it grows."""
        return True

    def discard(self, place: SnapshotFolders) -> None:
        """Do nothing: the log is kept."""

    def finish(self, gathering: Gathering, place: SnapshotFolders) -> None:
        """Append to the log, if the snapshot is still current, or about to be made current by a build."""
        assert isinstance(gathering, Resources)  # noqa: S101 - begin has made it
        if not place.store.has_current or place.store.current().id <= place.snapshot.id:
            changelog_writer.append(place.store, place.snapshot, gathering.state(), place.days, known_root(place))


CHANGES: Final = _ChangeLog(
    name="changes",
    file="",
    title="the change log",
    busy="the change log is being brought up to date; try again",
    group="changes",
    patience=10,
    begin=lambda place: _Resources(place.snapshot.manifest.base),
)


@contextmanager
def reading(artefacts: Artefacts, source: Snapshot) -> Iterator[Changelog]:
    """Provide the change log up to a snapshot.

    Raises ServiceBusyError if the log does not reach the snapshot in time, or if another snapshot is becoming current,
    StoreError if it cannot be written or read.
    """
    with changelog.opened(artefacts.store) as found:
        reaches = found is not None and found.snapshot == source.id
    if not reaches:
        artefacts.prepare((HASHES, CHANGES), source)  # in one pass, so that the log has the root
        artefacts.obtain(CHANGES, source)
    with changelog.opened(artefacts.store) as found:
        if found is None or found.snapshot != source.id:
            raise ServiceBusyError("another snapshot is becoming current; try again", 1)
        yield found
