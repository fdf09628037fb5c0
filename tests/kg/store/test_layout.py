"""The folder of a store: which snapshots are kept, what a killed build leaves, what is recorded."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotFoundError, SnapshotGoneError, StoreBusyError, StoreDamagedError, StoreError
from kg.store.integrity import sidecar
from kg.store.layout import Store
from kg.store.past import instant, text
from kg.store.snapshot import Manifest, Snapshot, checksum, checksums, new_id, read, scratch

BASE = "http://127.0.0.1:8000/"
CREATED = "2011-11-09T06:00:00Z"


def named(number: int) -> str:
    return f"2011110{number}T060000000000Z"


def publish(store: Store, number: int, keep: int = 9, build: str = "") -> Snapshot:
    """Publish a snapshot without a database; one with ``build`` counts as made by a write."""
    with store.drafting() as draft:
        (draft / "report.json").write_text(str(number))
        made = Manifest(named(number), CREATED, BASE, "0.1.0", {"events": 1_234}, build=build, files=checksums(draft))
        return store.publish(draft, made, keep)


def kept(store: Store) -> list[int]:
    return [int(folder.name[7]) for folder in store.snapshots()]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


# ---- Which snapshots are kept.


@pytest.mark.parametrize(
    ("keep", "expected"), [(1, [5]), (2, [4, 5]), (3, [3, 4, 5]), (5, [1, 2, 3, 4, 5]), (0, [5]), (-1, [5])]
)
def test_the_requested_number_of_builds_is_kept_and_the_new_one_always(
    store: Store, keep: int, expected: list[int]
) -> None:
    for number in range(1, 6):
        publish(store, number, keep)
    assert kept(store) == expected
    assert store.removed() == [named(number) for number in range(1, 6) if number not in expected]


def test_the_newest_three_writes_are_kept_and_push_out_no_build(store: Store) -> None:
    publish(store, 1, keep=1)
    for number in range(2, 8):
        publish(store, number, keep=1, build=named(1))
    assert kept(store) == [1, 5, 6, 7]
    assert store.removed() == []
    publish(store, 8, keep=1)
    assert kept(store) == [5, 6, 7, 8]


def test_a_snapshot_that_sorts_first_stays_when_it_is_new(store: Store) -> None:
    for number in (3, 4, 5):
        publish(store, number, keep=2)
    publish(store, 1, keep=2)
    assert kept(store) == [1, 5]
    publish(store, 2, keep=2)
    assert kept(store) == [2, 5]


def test_pinned_snapshots_count_for_nothing_even_when_new(store: Store) -> None:
    for number in (1, 2):
        publish(store, number)
    store.pin(named(1), "an answer")
    for number in (3, 4):
        publish(store, number, keep=2)
    assert kept(store) == [1, 3, 4]


def test_prune_keeps_the_current_one_and_says_what_went(store: Store) -> None:
    for number in range(1, 5):
        publish(store, number)
    store.switch(store.snapshot(named(1)))
    assert store.prune(2) == [named(2), named(3)]
    assert (kept(store), store.current().id) == ([1, 4], named(1))
    assert store.prune(2) == []


# ---- What a killed build leaves.


def test_anything_that_is_not_yet_current_is_not_a_snapshot_and_goes_with_the_next_build(store: Store) -> None:
    publish(store, 1)
    unpublished = publish(store, 2).folder
    store.switch(store.snapshot(named(1)))
    (unpublished / ".unpublished").touch()
    half = store.snapshot(named(3))
    half.mkdir()
    (store.path / "building-x").mkdir()
    (store.path / "current.77").symlink_to("nowhere")
    assert (kept(store), store.leftovers()) == ([1], True)
    with store.drafting() as draft:
        assert draft.is_dir()
        assert not any(one.exists() for one in (unpublished, half, store.path / "building-x"))
        assert not (store.path / "current.77").is_symlink()
        assert store.leftovers()
    assert not draft.exists()
    assert not store.leftovers()


def test_a_snapshot_that_had_just_become_current_stays(store: Store) -> None:
    made = publish(store, 1)
    (made.folder / ".unpublished").touch()
    assert (kept(store), store.leftovers()) == ([1], False)
    with store.drafting():
        assert not (made.folder / ".unpublished").exists()
    assert store.current().id == named(1)


def test_tidying_removes_leftovers_but_not_those_of_a_build_that_goes_on(store: Store) -> None:
    publish(store, 1)
    left = store.path / "building-x"
    left.mkdir()
    store.tidy()
    assert not left.exists()
    with store.drafting() as draft:
        store.tidy()
        assert draft.exists()
        with pytest.raises(StoreBusyError, match="another process"), store.drafting(0):
            pass


def test_a_snapshot_that_could_not_be_made_ready_is_none(store: Store) -> None:
    publish(store, 1)

    def fail(made: Snapshot) -> None:
        assert (made.folder / ".unpublished").exists()
        assert store.current().id == named(1)
        raise StoreError("no")

    with pytest.raises(StoreError, match=r"^no$"), store.drafting() as draft:
        store.publish(draft, Manifest(named(2), CREATED, BASE, "0.1.0", {}), 9, fail)
    assert not store.snapshot(named(2)).exists()
    assert store.current().id == named(1)


def test_a_published_snapshot_can_be_read_by_all_and_has_no_marks_left(store: Store) -> None:
    made = publish(store, 1)
    assert made.folder.stat().st_mode & 0o777 == 0o755
    assert sorted(one.name for one in made.folder.iterdir()) == ["manifest.json", "report.json"]
    assert str((store.path / "current").readlink()) == f"snapshots/{named(1)}" == store.target
    assert (made.manifest, read(made.folder)) == (read(made.folder).manifest, made)


def test_a_manifest_is_written_for_people_to_read_with_a_line_for_each_value(store: Store) -> None:
    said = (publish(store, 1).folder / "manifest.json").read_text()
    assert said.startswith('{\n "archives": [],\n "as_of": "",\n "base": "http://127.0.0.1:8000/",\n')
    assert '\n "counts": {\n  "events": 1234\n },\n' in said
    assert '\n "format": 2,\n' in said


# ---- What is recorded.


def test_what_is_removed_is_noted_with_a_checksum_unless_the_note_was_damaged(store: Store) -> None:
    for number in (1, 2):
        publish(store, number, keep=1)
    assert sidecar.is_sound(store.removals)
    assert sidecar.beside(store.removals).exists()
    store.removals.write_text(f"{named(7)}\n")
    publish(store, 3, keep=1)
    assert store.removed() == [named(7), named(2)]
    assert not sidecar.is_sound(store.removals)


def test_a_snapshot_is_found_by_its_id_and_one_that_was_there_is_told_from_one_that_never_was(store: Store) -> None:
    for number in (1, 2, 3):
        publish(store, number, keep=2)
    assert store.named(named(2)).id == named(2)
    with pytest.raises(SnapshotGoneError, match=rf"{named(1)} was here.*kept are {named(2)}, {named(3)}$"):
        store.named(named(1))
    with pytest.raises(NotFoundError, match="no such snapshot") as absent:
        store.named(named(9))
    assert not isinstance(absent.value, SnapshotGoneError)


def test_every_path_of_a_store_is_in_its_folder_and_no_two_are_the_same(store: Store) -> None:
    names = [name for name, one in vars(Store).items() if isinstance(one, property)]
    paths = [path for name in names if isinstance(path := getattr(store, name), Path)]
    assert len(paths) > 10
    assert len(set(paths)) == len(paths)
    assert all(one.is_relative_to(store.path) and one != store.path for one in paths)


def test_an_empty_store_has_nothing(store: Store) -> None:
    assert (store.snapshots(), store.removed(), store.pinned(), store.past(), store.target) == ([], [], {}, [], "")
    assert not store.has_current
    assert "nothing is built here yet" in store._repr_html_()
    with pytest.raises(StoreError, match="holds no snapshot"):
        store.current()


def test_a_notebook_shows_the_current_snapshot_with_its_counts(store: Store) -> None:
    publish(store, 1)
    shown = store._repr_html_()
    assert f"snapshot {named(1)} of {BASE}" in shown
    assert "<th>events</th><td>1,234</td>" in shown


# ---- The past.


def retain(store: Store, as_of: str, number: int = 1) -> Snapshot:
    with store.drafting() as draft:
        (draft / "report.json").write_text(str(number))
        return store.retain(draft, Manifest(named(number), CREATED, BASE, "0.1.0", {}, as_of=as_of))


def test_the_last_snapshot_that_is_not_after_a_moment_answers_for_it(store: Store) -> None:
    publish(store, 9)
    for number, as_of in ((1, "2011-11-08T12:00:00Z"), (2, "2011-11-10T12:00:00Z")):
        retain(store, as_of, number)
    times = [("2011-11-08T12:00:00Z", 1), ("2011-11-10T11:59:59Z", 1), ("2011-11-10T12:00:00Z", 2), ("2100-01-01", 2)]
    for asked, number in times:
        assert store.at(instant(asked)).id == named(number)
    with pytest.raises(NotFoundError, match=r"as of 2011-11-08T11:59:59Z; retained are: 2011-11-08T12:00:00Z, 2011-"):
        store.at(instant("2011-11-08T11:59:59Z"))
    assert store.named(named(2)).manifest.as_of == "2011-11-10T12:00:00Z"
    retain(store, "2011-11-10T12:00:00Z", 3)
    assert [one.id for one in store.past()] == [named(1), named(3)]
    assert (kept(store), store.current().id) == ([9], named(9))


def test_a_time_is_read_to_the_second_in_utc() -> None:
    for asked in ("2011-11-08T14:30:00.999+02:00", "2011-11-08T12:30:00", "2011-11-08T12:30:00Z"):
        assert instant(asked) == datetime(2011, 11, 8, 12, 30, tzinfo=UTC)
    assert text(instant("2011-11-08")) == "2011-11-08T00:00:00Z"


@given(
    st.datetimes(
        datetime(1970, 1, 2),
        datetime(2100, 1, 1),
        timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    )
)
def test_an_id_is_the_moment_in_utc_to_the_microsecond(moment: datetime) -> None:
    utc = moment.astimezone(UTC).isoformat(timespec="microseconds")
    assert new_id(moment) == "".join(one for one in utc.partition("+")[0] if one not in "-:.") + "Z"


# ---- Checksums.


def test_a_folder_for_files_that_are_not_part_of_a_snapshot_goes_when_it_is_made(tmp_path: Path) -> None:
    (tmp_path / "draft").mkdir()
    with scratch(tmp_path / "draft") as folder:
        (folder / "x").write_text("x")
        assert folder.parent == tmp_path
    with scratch(tmp_path / "draft") as folder:
        folder.rmdir()
    assert [one.name for one in tmp_path.iterdir()] == ["draft"]


def test_a_manifest_without_a_field_has_its_default() -> None:
    made = Manifest(named(1), CREATED, BASE, "0.1.0", {})
    assert (made.languages, made.archives, made.ledger, made.shapes, made.files) == ({}, [], {}, {}, {})
    assert (made.ledger_root, made.build, made.writes, made.as_of, made.vocabulary) == ("", "", 0, "", "")
    assert (made.public_suffixes, made.format) == ("", 2)


def test_a_file_that_a_known_snapshot_has_too_keeps_the_sum_that_is_known_of_it(store: Store, tmp_path: Path) -> None:
    known = publish(store, 1)
    draft = tmp_path / "draft"
    (draft / "below").mkdir(parents=True)
    os.link(known.folder / "report.json", draft / "below" / "same.json")
    (draft / "new.json").write_text("new")
    (draft / "manifest.json").write_text("not yet")
    (known.folder / "report.json").write_text("what is known is not read again")
    sums = checksums(draft, known)
    assert sums == {
        "below/same.json": known.manifest.files["report.json"],
        "new.json": checksum(draft / "new.json"),
    }
    assert sums["new.json"]["bytes"] == 3


@pytest.mark.parametrize("said", [{"checksum": "0" * 64}, {"format": 2}, {"format": "2"}, {"format": 3}, {}])
def test_a_manifest_without_its_checksum_or_of_another_format_is_refused(store: Store, said: dict[str, object]) -> None:

    folder = publish(store, 1).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    whole = {name: one for name, one in manifest.items() if name not in ("checksum", "format")}
    (folder / "manifest.json").write_text(json.dumps(whole | said))
    if not said:  # like those of version 0.1.0
        assert read(folder).manifest.format == 1
        return
    with pytest.raises(StoreError) as refused:
        read(folder)
    assert isinstance(refused.value, StoreDamagedError) is (said.get("format") in (None, 2))


def test_a_store_may_lie_in_folders_that_are_not_there_yet(tmp_path: Path) -> None:
    store = Store(tmp_path / "none" / "yet" / "store")
    with store.drafting() as draft:
        assert draft.parent == store.path
