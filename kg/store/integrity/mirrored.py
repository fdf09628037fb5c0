"""The origin of a mirror, and how long ago the store was compared with it (see kg.pipeline.mirror)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.store.layout import Store

LATE: Final = timedelta(days=1)


def folder(store: Store) -> Path:
    """Return the folder of a mirror's partial downloads, and of the note on its last comparison."""
    return store.derived("mirror")


def note(store: Store) -> Path:
    """Return the file that says when a mirror was last compared with its origin."""
    return folder(store) / "compared.json"


def told(store: Store, now: datetime) -> str:
    """Return the origin of a mirror, its state, and the time of the last comparison.

    Raises StoreError if there is no snapshot.
    """
    said = store.current().manifest.mirror
    hours = (now - _compared(store, said["fetched"])) / timedelta(hours=1)
    return f"{said['origin']} as of {said['changed']}, compared {hours:,.1f} hours ago, root {said['root']}"


def late(store: Store, now: datetime) -> tuple[str, str] | None:
    """Return the problem of a mirror that was not compared for a day, and what to type; None for other stores."""
    try:
        said = store.current().manifest.mirror
    except StoreError:  # which is reported as damage
        return None
    if not said or now - _compared(store, said["fetched"]) < LATE:
        return None
    return f"{store} is a mirror of {told(store, now)}", f"kg mirror {said['origin']} --store {store}"


def _compared(store: Store, fetched: str) -> datetime:
    try:
        return datetime.fromisoformat(json.loads(note(store).read_text(encoding="utf-8"))["compared"])
    except (OSError, ValueError, KeyError, TypeError):
        return datetime.fromisoformat(fetched)
