"""Rollback: makes an older snapshot current, and sets later writes aside."""

from __future__ import annotations

from pathlib import Path

from kg.errors import StoreError
from kg.publish.diff import find
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.write import log


def rollback(store: Store, name: str) -> tuple[Snapshot, list[Path]]:
    """Make an older snapshot current; return it, and the undone writes, which are kept as files.

    ``name`` is as for kg.publish.diff.find, or "" for the newest intact snapshot before the current one. The next build
    repeats the remaining writes. Raises StoreDamagedError if the snapshot is damaged, StoreError if there is none, or
    if a build or a write is running.
    """
    with store.drafting():
        chosen = _named(store, name) if name else _newest_whole(store)
        log.later(store, chosen.manifest.writes)  # otherwise nothing is changed
        store.switch(chosen.folder)
        return chosen, log.settle(store, chosen.manifest.writes)


def _named(store: Store, name: str) -> Snapshot:
    chosen = find(store, name)
    chosen.verify()
    return chosen


def _newest_whole(store: Store) -> Snapshot:
    """Return the newest intact snapshot before the current one."""
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
