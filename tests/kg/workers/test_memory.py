"""Workers that share a graph in memory answer like those that read it from disk, and keep the same promises."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import QueryTimeoutError, ServiceBusyError, StoreError, WorkerLostError
from kg.process.child import Child
from kg.process.forking import ForkServer, private_bytes
from kg.query.questions import CompetencyQuestion, questions
from kg.rdf import NamedNode
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers import budget, memory
from kg.workers.memory import GraphPlace
from kg.workers.operations import Describe
from kg.workers.workers import Workers
from tests.kg.workers.test_pool import BOMB, RUNAWAY
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux names processes by descriptors")
Publish = Callable[[Path, str, str], Snapshot]
LABEL = "<http://a.example/a> <http://www.w3.org/2000/01/rdf-schema#label> '{}' ."
ASK = "ASK { <http://a.example/a> ?p '%s' }"


def in_memory(pool: Workers) -> bool:
    return pool.placement.place == GraphPlace.MEMORY


def host(pool: Workers) -> ForkServer:
    server = pool._generation.memory
    assert server
    return server


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.fixture(scope="module", autouse=True)
def at_once() -> Iterator[None]:
    """Load the served graph at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "QUIET_SECONDS", 0.0)
        yield


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """Settings that give a busy machine enough time to start workers."""
    return replace(settings, query_seconds=20.0)


@pytest.fixture(scope="module")
def pool(served_store: Path, settings: Settings) -> Iterator[Workers]:
    """Workers that share the small graph."""
    with Workers(Store(served_store), settings, in_memory=True) as found:
        until(lambda: in_memory(found))
        yield found


@pytest.fixture(scope="module")
def sample_pools(sample_store: Path, settings: Settings) -> Iterator[tuple[Workers, Workers]]:
    """Workers that read the sample from disk, and workers that share it in memory."""
    own = replace(settings, store=str(sample_store))
    with Workers(Store(sample_store), own) as disk, Workers(Store(sample_store), own, in_memory=True) as found:
        until(lambda: in_memory(found))
        yield disk, found


def solutions(pool: Workers, text: str) -> list[str]:
    """The solutions or triples that a query finds, sorted, and the words in them: GROUP_CONCAT joins in any order."""
    answer = pool.query(text)
    if answer.form != "select":
        return sorted(answer.body.decode().splitlines())
    rows = json.loads(answer.body)["results"]["bindings"]
    for term in [term for row in rows for term in row.values()]:
        term["value"] = sorted(re.split("[, ]+", term["value"]))
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("question", questions(), ids=lambda one: one.name)
def test_questions_are_answered_as_from_disk(
    sample_pools: tuple[Workers, Workers], question: CompetencyQuestion
) -> None:
    disk, found = sample_pools
    assert in_memory(found)
    assert solutions(found, question.text) == solutions(disk, question.text)


@pytest.mark.parametrize("name", ["turtle", "jsonld", "rdfxml"])
def test_documents_have_the_same_bytes_as_from_disk(sample_pools: tuple[Workers, Workers], name: str) -> None:
    disk, found = sample_pools
    answer = disk.query("SELECT ?e { ?e a ng:Event ; schema:startDate ?d } ORDER BY ?d ?e LIMIT 5")
    iris = [row["e"]["value"] for row in json.loads(answer.body)["results"]["bindings"]]
    for operation in [Describe(iri, by_name(name), 1_000_000, f"{iri}.doc") for iri in iris]:
        assert found.ask(operation).body == disk.ask(operation).body


def test_it_is_answered_from_disk_until_the_graph_is_in_memory(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), settings, in_memory=True) as pool:
        assert str(pool.placement) == "on disk until it is loaded into memory"
        assert pool.query("ASK { ?s a ng:Event }").body == b'{"head":{},"boolean":true}'
        until(lambda: in_memory(pool))
        assert str(pool.placement) == "in memory"
        assert pool.query("ASK { ?s a ng:Event }").body == b'{"head":{},"boolean":true}'


