"""Locks that one process has and another one is refused, until it ends or lets go (flock)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import NewsgraphError


def claim(descriptor: int, otherwise: NewsgraphError) -> None:
    """Lock an open file; raises ``otherwise`` if another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise otherwise from None


@contextmanager
def locked(folder: Path, otherwise: NewsgraphError) -> Iterator[None]:
    """Lock a folder, which needs no file in it; raises as ``claim`` does, OSError if there is no such folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        claim(descriptor, otherwise)
        yield
    finally:
        os.close(descriptor)
