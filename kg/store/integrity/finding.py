"""Findings of a verification, and reading for it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

PART: Final = 1 << 20
OTHER_BYTES: Final = "has other bytes than were written"
MISSING: Final = "is missing"


def is_locked(error: sqlite3.Error) -> bool:
    """Return whether SQLite could not read a file only because another process is writing to it: no damage."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def files(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder; unlike Path.rglob, this goes on if a folder vanishes meanwhile."""
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


@dataclass(frozen=True, slots=True)
class Finding:
    """A damaged file or folder."""

    path: Path
    problem: str

    def __str__(self) -> str:
        """Return it as a sentence without a full stop."""
        return f"{self.path} {self.problem}"


@dataclass
class ChecksumReader:
    """Reads files to verify them, at most ``rate`` bytes per second (0 means unlimited), and counts them.

    A file with two names is read once.
    """

    rate: int = 0
    files: int = 0
    size: int = 0
    _known: dict[tuple[int, int], str] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def sha256(self, file: Path) -> str:
        """Return the SHA-256 of a file. Raises OSError if it cannot be read."""
        status = file.stat()
        inode = status.st_dev, status.st_ino
        self.files += 1
        if inode not in self._known:
            self._known[inode] = self._read(file)
        return self._known[inode]

    def _read(self, file: Path) -> str:
        found = hashlib.sha256()
        with file.open("rb") as stream:
            while part := stream.read(PART):
                found.update(part)
                self.size += len(part)
                self._rest()
        return found.hexdigest()

    @property
    def seconds(self) -> float:
        """How long it has been reading, including pauses."""
        return time.monotonic() - self._began

    def _rest(self) -> None:
        if self.rate:
            time.sleep(max(0.0, self.size / self.rate - self.seconds))


Listed = Mapping[str, Mapping[str, Any]]
"""Sizes in bytes (``bytes``) and SHA-256 (``sha256``) of files, by their paths from a folder."""


def resized(folder: Path, listed: Listed) -> Iterable[Finding]:
    """Yield the listed files below a folder that are missing or have another size, without reading them."""
    for name, said in listed.items():
        file = folder / name
        try:
            size = file.stat().st_size
        except OSError as error:
            yield Finding(file, MISSING if isinstance(error, FileNotFoundError) else f"cannot be read: {error}")
            continue
        if size != said.get("bytes"):
            yield Finding(file, f"has {size:,} bytes instead of {said.get('bytes'):,}")


def changed(folder: Path, listed: Listed, reading: ChecksumReader) -> Iterable[Finding]:
    """Yield the listed files below a folder that are not as written; reads all of them."""
    wrong = list(resized(folder, listed))
    yield from wrong
    gone = {one.path for one in wrong}
    for name, said in listed.items():
        file = folder / name
        if file not in gone and (found := compared(file, str(said.get("sha256")), reading)):
            yield found


def compared(file: Path, sha256: str, reading: ChecksumReader) -> Finding | None:
    """Return a finding if a file does not have this SHA-256, or cannot be read."""
    try:
        return None if reading.sha256(file) == sha256 else Finding(file, OTHER_BYTES)
    except FileNotFoundError:
        return Finding(file, MISSING)
    except OSError as error:
        return Finding(file, f"cannot be read: {error.strerror or error}")
