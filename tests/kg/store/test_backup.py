"""A backup as a file: its content, and that a damaged one never becomes a store."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from kg.errors import ConfigurationError, StoreBusyError, StoreDamagedError, StoreError
from kg.events.ledger_file import append
from kg.events.lines import Claim
from kg.store.backup import archive, contents
from kg.store.integrity import sidecar, signed
from kg.store.layout import Store
from kg.store.snapshot import Manifest, checksums
from kg.write import log
from kg.write.changes import Changes
from kg.write.log import Author

ID, PINNED = "20111109T060000000000Z", "20111101T060000000000Z"
LIST = "newsgraph-backup.json"

Members = dict[str, bytes]


def publish(store: Store, name: str) -> None:
    with store.drafting() as draft:
        (draft / "report.json").write_text(name)
        made = Manifest(name, "", "http://a.example/", "0", {}, files=checksums(draft))
        store.publish(draft, made, 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "store")
    for name in (PINNED, "20111105T060000000000Z", ID):
        publish(found, name)
    found.pin(PINNED, "an answer")
    with closing(sqlite3.connect(found.changelog)) as database:
        database.execute("CREATE TABLE told (what)")
    return found


def members(file: Path) -> Members:
    with tarfile.open(file) as opened:
        return {one.name: opened.extractfile(one).read() for one in opened}


def written(file: Path, content: Members) -> Path:
    with tarfile.open(file, "w") as made:
        for name, text in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            made.addfile(info, io.BytesIO(text))
    return file


def relisted(content: Members, change: Callable[[dict[str, object]], object]) -> Members:
    said = {name: one for name, one in json.loads(content[LIST]).items() if name != "checksum"}
    change(said)
    return {**content, LIST: signed.written(said).encode()}


@pytest.fixture
def backup(store: Store, tmp_path: Path) -> Path:
    archive.write(store, tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def test_a_backup_lists_the_current_snapshot_pinned_ones_and_what_cannot_be_made_again(backup: Path) -> None:
    content = members(backup)
    said = json.loads(content[LIST])
    assert (next(iter(content)), said["format"], said["snapshot"]) == (LIST, 1, ID)
    folders = {name.rpartition("/")[0] for name in content if name.startswith("snapshots/")}
    assert folders == {f"snapshots/{ID}", f"snapshots/{PINNED}"}
    assert {"changes.sqlite", "changes.sqlite.sha256", "pinned.txt"} < content.keys()
    assert said["files"].keys() == content.keys() - {LIST}
    assert content[LIST].startswith(b'{\n "checksum": "')
    assert {name: one["bytes"] for name, one in said["files"].items()} == {
        name: len(text) for name, text in content.items() if name != LIST
    }


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_a_store_that_is_restored_has_all_that_is_listed(store: Store, tmp_path: Path, name: str) -> None:
    assert archive.write(store, tmp_path / name).id == ID
    assert ((tmp_path / name).read_bytes()[:2] == b"\x1f\x8b") is name.endswith(".gz")
    (tmp_path / "new").mkdir()
    restored = Store(tmp_path / "new")
    assert archive.restore(tmp_path / name, restored) == ID
    assert (restored.current().id, restored.pinned()) == (ID, {PINNED: "an answer"})
    restored.named(PINNED).verify()
    assert sidecar.is_sound(restored.changelog)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([name, "new", "store"])


def refused(backup: Path, tmp_path: Path, content: Members, match: str) -> None:
    wrong = written(tmp_path / "wrong.tar", content)
    for act in (lambda: archive.verify(wrong), lambda: archive.restore(wrong, Store(tmp_path / "new"))):
        with pytest.raises(StoreError, match=match):
            act()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backup.tar", "store", "wrong.tar"]


@pytest.mark.parametrize("size", ["same", "shorter"])
def test_a_member_with_other_bytes_is_refused(backup: Path, tmp_path: Path, size: str) -> None:
    content = members(backup)
    name = f"snapshots/{ID}/report.json"
    content[name] = content[name][::-1] if size == "same" else content[name][:-1]
    refused(backup, tmp_path, content, "has other bytes than were written")


def test_a_backup_that_lacks_a_member_is_refused(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    del content["pinned.txt"]
    refused(backup, tmp_path, content, "lacks pinned.txt")


@pytest.mark.parametrize("name", ["more", "../more", "/more"])
def test_a_backup_with_a_member_that_is_not_listed_or_leads_elsewhere_is_refused(
    backup: Path, tmp_path: Path, name: str
) -> None:
    refused(backup, tmp_path, {**members(backup), name: b"x"}, "which it does not list")
    (tmp_path / "wrong.tar").unlink()
    if name != "more":
        said = {"bytes": 1, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
        content = relisted(members(backup), lambda one: one["files"].update({name: said}))
        refused(backup, tmp_path, {**content, name: b"x"}, "which it does not list")


def test_a_list_that_is_changed_or_missing_or_of_another_format_is_refused(backup: Path, tmp_path: Path) -> None:
    content = members(backup)
    changed = {**content, LIST: content[LIST].replace(b'"format": 1', b'"format": 3')}
    refused(backup, tmp_path, changed, "the list in the backup .* cannot be read")
    refused(backup, tmp_path, {"other": b"x", **content}, f"does not begin with {LIST}")
    refused(backup, tmp_path, relisted(content, lambda said: said.update(format=2)), "has the format 2")


def test_a_backup_whose_snapshot_lacks_a_file_makes_no_store(backup: Path, tmp_path: Path) -> None:
    name = f"snapshots/{ID}/report.json"
    content = relisted(members(backup), lambda said: said["files"].pop(name))
    del content[name]
    with pytest.raises(StoreDamagedError, match="is missing"):
        archive.restore(written(tmp_path / "wrong.tar", content), Store(tmp_path / "new"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backup.tar", "store", "wrong.tar"]


def test_a_store_that_lacks_a_file_is_not_backed_up(store: Store, tmp_path: Path) -> None:
    (store.current().folder / "report.json").unlink()
    with pytest.raises(StoreDamagedError, match=r"report\.json is missing"):
        archive.write(store, tmp_path / "backup.tar")
    assert [one.name for one in tmp_path.iterdir()] == ["store"]


def test_a_store_with_a_database_that_is_none_is_not_backed_up(store: Store, tmp_path: Path) -> None:
    store.changelog.write_bytes(b"no database " * 1_000)
    with pytest.raises(StoreDamagedError, match=r"changes\.sqlite cannot be copied: file is not a database"):
        archive.write(store, tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()


@pytest.mark.parametrize("gone", range(contents.TRIES + 1))
def test_a_backup_begins_again_when_a_build_removes_its_snapshot(
    gone: int, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = store.current()
    publish(store, "20111110T060000000000Z")
    shutil.rmtree(removed.folder)
    found = iter([removed] * gone)
    current = Store.current
    monkeypatch.setattr(Store, "current", lambda self: next(found, None) or current(self))
    if gone < contents.TRIES:
        archive.write(store, tmp_path / "backup.tar")
        assert "snapshots/20111110T060000000000Z/report.json" in members(tmp_path / "backup.tar")
    else:
        with pytest.raises(StoreDamagedError, match="is missing: kg verify says what else"):
            archive.write(store, tmp_path / "backup.tar")


def test_a_backup_waits_for_a_locked_database_but_not_forever(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(store.changelog, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with monkeypatch.context() as patch:
            patch.setattr(contents, "PATIENCE", 0.0)
            with pytest.raises(StoreBusyError, match="is being written"):
                archive.write(store, tmp_path / "backup.tar")
        assert not (tmp_path / "backup.tar").exists()
        with ThreadPoolExecutor(1) as threads:
            made = threads.submit(archive.write, store, tmp_path / "backup.tar")
            with pytest.raises(TimeoutError):
                made.result(0.1)
            writer.execute("COMMIT")
            assert made.result(60).id == ID


def test_nothing_is_replaced(backup: Path, store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="a backup replaces nothing"):
        archive.write(store, backup)
    with pytest.raises(ConfigurationError, match="is not empty"):
        archive.restore(backup, store)
    with pytest.raises(ConfigurationError, match="there is no backup"):
        archive.verify(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        archive.write(store, tmp_path / "none" / "backup.tar")


def written_to(store: Store, *, writes: int, current: int) -> list[Path]:
    """Write to a store, publish a snapshot of the ``current`` first writes, and return the files of all."""
    store.path.mkdir()
    with closing(Changes()) as changes:
        for number in range(writes):
            log.confirm(log.log(store, number, changes, Author("someone", "POST /sparql", f"urn:uuid:{number}")))
    with store.drafting() as draft:
        made = Manifest(ID, "", "http://a.example/", "0", {}, files=checksums(draft), writes=current)
        store.publish(draft, made, 1)
    return sorted(store.writes.iterdir())


def test_a_backup_has_the_writes_of_its_snapshot_and_not_those_of_later_ones(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first, later = written_to(store, writes=2, current=1)
    archive.write(store, tmp_path / "written.tar")
    found = {name: one for name, one in members(tmp_path / "written.tar").items() if name.startswith("writes/")}
    assert found == {f"writes/{first.name}": first.read_bytes()}
    assert later.exists()


def test_a_backup_has_the_ledger_without_what_a_killed_append_left(store: Store, tmp_path: Path) -> None:
    append(store.ledger, [Claim(date(2011, 11, 8), "en", "2011-11-08/aaaaaaaaaa", "slug", "shops-close")])
    whole = store.ledger.read_bytes()
    store.ledger.write_bytes(whole + b"2011-11-08\ten")
    archive.write(store, tmp_path / "backup.tar")
    assert members(tmp_path / "backup.tar")["ledger.tsv"] == whole


def test_a_store_whose_writes_are_damaged_or_missing_is_not_backed_up(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first, second = written_to(store, writes=2, current=2)
    whole = second.read_bytes()
    second.write_bytes(whole[:-2] + b"x\n")
    with pytest.raises(StoreDamagedError, match="has other bytes than were written"):
        archive.write(store, tmp_path / "backup.tar")
    second.write_bytes(whole)
    first.unlink()
    with pytest.raises(StoreDamagedError, match="the write 1 is missing"):
        archive.write(store, tmp_path / "backup.tar")
    assert [one.name for one in tmp_path.iterdir()] == ["store"]