def test_the_process_that_holds_the_graph_has_one_thread_and_normal_priority(pool: Workers) -> None:
    pid = host(pool).pid
    assert len(os.listdir(f"/proc/{pid}/task")) == 1  # noqa: PTH208 - a process with threads is not to be forked
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0)


def test_workers_are_forked_from_the_process_with_the_graph_and_confined(pool: Workers) -> None:
    child = host(pool).fork(1_000_000_000)
    try:
        status = Path(f"/proc/{child.process.pid}/status").read_text(encoding="utf-8")
        assert f"PPid:\t{host(pool).pid}\n" in status
        assert "Seccomp:\t2\n" in status  # which refuses the network: SECCOMP_MODE_FILTER
        assert child.confined
    finally:
        child.end()
    assert gone(child.process.pid)


def test_a_runaway_query_is_stopped_at_its_deadline_and_its_worker_is_forked_again(pool: Workers) -> None:
    holding, started = host(pool).pid, pool.workers_started
    while pool.workers_started == started:  # a busy machine may not even begin it in time
        with pytest.raises((QueryTimeoutError, ServiceBusyError)):
            pool.query(RUNAWAY, seconds=0.7)
    assert pool.query("ASK {}").body
    assert (in_memory(pool), host(pool).pid) == (True, holding)


def test_a_query_that_asks_for_too_much_memory_loses_only_its_worker(pool: Workers) -> None:
    holding = host(pool).pid
    with pytest.raises((WorkerLostError, QueryTimeoutError), match=r"stopped.*share no variable"):
        pool.query(BOMB)
    assert pool.query("ASK {}").body
    assert (in_memory(pool), host(pool).pid) == (True, holding)


def test_workers_make_different_random_values(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), replace(settings, query_workers=1), spare=0, in_memory=True) as pool:
        until(lambda: in_memory(pool))
        seen = set()
        for _ in range(3):
            until(lambda: pool._generation.idle)
            seen.add(pool.query("SELECT (UUID() AS ?u) (RAND() AS ?r) (BNODE() AS ?b) {}").body)
            pool._generation.idle[0].end()  # so that a process from the same fork server answers the next one
        assert len(seen) == 3


def test_a_worker_that_keeps_more_than_its_share_is_forked_again(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), replace(settings, query_workers=1), spare=0, in_memory=True) as pool:
        until(lambda: in_memory(pool))
        child = pool._generation.idle[0]
        pool.query("ASK {}")
        until(lambda: pool._generation.idle)
        assert pool._generation.idle[0] is child
        pool._generation.share = private_bytes(child.process.pid) // 2
        pool.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        until(lambda: gone(child.process.pid) and pool._generation.idle)
        assert pool._generation.idle[0] is not child
        assert in_memory(pool)


