from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from kg.settings import Settings
from kg.snapshot import Manifest, Snapshot, drafting, publish
from kg.workers import Workers

TURTLE = Path(__file__).parent / "data" / "served.ttl"
BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/abcdefghij"

Publish = Callable[[Path, str, str], Snapshot]


def publish_turtle(store: Path, turtle: str, name: str = "20111109T060000000000Z") -> Snapshot:
    with drafting(store) as draft:
        database = Store(str(draft / "db"))
        database.load(turtle.encode(), format=RdfFormat.TURTLE)
        database.flush()
        counts = {"events": 3, "places": 3, "pages": 1, "triples": len(database)}
        del database
        created = datetime(2011, 11, 9, 6, tzinfo=UTC).isoformat().replace("+00:00", "Z")
        return publish(store, draft, Manifest(name, created, BASE, "0.1.0", counts), keep=3)


@pytest.fixture
def publish_store() -> Publish:
    return publish_turtle


@pytest.fixture(scope="session")
def served_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store folder with one snapshot of tests/data/served.ttl."""
    store = tmp_path_factory.mktemp("served") / "store"
    publish_turtle(store, TURTLE.read_text(encoding="utf-8"))
    return store


@pytest.fixture(scope="session")
def graph() -> Store:
    """The triples of tests/data/served.ttl in memory."""
    store = Store()
    store.load(TURTLE.read_bytes(), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="session")
def settings(served_store: Path) -> Settings:
    return replace(
        Settings(), store=str(served_store), port=0, query_seconds=2.0, query_memory=1_000_000_000, threads=8
    )


@pytest.fixture(scope="session")
def workers(served_store: Path, settings: Settings) -> Iterator[Workers]:
    with Workers(served_store, settings) as pool:
        yield pool
