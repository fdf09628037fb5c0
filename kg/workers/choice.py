"""Chooses the snapshot of a store to answer from: the current one, or the newest intact one before it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from kg.errors import StoreDamagedError, StoreError
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

ABSENT: Final = "No such file"
REFUSALS: Final = 3
"""How often the engine may refuse a snapshot with intact files before it is no longer tried."""
PATIENCE: Final = 10.0
"""Seconds until a new snapshot that no worker could open is tried again."""


class StoreCondition(StrEnum):
    """Which snapshot answers requests: the current one, an older one instead of it, or a damaged one."""

    SOUND = "sound"
    DEGRADED = "degraded"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Health:
    """A condition, and the reason if it is not sound."""

    condition: StoreCondition
    reason: str = ""


@dataclass(eq=False)
class SnapshotChoice:
    """Chooses among the snapshots of a store, or uses a given one.

    ``refused`` maps the ids of snapshots that the engine could not open to the reasons, ``damaged`` those of snapshots
    with changed files at the last verification.
    """

    source: Store | Snapshot
    refused: dict[str, str] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)
    _failed: tuple[str, float] = ("", 0.0)
    _refusals: Counter[str] = field(default_factory=Counter)

    @property
    def target(self) -> str:
        """The present target of ``current``: one system call, cheap enough for each request."""
        return self.source.target if isinstance(self.source, Store) else ""

    @property
    def current(self) -> str:
        """The id of the current snapshot, whether it is intact or not."""
        return Path(self.target).name if isinstance(self.source, Store) else self.source.id

    def choose(self) -> Snapshot:
        """Return the current snapshot, or the newest one before it that is intact, as far as is known.

        If there is none, it is the current one. Raises StoreError if its manifest cannot be read.
        """
        if isinstance(self.source, Snapshot):
            return self.source
        try:
            current = self.source.current()
        except StoreDamagedError:
            found = next(self._older(self.current), None)
            if found is None:
                raise
            return found
        if not self.problem(current):
            return current
        return next(self._older(current.id), current)

    def _older(self, name: str) -> Iterator[Snapshot]:
        assert isinstance(self.source, Store)  # noqa: S101 - a single snapshot is never replaced
        for folder in reversed(self.source.snapshots()):
            try:
                found = snapshot.read(folder)
            except StoreError:
                continue
            if folder.name < name and not self.problem(found):
                yield found

    def problem(self, one: Snapshot) -> str:
        """Return why a snapshot must not be used, "" if no reason is known."""
        known = self.refused.get(one.id) or self.damaged.get(one.id, "")
        try:
            one.check()
        except StoreDamagedError as error:
            return known or str(error)
        return known

    def health(self, served: Snapshot) -> Health:
        """Return the health while ``served`` answers requests."""
        if reason := self.problem(served):
            return Health(StoreCondition.DAMAGED, reason)
        if self.current != served.id and (reason := self._problem_of_current()):
            return Health(StoreCondition.DEGRADED, reason)
        return Health(StoreCondition.SOUND)

    def _problem_of_current(self) -> str:
        assert isinstance(self.source, Store)  # noqa: S101 - a single snapshot is never replaced
        try:
            return self.problem(self.source.current())
        except StoreError as error:
            return str(error)

    def judge(self, damaged: Mapping[str, str]) -> None:
        """Set which snapshots are damaged; the engine may try again those that it refused and that are intact."""
        tried = self._refusals
        self.refused = {one: why for one, why in self.refused.items() if one in damaged or tried[one] >= REFUSALS}
        self.damaged = dict(damaged)

    def rejects(self, one: Snapshot, reason: str) -> bool:
        """Note that the engine could not open a snapshot; return whether that is a reason to choose another one.

        A missing file alone is no reason, since it may be back in a moment: it must still be missing.
        """
        if one.id in self.refused:
            return False
        if ABSENT in reason:
            return bool(self.problem(one))
        self.refused[one.id] = reason
        self._refusals[one.id] += 1
        return True

    def fail(self, target: str) -> None:
        """Note that no worker could be started for the target of ``current``, which is then not tried for a while."""
        self._failed = (target, time.monotonic() + PATIENCE)

    def has_failed(self, target: str) -> bool:
        """Return whether that was noted a short time ago."""
        return target == self._failed[0] and time.monotonic() < self._failed[1]
