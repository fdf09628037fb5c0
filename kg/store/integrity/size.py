"""How much disk space each part of a store takes."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from kg.store.integrity.finding import files
from kg.store.layout import Store


def sizes(store: Store, cache: Path) -> Iterator[tuple[str, int]]:
    """Yield the parts of a store with their bytes on disk; a file shared by two snapshots counts once."""
    seen: set[tuple[int, int]] = set()
    parts: list[tuple[str, Iterable[Path]]] = [
        ("current snapshot", [store.current().folder]),
        ("other snapshots", store.snapshots()),
        ("past", store.past_folders()),
        ("ledger", [store.ledger]),
        ("writes", [store.writes]),
        ("kept months", [store.kept_months]),
        ("change log", [store.changelog]),
        ("enrichment", [store.enrichment]),
        ("cache", [cache]),
    ]
    for name, paths in parts:
        yield name, sum(_size(path, seen) for path in paths)
    yield "all of the store", _size(store.path, set())


def _size(path: Path, seen: set[tuple[int, int]]) -> int:
    """Return the bytes of a file or folder on disk; what a build or a write removes meanwhile does not count."""
    total = 0
    for file in chain([path], files(path)):
        try:
            status = file.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_blocks * 512
    return total
