"""The hash tree of a snapshot: what each resource says as a SHA-256, and one root over all of them.

A *resource* here is a subject of the default graph, or a named graph as a whole, so that every statement belongs to
exactly one. Its hash is the SHA-256 of its statements as lines of N-Triples, sorted by their bytes. Its name is its
term in N-Triples, preceded by ``graph`` for a named graph. The first three digits of the SHA-256 of its name say in
which leaf it is; leaves that share two digits belong to one branch. A *node* (the root, a branch or a leaf) is a text
that lists what is below it, a hash and a name on each line, sorted by name; its hash is the SHA-256 of that text.
Whoever knows the root can therefore check every node with ``sha256sum``, and find the differences between two trees.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from kg.derived.artefact import GatheredArtefact, SnapshotFolders
from kg.errors import StoreError
from kg.rdf import BlankNode
from kg.rdf.graph import Graph
from kg.rdf.lines import statements
from kg.rdf.lines.blocks import Block
from kg.store.snapshot import Snapshot

DIGITS: Final = (2, 3)
"""The number of digits in the names of branches and leaves."""
LEAF: Final = DIGITS[-1]
GRAPH: Final = "graph "
SHA256: Final = re.compile(r"[0-9a-f]{64}")
BATCH: Final = 10_000
SCHEMA: Final = """
CREATE TABLE {to}resource (leaf TEXT, name TEXT, hash TEXT, PRIMARY KEY (leaf, name)) WITHOUT ROWID;
CREATE TABLE {to}node (name TEXT PRIMARY KEY, hash TEXT) WITHOUT ROWID;
"""
CHANGE: Final = "INSERT OR REPLACE INTO resource VALUES (?, ?, ?)"

Hashed = tuple[str, str | None]
"""A resource and its hash, or None for one without statements."""


class ResourceHashes:
    """A collector (see kg.rdf.lines.blocks) of the hashes of all resources of a snapshot; few are held in memory."""

    def __init__(self, source: Snapshot) -> None:
        self._source = source
        self._waiting: list[tuple[str, str, str]] = []
        self._database = _temporary()
        self._database.execute("CREATE TABLE found (leaf TEXT, name TEXT, hash TEXT)")

    def add(self, block: Block) -> None:
        """Add the hash of a subject."""
        self._take(block.subject.decode(), block.lines)

    def _take(self, name: str, lines: Iterable[bytes]) -> None:
        self._waiting.append((leaf_of(name), name, hashed(lines)))
        if len(self._waiting) >= BATCH:
            self._store()

    def _store(self) -> None:
        self._database.executemany("INSERT INTO found VALUES (?, ?, ?)", self._waiting)
        self._waiting.clear()

    def write(self, output: Path) -> None:
        """Write the tree into a new file. Raises StoreError if that fails."""
        for name, lines in named_graphs(self._source.open()):
            self._take(name, lines)
        self._store()
        try:
            with closing(self._database) as database:
                database.commit()
                database.execute("ATTACH ? AS output", (str(output),))
                database.executescript(SCHEMA.format(to="output."))
                database.execute("INSERT INTO output.resource SELECT * FROM found ORDER BY leaf, name")
                _hash_nodes(database, _all(database, "SELECT DISTINCT leaf FROM output.resource"))
                database.commit()
        except sqlite3.Error as error:
            raise StoreError(f"the hash tree {output} cannot be written: {error}") from error


class HashTree:
    """An open hash tree; changes are on disk when the block of ``opened`` ends."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @property
    def root(self) -> str:
        """The hash of the root."""
        ((found,),) = self._database.execute("SELECT hash FROM node WHERE name = ''")
        return str(found)

    @property
    def resources(self) -> int:
        """The number of resources."""
        ((found,),) = self._database.execute("SELECT count(*) FROM resource")
        return int(found)

    def text(self, name: str) -> bytes:
        """Return the text of a node by its digits ("" for the root); empty if there is no such node."""
        return _text(self._database, name)

    def update(self, changed: Iterable[Hashed]) -> None:
        """Change the hashes of resources, or remove resources."""
        leaves = set()
        for name, found in changed:
            leaf = leaf_of(name)
            leaves.add(leaf)
            if found is None:
                self._database.execute("DELETE FROM resource WHERE leaf = ? AND name = ?", (leaf, name))
            else:
                self._database.execute(CHANGE, (leaf, name, found))
        _hash_nodes(self._database, sorted(leaves))


