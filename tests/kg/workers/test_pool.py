from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import (
    EngineError,
    NotFoundError,
    PipeClosedError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
    ServiceBusyError,
    StoreDamagedError,
    StoreError,
    WorkerLostError,
)
from kg.process import frames
from kg.process.child import Child
from kg.query.evaluate import Answer
from kg.query.operations import Evaluate
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store import pruning
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers import admission
from kg.workers.admission import Lane
from kg.workers.choice import SnapshotChoice, StoreCondition
from kg.workers.operations import Describe, Newest, Open
from kg.workers.workers import Workers
from tests.paths import DATA
from tests.waiting import until

BASE = "http://127.0.0.1:8000/"
EVENT = f"{BASE}event/2011-11-08/abcdefghij"
TURTLE = DATA / "served.ttl"
Publish = Callable[[Path, str, str], Snapshot]

DIGITS = "{ 0 1 2 3 4 5 6 7 8 9 }"
# 10^12 rows, and a string of a gigabyte: neither needs any data.
RUNAWAY = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?v{n} {DIGITS}' for n in range(12))} }}"
TENFOLD = " ".join(f"BIND(CONCAT({', '.join([f'?v{n}'] * 10)}) AS ?v{n + 1})" for n in range(9))
BOMB = f"SELECT (STRLEN(?v9) AS ?n) {{ BIND('0' AS ?v0) {TENFOLD} }}"


PATIENCE = 60.0
"""Seconds that a test waits for a state, however busy the machine is; none of them is waited for on purpose."""


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """Settings with two workers for queries, and a limit that no query but a runaway one reaches."""
    return replace(settings, query_seconds=PATIENCE, query_workers=2)


@pytest.fixture(scope="module")
def workers(served_store: Path, settings: Settings) -> Iterator[Workers]:
    with Workers(Store(served_store), settings) as pool:
        assert pool.ready(PATIENCE)
        yield pool


def started(pool: Workers, running: Sequence[Future[Answer]], lane: Lane = Lane.QUERY) -> None:
    """Wait until one of some queries runs in a lane; it may have moved on to the slow one."""
    until(lambda: pool._lanes.busy[lane] or pool._lanes.busy[Lane.SLOW])
    assert not all(one.done() for one in running)


def stopped(pool: Workers, running: Sequence[Future[Answer]]) -> None:
    """End runaway queries by killing their workers, again and again since the pool may start them once more."""
    while not all(one.done() for one in running):
        with pool._changed:
            for child in pool._taken:
                child.kill()
        time.sleep(0.01)
    for one in running:
        assert isinstance(one.exception(), WorkerLostError | QueryTimeoutError | ServiceBusyError)


def describe(workers: Workers, iri: str = EVENT, document: str | None = None) -> Answer:
    return workers.ask(Describe(iri, by_name("turtle"), workers.settings.result_bytes, document))


def test_a_query_is_answered_and_names_its_snapshot(workers: Workers) -> None:
    found = workers.query("ASK { ?s a <https://w3id.org/newsgraph/ns#Event> }")
    assert (found.form, found.body, found.snapshot) == ("ask", b'{"head":{},"boolean":true}', workers.snapshot.id)


