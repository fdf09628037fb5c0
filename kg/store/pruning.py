"""Removes old snapshots when a new one has become current: each is recorded first, and loses its manifest first."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.store.integrity import sidecar
from kg.store.snapshot import manifest_file, read

WRITTEN: Final = 3
"""How many snapshots made by writes are kept."""


def remove_old(folders: Sequence[Path], fresh: Path, keep: int, removals: Path) -> None:
    """Remove all given snapshots except ``fresh``, the newest ``keep`` from builds, and three from writes.

    ``folders`` are in the order of their age, and ``fresh`` counts wherever it is; the ids of builds that go are noted
    in the file ``removals``.
    """
    written: list[Path] = []
    built: list[Path] = []
    for folder in folders:
        (written if _is_written(folder) else built).append(folder)
    for some, number in ((built, max(keep, 1)), (written, WRITTEN)):
        others = [folder for folder in some if folder.name != fresh.name]
        going = others[: max(len(others) - number + (len(others) < len(some)), 0)]
        if some is built:
            _note(going, removals)
        for old in going:
            remove(old)


def remove(folder: Path) -> None:
    """Remove a snapshot; without its manifest it does not count, even if this is interrupted."""
    manifest_file(folder).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _note(going: list[Path], removals: Path) -> None:
    """Record which snapshots are about to be removed; one that still exists counts as existing."""
    if going:
        is_sound = sidecar.is_sound(removals)
        with removals.open("a", encoding="ascii") as file:
            file.writelines(f"{folder.name}\n" for folder in going)
        if is_sound:  # otherwise its checksum would keep failing
            sidecar.sign(removals, sidecar.digest(removals))


def _is_written(folder: Path) -> bool:
    try:
        return bool(read(folder).manifest.build)
    except StoreError:
        return False
