"""The change log of a store, beside its snapshots: what each published snapshot added, changed and removed.

It is one SQLite file. Rows of ``change`` and ``listing`` are only ever appended, in the order of time; all feeds are
read from these. ``change`` covers every resource (see kg.lookup.resource_state). ``listing`` assigns changes of events
to feeds, each at a fixed position, so that an entry never moves; only changes of content count, not of where it was
read. ``state`` has the newest version of each resource and the change that feeds list; ``superseded`` has the content
of older versions, as long as they are kept. kg.derived.changelog_writer writes it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from kg.errors import StoreError
from kg.store.integrity.finding import is_locked
from kg.store.layout import Store

VERSION: Final = 2
UNSORTED: Final = 1
"""The version with hashes of lines in engine order; it is otherwise the same, and can be read too."""
EVENTS: Final = ""
"""The name of the feed of all events; any other feed is named by the IRI of what its events name."""

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE change (
  seq INTEGER PRIMARY KEY, page INTEGER NOT NULL, time TEXT NOT NULL, kind TEXT NOT NULL, iri TEXT NOT NULL,
  title TEXT, language TEXT, date TEXT, category TEXT, revision TEXT);
CREATE INDEX change_iri ON change (iri);
CREATE TABLE page (
  number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, bytes INTEGER NOT NULL,
  since TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE state (
  iri TEXT PRIMARY KEY, hash BLOB NOT NULL, seq INTEGER NOT NULL, listed INTEGER) WITHOUT ROWID;
CREATE TABLE superseded (seq INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE feed (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, size INTEGER NOT NULL);
CREATE TABLE listing (
  feed INTEGER NOT NULL, position INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (feed, position)) WITHOUT ROWID;
CREATE INDEX listing_seq ON listing (seq);
"""
STATES: Final = """
CREATE TABLE IF NOT EXISTS published (time TEXT PRIMARY KEY, snapshot TEXT NOT NULL, root TEXT NOT NULL) WITHOUT ROWID
"""
"""The root of the hash tree after the changes of each time; logs older than hash trees lack it."""

Kind = Literal["Create", "Update", "Delete", "Add", "Remove"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a resource. A withdrawn event has no title, and resources other than events never have one.

    ``kind`` is an ActivityStreams activity: in the feed of a thing, an event is added when it begins to name the thing,
    and removed when it no longer does. ``kept`` says whether the content of this version is still known: from
    ``content`` (N-Triples) if it is superseded, or else from the snapshot. ``revision`` is the IRI of the revision that
    an event then has, if requested.
    """

    seq: int
    time: str
    kind: Kind
    iri: str
    title: str | None = None
    language: str | None = None
    date: str | None = None
    category: str | None = None
    kept: bool = True
    content: bytes | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedState:
    """The state of the graph after the changes of one time: the snapshot, and the root of its hash tree."""

    time: str
    snapshot: str
    root: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of the log of all resources: its number, from 1, and the first and the last time in it."""

    number: int
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Changelog:
    """A change log, open for reading: the last snapshot in it, and the generation of its pages.

    A new generation begins whenever something had to be removed from older pages: old versions, or withdrawn content.
    """

    database: sqlite3.Connection
    snapshot: str
    generation: int
    time: str

    @property
    def total(self) -> int:
        """The number of changes."""
        return int(self._one("SELECT coalesce(max(seq), 0) FROM change")[0])

    @property
    def pages(self) -> int:
        """The number of pages; the last one may still grow."""
        return int(self._one("SELECT coalesce(max(number), 0) FROM page")[0])

    def index(self, first: int, last: int) -> list[ChangePage]:
        """Return the pages with these numbers, as far as they exist."""
        found = self.database.execute(
            "SELECT number, since, until FROM page WHERE number BETWEEN ? AND ? ORDER BY number", (first, last)
        )
        return [ChangePage(*row) for row in found]

    def states(self, since: str, until: str) -> list[PublishedState]:
        """Return the states after the changes from one time to another, as far as known."""
        if not self.database.execute("SELECT 1 FROM sqlite_master WHERE name = 'published'").fetchone():
            return []
        query = "SELECT time, snapshot, root FROM published WHERE time BETWEEN ? AND ? ORDER BY time"
        return [PublishedState(*row) for row in self.database.execute(query, (since, until))]

    def page(self, number: int) -> list[Change]:
        """Return the changes on a page of the log of all resources."""
        return self._changes("change.page = ?", number)

    def change(self, seq: int) -> Change | None:
        """Return one change, or None if there is none with this number."""
        return next(iter(self._changes("change.seq = ?", seq)), None)

    def _changes(self, condition: str, value: int) -> list[Change]:
        found = self.database.execute(
            "SELECT change.seq, time, kind, change.iri, title, language, date, category,"  # noqa: S608 - our own words
            " kind = 'Delete' OR state.seq IS NOT NULL OR content IS NOT NULL, content FROM change"
            " LEFT JOIN state ON state.iri = change.iri AND state.seq = change.seq"
            f" LEFT JOIN superseded ON superseded.seq = change.seq WHERE {condition} ORDER BY change.seq",
            (value,),
        )
        return [
            replace(Change(*row[:8]), kept=bool(row[8]), content=row[9] and zlib.decompress(row[9])) for row in found
        ]

    def size(self, feed: str) -> int | None:
        """Return the number of entries in a feed, or None if there is no such feed."""
        found = self.database.execute("SELECT size FROM feed WHERE iri = ?", (feed,)).fetchone()
        return found[0] if found else None

    def entries(self, feed: str, first: int, last: int) -> list[Change]:
        """Return the entries of a feed of events from one position to another, counted from 1."""
        found = self.database.execute(
            "SELECT change.seq, time, listing.kind, change.iri, title, language, date, category"
            " FROM feed JOIN listing ON listing.feed = feed.id JOIN change ON change.seq = listing.seq"
            " WHERE feed.iri = ? AND position BETWEEN ? AND ? ORDER BY position",
            (feed, first, last),
        )
        return [Change(*row[:8]) for row in found]

    def _one(self, query: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self.database.execute(query).fetchone()
        return row


@contextmanager
def opened(store: Store) -> Iterator[Changelog | None]:
    """Provide the change log of a store as it is now, even while it is being written; None if there is none yet.

    Raises StoreError if it cannot be read.
    """
    file = store.changelog
    if not file.exists():
        yield None
        return
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as database:
            database.execute("BEGIN")
            yield _log(database)
    except sqlite3.Error as error:
        raise StoreError(f"the change log {file} cannot be read: {error}") from error


def _log(database: sqlite3.Connection) -> Changelog | None:
    try:
        found = dict(database.execute("SELECT name, value FROM meta"))
    except sqlite3.OperationalError as error:
        if is_locked(error):
            raise
        return None  # the log was just begun, or its writer was killed, which the next writer repairs
    if found.get("version") not in (str(VERSION), str(UNSORTED)):
        return None
    return Changelog(database, found["snapshot"], int(found["generation"]), found["time"])