def test_a_resource_is_described(workers: Workers) -> None:
    assert b"besieges" in describe(workers).body


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT * {", QuerySyntaxError),
        ("ASK { SERVICE <http://127.0.0.1:9/> {} }", QueryRefusedError),
    ],
)
def test_errors_of_queries_reach_the_caller(workers: Workers, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        workers.query(query)


def test_line_and_column_reach_the_caller(workers: Workers) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        workers.query("SELECT *\n{ ?s")
    assert caught.value.line == 2
    assert caught.value.column


def test_an_unknown_resource_is_not_found(workers: Workers) -> None:
    with pytest.raises(NotFoundError):
        describe(workers, f"{BASE}event/nothing")


def test_a_runaway_query_is_stopped_at_its_deadline_and_the_next_is_answered(
    served_store: Path, settings: Settings
) -> None:
    with Workers(Store(served_store), replace(settings, query_seconds=60.0)) as patient:
        assert patient.ready(PATIENCE)
        start = time.monotonic()
        with pytest.raises(QueryTimeoutError):
            patient.query(RUNAWAY, seconds=0.5)
        # Far below the limit of the settings, however busy the machine is.
        assert time.monotonic() - start < 30.0
        assert patient.query("ASK {}").body


def test_documents_are_answered_while_all_query_workers_run_long(workers: Workers) -> None:
    with ThreadPoolExecutor() as threads:
        runaways = [threads.submit(workers.query, RUNAWAY) for _ in range(3)]
        started(workers, runaways, Lane.SLOW)
        assert describe(workers).body
        assert not all(one.done() for one in runaways)
        stopped(workers, runaways)


def test_slow_queries_leave_a_worker_to_fast_ones(workers: Workers) -> None:
    with ThreadPoolExecutor() as threads:
        runaways = [threads.submit(workers.query, RUNAWAY) for _ in range(3)]
        started(workers, runaways, Lane.SLOW)
        assert workers.query("ASK {}").body
        assert not all(one.done() for one in runaways)
        stopped(workers, runaways)


def test_a_slow_query_with_room_is_not_started_again(served_store: Path, settings: Settings) -> None:
    values = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(6))
    query = f"SELECT (COUNT(*) AS ?n) {{ {values} FILTER(STRLEN(CONCAT(STR(?v0), STR(?v5))) > 0) }}"
    with Workers(Store(served_store), settings) as pool:
        assert b'"1000000"' in pool.query(query).body
        assert not any(pool._lanes.busy.values())


def test_a_query_that_asks_for_too_much_memory_loses_only_its_worker(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), replace(settings, query_memory=1_000_000_000, query_seconds=20.0)) as small:
        with pytest.raises((WorkerLostError, QueryTimeoutError), match=r"stopped.*share no variable"):
            small.query(BOMB)
        assert small.query("ASK {}").body


def test_a_result_over_the_limit_is_refused(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), replace(settings, result_bytes=1_000)) as small:
        with pytest.raises(ResultTooLargeError):
            small.query("SELECT * { ?s ?p ?o }")
        with pytest.raises(ResultTooLargeError):
            describe(small)
        assert small.query("ASK {}").body


def test_an_idle_worker_that_was_killed_is_replaced_and_nobody_notices(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), replace(settings, query_workers=1), spare=0) as pool:
        pool.query("ASK {}")
        idle = pool._generation.idle[0].process
        os.kill(idle.pid, signal.SIGKILL)
        idle.wait()
        assert pool.query("ASK {}").body


def test_a_query_whose_worker_is_killed_fails_and_the_next_is_answered(served_store: Path, settings: Settings) -> None:
    with (
        Workers(Store(served_store), replace(settings, query_workers=1), spare=0) as pool,
        ThreadPoolExecutor() as threads,
    ):
        assert pool.ready(PATIENCE)
        running = threads.submit(pool.query, RUNAWAY)
        started(pool, [running])
        os.kill(next(iter(pool._taken)).process.pid, signal.SIGKILL)
        with pytest.raises(WorkerLostError):
            running.result()
        assert pool.query("ASK {}").body


def test_too_many_queries_at_once_are_turned_away(served_store: Path, settings: Settings) -> None:
    few = replace(settings, threads=2, query_workers=1)
    with Workers(Store(served_store), few) as pool, ThreadPoolExecutor() as threads:
        assert pool.ready(PATIENCE)
        running = threads.submit(pool.query, RUNAWAY)
        started(pool, [running])
        with pytest.raises(ServiceBusyError, match="too many"):
            pool.query("ASK {}")
        stopped(pool, [running])


