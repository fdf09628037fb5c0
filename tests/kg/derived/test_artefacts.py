"""Artefacts are made once, waited for, retried after a failure, and discarded if in doubt."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from kg.derived import kinds
from kg.derived.artefact import Artefact, ArtefactState
from kg.derived.artefacts import AGAIN, WAITING, Artefacts, _locked, _outcome
from kg.derived.changes import CHANGES, reading
from kg.derived.kinds import SEARCH, SITEMAPS, STATISTICS
from kg.errors import NotFoundError, ServiceBusyError, StoreError
from kg.lookup import statistics
from kg.process import parallel
from kg.settings import Settings
from kg.store import pruning
from kg.store.integrity.sidecar import beside, checksum
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from tests.conftest import TURTLE, publish_turtle

FILES = (SEARCH, STATISTICS, SITEMAPS)


class Clock:
    """A clock that advances only on request."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    publish_turtle(tmp_path / "store", TURTLE.read_text(encoding="utf-8"))
    return tmp_path / "store"


@pytest.fixture
def source(store: Path) -> Snapshot:
    return Store(store).current()


@pytest.fixture
def artefacts(store: Path, clock: Clock) -> Artefacts:
    return Artefacts(Store(store), clock=clock)


def lock(artefacts: Artefacts, artefact: Artefact, source: Snapshot) -> Path:
    folder = artefacts.place(source).folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{artefact.group}.lock"


def test_all_files_are_made_in_one_process_and_announced(artefacts: Artefacts, source: Snapshot) -> None:
    assert {artefacts.state(one, source) for one in kinds.PREPARED} == {ArtefactState.ABSENT}
    jobs = artefacts.prepare(kinds.PREPARED, source)
    assert [job.result(60) for job in jobs] == [None] * len(kinds.PREPARED)
    assert {artefacts.state(one, source) for one in kinds.PREPARED} == {ArtefactState.READY}
    assert all(job.done() for job in artefacts.prepare(kinds.PREPARED, source)), "nothing is left to be made"


def test_a_finished_file_has_its_checksum_and_leaves_no_draft(artefacts: Artefacts, source: Snapshot) -> None:
    wait(artefacts.prepare(FILES, source))
    files = {one.file for one in FILES} | {f"{one.file}.sha256" for one in FILES}
    assert {one.name for one in (artefacts.cache / source.id).iterdir() if one.suffix != ".lock"} == files


@pytest.mark.parametrize("artefact", FILES, ids=lambda one: one.name)
def test_a_request_gets_the_finished_file(artefacts: Artefacts, source: Snapshot, artefact: Artefact) -> None:
    path = artefacts.obtain(artefact, source, 60)
    made = path.stat().st_mtime_ns
    assert checksum(path)
    assert artefacts.obtain(artefact, source, 60).stat().st_mtime_ns == made


def test_many_requests_wait_for_one_run(artefacts: Artefacts, source: Snapshot) -> None:
    with ThreadPoolExecutor(WAITING) as pool:
        found = list(pool.map(lambda _: artefacts.obtain(STATISTICS, source, 60).stat().st_ino, range(WAITING)))
    assert len(set(found)) == 1


def test_a_process_that_waits_for_another_one_uses_its_result(
    store: Path, artefacts: Artefacts, source: Snapshot
) -> None:
    with _locked(lock(artefacts, STATISTICS, source)):
        (job,) = artefacts.prepare([STATISTICS], source)
        assert artefacts.state(STATISTICS, source) == ArtefactState.MAKING
        other = Path(artefacts.place(source).folder / STATISTICS.file)
        other.write_text("{}", encoding="utf-8")
        beside(other).write_text(f"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  {other.name}\n")
    assert job.result(60) is None
    assert statistics.read(artefacts.obtain(STATISTICS, source)) == {}, "made again, though another had made it"


def test_a_request_that_waits_too_long_is_told_to_retry(artefacts: Artefacts, source: Snapshot) -> None:
    with _locked(lock(artefacts, SEARCH, source)):
        with pytest.raises(ServiceBusyError, match="search index is being made") as told:
            artefacts.obtain(SEARCH, source, 0.01)
        jobs = artefacts.prepare([SEARCH], source)
    wait(jobs)
    assert told.value.retry_after == SEARCH.retry_after
    assert artefacts.obtain(SEARCH, source, 0).exists()


