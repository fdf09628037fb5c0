"""Which snapshots go when a new one has become current, and how: noted first, and without a manifest from then on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kg.errors import StoreError
from kg.store.integrity import sidecar
from kg.store.snapshot import manifest_file, read

WRITTEN: Final = 3
"""Snapshots that writes made which are kept."""


def remove_old(folders: Sequence[Path], fresh: Path, keep: int, removals: Path) -> None:
    """Remove all of some snapshots but ``fresh``, the newest ``keep`` that were built, and three that writes made.

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
    """Remove a snapshot; without its manifest it is none, even if this ends here."""
    manifest_file(folder).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _note(going: list[Path], removals: Path) -> None:
    """Note which snapshots are about to go; one that is noted and still there is there."""
    if going:
        is_sound = sidecar.is_sound(removals)
        with removals.open("a", encoding="ascii") as file:
            file.writelines(f"{folder.name}\n" for folder in going)
        if is_sound:  # else its checksum goes on saying that it is not
            sidecar.sign(removals, sidecar.digest(removals))


def _is_written(folder: Path) -> bool:
    try:
        return bool(read(folder).manifest.build)
    except StoreError:
        return False
