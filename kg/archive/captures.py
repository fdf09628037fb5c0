"""The contents of the captures in capture files, in one file on disk that any process can read in any order."""

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
"""The prefix of names of contents in such a file, which tells them from those in git."""


@dataclass(frozen=True)
class Captures:
    """Contents of captures, each stored once under a name made from its SHA-256, in a temporary file.

    The file lies in the folder for temporary files (TMPDIR) and is removed when it is no longer needed. Other processes
    get only its name.
    """

    file: Path

    @classmethod
    def fresh(cls) -> Captures:
        """Create an empty file."""
        folder = Path(mkdtemp(prefix="newsgraph-captures-"))
        made = cls(folder / "captures.sqlite")
        weakref.finalize(made, _remove, folder, os.getpid())
        with made.writing() as database:
            database.execute("CREATE TABLE content (name TEXT PRIMARY KEY, bytes BLOB NOT NULL)")
        return made

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Provide a connection for ``keep``; its writes are committed when the block ends, even by an exception."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as database:
            # No journal: a half-written file is of no use.
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            try:
                yield database
            finally:
                database.execute("COMMIT")

    def contents(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield these contents in order. Raises ArchiveError for one that is not there."""
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
    """Remove the file, unless this process was forked from the one that created it."""
    if os.getpid() == owner:
        rmtree(folder, ignore_errors=True)