@contextmanager
def opened(file: Path, *, changing: bool = False) -> Iterator[HashTree]:
    """Provide the tree in a file, for reading or changing. Raises StoreError if that fails."""
    mode = "rw" if changing else "ro"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True)) as database:
            yield HashTree(database)
            database.commit()
    except sqlite3.Error as error:
        raise StoreError(f"the hash tree {file} cannot be used: {error}") from error


def named_graphs(graph: Graph) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the named graphs of a dataset as resources, each with its lines."""
    for one in graph.named_graphs():
        if isinstance(one, BlankNode):  # which writes never create
            continue
        with statements.reading(graph, one) as lines:
            found = list(lines)
        if found:
            yield f"{GRAPH}{one}", found


def hashed(lines: Iterable[bytes]) -> str:
    """Return the hash of a resource with these lines."""
    return hashlib.sha256(b"".join(sorted(set(lines)))).hexdigest()


def is_node(name: str) -> bool:
    """Return whether a text can be the name of a node."""
    return len(name) in (0, *DIGITS) and not set(name) - set("0123456789abcdef")


def leaf_of(name: str) -> str:
    """Return the leaf that a resource is in."""
    return hashlib.sha256(name.encode()).hexdigest()[:LEAF]


def listed(text: bytes) -> dict[str, str]:
    """Return the names in the text of a node, each with its hash. Raises ValueError if it is not such a text."""
    found = {}
    for line in text.decode().removesuffix("\n").split("\n") if text else ():
        sha256, _, name = line.partition(" ")
        if not (SHA256.fullmatch(sha256) and name):
            raise ValueError(f"{line[:80]!r} is not a line of a hash tree")
        found[name] = sha256
    return found


def _temporary() -> sqlite3.Connection:
    """Return a temporary database, which is kept in an unnamed file once it is large."""
    return sqlite3.connect("")


def _hash_nodes(database: sqlite3.Connection, leaves: Iterable[str]) -> None:
    """Hash leaves again, and the nodes above them."""
    names = list(leaves)
    for length in (*reversed(DIGITS), 0):
        for name in sorted({name[:length] for name in names}) if length else [""]:
            text = _text(database, name)
            if text or not name:
                row = (name, hashlib.sha256(text).hexdigest())
                database.execute("INSERT OR REPLACE INTO node VALUES (?, ?)", row)
            else:
                database.execute("DELETE FROM node WHERE name = ?", (name,))


def _text(database: sqlite3.Connection, name: str) -> bytes:
    if len(name) == LEAF:
        below = database.execute("SELECT hash, name FROM resource WHERE leaf = ? ORDER BY name", (name,))
    else:
        length = next(one for one in DIGITS if one > len(name))
        query = "SELECT hash, name FROM node WHERE name BETWEEN ? AND ? || 'g' AND length(name) = ? ORDER BY name"
        below = database.execute(query, (name, name, length))
    return "".join(f"{found} {one}\n" for found, one in below).encode()


def _all(database: sqlite3.Connection, query: str) -> list[str]:
    return [one for (one,) in database.execute(query)]


HASHES: Final = GatheredArtefact(
    name="hashes",
    file="hashes-1.sqlite",
    title="the hash tree",
    busy="the hash tree is being made; try again in a few seconds",
    group="hashes",
    patience=10,
    begin=lambda place: ResourceHashes(place.snapshot),
)


def known_root(place: SnapshotFolders) -> str:
    """Return the root of the hash tree of a snapshot, "" if it has not been made yet."""
    if not HASHES.ready(place):
        return ""
    with opened(HASHES.path(place)) as tree:
        return tree.root
