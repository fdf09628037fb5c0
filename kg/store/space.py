"""Checks whether the disk of a store has space for what is about to be written."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from kg.errors import StoreError, StoreFullError
from kg.store.layout import Store

MEGA: Final = 1_000_000
DRAFTS: Final = 2
"""How many times the space of the previous snapshot a build may need until it ends."""


def free(folder: Path) -> int:
    """Return the free bytes on the disk of a folder, which need not exist; a very large number if there is no disk."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    usage = shutil.disk_usage(there)
    return usage.free if usage.total else sys.maxsize


def require(store: Store, needed: int) -> None:
    """Raise StoreFullError if fewer bytes than ``needed`` are free on the disk of a store."""
    found = free(store.path)
    if found < needed:
        raise StoreFullError(
            f"the disk of the store {store} has {found // MEGA:,} MB free, and {needed // MEGA:,} MB are needed: "
            "make room, for instance with kg prune, or set KG_FREE_BYTES lower; nothing was changed"
        )


def for_build(store: Store, least: int) -> int:
    """Return how many bytes a build needs: ``least``, or more if the previous snapshot is large."""
    try:
        files = store.current().manifest.files if store.has_current else {}
    except StoreError:
        return least
    size: int = sum(one["bytes"] for one in files.values())
    return max(least, DRAFTS * size)