def test_blank_nodes_and_empty_graphs_are_as_on_disk(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    snapshot = publish_store(tmp_path / "store", "_:one <http://a.example/p> [ <http://a.example/p> 1 ] .", "1")
    database = EmbeddedGraph(snapshot.database)
    database.add_graph(NamedNode("http://a.example/empty"))
    database.flush()
    del database  # closes the connection
    nodes, graphs = "SELECT ?s ?o { ?s ?p ?o FILTER(ISBLANK(?s)) }", "SELECT ?g { GRAPH ?g {} }"
    with Workers(Store(tmp_path / "store"), settings, in_memory=True) as pool:
        before = solutions(pool, nodes), solutions(pool, graphs)
        until(lambda: in_memory(pool))
        assert (solutions(pool, nodes), solutions(pool, graphs)) == before
        assert [len(one) for one in before] == [2, 1]


def test_a_new_snapshot_is_answered_from_disk_and_then_from_memory(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    publish_store(tmp_path / "store", LABEL.format("one"), "1")
    with Workers(Store(tmp_path / "store"), settings, in_memory=True) as pool:
        until(lambda: in_memory(pool))
        old = host(pool).pid
        publish_store(tmp_path / "store", LABEL.format("two"), "2")
        assert pool.shows("2", time.monotonic() + 20)
        assert pool.query(ASK % "two").body == b'{"head":{},"boolean":true}'
        until(lambda: in_memory(pool))
        answer = pool.query(ASK % "two")
        assert (answer.body, answer.snapshot) == (b'{"head":{},"boolean":true}', "2")
        until(lambda: gone(old))


def test_a_snapshot_that_another_one_may_replace_soon_is_not_loaded(
    tmp_path: Path, settings: Settings, publish_store: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_store(tmp_path / "store", LABEL.format("one"), "1")
    with Workers(Store(tmp_path / "store"), settings, in_memory=True) as pool:
        until(lambda: in_memory(pool))
        monkeypatch.setattr(memory, "QUIET_SECONDS", 600.0)
        old = host(pool).pid
        for name in ("2", "3"):
            publish_store(tmp_path / "store", LABEL.format(name), name)
            assert pool.shows(name, time.monotonic() + 20)
            assert pool.query(ASK % name).body == b'{"head":{},"boolean":true}'
        until(lambda: gone(old))
        assert pool.placement.place == GraphPlace.LOADING
        assert pool._memory
        assert pool._memory._server is None


@pytest.mark.slow(
    also="tests/kg/workers/test_pool.py::test_a_caller_that_holds_a_snapshot_is_answered_from_it_until_release"
)
def test_a_caller_that_holds_a_snapshot_is_answered_from_its_memory_until_release(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    publish_store(tmp_path / "store", LABEL.format("one"), "1")
    with Workers(Store(tmp_path / "store"), settings, in_memory=True) as pool, ThreadPoolExecutor(1) as others:
        until(lambda: in_memory(pool))
        old = host(pool).pid
        with pool.hold():
            publish_store(tmp_path / "store", LABEL.format("two"), "2")
            until(lambda: others.submit(lambda: pool.query("ASK {}").snapshot).result() == "2")
            assert pool.query(ASK % "one").body == b'{"head":{},"boolean":true}'
            assert not gone(old)
            os.kill(old, signal.SIGKILL)  # and even then from the same snapshot, and the newer one is loaded
            until(lambda: all(child.process.poll() is not None for child in pool._chosen().idle))
            assert pool.query(ASK % "one").body == b'{"head":{},"boolean":true}'
        assert pool.query("ASK {}").snapshot == "2"
        until(lambda: in_memory(pool) and pool.query("ASK {}").snapshot == "2")


@pytest.mark.parametrize("share", [0.0, 1e-6])
def test_a_graph_that_does_not_fit_in_memory_is_answered_from_disk_and_the_reason_is_given(
    served_store: Path, settings: Settings, share: float
) -> None:
    with Workers(Store(served_store), replace(settings, memory_share=share), in_memory=True) as pool:
        assert pool.placement.place == GraphPlace.DISK
        assert "memory_share" in pool.placement.reason
        assert pool.query("ASK {}").body


def test_a_graph_that_proves_too_large_when_it_is_loaded_is_answered_from_disk(
    served_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "estimated", lambda _: 0)
    with Workers(Store(served_store), replace(settings, memory_share=1e-6), in_memory=True) as pool:
        until(lambda: pool.placement.place == GraphPlace.DISK)
        assert "workers would take" in pool.placement.reason
        assert pool.query("ASK {}").body
        assert pool._memory
        until(lambda: pool._memory and pool._memory._server is None)


def test_a_graph_that_cannot_be_loaded_is_answered_from_disk_as_far_as_that_is_possible(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    snapshot = publish_store(tmp_path / "store", "", "1")
    for file in snapshot.database.iterdir():
        file.unlink()
    with Workers(Store(tmp_path / "store"), settings, in_memory=True) as pool:
        until(lambda: pool.placement.place == GraphPlace.DISK)
        assert "cannot be read" in pool.placement.reason
        with pytest.raises(StoreError):
            pool.query("ASK {}")


def test_when_the_process_with_the_graph_dies_queries_go_to_disk_and_it_is_loaded_again(
    served_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "AFTER_LOSS_SECONDS", 1.0)
    with Workers(Store(served_store), settings, in_memory=True) as pool:
        until(lambda: in_memory(pool))
        workers = [child.process for child in pool._generation.idle]
        lost = host(pool).pid
        os.kill(lost, signal.SIGKILL)
        until(lambda: all(one.poll() is not None for one in workers))
        assert pool.query("ASK { ?s a ng:Event }").body == b'{"head":{},"boolean":true}'
        assert pool.placement.place == GraphPlace.LOADING
        until(lambda: in_memory(pool) and host(pool).pid != lost)
        assert pool.query("ASK { ?s a ng:Event }").body == b'{"head":{},"boolean":true}'


def test_a_loader_that_dies_is_started_again(
    served_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "AFTER_LOSS_SECONDS", 1.0)
    with Workers(Store(served_store), settings, in_memory=True) as pool:
        loader = pool._memory
        until(lambda: loader and loader._server)
        assert loader
        assert loader._server
        os.kill(loader._server.pid, signal.SIGKILL)
        until(lambda: "tried again" in pool.placement.reason)
        assert pool.query("ASK {}").body
        until(lambda: in_memory(pool))
        assert pool.query("ASK {}").body


def test_workers_that_die_with_the_process_that_holds_the_graph_are_replaced_without_a_request(
    served_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "WATCH_SECONDS", 0.01)
    with Workers(Store(served_store), settings, in_memory=True) as pool:
        until(lambda: in_memory(pool) and len(pool._generation.idle) == pool._size)
        old = host(pool)
        os.kill(old.pid, signal.SIGKILL)
        until(lambda: pool._generation.memory is not old)
        assert pool.ready(20)
        until(lambda: len(pool._generation.idle) == pool._size)


def test_a_process_that_does_not_fork_in_time_is_given_up(
    served_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.process.forking.FORK_SECONDS", 0.2)
    with Workers(Store(served_store), replace(settings, query_workers=1), spare=0, in_memory=True) as pool:
        until(lambda: in_memory(pool) and pool._generation.idle)
        os.kill(host(pool).pid, signal.SIGSTOP)
        pool._generation.idle[0].end()
        assert pool.query("ASK { ?s a ng:Event }").body == b'{"head":{},"boolean":true}'
        assert not in_memory(pool)


@pytest.mark.parametrize("ready", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_closing_ends_every_process(served_store: Path, settings: Settings, ready: bool) -> None:
    pool = Workers(Store(served_store), settings, in_memory=True)
    assert pool._memory
    until(lambda: in_memory(pool) if ready else pool._memory and pool._memory._server)
    server = pool._memory._server
    assert server
    workers = [child.process.pid for child in pool._generation.idle]
    pool.close()
    assert all(map(gone, [server.pid, *workers]))


def test_workers_end_with_the_process_that_holds_the_graph_and_that_with_its_parent(served_store: Path) -> None:
    database = Store(served_store).current().database
    with ThreadPoolExecutor(1) as thread:  # the parent of a process is the thread that has started it
        server = thread.submit(ForkServer, "kg.workers.memory_process", database, 10**9).result()
        assert server.loaded(20)
        child: Child = server.fork(10**9)
    until(lambda: gone(server.pid) and gone(child.process.pid))
    child.end()
    server.end()


def test_the_estimate_is_not_below_what_a_graph_takes(pool: Workers) -> None:
    triples = pool.snapshot.manifest.counts["triples"]
    assert private_bytes(host(pool).pid) < budget.estimated(triples)
