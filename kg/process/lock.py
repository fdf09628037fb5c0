"""Locks that one process holds until it ends or releases them, and that others are refused (flock)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import NewsgraphError


def claim(descriptor: int, otherwise: NewsgraphError) -> None:
    """Lock an open file. Raises ``otherwise`` if another process holds the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise otherwise from None


@contextmanager
def locked(folder: Path, otherwise: NewsgraphError) -> Iterator[None]:
    """Lock a folder, without a file in it. Raises like ``claim``, and OSError if there is no such folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        claim(descriptor, otherwise)
        yield
    finally:
        os.close(descriptor)
