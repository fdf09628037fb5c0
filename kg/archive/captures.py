"""The captures that capture files hold, in one file on disk, from which any process reads them in any order."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from kg.errors import ArchiveError

PREFIX: Final = "sha256:"
"""What begins the name of a content that lies in such a file, unlike that of one in git."""


@dataclass(frozen=True)
class Captures:
    """Contents of captures, each once, by names made from their SHA-256; the file is removed when no longer needed.

    It lies in a folder for temporary files (TMPDIR). What other processes have of it only names the file.
    """

    file: Path

    @classmethod
    def fresh(cls) -> Captures:
        """Make an empty file."""
        folder = Path(mkdtemp(prefix="newsgraph-captures-"))
        made = cls(folder / "captures.sqlite")
        weakref.finalize(made, _remove, folder, os.getpid())
        with made.writing() as database:
            database.execute("CREATE TABLE content (name TEXT PRIMARY KEY, bytes BLOB NOT NULL)")
        return made

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Provide a connection for ``keep``; what is written is there when the block ends, however it does."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as database:
            # No journal: of what dies half-way nothing is of use.
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            try:
                yield database
            finally:
                database.execute("COMMIT")

    def contents(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield these contents in order; raises ArchiveError for one that is not there."""
        try:
            with closing(sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True)) as database:
                for name in names:
                    yield from (row[0] for row in database.execute("SELECT bytes FROM content WHERE name = ?", (name,)))
        except sqlite3.Error as error:
            raise ArchiveError(f"the captures in {self.file} cannot be read: {error}; start again") from error


def keep(database: sqlite3.Connection, content: bytes) -> str:
    """Keep a content and return its name."""
    name = f"{PREFIX}{hashlib.sha256(content).hexdigest()}"
    database.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (name, content))
    return name


def _remove(folder: Path, owner: int) -> None:
    """Remove the file, but not from a process that was forked from the one that made it."""
    if os.getpid() == owner:
        rmtree(folder, ignore_errors=True)
