"""A process that changes a store waits for another one or reports it; a reader finds what was not removed."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import NotFoundError, SnapshotGoneError
from kg.store import layout, pruning
from kg.store.integrity import sidecar, whole
from kg.store.integrity.finding import ChecksumReader
from kg.store.integrity.size import sizes
from kg.store.layout import Store
from kg.store.snapshot import Manifest, checksums
from tests.conftest import BASE, TURTLE, publish_turtle
from tests.paths import ROOT

MANY = 150


def publish(store: Store, number: int, keep: int = 1) -> None:
    with store.drafting() as draft:
        (draft / "report.json").write_text(str(number))
        id_ = f"20111101T060000{number:06}Z"
        store.publish(draft, Manifest(id_, "2011-11-09T06:00:00Z", BASE, "0.1.0", {}, files=checksums(draft)), keep)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "store")
    publish(found, 0)
    return found


def test_who_changes_a_store_waits_for_another_one_to_end(store: Store) -> None:
    with ThreadPoolExecutor(1) as other:
        with store.drafting():
            waiting = other.submit(publish, store, 1)
            assert not waiting.done()
        waiting.result(20)
    assert store.current().id.endswith("000001Z")


COMMANDS = (["build", str(ROOT / "data" / "seed")], ["rollback"], ["prune"], ["ledger", "withdraw", f"{BASE}event/x"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_that_meets_another_one_which_does_not_end_says_what_to_do(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_turtle(tmp_path, TURTLE.read_text(encoding="utf-8"))
    monkeypatch.setattr(layout, "PATIENCE", 0.05)
    with Store(tmp_path).drafting():
        done = CliRunner().invoke(main, [*command, "--store", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "another process is writing the store" in done.stderr
    assert "try again when that build or command has ended" in done.stderr


def test_who_reads_a_store_always_finds_a_current_snapshot(store: Store, tmp_path: Path) -> None:
    changing = threading.Thread(target=lambda: [publish(store, number) for number in range(1, MANY)])
    changing.start()
    looks = 0
    while changing.is_alive():
        assert store.current().manifest.base == BASE
        assert all(one.manifest.base == BASE for one in store.kept())
        assert dict(sizes(store, tmp_path / "cache"))["all of the store"]
        looks += 1
    changing.join()
    assert looks
    assert len(store.snapshots()) == 1


def test_a_kept_month_that_a_build_is_writing_is_not_damage(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> list[Path]:
        return [one.path for one in whole._kept_months(store, store.path / "cache", ChecksumReader())]

    store.kept_months.mkdir()
    begun = store.kept_months / "begun.json"
    begun.touch()
    assert damaged() == [begun]
    with ThreadPoolExecutor(1) as other:
        with store.drafting():
            looking = other.submit(damaged)
            begun.unlink()
        assert looking.result(20) == []
    begun.touch()
    monkeypatch.setattr(whole, "WAITING", 0.05)
    with store.drafting():
        assert damaged() == []


def test_a_file_that_leaves_the_cache_during_verification_is_not_damage(store: Store, tmp_path: Path) -> None:
    cache = tmp_path / "cache"

    def come_and_go() -> None:
        for number in range(MANY):
            made = cache / f"20111101T050000{number:06}Z" / "dumps"
            made.mkdir(parents=True)
            (made / "x").write_text("x")
            sidecar.sign(made / "x", sidecar.digest(made / "x"))
            shutil.rmtree(made.parent)

    changing = threading.Thread(target=come_and_go)
    changing.start()
    looks = 0
    while changing.is_alive():
        found = whole.verify(store, cache, ChecksumReader()).damages
        assert [one for one in found if one.part == "cache"] == []
        looks += 1
    changing.join()
    assert looks


def test_a_snapshot_that_was_removed_after_listing_is_reported_as_such(store: Store) -> None:
    publish(store, 1, keep=3)
    first, _ = store.snapshots()
    pruning.remove(first)
    with pytest.raises(NotFoundError, match="no such snapshot"):
        store.read(first)
    store.removals.write_text(f"{first.name}\n")
    with pytest.raises(SnapshotGoneError, match="is kept no longer"):
        store.read(first)
