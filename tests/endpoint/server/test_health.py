from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from endpoint.app import create_app
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers import memory
from kg.workers.workers import Workers
from tests.waiting import until


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_healthy_server_says_so_and_the_answer_is_not_cached(send, path: str) -> None:
    reply = send(path)
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert send(path, method="HEAD").status == 200


def test_a_ready_server_names_its_snapshot(send, served_store: Path) -> None:
    assert json.loads(send("/readyz").body) == {"status": "ready", "snapshot": Store(served_store).current().id}


def test_a_server_says_where_its_graph_is(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "QUIET_SECONDS", 0.0)
    with Workers(Store(Path(settings.store)), settings, in_memory=True) as workers:
        client = create_app(settings, workers).test_client()
        places: list[str] = []
        until(lambda: places.append(client.get("/healthz").json["graph"]) or places[-1] == "memory")
        assert set(places) <= {"loading", "memory"}
        assert 'newsgraph_graph{place="memory"} 1.0' in client.get("/metrics").text


def test_a_server_whose_workers_cannot_open_the_snapshot_is_alive_but_not_ready(
    tmp_path: Path, settings: Settings, publish_store
) -> None:
    snapshot = publish_store(tmp_path / "store", "", "1")
    for file in snapshot.database.iterdir():
        file.unlink()
    with Workers(Store(tmp_path / "store"), settings) as workers:
        client = create_app(replace(settings, store=str(tmp_path / "store")), workers).test_client()
        assert client.get("/healthz").status_code == 200
        reply = client.get("/readyz")
        assert reply.status_code == 503
        assert int(reply.headers["Retry-After"]) > 0