def test_a_new_snapshot_is_served_without_a_failed_request(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    store = tmp_path / "store"
    publish_store(store, TURTLE.read_text(encoding="utf-8"), "1")
    label = "<http://a.example/new> <http://www.w3.org/2000/01/rdf-schema#label> 'new' ."
    ask = "ASK { <http://a.example/new> ?p ?o }"
    with Workers(Store(store), settings) as pool:
        assert b"false" in pool.query(ask).body
        publish_store(store, label, "2")
        limit = time.monotonic() + PATIENCE
        while (found := pool.query(ask)).snapshot == "1":
            assert b"false" in found.body
            assert time.monotonic() < limit
        assert (found.snapshot, pool.snapshot.id) == ("2", "2")
        assert b"true" in found.body


def test_the_events_of_a_hub_are_those_of_the_snapshot_that_is_served(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    store, turtle = tmp_path / "store", TURTLE.read_text(encoding="utf-8")
    added = f"""<{BASE}event/2011-11-09/new> a <https://w3id.org/newsgraph/ns#Event> ;
        <https://schema.org/startDate> "2011-11-09"^^<http://www.w3.org/2001/XMLSchema#date> ;
        <https://w3id.org/newsgraph/ns#place> <{BASE}entity/en/Homs> ."""
    publish_store(store, turtle, "1")
    with Workers(Store(store), settings) as pool:
        _fill(pool)
        homs = f"{BASE}entity/en/Homs", f"{BASE}doc/entity/en/Homs"
        before = [describe(pool, *homs) for _ in range(5)]  # so that each worker remembers them
        publish_store(store, turtle + added, "2")
        assert pool.shows("2", time.monotonic() + PATIENCE)
        _fill(pool)
        after = [describe(pool, *homs) for _ in range(5)]
    assert {one.rows for one in after} == {(before[0].rows or 0) + 1}
    assert not any(b"event/2011-11-09/new" in one.body for one in before)
    assert all(b"event/2011-11-09/new" in one.body for one in after)


def test_a_caller_that_holds_a_snapshot_is_answered_from_it_until_release(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    store = tmp_path / "store"
    publish_store(store, TURTLE.read_text(encoding="utf-8"), "1")
    with Workers(Store(store), settings) as pool, ThreadPoolExecutor(1) as others:
        assert pool.ready(PATIENCE)
        with pool.hold() as held:
            publish_store(store, "", "2")
            until(lambda: others.submit(lambda: pool.query("ASK {}").snapshot).result() == "2")
            assert (held.id, pool.snapshot.id, pool.query("ASK {}").snapshot) == ("1", "1", "1")
            assert b"besieges" in describe(pool).body
            for child in list(pool._chosen().idle):  # its workers are also replaced while somebody needs them
                child.process.kill()
                child.process.wait()
            assert pool.query("ASK {}").snapshot == "1"
        assert pool.query("ASK {}").snapshot == "2"


def test_a_snapshot_that_is_removed_while_it_is_read_is_no_alarm(
    tmp_path: Path, settings: Settings, publish_store: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    store, alarms = tmp_path / "store", list[str]()
    read = publish_store(store, TURTLE.read_text(encoding="utf-8"), "1")
    with Workers(Store(store), replace(settings, query_workers=1), spare=0) as pool:
        pool.alarm = lambda: alarms.append("alarm")
        assert pool.ready(PATIENCE)
        with pool.hold():
            publish_store(store, "", "2")
            damaged = [*read.database.glob("*.sst")]
            for file in damaged:
                file.write_bytes(b"")
            with pytest.raises((EngineError, StoreDamagedError)):
                describe(pool)
            assert alarms
            alarms.clear()
            pruning.remove(read.folder)
            for _ in range(2):
                with pytest.raises(ServiceBusyError, match="snapshot 1 was just replaced"):
                    describe(pool)
        assert pool.query("ASK {}").snapshot == "2"
    assert damaged
    assert not alarms
    assert caplog.text.count("snapshot 1 was removed") == 1


def test_a_current_snapshot_without_its_manifest_and_files_is_damaged(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    alarms = list[str]()
    damaged = publish_store(tmp_path / "store", TURTLE.read_text(encoding="utf-8"), "1")
    with Workers(Store(tmp_path / "store"), replace(settings, query_workers=1), spare=0) as pool:
        pool.alarm = lambda: alarms.append("alarm")
        assert pool.ready(PATIENCE)
        for file in damaged.database.glob("*.sst"):
            file.write_bytes(b"")
        (damaged.folder / "manifest.json").unlink()
        with pytest.raises((EngineError, StoreDamagedError)):
            describe(pool)
    assert alarms


def test_a_snapshot_that_cannot_be_opened_is_not_served(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    store = tmp_path / "store"
    publish_store(store, "", "1")
    with Workers(Store(store), settings) as pool:
        assert pool.ready(PATIENCE)
        damaged = publish_store(store, "", "2")
        for file in damaged.database.iterdir():
            file.unlink()
        limit = time.monotonic() + PATIENCE
        while pool.health.condition is not StoreCondition.DEGRADED:
            assert pool.query("ASK {}").snapshot == "1"
            assert time.monotonic() < limit
        started = pool.workers_started
        assert pool.query("ASK {}").snapshot == "1"
        assert pool._next is None  # it is not tried again at every request
        assert pool.workers_started == started


@pytest.mark.parametrize("damaged", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_snapshot_that_is_replaced_before_anybody_was_answered_from_it_leaves_and_takes_no_workers(
    tmp_path: Path, settings: Settings, publish_store: Publish, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    may_open = threading.Event()
    ask, init, made = Child.ask, Child.__init__, list[Child]()
    monkeypatch.setattr(Child, "ask", lambda child, *given: may_open.wait(PATIENCE) and ask(child, *given))
    monkeypatch.setattr(Child, "__init__", lambda child, *given: made.append(child) or init(child, *given))
    store = tmp_path / "store"
    publish_store(store, "", "1")
    with Workers(Store(store), settings) as pool:
        _fill(pool)
        for name in ("2", "3"):
            following = publish_store(store, "", name)
            assert pool.snapshot.id == "1"
            assert pool._next
            assert pool._next.snapshot.id == name
        for file in following.database.iterdir() if damaged else ():
            file.unlink()
        may_open.set()
        best = "2" if damaged else "3"  # the newest one that can be opened
        assert pool.shows(best, time.monotonic() + PATIENCE)
        _fill(pool, made)
        assert pool.snapshot.id == best


def test_a_switch_that_is_noticed_late_prepares_nothing(
    tmp_path: Path, settings: Settings, publish_store: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    publish_store(store, "", "1")
    with Workers(Store(store), settings) as pool:
        _fill(pool)
        targets = iter(["snapshots/2"])  # the former target of ``current``
        target = SnapshotChoice.target.fget
        assert target
        late = property(lambda choice: next(targets, None) or target(choice))
        monkeypatch.setattr(SnapshotChoice, "target", late)
        assert pool.snapshot.id == "1"
        assert pool._next is None


def _fill(pool: Workers, made: Sequence[Child] = ()) -> None:
    """Wait until all workers of a pool are idle, and no others of those ``made`` are alive."""
    until(
        lambda: (
            len(pool._generation.idle) == pool._size
            and not pool._next
            and pool._keeper._tasks.empty()
            and sum(child.process.poll() is None for child in made) <= pool._size
        )
    )


def test_a_query_that_ran_long_goes_to_the_slow_lane_at_once(served_store: Path, settings: Settings) -> None:
    with Workers(Store(served_store), settings) as pool, ThreadPoolExecutor() as threads:
        assert pool.ready(PATIENCE)
        while RUNAWAY not in pool._slow:  # a busy machine may not run it for long enough at once
            with pytest.raises((QueryTimeoutError, ServiceBusyError)):
                pool.query(RUNAWAY, seconds=2.0)
        running = threads.submit(pool.query, RUNAWAY)
        started(pool, [running], Lane.SLOW)
        assert not pool._lanes.busy[Lane.QUERY]
        stopped(pool, [running])


def test_slow_queries_are_remembered_until_they_are_fast_again_and_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "REMEMBERED", 3)
    slow = admission.SlowQueries()
    for number in range(5):
        slow.note(str(number), 9.0)
    assert [str(number) in slow for number in range(5)] == [False, False, True, True, True]
    slow.note("4", 0.5)
    assert "4" in slow
    slow.note("4", 0.1)
    assert "4" not in slow


def test_a_store_without_a_snapshot_is_an_error(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(StoreError):
        Workers(Store(tmp_path), settings)


def test_a_database_that_cannot_be_opened_is_an_error(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    snapshot = publish_store(tmp_path / "store", "", "1")
    for file in snapshot.database.iterdir():
        file.unlink()
    with Workers(Store(tmp_path / "store"), settings) as pool, pytest.raises(StoreError, match="did not start"):
        pool.query("ASK {}")


def test_a_process_that_the_system_does_not_start_is_an_error_and_started_later(
    served_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/nowhere/python")
        pool = Workers(Store(served_store), settings)
        with pytest.raises(StoreError, match=r"could not be started: .*No such file"):
            pool.query("ASK {}")
    with pool:
        assert pool.ready(PATIENCE)


def test_workers_that_could_not_start_are_started_again_and_no_more_than_those(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    snapshot = publish_store(tmp_path / "store", "", "1")
    hidden = snapshot.database.with_name("hidden")
    snapshot.database.rename(hidden)
    with Workers(Store(tmp_path / "store"), settings) as pool:
        for _ in range(5):
            with pytest.raises(StoreError, match="did not start"):
                pool.query("ASK {}")
        hidden.rename(snapshot.database)
        until(lambda: _answers(pool))
        _fill(pool)
        assert not pool._generation.missing
        assert pool.workers_started == pool._size


def _answers(pool: Workers) -> bool:
    with suppress(StoreError):
        return bool(pool.query("ASK {}").body)
    return False


@pytest.mark.slow(
    also="tests/kg/workers/test_pool.py::test_workers_that_could_not_start_are_started_again_and_no_more_than_those"
)
def test_workers_that_could_not_start_are_started_again_without_a_request(
    tmp_path: Path, settings: Settings, publish_store: Publish
) -> None:
    snapshot = publish_store(tmp_path / "store", "", "1")
    hidden = snapshot.database.rename(snapshot.database.with_name("hidden"))
    with Workers(Store(tmp_path / "store"), settings) as pool:
        assert not pool.ready(PATIENCE)
        hidden.rename(snapshot.database)
        until(lambda: pool.ready(1))


def test_closing_ends_every_process_and_running_queries(served_store: Path, settings: Settings) -> None:
    pool = Workers(Store(served_store).current(), settings)
    assert pool.ready(PATIENCE)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(pool.query, RUNAWAY)
        started(pool, [running])
        child = next(iter(pool._taken))
        pool.close()
        with pytest.raises(WorkerLostError):
            running.result()
    assert child.process.returncode == -signal.SIGKILL
    with pytest.raises(StoreError, match="closed"):
        pool.query("ASK {}")


def test_many_threads_share_the_workers(workers: Workers) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: describe(workers).body, range(50)))
    assert len(set(answers)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is part of Linux")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space here")
def test_a_worker_with_little_memory_starts_and_opens_another_snapshot(tmp_path: Path, publish_store: Publish) -> None:
    first, second = (publish_store(tmp_path / "store", "", name).database for name in ("1", "2"))
    child = Child.of("kg.workers.worker", first, 400_000_000)
    try:
        child.ask(Open(second), time.monotonic() + PATIENCE)
        child.ask(Open(first), time.monotonic() + PATIENCE)
    finally:
        child.end()


def test_a_worker_cannot_open_a_network_socket() -> None:
    code = (
        "import os, socket; from kg.process.sandbox import confine\n"
        "assert confine(10**9, os.getppid())\n"
        "socket.socket(socket.AF_UNIX).close()\n"
        "for family in (socket.AF_INET, socket.AF_INET6):\n"
        "    try: socket.socket(family)\n"
        "    except PermissionError: print('refused')\n"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\nrefused\n"


def test_a_worker_ends_when_its_parent_is_killed(served_store: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kg.process.child import Child\n"
        f"child = Child.of('kg.workers.worker', Path({str(Store(served_store).current().database)!r}), 10**9)\n"
        "print(child.process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not _alive(pid))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_worker_ends_itself_should_its_parent_not_end_it(served_store: Path) -> None:
    child = Child.of("kg.workers.worker", Store(served_store).current().database, 10**9)
    try:
        header, body = Evaluate(RUNAWAY, None, 1_000, BASE).frame()
        assert child.process.stdin
        frames.send(child.process.stdin.fileno(), header | {"seconds": 0.1}, body)
        assert child.process.wait(PATIENCE) == -signal.SIGALRM
    finally:
        child.end()


def test_the_time_limit_counts_from_the_arrival_of_the_request(workers: Workers) -> None:
    with pytest.raises((QueryTimeoutError, ServiceBusyError)):
        workers.ask(Newest(1), deadline=time.monotonic() - 1)


def test_a_frame_survives_a_pipe_in_pieces() -> None:
    source, target = os.pipe()
    body = os.urandom(3_000_000)
    writer = threading.Thread(target=frames.send, args=(target, {"a": "é"}, body))
    writer.start()
    assert frames.receive(source) == ({"a": "é"}, body)
    writer.join()
    os.close(target)
    with pytest.raises(PipeClosedError):
        frames.receive(source)
    os.close(source)
