"""What a verification reports about single files, and in which words; the disk space of a store."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from collections import namedtuple
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import StoreDamagedError, StoreError, StoreFullError
from kg.events.ledger_file import LedgerFile, append
from kg.events.lines import Name
from kg.store import space
from kg.store.integrity import finding, sidecar, signed, size
from kg.store.integrity.finding import ChecksumReader
from kg.store.integrity.whole import Damage, Verification, verify
from kg.store.layout import Store
from kg.store.snapshot import Manifest, checksums

JSON = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.lists(st.booleans()), max_size=4)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---- JSON with its own checksum.


@given(JSON, st.sampled_from([None, 1]))
def test_signed_json_is_read_as_it_was_written(said: dict[str, object], indent: int | None) -> None:
    said.pop("checksum", None)
    text = signed.written(said, indent=indent)
    assert text.endswith("}\n")
    assert {name: one for name, one in signed.parsed(text).items() if name != "checksum"} == said
    assert signed.parsed(text)["checksum"] == sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())


def test_the_same_values_are_the_same_bytes_and_have_a_line_each_for_people() -> None:
    one, other = signed.written({"b": 1, "a": "é"}), signed.written({"a": "é", "b": 1})
    assert one == other == f'{{"a": "\\u00e9", "b": 1, "checksum": "{signed.parsed(one)["checksum"]}"}}\n'
    assert signed.written({"b": 1}, indent=1).startswith('{\n "b": 1,\n "checksum": "')


def test_json_that_is_not_an_object_or_has_a_wrong_or_no_checksum_is_refused() -> None:
    text = signed.written({"a": 1})
    with pytest.raises(ValueError, match="other bytes than were written"):
        signed.checked(text.replace("1", "2", 1))
    for wrong in ("[]", '"a"', "1", "null"):
        with pytest.raises(ValueError, match="JSON object"):
            signed.checked(wrong)
    assert signed.checked('{"a": 1}') == {"a": 1}
    with pytest.raises(ValueError, match="no checksum"):
        signed.parsed('{"a": 1}')


# ---- Checksums beside files.


def test_a_file_is_sound_with_its_checksum_and_without_any(tmp_path: Path) -> None:
    file = tmp_path / "x"
    assert sidecar.is_sound(file)
    file.write_bytes(b"abc")
    assert sidecar.is_sound(file)
    sidecar.sign(file, sidecar.digest(file))
    assert sidecar.beside(file).read_text() == f"{sha256(b'abc')}  x\n"
    assert sidecar.checksum(file) == sidecar.digest(file) == sha256(b"abc")
    assert sidecar.is_sound(file)
    file.write_bytes(b"abd")
    assert not sidecar.is_sound(file)
    file.unlink()
    assert not sidecar.is_sound(file)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["x.sha256"]


@pytest.mark.parametrize("text", ["", "abc", f"{'0' * 64}  y\n", f"{'0' * 64}  x", f"{'0' * 64} x\n"])
def test_a_checksum_of_another_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.sha256").write_text(text)
    with pytest.raises(StoreError, match="the checksum of x cannot be read"):
        sidecar.checksum(tmp_path / "x")


def test_while_a_file_is_changed_it_has_no_checksum_and_a_new_one_then(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"abc")
    sidecar.sign(file, sidecar.digest(file))
    with sidecar.changing(file, "mend it"):
        assert not sidecar.beside(file).exists()
        file.write_bytes(b"new")
    assert sidecar.checksum(file) == sha256(b"new")
    file.write_bytes(b"other")
    with pytest.raises(StoreDamagedError, match="is not what was written: mend it"), sidecar.changing(file, "mend it"):
        pytest.fail("it may not be changed")
    assert sidecar.checksum(file) == sha256(b"new")


def test_a_checksum_that_cannot_be_noted_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "x.sha256").mkdir()
    with pytest.raises(OSError, match=r"x\.sha256"):
        sidecar.sign(tmp_path / "x", "0" * 64)
    assert [one.name for one in tmp_path.iterdir()] == ["x.sha256"]


# ---- Findings.


def listed(folder: Path) -> dict[str, dict[str, object]]:
    return {file.name: {"bytes": file.stat().st_size, "sha256": sha256(file.read_bytes())} for file in folder.iterdir()}


def told(found: object) -> list[str]:
    return [str(one) for one in found]


def test_files_of_another_size_and_missing_ones_are_found_without_reading(tmp_path: Path) -> None:
    for name in ("same", "flipped", "longer", "gone"):
        (tmp_path / name).write_bytes(b"abc")
    known = listed(tmp_path)
    (tmp_path / "flipped").write_bytes(b"abd")
    (tmp_path / "longer").write_bytes(b"x" * 1_234)
    (tmp_path / "gone").unlink()
    missing, longer = f"{tmp_path}/gone is missing", f"{tmp_path}/longer has 1,234 bytes instead of 3"
    assert sorted(told(finding.resized(tmp_path, known))) == [missing, longer]
    reading = ChecksumReader()
    flipped = f"{tmp_path}/flipped has other bytes than were written"
    assert sorted(told(finding.changed(tmp_path, known, reading))) == [flipped, missing, longer]
    assert (reading.files, reading.size) == (2, 6)


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be read" in told(finding.resized(tmp_path / "file", {"x": {"bytes": 1}}))[0]
    assert "cannot be read" in str(finding.compared(tmp_path, "", ChecksumReader()))
    assert "is missing" in str(finding.compared(tmp_path / "gone", "", ChecksumReader()))


def test_a_file_with_two_names_is_read_once_and_counts_twice(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    os.link(tmp_path / "a", tmp_path / "b")
    reading = ChecksumReader()
    assert reading.sha256(tmp_path / "a") == reading.sha256(tmp_path / "b") == sha256(b"x" * 3_000_000)
    assert (reading.files, reading.size) == (2, 3_000_000)
    assert 0 <= reading.seconds < 600


# ---- A whole store.


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "store")
    for name in ("20111101T060000000000Z", "20111102T060000000000Z"):
        with found.drafting() as draft:
            (draft / "report.json").write_text(name)
            found.publish(draft, Manifest(name, "", "http://a.example/", "0", {}, files=checksums(draft)), 2)
    return found


def parts(store: Store, cache: Path, *, whole: bool = False) -> list[tuple[str, str]]:
    found = verify(store, cache, ChecksumReader() if whole else None).damages
    return [(one.part, Path(one.path).name) for one in found]


def test_a_link_to_nothing_and_snapshots_without_a_current_one_are_damages(store: Store, tmp_path: Path) -> None:
    assert parts(store, tmp_path / "cache") == []
    (store.path / "current").unlink()
    assert parts(store, tmp_path / "cache")[0] == ("current", "store")
    (store.path / "current").symlink_to("snapshots/20111103T060000000000Z")
    assert parts(store, tmp_path / "cache")[0] == ("current", "20111103T060000000000Z")
    store.snapshot("20111103T060000000000Z").mkdir()
    assert parts(store, tmp_path / "cache")[0] == ("current", "manifest.json")


def test_a_quick_check_of_a_ledger_looks_only_at_the_root_of_the_snapshot(tmp_path: Path) -> None:
    store = Store(tmp_path)
    append(store.ledger, [Name("entity/en/A", "A"), Name("entity/en/B", "B")])
    ledger = LedgerFile(store.ledger)
    with store.drafting() as draft:
        made = Manifest("20111101T060000000000Z", "", "http://a.example/", "0", {}, ledger_root=ledger.root)
        store.publish(draft, replace(made, ledger={"bytes": ledger.end, "sha256": sidecar.digest(store.ledger)}), 1)
    append(store.ledger, [Name("entity/en/C", "C")])
    assert parts(store, tmp_path / "cache", whole=True) == []
    store.ledger.write_bytes(store.ledger.read_bytes().replace(b"\tA\tA", b"\tA\tX").replace(b"en/A\tA", b"en/A\tX"))
    assert parts(store, tmp_path / "cache") == []
    assert parts(store, tmp_path / "cache", whole=True) == [("ledger", "ledger.tsv")]
    store.ledger.write_bytes(store.ledger.read_bytes().replace(f"root\t{ledger.root}".encode(), b"root\t" + b"0" * 64))
    assert parts(store, tmp_path / "cache") == [("ledger", "ledger.tsv")]


def test_a_flipped_byte_is_only_seen_by_who_reads_and_a_manifest_at_once(store: Store, tmp_path: Path) -> None:
    report = store.current().folder / "report.json"
    report.write_text(report.read_text()[::-1])
    assert parts(store, tmp_path) == []
    assert parts(store, tmp_path, whole=True) == [("snapshots", "report.json")]
    (store.snapshots()[0] / "manifest.json").write_text("{}")
    assert ("snapshots", "manifest.json") in parts(store, tmp_path)


def test_notes_of_what_was_removed_and_pinned_are_looked_at(store: Store, tmp_path: Path) -> None:
    store.removals.write_text("20111031T060000000000Z\n")
    assert parts(store, tmp_path) == []
    store.removals.write_text("20111031T06Z\n")
    assert parts(store, tmp_path) == [("removed snapshots", "removed.txt")]
    sidecar.sign(store.removals, "0" * 64)
    assert parts(store, tmp_path) == [("removed snapshots", "removed.txt")] * 2
    sidecar.beside(store.removals).unlink()
    store.removals.unlink()
    store.pins.write_text("20111101T060000000000Z an answer\n20111031T060000000000Z another\n")
    assert parts(store, tmp_path) == [("pinned snapshots", "pinned.txt")]


@pytest.mark.parametrize("length", [39, 40, 41])
def test_forty_characters_of_an_invalid_long_line_are_shown(store: Store, tmp_path: Path, length: int) -> None:
    for file, problem in (
        (store.removals, "has {!r}, which is not the id of a snapshot"),
        (store.pins, "keeps {!r}, but there is no"),
    ):
        file.write_text("x" * length + "\n")
        [found] = verify(store, tmp_path / "cache").damages
        assert found.problem.startswith(problem.format("x" * min(length, 40)))
        file.unlink()


def test_databases_are_read_by_their_checksum_or_by_themselves(store: Store, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with closing(sqlite3.connect(store.changelog)) as database:
        database.execute("CREATE TABLE a (b)")
    assert parts(store, cache, whole=True) == []
    store.changelog.write_bytes(b"no database")
    assert (parts(store, cache), parts(store, cache, whole=True)) == ([], [("change log", "changes.sqlite")])
    sidecar.sign(store.changelog, sidecar.digest(store.changelog))
    assert parts(store, cache, whole=True) == []
    sidecar.sign(store.changelog, "0" * 64)
    assert (parts(store, cache), parts(store, cache, whole=True)) == ([], [("change log", "changes.sqlite")])
    store.changelog.unlink()
    assert parts(store, cache) == [("change log", "changes.sqlite")]


def test_files_that_can_be_made_again_are_named_without_an_alarm(store: Store, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "below").mkdir(parents=True)
    (cache / "below" / "x").write_bytes(b"abc")
    sidecar.sign(cache / "below" / "x", "0" * 64)
    sidecar.sign(cache / "gone", "0" * 64)
    assert parts(store, cache) == [("cache", "gone")]
    assert sorted(parts(store, cache, whole=True)) == [("cache", "gone"), ("cache", "x")]
    assert verify(store, cache).is_sound
    store.kept_months.mkdir()
    (store.kept_months / "2011-11.json").write_text("{}")
    assert parts(store, tmp_path / "none") == []
    assert parts(store, tmp_path / "none", whole=True) == [("kept months", "2011-11.json")]
    assert verify(store, tmp_path / "none", ChecksumReader()).is_sound


def damage(path: str, problem: str, *, made_again: bool = False) -> Damage:
    return Damage("part", path, problem, "mend it", made_again)


def test_damage_of_one_kind_is_reported_once_with_its_number() -> None:
    one = Verification((damage("/a/1", "x"), damage("/a/2", "y"), damage("/b/3", "x"), damage("/b/4", "x")), 0, 0)
    assert [found.told(count) for found, count in one.summary()] == [
        "part: /a/1 (and 2 more) x: mend it",
        "part: /a/2 y: mend it",
    ]
    assert (one.of_snapshot(Path("/b")), one.of_snapshot(Path("/c"))) == ("/b/3 x", "")
    assert not one.is_sound
    assert Verification((damage("/a", "x", made_again=True),), 0, 0).is_sound
    assert not Verification((damage("/a", "x", made_again=True), damage("/b", "x")), 0, 0).is_sound


# ---- Disk space.


def test_a_file_that_two_snapshots_share_takes_room_once(store: Store, tmp_path: Path) -> None:
    old, new = store.snapshots()
    (old / "large").write_bytes(b"x" * 1_000_000)
    os.link(old / "large", new / "large")
    (new / "link").symlink_to(old / "large")
    sizes = dict(size.sizes(store, tmp_path / "cache"))
    assert sizes["current snapshot"] >= 1_000_000 > sizes["other snapshots"] > 0
    blocks = sum(one.stat().st_blocks for one in new.iterdir() if not one.is_symlink())
    assert sizes["current snapshot"] == 512 * blocks
    assert sizes["cache"] == 0
    parts = sum(found for name, found in sizes.items() if name != "all of the store")
    assert sizes["all of the store"] == parts + store.removals.exists()


def test_a_build_needs_twice_the_room_of_the_snapshot_before_it_and_at_least_what_is_asked(store: Store) -> None:
    assert space.for_build(store, 10**9) == 10**9
    assert space.for_build(store, 0) == 2 * len("20111102T060000000000Z")
    assert space.for_build(Store(store.path / "none"), 5) == 5
    (store.current().folder / "manifest.json").write_text("{}")
    assert space.for_build(store, 5) == 5


def test_a_disk_has_room_up_to_the_last_byte(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # the free space of a real disk varies while others write
    monkeypatch.setattr(space.shutil, "disk_usage", lambda folder: usage(10**9, 0, 2_999_999))
    space.require(store, 2_999_999)
    with pytest.raises(StoreFullError, match="has 2 MB free, and 7 MB are needed"):
        space.require(store, 7_999_999)
    with pytest.raises(StoreFullError):
        space.require(store, 3_000_000)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda folder: usage(0, 0, 0))
    assert space.free(store.path / "not" / "there") == sys.maxsize


def test_damage_may_be_reported_without_a_number() -> None:
    one = damage("/a", "x")
    assert str(one) == str(replace(one)) == "part: /a x: mend it"
