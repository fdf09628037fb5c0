"""Appends the changes of the current snapshot to the change log, in one transaction."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from kg.derived import changelog
from kg.derived.changelog import EVENTS, SCHEMA, STATES, UNSORTED, VERSION, Kind
from kg.errors import StoreBusyError, StoreError
from kg.lookup import resource_state
from kg.lookup.resource_state import ResourceStates
from kg.process.lock import locked
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.integrity import remedies, sidecar
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

MEMBERS: Final = 250
PAGE_BYTES: Final = 400_000
BUSY_SECONDS: Final = 600
FEEDS: Final = (terms.PLACE, terms.ABOUT, terms.TOPIC, terms.CATEGORY)
"""The properties that put an event into the feed of a thing."""
SLACK: Final = 1.25
"""How much longer than promised old versions are kept, since forgetting any changes the address of every page."""


def append(store: Store, source: Snapshot, found: ResourceStates, days: int, root: str = "") -> None:
    """Append to the change log of ``store`` what a snapshot, its current one, has changed since the last one logged.

    ``found`` is what the snapshot says about every resource. Old versions are kept for ``days``, counted back from the
    newest change. ``root`` is the root of the snapshot's hash tree, if known. Without changes, nothing is appended.
    Raises StoreDamagedError if the log is damaged, StoreError if the snapshot cannot be read or the log cannot be
    written.
    """
    busy = StoreBusyError(f"another process appends to the change log {store.changelog}: wait until it ends")
    try:
        with locked(store.path, busy, BUSY_SECONDS):
            if not _reaches(store, source):
                _write(store, source, found, days, root)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the change log {store.changelog} cannot be written: {error}") from error


def _reaches(store: Store, source: Snapshot) -> bool:
    """Return whether the log has a snapshot already; of a damaged one, ``_write`` says what it is."""
    with suppress(StoreError), changelog.opened(store) as log:
        return log is not None and log.snapshot == source.id
    return False


def _write(store: Store, source: Snapshot, found: ResourceStates, days: int, root: str) -> None:
    """Append in one transaction.

    The checksum is compared before the file is opened as a database, and made after that is closed: whenever a process
    closes a file, all locks go that it has on it, SQLite's too (fcntl, POSIX.1-2017).
    """
    with (
        sidecar.changing(store.changelog, remedies.CHANGELOG),
        closing(sqlite3.connect(store.changelog, timeout=BUSY_SECONDS, isolation_level=None)) as database,
    ):
        database.execute("PRAGMA cache_spill = OFF")  # readers are locked out only during the commit
        database.execute("BEGIN IMMEDIATE")
        meta = _meta(database)
        if meta.get("version") == str(UNSORTED):
            _hash_sorted(database, source, found)
        _Update(database, store, source, meta).make(found, days, root)
        database.execute("COMMIT")


def _meta(database: sqlite3.Connection) -> dict[str, str]:
    """Return what the log says about itself; a log of an unknown version is replaced by a new one."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    meta = dict(database.execute("SELECT name, value FROM meta")) if "meta" in tables else {}
    if meta.get("version") in (str(VERSION), str(UNSORTED)):
        return meta
    for name in tables:
        database.execute(f"DROP TABLE {name}")
    for statement in filter(str.strip, SCHEMA.split(";")):
        database.execute(statement)
    return {}


def _hash_sorted(database: sqlite3.Connection, source: Snapshot, found: ResourceStates) -> None:
    """Give a log of version 1 the hashes of version 2, for resources that the snapshot ``source`` did not change.

    Changed resources keep a hash that differs from the new one in ``found``. Raises StoreError if the snapshot cannot
    be read.
    """
    former = resource_state.state(source.open(), source.manifest.base, unsorted=True)
    same = ((found[iri][0], iri, said) for iri, (said, _) in former.items())
    database.executemany("UPDATE state SET hash = ? WHERE iri = ? AND hash = ?", same)


@dataclass(frozen=True, slots=True)
class _Event:
    """What feeds say about an event; ``feeds`` is empty for one that is no longer listed."""

    title: str | None = None
    language: str | None = None
    date: str | None = None
    category: str | None = None
    revision: str | None = None
    feeds: frozenset[str] = frozenset()
    withdrawn: bool = False

    @property
    def told(self) -> tuple[str | None, ...]:
        """The columns of a change that describe the event, in order."""
        return self.title, self.language, self.date, self.category, self.revision


Changed = tuple[Kind, str, _Event | None]
Known = Mapping[str, tuple[bytes, int, int | None]]
"""The content hash of each resource, and the numbers of the changes that introduced it, in the log and in feeds."""
TOLD: Final = "SELECT title, language, date, category, revision FROM change WHERE seq = ?"
LISTED: Final = """
SELECT iri FROM listing JOIN feed ON feed.id = listing.feed WHERE seq = ? AND kind NOT IN ('Delete', 'Remove')"""


