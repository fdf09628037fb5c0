"""Brings the change log of a store up to its current snapshot, in this process."""

from __future__ import annotations

from pathlib import Path

from kg.derived import changelog_writer
from kg.lookup import resource_state
from kg.store.layout import Store


def append(store: Path, days: int = 365) -> None:
    """Append the changes of the current snapshot of ``store``; old versions are kept for ``days``."""
    source = Store(store).current()
    found = resource_state.state(source.open(), source.manifest.base)
    changelog_writer.append(Store(store), source, found, days)
