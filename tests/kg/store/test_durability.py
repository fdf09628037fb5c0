"""Data that must survive a power cut is flushed to disk: first the file, then its name."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from kg.events.ledger_file import LedgerFile, append, export
from kg.events.lines import Claim
from kg.store import verified
from kg.store.backup import archive
from kg.store.integrity import sidecar
from kg.store.layout import Store
from kg.store.snapshot import Manifest, checksums

CLAIM = Claim(date(2011, 11, 8), "en", "2011-11-08/aaaaaaaaaa", "slug", "shops-close")
ID = "20111109T060000000000Z"


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The names of files and folders that were flushed to disk, in order, with the bytes that they then had."""
    found: list[tuple[str, int]] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        found.append((Path(f"/proc/self/fd/{descriptor}").resolve().name, os.fstat(descriptor).st_size))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    return found


def published(store: Store) -> None:
    with store.drafting() as draft:
        (draft / "report.json").write_text("{}")
        store.publish(draft, Manifest(ID, "", "http://a.example/", "0", {}, files=checksums(draft)), 1)


def names(synced: list[tuple[str, int]]) -> list[str]:
    return [name for name, _ in synced]


def test_a_snapshot_is_on_the_disk_before_it_is_current_and_the_link_to_it_then(
    tmp_path: Path, synced: list[tuple[str, int]]
) -> None:
    store = Store(tmp_path / "store")
    published(store)
    assert names(synced) == ["manifest.json", "snapshots", "store"]
    assert synced[0][1] == (store.current().folder / "manifest.json").stat().st_size
    with store.drafting() as draft:
        store.retain(draft, Manifest("1", "", "http://a.example/", "0", {}, as_of="2011-11-08"))
    assert names(synced)[3:] == ["manifest.json", "past"]


def test_what_is_appended_to_the_ledger_and_what_is_shipped_of_it_is_on_the_disk_whole(
    tmp_path: Path, synced: list[tuple[str, int]]
) -> None:
    file, copy = tmp_path / "ledger.tsv", tmp_path / "copy.tsv"
    append(file, [CLAIM])
    export(file, str(copy))
    assert [size for _, size in synced] == [file.stat().st_size, copy.stat().st_size]
    assert names(synced) == ["ledger.tsv", f".copy.tsv.{os.getpid()}"]


def test_a_checksum_is_on_the_disk_before_it_has_its_name(tmp_path: Path, synced: list[tuple[str, int]]) -> None:
    (tmp_path / "x").write_text("abc")
    sidecar.sign(tmp_path / "x", sidecar.digest(tmp_path / "x"))
    assert synced == [(f".x.sha256.{os.getpid()}", sidecar.beside(tmp_path / "x").stat().st_size)]


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_a_backup_and_what_is_restored_of_it_are_on_the_disk_whole(
    tmp_path: Path, synced: list[tuple[str, int]], name: str
) -> None:
    published(Store(tmp_path / "store"))
    synced.clear()
    archive.write(Store(tmp_path / "store"), tmp_path / name)
    assert synced == [(f".{name}.{os.getpid()}", (tmp_path / name).stat().st_size)]
    synced.clear()
    restored = Store(tmp_path / "restored")
    archive.restore(tmp_path / name, restored)
    files = {file.name: file.stat().st_size for file in restored.current().folder.iterdir()}
    assert dict(synced[:-1]) == files
    assert restored.current().id == ID


def test_a_copy_that_takes_the_place_of_a_ledger_is_on_the_disk_before_it_does(
    tmp_path: Path, synced: list[tuple[str, int]]
) -> None:
    store, copy = Store(tmp_path / "store"), tmp_path / "copy.tsv"
    append(copy, [CLAIM])
    store.path.mkdir()
    append(store.ledger, [CLAIM])
    file = {"bytes": store.ledger.stat().st_size, "sha256": sidecar.digest(store.ledger)}
    with store.drafting() as draft:
        store.publish(draft, Manifest(ID, "", "http://a.example/", "0", {}, ledger=file), 1)
    store.ledger.write_text("damaged\n")
    synced.clear()
    assert verified.ledger(store, LedgerFile(copy)).end == copy.stat().st_size
    assert synced == [(store.refused_ledger.with_suffix(".draft").name, copy.stat().st_size)]
    assert store.refused_ledger.read_text() == "damaged\n"
