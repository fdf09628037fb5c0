"""Back to an older snapshot: it becomes current, and what was written after it is set aside."""

from __future__ import annotations

from pathlib import Path

from kg.errors import StoreError
from kg.publish.diff import find
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.write import log


def rollback(store: Store, name: str) -> tuple[Snapshot, list[Path]]:
    """Make an older snapshot current; return it, and the writes that are undone by that, which files keep.

    ``name`` is as kg.publish.diff.find takes it, or "" for the newest one before the current one that is whole. The
    next build makes the writes again that are left. Raises StoreDamagedError if the snapshot is not whole, StoreError
    if there is none, or if a build or a write goes on.
    """
    with store.drafting():
        chosen = _named(store, name) if name else _newest_whole(store)
        log.later(store, chosen.manifest.writes)  # or nothing is changed
        store.switch(chosen.folder)
        return chosen, log.settle(store, chosen.manifest.writes)


def _named(store: Store, name: str) -> Snapshot:
    chosen = find(store, name)
    chosen.verify()
    return chosen


def _newest_whole(store: Store) -> Snapshot:
    """Return the newest snapshot before the current one that is whole."""
    reasons = []
    for folder in reversed(store.snapshots()):
        if folder.name >= Path(store.target).name:
            continue
        try:
            found = snapshot.read(folder)
            found.verify()
        except StoreError as error:
            reasons.append(str(error))
            continue
        return found
    why = "; ".join(reasons) or "there is no older one: restore a backup with kg restore, or build again"
    raise StoreError(f"{store} cannot go back: {why}")
