"""The record of a site: what each of its documents was made from, so that the next run makes only what may differ.

It is a hidden SQLite file beside the site's own, made anew beside the old one and put in its place at the end: a run
that is killed leaves the old one, which knows by the times of the files that they have changed since.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import distributions
from importlib.resources import files
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

from endpoint.static_site import statements
from endpoint.static_site.addresses import StaticAddresses
from kg.settings import Settings
from kg.store.snapshot import Snapshot

FILE: Final = ".newsgraph-record"
TABLES: Final = """
CREATE TABLE made (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE statements (part INTEGER PRIMARY KEY, rows BLOB);
CREATE TABLE documents (name TEXT PRIMARY KEY, keys BLOB, said BLOB) WITHOUT ROWID;
"""
CHANGING: Final = frozenset(
    {"id", "created", "counts", "languages", "archives", "ledger", "ledger_root", "shapes", "build", "writes", "files"}
)
"""What a manifest says that no kept document shows. Of the languages, they show only which ones there are."""
PLACES: Final = frozenset({"store", "store_folder", "cache", "jobs"})
"""Settings that change no document."""
PROGRAM: Final = ("kg", "endpoint", "vocab")
KNOWN: Final = "SELECT keys, said FROM documents WHERE name = ?"
ADD: Final = "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)"


@dataclass(slots=True)
class DocumentRecord:
    """What is known of a document: what it was made from (see endpoint.static_site.reads), and what was made.

    ``files`` has the names of its files, each with its mark and its size (see SiteFolder.mark); ``links`` are the
    documents that it links, ``faults`` what could not be written.
    """

    files: list[tuple[str, str, int]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    selected: list[tuple[str, list[tuple[str, str]], str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the record: its name, the sorted keys that it depends on, and the rest, compressed."""

    name: str
    keys: bytes
    said: bytes

    @classmethod
    def of(cls, name: str, keys: Iterable[int], record: DocumentRecord) -> DocumentRow:
        """Return the row for a document."""
        said = zlib.compress(json.dumps(asdict(record)).encode(errors="surrogatepass"))
        return cls(name, array("I", sorted(keys)).tobytes(), said)

    def record(self) -> DocumentRecord:
        """Return what was recorded."""
        return DocumentRecord(**json.loads(zlib.decompress(self.said)))

    def depends_on(self, changed: frozenset[int]) -> bool:
        """Return whether one of the keys has changed."""
        keys = array("I")
        keys.frombytes(self.keys)
        return not changed.isdisjoint(keys)


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """The record in the folder of a site; ``version`` is what all its documents depend on besides the snapshot."""

    folder: Path
    version: str

    @property
    def path(self) -> Path:
        """The record of the last finished run."""
        return self.folder / FILE

    @property
    def draft(self) -> Path:
        """The record of this run."""
        return self.folder / f"{FILE}.making"

    @property
    def difference(self) -> Path:
        """The keys of what changed between the two, while the run lasts."""
        return self.folder / f"{FILE}.changed"

    def compare(self, source: Snapshot) -> None:
        """Begin the record of this run with the statements of a snapshot, and find what changed since the last one.

        Without a usable record of a last run there is no difference to find, and everything is made.
        """
        parts = statements.listed(source.open())
        self.difference.unlink(missing_ok=True)
        self.draft.unlink(missing_ok=True)
        if self._is_usable():
            copyfile(self.path, self.draft)
            with closing(sqlite3.connect(self.draft)) as database, database:
                before = dict(database.execute("SELECT part, rows FROM statements"))
                keys = (statements.changed(before.get(at, b""), part) for at, part in enumerate(parts))
                self.difference.write_bytes(b"".join(one.tobytes() for one in keys))
        with closing(sqlite3.connect(self.draft)) as database, database:
            if not self.difference.exists():
                database.executescript(TABLES)
                database.execute("INSERT INTO made VALUES ('version', ?)", (self.version,))
            database.executemany("INSERT OR REPLACE INTO statements VALUES (?, ?)", enumerate(parts))

    def _is_usable(self) -> bool:
        try:
            with opened(self.path) as database:
                found = database.execute("SELECT value FROM made WHERE name = 'version'").fetchone()
        except sqlite3.Error:
            return False
        return bool(found == (self.version,))

    def changed(self) -> frozenset[int] | None:
        """Return the keys of all that changed since the last run; None if there is nothing to compare with."""
        if not self.difference.exists():
            return None
        keys = array("I")
        keys.frombytes(self.difference.read_bytes())
        return frozenset(keys)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Provide the record of this run for writing; it takes the place of the last one if the block succeeds."""
        with closing(sqlite3.connect(self.draft)) as database:
            database.execute("PRAGMA synchronous = OFF")
            yield database
            database.commit()
        self.difference.unlink(missing_ok=True)
        self.draft.replace(self.path)


def version(settings: Settings, source: Snapshot, addresses: StaticAddresses) -> str:
    """Return the digest of what all documents depend on: the program, the libraries, the settings, the manifest."""
    told = asdict(source.manifest)
    parts: list[object] = [
        {name: told[name] for name in sorted(told.keys() - CHANGING)},
        sorted(source.manifest.languages),
        {name: value for name, value in asdict(settings).items() if name not in PLACES},
        (addresses.mount, addresses.formats, sorted(addresses.dumps)),
        sys.version,
        sorted(f"{one.name} {one.version}" for one in distributions()),
    ]
    made = sha256(repr(parts).encode())
    for name in PROGRAM:
        top = Path(str(files(name)))
        for file in sorted(one for one in top.rglob("*") if one.is_file() and "__pycache__" not in one.parts):
            made.update(f"\0{file.relative_to(top)}\0".encode() + file.read_bytes())
    return made.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Provide a record for reading."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        yield database


def known(database: sqlite3.Connection, name: str) -> DocumentRow | None:
    """Return what is recorded of a document."""
    row: tuple[Any, ...] | None = database.execute(KNOWN, (name,)).fetchone()
    return DocumentRow(name, *row) if row else None


def add(database: sqlite3.Connection, rows: Sequence[DocumentRow]) -> None:
    """Record documents."""
    database.executemany(ADD, ((one.name, one.keys, one.said) for one in rows))
    database.commit()


def keep(database: sqlite3.Connection, names: Iterable[str]) -> None:
    """Remove all documents with other names."""
    database.execute("CREATE TEMP TABLE kept (name TEXT PRIMARY KEY) WITHOUT ROWID")
    database.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((one,) for one in names))
    database.execute("DELETE FROM documents WHERE name NOT IN (SELECT name FROM kept)")
