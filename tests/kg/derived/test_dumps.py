"""The dumps that a server keeps beside the snapshots."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.derived import dumps
from kg.errors import StoreError
from kg.publish.dump_files import WHOLE, DumpFile
from kg.rdf.formats import by_name
from kg.store.snapshot import Snapshot
from tests.paths import DATA

TURTLE = DATA / "served.ttl"
FILE = DumpFile(by_name("ntriples"))


@pytest.fixture
def served(tmp_path: Path, publish_store: Callable[[Path, str], Snapshot]) -> tuple[Path, Snapshot]:
    store = tmp_path / "store"
    return store, publish_store(store, TURTLE.read_text(encoding="utf-8"))


def test_a_file_is_made_once_with_its_checksum(served: tuple[Path, Snapshot]) -> None:
    path = dumps.obtain(*served, FILE)
    made = path.stat().st_mtime_ns
    assert dumps.obtain(*served, FILE).stat().st_mtime_ns == made
    assert [one.file for one in dumps.made(*served)] == [FILE]
    assert dumps.made(*served)[0].sha256 == dumps.checksum(path)


def test_what_is_prepared_is_made_whether_or_not_anybody_asks(served: tuple[Path, Snapshot]) -> None:
    dumps.prepare(*served, [WHOLE, FILE])
    dumps.prepare(*served, [DumpFile(by_name("turtle"))])
    next(thread for thread in threading.enumerate() if thread.name == "dumps").join(60)
    assert {one.file for one in dumps.made(*served)} == {WHOLE, FILE}


def test_a_file_of_which_the_checksum_is_missing_is_made_again(served: tuple[Path, Snapshot]) -> None:
    path = dumps.obtain(*served, FILE)
    Path(f"{path}.sha256").unlink()
    assert dumps.made(*served) == []
    with pytest.raises(StoreError, match="checksum"):
        dumps.checksum(path)
    dumps.obtain(*served, FILE)
    assert len(dumps.made(*served)) == 1


def test_the_dumps_of_a_snapshot_that_is_gone_go_too(served: tuple[Path, Snapshot]) -> None:
    old = served[0] / "dumps" / "20000101T000000000000Z"
    old.mkdir(parents=True)
    dumps.obtain(*served, FILE)
    assert not old.exists()


def test_a_file_that_cannot_be_made_is_a_store_error(served: tuple[Path, Snapshot]) -> None:
    with pytest.raises(StoreError, match="could not be made"):
        dumps.obtain(*served, DumpFile(by_name("turtle"), since="20000101T000000000000Z"))
    assert dumps.made(*served) == []
