"""Checksums beside files: ``x.sha256`` has the SHA-256 of ``x``, as ``sha256sum --check`` reads it.

It is written last. A file without a checksum was never finished, or is being changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kg.errors import StoreDamagedError, StoreError

SUFFIX: Final = ".sha256"


def beside(path: Path) -> Path:
    """Return the path of the checksum of a file."""
    return Path(f"{path}{SUFFIX}")


def checksum(path: Path) -> str:
    """Return the recorded SHA-256 of a file. Raises StoreError if there is none, or it cannot be read."""
    try:
        sha256, _, name = beside(path).read_text(encoding="ascii").partition("  ")
    except (OSError, ValueError) as error:
        raise StoreError(f"the checksum of {path.name} cannot be read: {error}") from None
    if name != f"{path.name}\n":
        raise StoreError(f"the checksum of {path.name} cannot be read: it is that of another file")
    return sha256


def sign(path: Path, sha256: str) -> None:
    """Record the checksum of a file. Raises OSError if that fails."""
    target = beside(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="ascii") as file:
            file.write(f"{sha256}  {path.name}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Return the actual SHA-256 of a file. Raises OSError if it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_sound(path: Path) -> bool:
    """Return whether a file matches its checksum; also if neither exists, or the file never had one."""
    if not beside(path).exists():
        return True
    try:
        return digest(path) == checksum(path)
    except (OSError, StoreError):
        return False


@contextmanager
def changing(path: Path, remedy: str) -> Iterator[None]:
    """Allow a file with a checksum to be changed in the block, and write the new checksum afterwards.

    Meanwhile it has none, and if this process is killed it stays without one until the next change. Raises
    StoreDamagedError, with a message that ends with ``remedy``, if the file is damaged beforehand.
    """
    if not is_sound(path):
        raise StoreDamagedError(f"{path} is not what was written: {remedy}")
    beside(path).unlink(missing_ok=True)
    try:
        yield
    finally:
        sign(path, digest(path))
