from __future__ import annotations

import json
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kg.errors import (
    EngineError,
    NotFoundError,
    PreconditionError,
    QueryTimeoutError,
    ServiceBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    UploadError,
    UploadTooLargeError,
    WorkerLostError,
)
from kg.pipeline.run import build
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store import snapshot, written
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.pruning import WRITTEN
from kg.store.written import PENDING, SUFFIX, logged
from kg.workers.workers import Workers
from kg.write import log
from kg.write.log import MANY, Author
from kg.write.operations import Condition
from kg.write.writer import Upload, Writer
from tests.conftest import TURTLE, RunKg, publish_turtle, rewrite

RUNAWAY = (
    "INSERT { <urn:x> <urn:p> ?n } WHERE { { SELECT (COUNT(*) AS ?n) {"
    + "".join(f"VALUES ?v{n} {{0 1 2 3 4 5 6 7 8 9}}" for n in range(12))
    + "} } }"
)
BOMB = (
    'INSERT { <urn:x> <urn:p> ?b } WHERE { BIND("x" AS ?b0) '
    + "".join(f"BIND(CONCAT(?b{n}, ?b{n}) AS ?b{n + 1}) " for n in range(34))
    + "BIND(?b34 AS ?b) }"
)


def author() -> Author:
    return Author("sha256:0123456789ab", "POST /sparql", "urn:uuid:a")


def insert(number: int) -> bytes:
    return f"INSERT DATA {{ <urn:n> <urn:p> {number} }}".encode()


@contextmanager
def writing(store: Path, settings: Settings) -> Iterator[tuple[Writer, Workers]]:
    """Open a store for writing, with one reader, which is enough to see what was written."""
    own = replace(settings, store=str(store), query_workers=1)
    with ExitStack() as stack:
        workers = stack.enter_context(Workers(Store(store), own, spare=0))
        yield stack.enter_context(Writer(Store(store), own, workers)), workers


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    publish_turtle(folder, TURTLE.read_text(encoding="utf-8"))
    return folder


def numbers(database: EmbeddedGraph) -> set[str]:
    return {quad.object.value for quad in database.quads_for_pattern(NamedNode("urn:n"), None, None, None)}


def test_a_write_is_current_when_it_is_answered_and_readers_see_it(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, workers):
        for number in range(4):
            written = writer.update(insert(number), author())
            assert (written.added, written.removed, written.visible) == (1, 0, True)
            assert written.snapshot == Store(store).current().id == workers.snapshot.id
            assert b"true" in workers.query(f"ASK {{ <urn:n> <urn:p> {number} }}").body


def test_a_write_makes_a_snapshot_with_the_builds_facts_and_right_sums(store: Path, settings: Settings) -> None:
    built = Store(store).current()
    with writing(store, settings) as (writer, _):
        writer.update(insert(1), author())
        first = Store(store).current()
        writer.update(insert(2), author())
    second = Store(store).current().manifest
    assert second.build == built.id
    assert second.writes == 2
    assert second.counts == {**built.manifest.counts, "triples": built.manifest.counts["triples"] + 2}
    assert len(Store(store).current().open()) == second.counts["triples"]
    assert second.files == snapshot.checksums(Store(store).current().folder)
    assert first.id > built.id