@dataclass(slots=True)
class _Page:
    """The page being filled."""

    number: int = 0
    members: int = 0
    bytes: int = 0


@dataclass
class _Update:
    database: sqlite3.Connection
    store: Store
    source: Snapshot
    meta: dict[str, str]
    page: _Page = field(default_factory=_Page)
    labels: dict[NamedNode, str] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def make(self, found: ResourceStates, days: int, root: str) -> None:
        """Append what has changed, and the root after it."""
        self.graph = self.source.open()
        self.base = self.source.manifest.base
        known = {iri: tuple(rest) for iri, *rest in self.database.execute("SELECT iri, hash, seq, listed FROM state")}
        time = self._time()
        changes = self._sorted(known, found)
        gone = [known[iri][1] for _, iri, _ in changes if iri in known]
        self._append(changes, known, found, time)
        before = int(self.meta.get("generation", "0")) or first_generation()
        generation = before + self._retire(changes, gone, time, days)
        last = time if changes or "time" not in self.meta else self.meta["time"]
        meta = {"version": VERSION, "snapshot": self.source.id, "generation": generation, "time": last}
        self.database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(k, str(v)) for k, v in meta.items()])
        if changes and root:
            self.database.execute(STATES)
            self.database.execute("INSERT INTO published VALUES (?, ?, ?)", (time, self.source.id, root))

    def _time(self) -> str:
        """Return when the snapshot was published, moved after all earlier changes if a clock was wrong."""
        created, last = self.source.manifest.created, self.meta.get("time", "")
        if created > last:
            return created
        after = datetime.fromisoformat(last) + timedelta(seconds=1)
        return max(after, datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _sorted(self, known: Known, found: ResourceStates) -> list[Changed]:
        """Return the changes: removals first, then resources other than events, then events by date."""
        gone: list[Changed] = [
            ("Delete", iri, _Event() if self._is_event(iri) else None) for iri in sorted(known.keys() - found.keys())
        ]
        changed = [iri for iri, (said, _) in found.items() if iri not in known or known[iri][0] != said]
        events = {iri: self._event(iri) for iri in changed if self._is_event(iri)}
        changed.sort(key=lambda iri: (iri in events, iri in events and (events[iri].date or ""), iri))
        return gone + [("Update" if iri in known else "Create", iri, events.get(iri)) for iri in changed]

    def _is_event(self, iri: str) -> bool:
        return iri.startswith(f"{self.base}event/") and "/revision/" not in iri

    def _event(self, iri: str) -> _Event:
        quads = list(self.graph.quads_for_pattern(NamedNode(iri), None, None, None))
        if any(quad.predicate in (terms.INVALIDATED_AT, terms.DEPRECATED) for quad in quads):
            replaced = any(quad.predicate == terms.REPLACED_BY for quad in quads)
            return _Event(withdrawn=not replaced and any(quad.predicate == terms.DEPRECATED for quad in quads))
        title = _literal(quads, terms.LABEL)
        dates = _literal(quads, terms.START_DATE)
        if title is None or dates is None:
            return _Event()
        named = [
            (quad.predicate, quad.object)
            for quad in quads
            if quad.predicate in FEEDS and isinstance(quad.object, NamedNode)
        ]
        category = next((self._label(thing) for predicate, thing in named if predicate == terms.CATEGORY), None)
        feeds = frozenset({EVENTS, *(thing.value for _, thing in named)})
        current = (one.object for one in quads if one.predicate == terms.CURRENT_REVISION)
        revision = min((one.value for one in current if isinstance(one, NamedNode)), default=None)
        return _Event(title.value, title.language, dates.value, category, revision, feeds)

    def _label(self, thing: NamedNode) -> str:
        if thing not in self.labels:
            quads = list(self.graph.quads_for_pattern(thing, terms.LABEL, None, None))
            label = _literal(quads, terms.LABEL)
            self.labels[thing] = label.value if label else thing.value
        return self.labels[thing]

    def _append(
        self,
        changes: list[Changed],
        known: Known,
        found: ResourceStates,
        time: str,
    ) -> None:
        (seq,) = self.database.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()
        last = self.database.execute("SELECT number, last - first + 1, bytes FROM page ORDER BY number DESC").fetchone()
        self.page = _Page(*last) if last else _Page()
        self.sizes = {iri: (key, size) for key, iri, size in self.database.execute("SELECT id, iri, size FROM feed")}
        for kind, iri, event in changes:
            seq += 1
            said = found.get(iri)
            self._turn(seq, time, said[1] if said else 0)
            row = (seq, self.page.number, time, kind, iri, *(event or _Event()).told)
            self.database.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            listed = self._list(seq, event, known[iri][2] if iri in known else None) if event else None
            if said:
                self.database.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", (iri, said[0], seq, listed))
            else:
                self.database.execute("DELETE FROM state WHERE iri = ?", (iri,))
        sizes = [(key, iri, size) for iri, (key, size) in self.sizes.items()]
        self.database.executemany("INSERT OR REPLACE INTO feed VALUES (?, ?, ?)", sizes)

    def _turn(self, seq: int, time: str, size: int) -> None:
        """Add a change to the last page, or to a new one if that is full."""
        page = self.page
        if not page.number or page.members >= MEMBERS or page.bytes + size > PAGE_BYTES:
            self.page = _Page(page.number + 1, 1, size)
            row = (self.page.number, seq, seq, size, time, time)
            self.database.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?)", row)
            return
        page.members, page.bytes = page.members + 1, page.bytes + size
        self.database.execute(
            "UPDATE page SET last = ?, bytes = ?, until = ? WHERE number = ?", (seq, page.bytes, time, page.number)
        )

    def _list(self, seq: int, event: _Event, previous: int | None) -> int | None:
        """Add the change of an event to the feeds that it is in now, and to those that it was in before.

        Returns the number of the change that feeds list: the previous one, if the content of the event is the same.
        """
        listed = self.database.execute(LISTED, (previous,))
        before = frozenset(iri for (iri,) in listed)
        if before == event.feeds and (not before or self.database.execute(TOLD, (previous,)).fetchone() == event.told):
            return previous
        for iri in sorted(before | event.feeds):
            key, size = self.sizes.get(iri, (len(self.sizes) + 1, 0))
            self.sizes[iri] = key, size + 1
            row = (key, size + 1, seq, _in_feed(iri, before, event.feeds))
            self.database.execute("INSERT INTO listing VALUES (?, ?, ?, ?)", row)
        return seq

    def _retire(self, changes: list[Changed], gone: list[int], time: str, days: int) -> bool:
        """Keep the content of newly superseded versions as long as promised, and forget older ones.

        Returns whether a page lost something. Withdrawn content may be in any old version, so a withdrawal forgets all.
        """
        if any(event and event.withdrawn for _, _, event in changes):
            older = (
                "UPDATE change SET title = NULL, category = NULL WHERE seq NOT IN"
                " (SELECT seq FROM state UNION SELECT listed FROM state WHERE listed IS NOT NULL)"
            )
            self.database.execute(older)
            self.database.execute("DELETE FROM superseded")
            return True
        keeping = snapshot.database(self.store.snapshot(self.meta.get("snapshot", "")))
        if gone and days and keeping.exists():
            self._keep(EmbeddedGraph.read_only(str(keeping)), gone)
        forgotten = self._forget(time, days)
        return forgotten or bool(gone and not (days and keeping.exists()))

    def _keep(self, old: EmbeddedGraph, gone: Iterable[int]) -> None:
        for seq in gone:
            (iri,) = self.database.execute("SELECT iri FROM change WHERE seq = ?", (seq,)).fetchone()
            content = zlib.compress(resource_state.text(resource_state.resource(old, iri, self.base)))
            self.database.execute("INSERT OR REPLACE INTO superseded VALUES (?, ?)", (seq, content))

    def _forget(self, time: str, days: int) -> bool:
        """Forget the old versions that need not be kept, if some are much older than promised."""
        oldest = "SELECT min(time) FROM superseded JOIN change USING (seq)"
        (first,) = self.database.execute(oldest).fetchone()
        if first is None or first >= _before(time, SLACK * days):
            return False
        older = "DELETE FROM superseded WHERE seq IN (SELECT seq FROM change WHERE time < ?)"
        self.database.execute(older, (_before(time, days),))
        return True


def first_generation() -> int:
    """Return the generation of a new log: the current minute, so that a log that replaces a lost one has another."""
    return int(datetime.now(UTC).timestamp()) // 60


def _before(time: str, days: float) -> str:
    return (datetime.fromisoformat(time) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _in_feed(iri: str, before: frozenset[str], after: frozenset[str]) -> Kind:
    if iri in before and iri in after:
        return "Update"
    if iri in after:
        return "Add" if before else "Create"
    return "Remove" if after else "Delete"


def _literal(quads: Iterable[Quad], predicate: NamedNode) -> Literal | None:
    """Return the first value of a property, in the order of their N-Triples."""
    values: Iterator[Literal] = (
        quad.object for quad in quads if quad.predicate == predicate and isinstance(quad.object, Literal)
    )
    return min(values, key=str, default=None)
