"""A store always has a complete current snapshot, whatever happens to a build."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import ArchiveError, StoreError
from kg.pipeline import run
from kg.pipeline.run import Built
from kg.settings import Settings
from kg.store import layout, snapshot
from kg.store.layout import BUILDING, Store
from kg.store.snapshot import Snapshot
from tests.paths import ROOT

DAY = "2011_November_8.txt"
PAGE = "{{Current events header|2011|11|08}}\n*Shops close in [[Homs]]. [https://example.org/a (Example News)]\n"
TRIPLE = "<http://example.org/a> <http://example.org/b> <http://example.org/c> ."
HOLDS_LOCK = """
import fcntl, sys
with open(sys.argv[1], "a") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("locked", flush=True)
    sys.stdin.read()
"""

Archive = Callable[..., Path]
Publish = Callable[[Path, str, str], Snapshot]


@pytest.fixture
def built(archive: Archive, tmp_path: Path) -> Built:
    return run.build([archive({DAY: PAGE})], Settings(store=str(tmp_path / "store"), jobs=1))


def contents(store: Path) -> dict[str, bytes | str]:
    """Return everything in a store except its lock: files by content, links by target."""
    files = (file for file in store.rglob("*") if file.name != "lock" and (file.is_symlink() or file.is_file()))
    return {str(file): str(file.readlink()) if file.is_symlink() else file.read_bytes() for file in files}


@contextmanager
def locked_by_another_process(store: Path) -> Iterator[None]:
    command = [sys.executable, "-c", HOLDS_LOCK, str(store / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        yield


def wait_for_lock(store: Path) -> None:
    """Wait until no process of a killed build is left."""
    with (store / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def test_a_store_without_a_snapshot_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"holds no snapshot: build one with kg build ARCHIVE --store "):
        Store(tmp_path).current()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"id": 1, "more": 2}'])
def test_a_damaged_manifest_is_refused(built: Built, content: str) -> None:
    manifest = built.snapshot.folder / "manifest.json"
    manifest.write_text(content)
    with pytest.raises(StoreError, match=r"manifest of snapshot .* cannot be read"):
        Store(built.snapshot.folder.parents[1]).current()


def test_the_manifest_lists_every_file_with_its_size_and_sha256(built: Built) -> None:
    folder = built.snapshot.folder
    found = {
        file.relative_to(folder).as_posix(): {
            "bytes": file.stat().st_size,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in folder.rglob("*")
        if file.is_file() and file.name != "manifest.json"
    }
    assert snapshot.read(folder).manifest.files == found


def test_reading_a_snapshot_changes_no_file_of_it(built: Built) -> None:
    folder = built.snapshot.folder
    assert len(built.snapshot.open()) == built.snapshot.manifest.counts["triples"]
    assert snapshot.checksums(folder) == built.snapshot.manifest.files


def test_a_manifest_written_and_read_is_the_same(built: Built) -> None:
    assert Store(built.snapshot.folder.parents[1]).current().manifest == built.snapshot.manifest


def test_a_failed_build_leaves_the_store_as_it_was(built: Built, archive: Archive) -> None:
    store = built.snapshot.folder.parents[1]
    before = contents(store)
    broken = archive({"2011_November_9.txt": bytes(range(256))}, "broken")
    with pytest.raises(ArchiveError):
        run.build([broken], Settings(store=str(store), jobs=1))
    assert contents(store) == before
    assert Store(store).current().id == built.snapshot.id


def test_a_build_that_cannot_publish_takes_back_what_it_claimed_in_the_ledger(archive: Archive, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "snapshots").write_text("a file where the folder should be")
    before = contents(store)
    with pytest.raises(StoreError, match="cannot be written"):
        run.build([archive({DAY: PAGE})], Settings(store=str(store), jobs=1))
    assert contents(store) == before


def test_the_next_build_removes_what_a_killed_one_left(built: Built, archive: Archive) -> None:
    store = built.snapshot.folder.parents[1]
    (store / f"{BUILDING}abc" / "db").mkdir(parents=True)
    (store / f"{BUILDING}abc" / "part-00000.nt").write_text(TRIPLE)
    (store / "current.123").symlink_to("snapshots/none")
    (store / "snapshots" / "20000101T000000000000Z" / "db").mkdir(parents=True)
    again = run.build([archive({DAY: PAGE})], Settings(store=str(store), jobs=1))
    assert {one.name for one in store.iterdir()} == {"current", "ledger.tsv", "lock", "parts", "snapshots"}
    assert sorted(one.name for one in (store / "snapshots").iterdir()) == [built.snapshot.id, again.snapshot.id]


def test_a_second_build_is_refused_if_the_first_one_does_not_end(
    built: Built, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "PATIENCE", 0.1)
    store = built.snapshot.folder.parents[1]
    before = contents(store)
    with (
        locked_by_another_process(store),
        pytest.raises(StoreError, match=r"another process is writing the store .*: try again when that"),
    ):
        run.build([archive({DAY: PAGE})], Settings(store=str(store), jobs=1))
    assert contents(store) == before


def test_a_store_below_a_file_is_refused(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written: Not a directory; nothing was changed"):
        run.build([archive({DAY: PAGE})], Settings(store=str(tmp_path / "file" / "store"), jobs=1))


def test_the_current_snapshot_stays_even_if_the_clock_went_back(publish_store: Publish, tmp_path: Path) -> None:
    for second in (3, 4, 5, 1):
        fresh = publish_store(tmp_path, TRIPLE, f"20111109T06000{second}000000Z")
    assert Store(tmp_path).current().id == fresh.id
    assert len(Store(tmp_path).snapshots()) == 3
    assert Store(tmp_path).current().open()


def test_ids_of_snapshots_sort_by_time() -> None:
    start = datetime(2011, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC)
    ids = [snapshot.new_id(start + timedelta(microseconds=step)) for step in range(5)]
    assert ids == sorted(set(ids))


def test_while_snapshots_are_switched_there_is_always_a_current_one(publish_store: Publish, tmp_path: Path) -> None:
    both = [publish_store(tmp_path, TRIPLE, f"20111109T06000{second}000000Z") for second in (1, 2)]
    done = threading.Event()

    def switch() -> None:
        for turn in range(200):
            Store(tmp_path).switch(both[turn % 2].folder)
        done.set()

    switching = threading.Thread(target=switch)
    switching.start()
    seen = {Store(tmp_path).current().id}
    while not done.is_set():
        seen.add(Store(tmp_path).current().id)
    switching.join()
    assert seen <= {one.id for one in both}


def large_archive(archive: Archive) -> Path:
    pages = {}
    for offset in range(400):
        day = date(2012, 1, 1) + timedelta(offset)
        header = f"{{{{Current events header|{day.year}|{day.month:02}|{day.day:02}}}}}\n;News\n"
        lines = (
            f"*[[Topic {number}]]:\n**Shop {number} in [[Homs]] closes. [https://example.org/{offset}/{number} (A)]\n"
            for number in range(8)
        )
        pages[f"{day.year}_{day:%B}_{day.day}.txt"] = header + "".join(lines)
    return archive(pages, "large")


def test_a_build_killed_at_any_moment_leaves_the_snapshot_before_it_serving(built: Built, archive: Archive) -> None:
    store, large = built.snapshot.folder.parents[1], large_archive(archive)
    command = [sys.executable, "-m", "kg", "build", str(large), "--store", str(store), "--jobs", "2", "--no-derived"]
    for seconds in (0.2, 0.4, 0.6, 0.9, 1.2):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                running.wait(seconds)
            except subprocess.TimeoutExpired:
                running.kill()
        wait_for_lock(store)
        current = Store(store).current()
        assert len(current.open()) == current.manifest.counts["triples"]
        assert snapshot.checksums(current.folder) == current.manifest.files
    again = run.build([large], replace(Settings(), store=str(store), jobs=1))
    assert Store(store).current().id == again.snapshot.id
    assert {one.name for one in store.iterdir()} == {"current", "ledger.tsv", "lock", "parts", "snapshots"}
