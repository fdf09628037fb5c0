"""Snapshots of the past: built from captures up to a time, kept beside the others for good, never current."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import ConfigurationError, NotFoundError
from kg.store.snapshot import Manifest, Snapshot, read, seal, sync

FOLDER = "past"


def instant(text: str) -> datetime:
    """Return the time that an ISO 8601 text names, in UTC to the second; a date alone is its first moment.

    Raises ConfigurationError if it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        known = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(f"{text[:40]!r} is no time: write it like 2011-11-08T12:00:00Z") from None
    return known.replace(microsecond=0)


def text(moment: datetime) -> str:
    """Return a time in UTC as an xsd:dateTime."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def retain(store: Path, draft: Path, manifest: Manifest) -> Snapshot:
    """Make the draft, whose database is finished, the snapshot of ``manifest.as_of``, in place of an earlier one."""
    seal(draft, manifest)
    folder = store / FOLDER / instant(manifest.as_of).strftime("%Y%m%dT%H%M%SZ")
    folder.parent.mkdir(exist_ok=True)
    if folder.exists():
        shutil.rmtree(folder)
    draft.rename(folder)
    sync(folder.parent)
    return Snapshot(folder, manifest)


def retained(store: Path) -> list[Snapshot]:
    """Return the snapshots of the past, the earliest time first; raises StoreError if one is damaged."""
    folders = sorted(folder for folder in (store / FOLDER).glob("*") if (folder / "manifest.json").exists())
    return [read(folder) for folder in folders]


def at(store: Path, moment: datetime) -> Snapshot:
    """Return the last snapshot of the past that is not after ``moment``.

    Raises NotFoundError if there is none, which lists those that there are.
    """
    known = retained(store)
    found = [one for one in known if instant(one.manifest.as_of) <= moment]
    if not found:
        listed = ", ".join(one.manifest.as_of for one in known) or "none at all"
        raise NotFoundError(f"no snapshot shows the graph as of {text(moment)}; retained are: {listed}")
    return found[-1]
