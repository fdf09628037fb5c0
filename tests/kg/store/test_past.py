"""Snapshots of the past: which one shows a time, and that they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.errors import ArchiveError, ConfigurationError, NotFoundError, StoreError
from kg.pipeline import run
from kg.rdf import terms
from kg.settings import Settings
from kg.store import past, snapshot
from kg.store.layout import Store

PAGE = "2011_November_8.txt"
Commit = Callable[[Mapping[str, str], int], Path]
NOON, HOUR = 1_320_753_600, 3_600


@pytest.fixture
def store(commit: Commit, tmp_path: Path) -> Path:
    """A store whose archive listed one event first, then two, with a snapshot of each of two times."""
    commit({PAGE: "*Shops in [[Homs]] close early.\n"}, NOON)
    root = commit({PAGE: "*Shops in [[Homs]] close early.\n*A ship sinks.\n"}, NOON + 2 * HOUR)
    settings = Settings(store=str(tmp_path / "store"), jobs=1, history=True)
    run.build([root], settings)
    for time in ("2011-11-08T15:00:00+01:00", "2011-11-08T12:00:00Z"):
        run.build([root], Settings(store=settings.store, jobs=1, history=True, as_of=time))
    return tmp_path / "store"


def titles(found: snapshot.Snapshot) -> set[str]:
    return {quad.object.value for quad in found.open().quads_for_pattern(None, terms.NAME, None)}


def test_a_snapshot_of_the_past_shows_the_archive_of_its_time(store: Path) -> None:
    first, second = Store(store).past()
    assert (first.manifest.as_of, second.manifest.as_of) == ("2011-11-08T12:00:00Z", "2011-11-08T14:00:00Z")
    assert titles(first) == {"Shops in Homs close early."}
    assert titles(second) == titles(Store(store).current()) == {"Shops in Homs close early.", "A ship sinks."}


def test_events_have_the_same_iris_in_the_past(store: Path) -> None:
    events = [
        {str(quad.subject) for quad in one.open().quads_for_pattern(None, terms.TYPE, terms.EVENT)}
        for one in (*Store(store).past(), Store(store).current())
    ]
    assert events[0] < events[1] == events[2]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2011-11-08T12:00:00Z", "2011-11-08T12:00:00Z"),
        ("2011-11-08T13:59:59Z", "2011-11-08T12:00:00Z"),
        ("2011-11-08T14:00:00Z", "2011-11-08T14:00:00Z"),
        ("2011-11-09", "2011-11-08T14:00:00Z"),
    ],
)
def test_the_last_snapshot_not_after_a_time_answers_for_it(store: Path, asked: str, answered: str) -> None:
    assert Store(store).at(past.instant(asked)).manifest.as_of == answered


def test_before_the_first_nothing_answers_and_the_error_lists_what_there_is(store: Path) -> None:
    with pytest.raises(NotFoundError, match="2011-11-08T12:00:00Z, 2011-11-08T14:00:00Z"):
        Store(store).at(datetime(2011, 11, 8, 11, tzinfo=UTC))


def test_a_snapshot_of_the_past_is_never_current_and_never_removed(store: Path, commit: Commit) -> None:
    current = Store(store).current()
    assert current.manifest.as_of == ""
    root = commit({PAGE: "*Ports reopen.\n"}, NOON + 5 * HOUR)
    for _ in range(3):
        run.build([root], Settings(store=str(store), jobs=1, history=True, keep_snapshots=1))
    assert len(Store(store).snapshots()) == 1
    assert len(Store(store).past()) == 2


def test_building_the_same_time_again_takes_the_place_of_the_first(store: Path, commit: Commit) -> None:
    root = commit({PAGE: "*Ports reopen.\n"}, NOON + 5 * HOUR)
    run.build([root], Settings(store=str(store), jobs=1, history=True, as_of="2011-11-08T14:00:00Z"))
    assert len(Store(store).past()) == 2


def test_the_past_is_built_after_the_present(commit: Commit, tmp_path: Path) -> None:
    root = commit({PAGE: "*Shops close.\n"}, NOON)
    with pytest.raises(StoreError, match="no snapshot"):
        run.build([root], Settings(store=str(tmp_path / "new"), jobs=1, as_of="2012-01-01"))


def test_before_the_first_commit_there_is_nothing_to_build(store: Path, commit: Commit) -> None:
    root = commit({PAGE: "*Ports reopen.\n"}, NOON + 5 * HOUR)
    with pytest.raises(ArchiveError, match="no commit before 2011-11-08T11:00:00Z"):
        run.build([root], Settings(store=str(store), jobs=1, as_of="2011-11-08T11:00:00Z"))


def test_a_folder_has_no_past(store: Path, archive: Callable[..., Path]) -> None:
    with pytest.raises(ArchiveError, match="is not a git repository"):
        run.build([archive({PAGE: "*a b\n"})], Settings(store=str(store), jobs=1, as_of="2012-01-01"))


@pytest.mark.parametrize("text", ["", "yesterday", "2011-13-01", "0001-01-01T00:00:00+23:59", "2011-11-08T25:00:00Z"])
def test_an_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a time"):
        past.instant(text)
