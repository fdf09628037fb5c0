"""Problems of a store and its surroundings: each is found, with the command that solves it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kg.process import parallel
from kg.store.integrity import process, sidecar, whole
from kg.store.integrity.examination import Problem, examine
from kg.store.layout import Store
from kg.store.snapshot import Manifest, checksums

OLD, NEW = "20111101T060000000000Z", "20111102T060000000000Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "store")
    for name in (OLD, NEW):
        with found.drafting() as draft:
            (draft / "report.json").write_text(name)
            found.publish(draft, Manifest(name, "", "http://a.example/", "0", {}, files=checksums(draft)), 2)
    return found


def problems(store: Store, free_bytes: int = 0) -> list[Problem]:
    return list(examine(store, store.path.parent / "cache", free_bytes))


def test_a_whole_store_has_no_problem(store: Store) -> None:
    assert problems(store) == []


def test_without_a_store_or_a_snapshot_nothing_else_is_looked_at(tmp_path: Path) -> None:
    [missing] = problems(Store(tmp_path / "none"))
    assert missing.problem.startswith("there is no store")
    [empty] = problems(Store(tmp_path))
    assert empty == Problem(f"{tmp_path} holds no snapshot", f"kg build ARCHIVE --store {tmp_path}")


def test_a_damaged_current_snapshot_is_left_for_the_newest_that_looks_whole(store: Store) -> None:
    (store.snapshot(NEW) / "report.json").write_text("longer than it was, by far")
    [one] = problems(store)
    assert one.problem.startswith(f"snapshots: {store.snapshot(NEW)}/report.json has ")
    assert one.remedy == f"kg rollback {OLD} --store {store}"


def test_a_damaged_snapshot_that_is_not_current_goes_in_time(store: Store) -> None:
    (store.snapshot(OLD) / "report.json").unlink()
    [one] = problems(store)
    assert one.remedy.startswith("it is not the current one: kg prune removes it in time; ")


def test_where_no_snapshot_is_whole_only_a_backup_or_a_build_helps(store: Store) -> None:
    for name in (OLD, NEW):
        (store.snapshot(name) / "report.json").unlink()
    assert [one.remedy for one in problems(store)] == [
        "kg restore BACKUP --store NEW, or build again: no snapshot is whole"
    ] * 2


def test_another_damage_has_its_own_way_out(store: Store) -> None:
    store.removals.write_text("no id\n")
    [one] = problems(store)
    assert one.problem == f"removed snapshots: {store.removals} has 'no', which is not the id of a snapshot"
    assert "rollback" not in one.remedy


def test_too_little_room_is_reported_and_just_enough_is_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, told in ((2_999_999, 2), (3_000_000, 3)):
        monkeypatch.setattr("kg.store.space.free", lambda folder, free=free: free)  # that of a real disk varies
        assert problems(store, free) == []
        [low] = problems(store, free + 1)
        assert low == Problem(f"the disk of {store} has only {told} MB free", "kg prune, or make room")


def test_leftovers_of_a_killed_build_are_reported_unless_a_build_is_running(store: Store) -> None:
    (store.path / "building-x").mkdir()
    assert problems(store) == [Problem(f"a build that was killed left files in {store}", f"kg prune --store {store}")]
    with store.lock.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert problems(store) == []
    store.lock.unlink()
    assert len(problems(store)) == 1


def test_a_store_that_this_user_cannot_write_is_reported(store: Store) -> None:
    with unable_to_write(store.path):
        [one] = problems(store)
    assert one.problem == f"this user cannot write {store}"


@contextmanager
def unable_to_write(folder: Path) -> Iterator[None]:
    """Make a folder unwritable for the user of this process; root, whom nothing stops, becomes another user."""
    mode = folder.stat().st_mode
    folder.chmod(0o555)
    users = os.getresuid()
    try:
        if users[0] == 0:
            os.setresuid(65_534, 0, 0)
        yield
    finally:
        os.setresuid(*users)
        folder.chmod(mode)


def test_without_git_repositories_cannot_be_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert shutil.which("git") is None
    assert problems(store) == [Problem("there is no git, so git repositories cannot be read", "install git")]


# ---- The slow verification in a process of its own.


def test_the_verifier_prints_what_it_finds_and_throws_away_what_is_made_again(
    store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    for name in ("good", "bad"):
        (cache / name).write_text(name)
        sidecar.sign(cache / name, sidecar.digest(cache / name))
    (cache / "bad").write_text("other")
    (store.snapshot(OLD) / "report.json").write_text(OLD[::-1])
    child = os.fork()
    if child == 0:
        try:
            process.main([str(store), str(cache), "0", str(os.getppid())])
        finally:
            os._exit(os.nice(0) != 19)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    found = json.loads(capfd.readouterr().out)
    assert {(one["part"], Path(one["path"]).name) for one in found["damages"]} == {
        ("snapshots", "report.json"),
        ("cache", "bad"),
    }
    assert found["files"] >= 3
    assert sorted(one.name for one in cache.iterdir()) == ["good", "good.sha256"]
    assert (store.snapshot(OLD) / "report.json").exists()


def test_the_verifier_is_a_process_of_its_own(store: Store, tmp_path: Path) -> None:
    done = parallel.run("kg.store.integrity.process", str(store), str(tmp_path / "cache"), "0", str(os.getpid()))
    assert done.returncode == 0
    assert json.loads(done.stdout)["damages"] == []


def test_a_store_is_sound_where_only_what_is_made_again_is_damaged() -> None:
    lost, made_again = whole.Damage("ledger", "", "", ""), whole.Damage("cache", "", "", "", is_made_again=True)
    assert [whole.Verification(one, 0, 0).is_sound for one in ((), (made_again,), (lost,), (made_again, lost))] == [
        *(True, True),
        *(False, False),
    ]


def test_only_damages_of_the_cache_are_thrown_away(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("x")
    damages = (whole.Damage("cache", str(tmp_path / "a"), "", ""), whole.Damage("ledger", str(tmp_path / "b"), "", ""))
    process.throw_away(whole.Verification(damages, 0, 0))
    assert [one.name for one in tmp_path.iterdir()] == ["b"]
