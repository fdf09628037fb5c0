"""Moves artefacts that earlier versions kept in the store, in the folders ``dumps`` and ``search``."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Final

from kg.store.layout import Store

log = logging.getLogger(__name__)

DUMPS: Final = "dumps"
SEARCH: Final = "search"
MOVED: Final = "newsgraph*"
"""The dumps in a folder of ``dumps``, with their checksums; the statistics beside them had none."""


def settle(store: Store, cache: Path) -> None:
    """Move dumps of an earlier version into the cache, and remove its other files; usually there are none."""
    try:
        for folder in sorted(store.derived(DUMPS).glob("*/")):
            if store.snapshot(folder.name).exists():
                _move(folder, cache / folder.name / DUMPS)
        for old in (store.derived(DUMPS), store.derived(SEARCH)):
            if old.is_dir():
                shutil.rmtree(old)
                log.info("%s is gone: what is made from snapshots lies in %s", old, cache)
    except OSError as error:
        log.warning("what an earlier version made in %s stays there: %s", store, error)


def _move(old: Path, new: Path) -> None:
    new.mkdir(parents=True, exist_ok=True)
    # The checksum is moved last, so that a file with one is complete.
    for file in sorted(old.glob(MOVED), key=lambda one: one.suffix == ".sha256"):
        if not (new / file.name).exists():
            shutil.move(file, new / file.name)
