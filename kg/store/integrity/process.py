"""Verifies a store slowly, in a process of its own: ``python -m kg.store.integrity.process STORE CACHE RATE PARENT``.

Damaged files of the cache are removed, so that they are made again. It prints its findings as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from kg.process import sandbox
from kg.store.integrity import sidecar, whole
from kg.store.integrity.finding import ChecksumReader
from kg.store.layout import Store

NICENESS: Final = 19
CACHE: Final = "cache"


def main(arguments: list[str]) -> None:
    """Verify: store, cache, bytes per second, process to end with."""
    path, cache, rate, parent = arguments
    sandbox.end_with(int(parent))
    os.nice(NICENESS)
    found = whole.verify(Store(Path(path)), Path(cache), ChecksumReader(int(rate)))
    throw_away(found)
    print(json.dumps(asdict(found)))  # noqa: T201 - a pipe of its parent


def throw_away(found: whole.Verification) -> None:
    """Remove the files of a cache that are damaged, their checksums first."""
    for one in found.damages:
        if one.part == CACHE:
            with suppress(OSError):
                sidecar.beside(Path(one.path)).unlink(missing_ok=True)
                Path(one.path).unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