def test_files_that_stay_the_same_are_linked_and_not_read_again(
    store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(store, settings) as (writer, _):
        writer.update(insert(1), author())
        before = Store(store).current()
        writer.update(insert(2), author())
    read: list[str] = []
    real = snapshot.checksum
    monkeypatch.setattr(snapshot, "checksum", lambda file: read.append(file.name) or real(file))
    assert snapshot.checksums(Store(store).current().folder, known=before) == Store(store).current().manifest.files
    old, new = ({file.name for file in one.database.glob("*.sst")} for one in (before, Store(store).current()))
    assert old & new
    assert not old & new & set(read)


def test_snapshots_of_writes_do_not_push_out_those_of_builds(store: Path, settings: Settings) -> None:
    builds = [Store(store).current().id]
    publish_turtle(store, "<urn:a> <urn:b> 1 .", "20111110T060000000000Z")
    builds.append(Store(store).current().id)
    with writing(store, replace(settings, keep_snapshots=2)) as (writer, _):
        for number in range(6):
            writer.update(insert(number), author())
    kept = [folder.name for folder in Store(store).snapshots()]
    assert kept[:2] == builds
    assert len(kept) == 2 + WRITTEN


def test_a_failed_write_leaves_no_trace(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, _):
        writer.update(insert(1), author())
        before = Store(store).current().id
        with pytest.raises(Exception, match="does not exist"):
            writer.update(insert(2) + b"; DROP GRAPH <urn:none>", author())
        with pytest.raises(UploadError):
            writer.put(None, [Upload(b"<urn:a> <urn:b>", by_name("turtle"))], author(), Condition())
        assert Store(store).current().id == before
        writer.update(insert(3), author())
    assert numbers(Store(store).current().open()) == {"1", "3"}
    assert len(logged(Store(store))) == 2


def test_a_write_that_runs_too_long_is_stopped_and_the_next_is_made(store: Path, settings: Settings) -> None:
    with writing(store, replace(settings, write_seconds=2.0)) as (writer, _):
        start = time.monotonic()
        with pytest.raises(QueryTimeoutError, match="nothing was changed"):
            writer.update(RUNAWAY.encode(), author())
        assert time.monotonic() - start < 4
        writer.update(insert(1), replace(author(), arrived=time.monotonic() + 60))
    assert numbers(Store(store).current().open()) == {"1"}


def test_a_write_that_asks_for_too_much_memory_loses_only_its_process(store: Path, settings: Settings) -> None:
    with writing(store, replace(settings, write_memory=1_000_000_000)) as (writer, _):
        with pytest.raises((WorkerLostError, StoreError, QueryTimeoutError)):
            writer.update(BOMB.encode(), author())
        writer.update(insert(1), author())
    assert numbers(Store(store).current().open()) == {"1"}


def test_the_deadline_counts_from_the_arrival(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, _), pytest.raises(ServiceBusyError):
        writer.update(insert(1), replace(author(), arrived=time.monotonic() - 60))
    assert logged(Store(store)) == []


def test_an_upload_that_takes_too_much_memory_to_read_is_refused(store: Path, settings: Settings) -> None:
    large = [Upload(b"<urn:a> <urn:b> '" + b"x" * 14_000_000 + b"' .", by_name("turtle"))]
    few = replace(settings, query_memory=100_000_000)
    with writing(store, few) as (writer, _), pytest.raises((UploadTooLargeError, StoreError)):
        writer.put("urn:g", large, author(), Condition())
    assert logged(Store(store)) == []


def test_one_store_has_one_writer(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (_, workers), pytest.raises(StoreError, match="another server writes"):
        Writer(Store(store), replace(settings, store=str(store)), workers)


def test_a_write_waits_for_a_build_and_starts_from_what_it_built(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, _), ThreadPoolExecutor(1) as thread:
        writer.update(insert(1), author())
        with Store(store).drafting() as draft:
            waiting = thread.submit(writer.update, insert(2), author())
            database = EmbeddedGraph(str(draft / "db"))
            database.update("INSERT DATA { <urn:n> <urn:p> 99 }")
            database.flush()
            del database
            made = {"id": "20991231T000000000000Z", "build": "", "writes": 1, "files": snapshot.checksums(draft)}
            manifest = replace(Store(store).current().manifest, **made)
            Store(store).publish(draft, manifest, keep=3)
            assert not waiting.done()
        assert waiting.result(20).snapshot > "20991231T000000000000Z"
    assert numbers(Store(store).current().open()) == {"99", "2"}


def test_a_write_during_a_long_build_is_turned_away(store: Path, settings: Settings) -> None:
    impatient = replace(settings, write_seconds=3.0)
    with (
        writing(store, impatient) as (writer, _),
        Store(store).drafting(),
        pytest.raises(ServiceBusyError, match="a build"),
    ):
        writer.update(insert(1), author())


def test_a_writer_with_a_full_disk_is_replaced_and_the_next_write_is_made(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, workers):
        writer.update(insert(1), author())
        assert writer._child
        failed = writer._child.process
        resource.prlimit(failed.pid, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        with pytest.raises((StoreError, EngineError)):
            writer.update(insert(2), author())
        assert failed.poll() is not None
        assert writer.update(insert(3), author()).added == 1
        assert b"false" in workers.query("ASK { <urn:n> <urn:p> 2 }").body
    assert numbers(Store(store).current().open()) == {"1", "3"}
    assert [written.numbers(file) for file in logged(Store(store))] == [(1, 1), (2, 2)]


def test_a_write_is_refused_if_the_disk_lacks_room(store: Path, settings: Settings) -> None:
    with (
        writing(store, replace(settings, free_bytes=10**18)) as (writer, _),
        pytest.raises(StoreFullError, match="kg prune"),
    ):
        writer.update(insert(1), author())
    assert logged(Store(store)) == []


def test_a_write_onto_a_damaged_snapshot_is_refused(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, workers):
        writer.update(insert(1), author())
        damaged = Store(store).current()
        workers.close()
    file = max(damaged.database.glob("*.sst"), key=lambda one: one.stat().st_size)
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)
    with writing(store, settings) as (writer, _), pytest.raises(StoreDamagedError):
        writer.update(insert(2), author())
    assert Store(store).current().id == damaged.id


@pytest.mark.slow(also="tests/kg/write/test_writer.py::test_a_later_build_makes_the_writes_again")
def test_combined_patches_have_the_same_effect(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, _):
        for number in range(MANY + WRITTEN):
            writer.update(insert(number), author())
        writer.update(b"DELETE DATA { <urn:n> <urn:p> 1 }", author())
    files = logged(Store(store))
    assert written.numbers(files[0]) == (1, MANY)
    written.check(Store(store), MANY + WRITTEN + 1, whole=True)
    assert files[0].read_bytes().count(b"# H by ") >= MANY
    anew = EmbeddedGraph()
    assert log.replay(Store(store), anew) == MANY + WRITTEN + 1
    assert numbers(anew) == numbers(Store(store).current().open())


def test_a_patch_with_another_byte_is_not_made_again(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, _):
        writer.update(insert(1), author())
    (file,) = logged(Store(store))
    file.write_bytes(file.read_bytes().replace(b"urn:p", b"urn:q"))
    with pytest.raises(StoreDamagedError, match="other bytes"):
        log.replay(Store(store), EmbeddedGraph())


@pytest.mark.slow(also="tests/kg/write/test_writer.py::test_a_failed_write_leaves_no_trace")
def test_a_large_upload_is_applied_whole_or_not_at_all(store: Path, settings: Settings) -> None:
    many = "".join(f"<urn:n> <urn:p> {number} .\n" for number in range(3_000)).encode()
    with writing(store, settings) as (writer, _):
        assert writer.put("urn:g", [Upload(many, by_name("turtle"))], author(), Condition()).added == 3_000
        assert len(numbers(Store(store).current().open())) == 3_000
        assert (
            writer.put("urn:g", [Upload(b"<urn:n> <urn:p> 7 .", by_name("turtle"))], author(), Condition()).removed
            == 2_999
        )
        assert numbers(Store(store).current().open()) == {"7"}


def test_conditions_are_checked_under_the_lock(store: Path, settings: Settings) -> None:
    upload = [Upload(b"<urn:n> <urn:p> 1 .", by_name("turtle"))]
    with writing(store, settings) as (writer, _):
        built = Store(store).current().id
        assert not writer.put("urn:g", upload, author(), Condition(exists=False)).existed
        for condition in (Condition(exists=False), Condition(snapshots=(built,))):
            with pytest.raises(PreconditionError):
                writer.put("urn:g", upload, author(), condition)
        assert writer.put("urn:g", upload, author(), Condition(snapshots=(Store(store).current().id,))).existed
        with pytest.raises(NotFoundError):
            writer.delete("urn:none", author(), Condition())


# ---- Kills


def killed(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def test_killing_the_process_at_any_moment_loses_nothing_that_was_answered(store: Path, settings: Settings) -> None:
    answered: set[str] = set()
    stop = threading.Event()
    with writing(store, settings) as (writer, workers):

        def kill() -> None:
            pause = 0.0
            while not stop.wait(0.05 + pause):
                pause = (pause + 0.037) % 0.2  # a different moment of a write each time
                child = writer._child
                if child and not child.lost:
                    killed(child.process.pid)

        killer = threading.Thread(target=kill)
        killer.start()
        for number in range(25):
            try:
                writer.update(insert(number), author())
            except (WorkerLostError, StoreError):
                continue
            answered.add(str(number))
            assert b"true" in workers.query(f"ASK {{ <urn:n> <urn:p> {number} }}").body
        stop.set()
        killer.join()
    held = numbers(Store(store).current().open())
    assert answered <= held
    assert _log(store) == held


def _log(store: Path) -> set[str]:
    """Return what the logged writes add, after the leftovers of a killed process have been settled."""
    log.settle(Store(store), Store(store).current().manifest.writes)
    replayed = EmbeddedGraph()
    log.replay(Store(store), replayed)
    return numbers(replayed)


def test_a_pending_write_counts_only_if_its_snapshot_is_current(store: Path, settings: Settings) -> None:
    with writing(store, settings) as (writer, _):
        writer.update(insert(1), author())
    first = logged(Store(store))[0]
    pending = first.rename(first.with_suffix(PENDING))
    log.settle(Store(store), Store(store).current().manifest.writes)
    assert logged(Store(store)) == [first]
    first.with_name(f"00000002{PENDING}").write_bytes(first.read_bytes())
    log.settle(Store(store), Store(store).current().manifest.writes)
    assert sorted(first.parent.iterdir()) == [first]
    assert not pending.exists()


# ---- Builds


def test_a_later_build_makes_the_writes_again(
    tmp_path: Path, sample: tuple[Path, ...], settings: Settings, run_kg: RunKg
) -> None:
    store = tmp_path / "store"
    own = replace(Settings(), store=str(store), jobs=1)
    event = next(build(sample, own).snapshot.open().quads_for_pattern(None, None, None, None)).subject
    with writing(store, settings) as (writer, _):
        writer.update(insert(1), author())
        writer.update(f"DELETE WHERE {{ {event} ?p ?o }}".encode(), author())
        writer.put("urn:g", [Upload(b"<urn:n> <urn:p> 2 .", by_name("turtle"))], author(), Condition())
    written = set(Store(store).current().open())
    build(sample, own)
    again = Store(store).current()
    assert set(again.open()) == written
    assert (again.manifest.build, again.manifest.writes) == ("", 3)
    assert again.manifest.counts["triples"] == len(written)
    report = json.loads((again.folder / "report.json").read_text(encoding="utf-8"))
    assert report["counts"]["triples"] == len(written)


def test_a_damaged_log_stops_a_build_and_changes_nothing(store: Path, tmp_path: Path, sample: tuple[Path, ...]) -> None:
    Store(store).writes.mkdir()
    (Store(store).writes / f"00000001{SUFFIX}").write_text("TX .\nA <urn:a> <urn:b> 1 .\n", encoding="utf-8")
    before = Store(store).current().id
    rewrite(snapshot.manifest_file(Store(store).current().folder), lambda said: said.update(writes=1))
    with pytest.raises(StoreError, match="cannot be made again"):
        build(sample, replace(Settings(), store=str(store), jobs=1))
    assert Store(store).current().id == before