def test_no_more_than_a_few_wait_at_a_time(artefacts: Artefacts, source: Snapshot) -> None:
    with ThreadPoolExecutor(WAITING + 1) as pool:
        with _locked(lock(artefacts, SEARCH, source)):
            asking = [pool.submit(artefacts.obtain, SEARCH, source, 60) for _ in range(WAITING + 1)]
            told, waiting = wait(asking, return_when=FIRST_COMPLETED)
            assert [type(one.exception()) for one in told] == [ServiceBusyError]
        assert len({one.result(60) for one in waiting}) == 1


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_a_failure_is_reported_for_a_minute_and_then_retried(
    artefacts: Artefacts, source: Snapshot, clock: Clock, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", program)
        with pytest.raises(StoreError, match="the search index could not be made"):
            artefacts.obtain(SEARCH, source, 60)
    assert artefacts.state(SEARCH, source) == ArtefactState.FAILED
    with pytest.raises(StoreError, match="could not be made"):
        artefacts.obtain(SEARCH, source, 60)
    assert isinstance(artefacts.prepare([SEARCH], source)[0].result(60), StoreError)
    clock.now += AGAIN
    assert artefacts.state(SEARCH, source) == ArtefactState.ABSENT
    assert artefacts.obtain(SEARCH, source, 60).exists()


def test_one_failure_does_not_keep_the_others_from_being_made(artefacts: Artefacts, source: Snapshot) -> None:
    place = artefacts.place(source)
    place.store.changelog.write_bytes(b"no database" * 1_000)
    errors = [job.result(60) for job in artefacts.prepare(kinds.PREPARED, source)]
    assert [one.name for one, error in zip(kinds.PREPARED, errors, strict=True) if error] == ["changes"]
    assert place.store.changelog.exists(), "a log is thrown away by nobody"


def test_a_file_that_does_not_match_its_checksum_is_made_again(
    store: Path, artefacts: Artefacts, source: Snapshot
) -> None:
    path = artefacts.obtain(STATISTICS, source, 60)
    found = path.read_bytes()
    path.write_bytes(found[:-1])
    assert artefacts.obtain(STATISTICS, source, 60).read_bytes() == found
    path.write_bytes(found.replace(b"1", b"2"))
    assert Artefacts(Store(store)).obtain(STATISTICS, source, 60).read_bytes() == found


def test_only_files_made_from_a_removed_snapshot_are_removed(artefacts: Artefacts, source: Snapshot) -> None:
    gone, others = artefacts.cache / "20000101T000000000000Z", artefacts.cache / "pictures"
    for folder in (gone, others):
        folder.mkdir(parents=True)
    artefacts.obtain(STATISTICS, source, 60)
    assert (gone.exists(), others.exists()) == (False, True)


def test_nothing_is_made_of_a_snapshot_that_is_gone_and_that_is_not_an_error(
    artefacts: Artefacts, source: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    (source.folder / "manifest.json").unlink()
    with pytest.raises(ServiceBusyError, match="was just replaced: ask again"):
        artefacts.obtain(STATISTICS, source, 60)
    assert artefacts.state(STATISTICS, source) == ArtefactState.ABSENT
    artefacts.prepare_each(kinds.PREPARED, source)
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_snapshot_that_is_removed_while_something_is_made_of_it_is_not_an_error(
    artefacts: Artefacts, source: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    with _locked(lock(artefacts, SEARCH, source)):
        (job,) = artefacts.prepare([SEARCH], source)
        pruning.remove(source.folder)
    assert isinstance(job.result(60), ServiceBusyError)
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_that_a_snapshot_went_is_said_once_for_all_that_was_to_be_made(
    artefacts: Artefacts, source: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pruning.remove(source.folder)
    for job in artefacts.prepare(kinds.PREPARED, source):
        assert isinstance(job.result(60), ServiceBusyError)
    assert [one.getMessage() for one in caplog.records if "kept no longer" in one.message] == [
        f"snapshot {source.id} is kept no longer: nothing more is made from it"
    ]


def test_the_process_that_makes_something_of_a_snapshot_that_went_says_so_in_one_line(
    artefacts: Artefacts, source: Snapshot
) -> None:
    shutil.rmtree(source.database)
    place = (str(artefacts.store), str(artefacts.cache), source.id, "365")
    done = parallel.run("kg.derived.making", *place, str(os.getpid()), "0", "search", "ledger")
    assert done.returncode
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_file_is_of_a_snapshot_that_is_kept_or_gone_or_of_none(artefacts: Artefacts, source: Snapshot) -> None:
    kept = [artefacts.cache / source.id / SEARCH.file, source.folder / "db" / "CURRENT"]
    of_none = [artefacts.cache, artefacts.cache / "pictures" / "1.png", Path("relative"), artefacts.store.ledger]
    assert {artefacts.gone(str(file)) for file in (*kept, *of_none)} == {""}
    pruning.remove(source.folder)
    assert {artefacts.gone(str(file)) for file in kept} == {source.id}
    assert {artefacts.gone(str(file)) for file in of_none} == {""}


def test_a_failure_because_the_snapshot_was_removed_is_ignored(
    artefacts: Artefacts, source: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    place = artefacts.place(source)
    assert isinstance(_outcome(SEARCH, place, "failed", "no manifest"), StoreError)
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    pruning.remove(source.folder)
    _outcome(SEARCH, place, "failed", "no manifest")
    assert len(caplog.records) == 1


def test_the_cache_is_where_the_setting_says(store: Path, source: Snapshot, tmp_path: Path) -> None:
    there = Artefacts.of(Settings(store=str(store), cache=str(tmp_path / "elsewhere")))
    assert there.obtain(STATISTICS, source, 60).is_relative_to(tmp_path / "elsewhere")
    assert not (store / "cache").exists()
    assert Artefacts.of(Settings(store=str(store))).cache == store / "cache"


def test_the_change_log_survives_the_cache_and_is_that_of_the_current_snapshot(
    store: Path, artefacts: Artefacts, source: Snapshot, tmp_path: Path
) -> None:
    artefacts.obtain(CHANGES, source, 60)
    fresh = Artefacts(Store(store), tmp_path / "another cache")
    assert fresh.state(CHANGES, source) == ArtefactState.READY
    later = publish_turtle(store, "<http://a.example/> <http://b.example/> 1 .", "20111110T060000000000Z")
    with reading(fresh, later) as log:
        assert (log.snapshot, log.total > 1) == (later.id, True)
    with pytest.raises(ServiceBusyError, match="another snapshot"), reading(fresh, source):
        pass


def test_dumps_of_an_earlier_version_are_moved_and_its_other_files_are_removed(store: Path, source: Snapshot) -> None:
    old = store / "dumps" / source.id
    old.mkdir(parents=True)
    for name in ("newsgraph.nt.gz", "newsgraph.nt.gz.sha256", "statistics.json"):
        (old / name).write_text(name)
    (store / "dumps" / "20000101T000000000000Z").mkdir()
    (store / "search").mkdir()
    (store / "search" / f"{source.id}.sqlite").write_text("")
    moved = Artefacts(Store(store)).cache / source.id / "dumps"
    assert sorted(one.name for one in moved.iterdir()) == ["newsgraph.nt.gz", "newsgraph.nt.gz.sha256"]
    assert not (store / "dumps").exists()
    assert not (store / "search").exists()


def test_a_store_in_which_nothing_can_be_moved_is_served_all_the_same(
    store: Path, source: Snapshot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (store / "dumps" / source.id).mkdir(parents=True)
    (tmp_path / "cache").write_text("in the way of the folder")
    Artefacts(Store(store), tmp_path / "cache")
    assert "stays there" in caplog.text
    assert (store / "dumps" / source.id).exists()


def test_no_other_artefact_has_a_name() -> None:
    assert {kinds.named(one.name) for one in kinds.PREPARED} == set(kinds.PREPARED)
    for name in ("", "dumps/", "dumps/../x", "newsgraph.ttl"):
        with pytest.raises(NotFoundError):
            kinds.named(name)
