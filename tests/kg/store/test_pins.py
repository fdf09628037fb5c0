"""Pinned snapshots are kept, whatever is built; others are removed as before."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.errors import NotFoundError, SnapshotGoneError
from kg.store.layout import Store
from tests.conftest import publish_turtle

IDS = [f"2011110{number}T060000000000Z" for number in range(1, 6)]
TEXT = "<http://a.example/s> <http://a.example/p> 1 ."


def kept(store: Path) -> list[str]:
    return [folder.name for folder in Store(store).snapshots()]


def test_a_pinned_snapshot_stays_beside_as_many_others_as_are_kept(tmp_path: Path) -> None:
    for name in IDS[:2]:
        publish_turtle(tmp_path, TEXT, name, keep=2)
    Store(tmp_path).pin(IDS[0], "answer?query=ASK%7B%7D\nand a second line")
    for name in IDS[2:]:
        publish_turtle(tmp_path, TEXT, name, keep=2)
    assert kept(tmp_path) == [IDS[0], *IDS[3:]]
    assert Store(tmp_path).removed() == IDS[1:3]
    assert Store(tmp_path).pinned() == {IDS[0]: "answer?query=ASK%7B%7D and a second line"}
    assert Store(tmp_path).named(IDS[0]).id == IDS[0]


def test_a_snapshot_is_pinned_once_and_goes_when_its_line_is_removed(tmp_path: Path) -> None:
    publish_turtle(tmp_path, TEXT, IDS[0], keep=1)
    for reason in ("one", "two"):
        Store(tmp_path).pin(IDS[0], reason)
    assert Store(tmp_path).pinned() == {IDS[0]: "one"}
    (tmp_path / "pinned.txt").write_text("")
    publish_turtle(tmp_path, TEXT, IDS[1], keep=1)
    assert kept(tmp_path) == IDS[1:2]


def test_a_pin_waits_for_whoever_decides_which_snapshots_stay(tmp_path: Path) -> None:
    publish_turtle(tmp_path, TEXT, IDS[0], keep=1)
    with ThreadPoolExecutor(1) as other:
        folders = os.open(tmp_path / "snapshots", os.O_RDONLY)
        fcntl.flock(folders, fcntl.LOCK_EX)
        pinning = other.submit(Store(tmp_path).pin, IDS[0], "")
        with pytest.raises(TimeoutError):
            pinning.result(0.2)
        assert Store(tmp_path).pinned() == {}
        os.close(folders)
        pinning.result(20)
    assert list(Store(tmp_path).pinned()) == IDS[:1]


def test_a_removed_or_unknown_snapshot_cannot_be_pinned(tmp_path: Path) -> None:
    for name in IDS[:2]:
        publish_turtle(tmp_path, TEXT, name, keep=1)
    with pytest.raises(SnapshotGoneError, match="is kept no longer"):
        Store(tmp_path).pin(IDS[0], "")
    for name in (IDS[4], "..", "", "current"):
        with pytest.raises(NotFoundError, match="no such snapshot"):
            Store(tmp_path).pin(name, "")
    assert Store(tmp_path).pinned() == {}
