"""Locks that one process holds until it ends or releases them, and that others are refused (flock)."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kg.errors import NewsgraphError

PAUSE: Final = 0.005
"""Seconds between two checks of whether a lock is free: shorter than the pauses of a server that is written to."""


def claim(descriptor: int, otherwise: NewsgraphError, patience: float = 0.0) -> None:
    """Lock an open file. Raises ``otherwise`` if another process still holds it after ``patience`` seconds."""
    end = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise otherwise from None
        time.sleep(PAUSE)


@contextmanager
def locked(folder: Path, otherwise: NewsgraphError, patience: float = 0.0) -> Iterator[None]:
    """Lock a folder, without a file in it. Raises like ``claim``, and OSError if there is no such folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        claim(descriptor, otherwise, patience)
        yield
    finally:
        os.close(descriptor)
