"""Each file of a store is covered by a check; a changed byte is reported with what to do about it."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED
from kg.errors import StoreDamagedError
from kg.pipeline.run import build
from kg.settings import Settings
from kg.store import snapshot
from kg.store.integrity import remedies, sidecar, whole
from kg.store.integrity.finding import ChecksumReader
from kg.store.integrity.whole import Verification
from kg.store.layout import Store
from kg.write import log
from kg.write.changes import Changes
from kg.write.log import Author
from tests.conftest import Once, rewrite
from tests.kg.store.published import with_two

PAGE = "{{Current events|year=2011|month=11|day=8|content=\n*Shops in [[Homs]] close. [https://a.example/s (News)]\n}}"
UNREAD = {"lock", "writer.lock", "rejected.txt"}
"""Files that hold nothing, or what only people read."""


def made(folder: Path) -> Path:
    """Make a store with content in each of its parts."""
    page = folder / "archive" / "2011_November_8.txt"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE)
    path = folder / "store"
    for _ in range(2):
        built = build([page.parent], Settings(store=str(path), jobs=1, keep_snapshots=1))
    store = Store(path)
    for job in Artefacts(store).prepare(PREPARED, built.snapshot):
        assert job.result() is None
    changes = Changes()
    log.confirm(log.log(store, 0, changes, Author("someone", "POST /sparql", "urn:uuid:a")))
    changes.close()
    return path


@pytest.fixture
def store(once: Once, tmp_path: Path) -> Store:
    return Store(shutil.copytree(once("integrity", made), tmp_path / "store", symlinks=True))


def verified(store: Store, *, quick: bool = False) -> Verification:
    return whole.verify(store, store.path / "cache", None if quick else ChecksumReader())


def data_files(store: Store) -> Iterator[Path]:
    """Yield each file of a store that a program reads, once."""
    for file in sorted(store.path.rglob("*")):
        is_lock = file.suffix == ".lock" or file.name in UNREAD
        if file.is_file() and not is_lock and file.stat().st_size and file.resolve() == file:
            yield file


def test_a_whole_store_is_sound(store: Store) -> None:
    assert verified(store).damages == verified(store, quick=True).damages == ()
    assert verified(store).files > verified(store, quick=True).files == 0


def test_a_flipped_bit_in_any_file_is_noticed_and_each_has_a_way_out(store: Store) -> None:
    seeded = random.Random(19)
    for file in data_files(store):
        content = file.read_bytes()
        place = seeded.randrange(len(content))
        file.write_bytes(content[:place] + bytes([content[place] ^ 1 << seeded.randrange(8)]) + content[place + 1 :])
        found = verified(store).damages
        assert found, file
        assert all(one.remedy for one in found)
        file.write_bytes(content)
    assert verified(store).damages == ()


def test_a_truncated_file_is_noticed_at_once_where_it_matters(store: Store) -> None:
    for file in (next(store.current().database.glob("*.sst")), store.ledger, snapshot.report(store.current().folder)):
        content = file.read_bytes()
        file.write_bytes(content[:-1])
        assert [one for one in verified(store, quick=True).damages if not one.is_made_again], file
        file.unlink()
        assert [one for one in verified(store, quick=True).damages if not one.is_made_again], file
        file.write_bytes(content)


def test_a_snapshot_that_lacks_a_file_is_not_opened(store: Store) -> None:
    next(store.current().database.glob("*.sst")).unlink()
    with pytest.raises(StoreDamagedError, match=r"is missing; go back with kg rollback"):
        store.current().open()


def test_files_that_can_be_made_again_are_no_reason_for_alarm(store: Store) -> None:
    (artefact,) = (store.path / "cache").rglob("search-*.sqlite")
    artefact.write_bytes(b"")
    month = next(store.kept_months.glob("*.nt"))
    month.write_bytes(b"")
    found = verified(store)
    assert {one.part for one in found.damages} == {"cache", "kept months"}
    assert found.is_sound


def test_a_change_log_whose_writer_was_killed_is_looked_at_by_what_it_holds(store: Store) -> None:
    sidecar.beside(store.changelog).unlink()
    assert verified(store).damages == ()
    content = store.changelog.read_bytes()
    store.changelog.write_bytes(content[: len(content) // 2])
    assert [one.part for one in verified(store).damages] == ["change log"]


def test_a_change_log_that_is_locked_for_a_commit_is_not_damaged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "WAITING", 0.01)
    sidecar.beside(store.changelog).unlink()
    with closing(sqlite3.connect(store.changelog, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert verified(store).damages == ()


def test_nothing_is_appended_to_a_damaged_change_log(store: Store) -> None:
    with closing(sqlite3.connect(store.changelog)) as database, database:
        database.execute("UPDATE change SET kind = 'Delete' WHERE seq = 1")
    with (
        pytest.raises(StoreDamagedError, match="feeds start again"),
        sidecar.changing(store.changelog, remedies.CHANGELOG),
    ):
        pass


Damage = Callable[[Store], object]


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        (lambda store: store.current().folder.rename(store.path / "elsewhere"), "current"),
        (lambda store: (store.path / "current").unlink(), "current"),
        (lambda store: next(store.writes.glob("*")).unlink(), "writes"),
        (lambda store: (store.path / "removed.txt").write_text("once upon a time\n"), "removed snapshots"),
    ],
)
def test_missing_files_are_named(store: Store, damage: Damage, part: str) -> None:
    rewrite(snapshot.manifest_file(store.current().folder), lambda said: said.update(writes=1))
    damage(store)
    assert part in {one.part for one in verified(store, quick=True).damages}


def test_a_slow_verification_reads_no_faster_than_it_may(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(300_000))
    reading = ChecksumReader(rate=3_000_000)
    reading.sha256(tmp_path / "file")
    assert reading.seconds >= 0.1


def test_a_fault_of_many_files_is_reported_once_with_their_number(once: Once, tmp_path: Path) -> None:
    store = with_two(once, tmp_path / "store")
    store.kept_months.mkdir(exist_ok=True)
    for name in ("a.json", "b.json", "c.json"):
        (store.kept_months / name).write_text("{}")
    ((damage, count),) = whole.verify(store, tmp_path / "cache", ChecksumReader()).summary()
    assert count == 3
    assert damage.told(count).startswith(f"kept months: {store.kept_months / 'a.json'} (and 2 more) cannot be read")
