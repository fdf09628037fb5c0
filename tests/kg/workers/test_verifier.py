"""A server answers from the newest intact snapshot, notices damage by itself, and recovers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from endpoint.app import create_app
from kg.errors import EngineError, StoreDamagedError, StoreError
from kg.settings import Settings
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers.choice import StoreCondition
from kg.workers.verifier import Verifier
from kg.workers.workers import Workers
from tests.conftest import Once
from tests.kg.store.published import FIRST, SECOND, THIRD, flip, publish, with_two
from tests.waiting import until

ALL = "SELECT * { ?s ?p ?o }"


@pytest.fixture
def store(once: Once, tmp_path: Path) -> Store:
    return with_two(once, tmp_path / "store")


@pytest.fixture
def own(store: Store, settings: Settings) -> Settings:
    return replace(settings, store=str(store), query_workers=1, verify_rate=0)


@pytest.fixture
def workers(store: Store, own: Settings) -> Iterator[Workers]:
    with Workers(store, own) as pool:
        assert pool.ready(20)
        yield pool


def verifier(store: Store, own: Settings, workers: Workers) -> Verifier:
    return Verifier(store, store.path / "cache", own, workers)


def test_a_damaged_block_is_reported_as_damage_and_its_worker_ends(store: Store, own: Settings) -> None:
    flip(store.current())
    with Workers(store, own, spare=0) as pool:
        alarms: list[bool] = []
        pool.alarm = lambda: alarms.append(True)
        with pytest.raises(EngineError, match="not for lack of memory") as told:
            pool.query(ALL)
        assert "Corruption" in told.value.reason
        assert alarms
        started = pool.workers_started
        assert pool.query("ASK {}").body
        assert pool.workers_started > started


def test_a_snapshot_found_damaged_is_no_longer_answered_from(store: Store, own: Settings, workers: Workers) -> None:
    client = create_app(own, workers).test_client()
    assert client.get("/readyz").json == {"status": "ready", "snapshot": SECOND}
    flip(store.current())
    found = verifier(store, own, workers)
    found.verify()
    until(lambda: workers.snapshot.id == FIRST)
    assert b"20111109" in workers.query(ALL).body
    assert client.get("/readyz").json == {"status": "degraded", "snapshot": FIRST, "current": SECOND}
    assert client.get("/healthz").json["store"] == "degraded"
    assert 'newsgraph_store{condition="degraded"} 1.0' in client.get("/metrics").text


def test_a_snapshot_that_is_whole_again_is_answered_from_again(store: Store, own: Settings, workers: Workers) -> None:
    file = next(store.current().database.glob("*.sst"))
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    found = verifier(store, own, workers)
    found.verify()
    until(lambda: workers.snapshot.id == FIRST)
    file.write_bytes(content)
    found.verify()
    until(lambda: workers.snapshot.id == SECOND)
    assert workers.health.condition == StoreCondition.SOUND


def test_without_a_whole_snapshot_a_server_is_not_ready_and_says_why(
    store: Store, own: Settings, workers: Workers
) -> None:
    for folder in store.snapshots():
        flip(snapshot.read(folder))
    verifier(store, own, workers).verify()
    reply = create_app(own, workers).test_client().get("/readyz", headers={"Accept": "application/problem+json"})
    assert reply.status_code == 503
    assert reply.json["type"].endswith("#store-damaged")
    assert workers.snapshot.id == SECOND


def test_a_new_snapshot_ends_the_alarm(store: Store, own: Settings, workers: Workers) -> None:
    flip(store.current())
    verifier(store, own, workers).verify()
    until(lambda: workers.snapshot.id == FIRST)
    publish(store, THIRD)
    until(lambda: workers.snapshot.id == THIRD)
    assert workers.health.condition == StoreCondition.SOUND


Damage = Callable[[Snapshot], object]


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: next(one.database.glob("*.sst")).unlink(),
        lambda one: snapshot.manifest_file(one.folder).write_text("{}"),
        lambda one: next(one.database.glob("MANIFEST-*")).write_bytes(
            bytes(next(one.database.glob("MANIFEST-*")).stat().st_size)
        ),
    ],
    ids=["a file is gone", "the manifest is no manifest", "the engine does not open it"],
)
def test_a_server_starts_with_an_older_snapshot_if_the_current_one_cannot_be_used(
    store: Store, own: Settings, damage: Damage
) -> None:
    damage(store.current())
    with Workers(store, own) as pool:
        until(lambda: pool.snapshot.id == FIRST)
        until(lambda: pool.health.condition == StoreCondition.DEGRADED)
        assert pool.query("ASK {}").snapshot == FIRST


def test_a_store_with_nothing_that_can_be_read_is_refused(store: Store, own: Settings) -> None:
    for folder in store.snapshots():
        snapshot.manifest_file(folder).write_text("{}")
    with pytest.raises(StoreDamagedError, match="kg rollback"):
        Workers(store, own)


def test_a_running_verifier_is_told_of_failures_and_ends_with_its_server(
    store: Store, own: Settings, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.workers.verifier.FIRST_SECONDS", 60.0)
    with verifier(store, own, workers) as running:
        workers.alarm()
        until(lambda: running.last is not None)
        assert running.last
        assert running.last.verification.is_sound


def test_a_damaged_cache_is_thrown_away(store: Store, own: Settings, workers: Workers) -> None:
    file = store.path / "cache" / SECOND / "search.sqlite"
    file.parent.mkdir(parents=True)
    file.write_text("some")
    file.with_name("search.sqlite.sha256").write_text(f"{'0' * 64}  search.sqlite\n")
    verifier(store, own, workers).verify()
    assert list(file.parent.iterdir()) == []


def test_errors_of_a_store_that_is_gone_print_no_traceback(store: Store, own: Settings) -> None:
    (store.path / "current").unlink()
    with pytest.raises(StoreError):
        Workers(store, own)
