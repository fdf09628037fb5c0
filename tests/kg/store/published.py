"""Stores with two snapshots with listed files, for tests of damage, of keeping and of going back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import RdfFormat

from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot
from tests.conftest import BASE, Once

FIRST, SECOND, THIRD = (f"201111{day:02}T060000000000Z" for day in (9, 10, 11))


def publish(store: Store, name: str, triples: int = 10_000) -> Snapshot:
    """Publish a snapshot with some triples about its name."""
    with store.drafting() as draft:
        database = EmbeddedGraph(str(snapshot.database(draft)))
        lines = (f"<urn:s:{number}> <urn:p> '{name} {number}' .\n" for number in range(triples))
        database.load("".join(lines).encode(), RdfFormat.TURTLE)
        database.optimize()
        del database
        created = datetime(2011, 11, 9, 6, tzinfo=UTC).isoformat().replace("+00:00", "Z")
        counts = {"triples": triples}
        manifest = Manifest(name, created, BASE, "newsgraph", counts, files=snapshot.checksums(draft))
        return store.publish(draft, manifest, 5)


def _publish_two(path: Path) -> Path:
    for name in (FIRST, SECOND):
        publish(Store(path), name)
    return path


def with_two(once: Once, folder: Path) -> Store:
    """Make a store with two snapshots in a folder; the second one is current."""
    return Store(shutil.copytree(once("two-snapshots", _publish_two), folder, symlinks=True))


def flip(one: Snapshot) -> None:
    """Change a bit in each block of the largest file of a database, except at its end, which is read on opening."""
    file = max(one.database.glob("*.sst"), key=lambda file: file.stat().st_size)
    content = bytearray(file.read_bytes())
    for place in range(500, len(content) // 2, 1_000):
        content[place] ^= 4
    file.write_bytes(content)
