"""The trailers of a commit about its wiki revision are read as they were written, and nonsense is ignored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.archive import trailers
from kg.archive.git import Commit
from kg.archive.trailers import WikiRevision
from kg.archive.versions import MainLine

PATH = "2011_November_8.txt"
SECONDS = 1_320_710_400
TIME = datetime.fromtimestamp(SECONDS, UTC)
NUMBERS = st.integers(1, 10**17).map(str)
REVISIONS = st.builds(
    WikiRevision,
    st.just(PATH),
    NUMBERS,
    st.one_of(st.none(), st.just(""), NUMBERS),
    st.one_of(st.none(), st.just("https://en.wikipedia.org/w/index.php?oldid=5")),
    st.sampled_from([None, "en", "zh-min-nan"]),
    st.sampled_from(["", "is a revision whose text the wiki hides"]),
)


@given(REVISIONS)
def test_trailers_are_read_as_they_were_written(one: WikiRevision) -> None:
    assert trailers.read(one.lines().splitlines()) == one


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("Signed-off-by: Ada",),
        ("Wiki-Revision: 5",),
        (f"Wiki-Path: {PATH}", "Wiki-Revision: five"),
        (f"Wiki-Path: {PATH}", "Wiki-Revision: 5", "Wiki-Parent: -1"),
        (f"Wiki-Path: {PATH}", "Wiki-Hidden: all"),
    ],
)
def test_an_invalid_trailer_is_not_a_revision(lines: tuple[str, ...]) -> None:
    assert trailers.read(lines) is None


def commit(number: int, blob: str | None, seconds: int = SECONDS, path: str = PATH, hidden: str = "") -> Commit:
    changes = [(path, blob)] if blob else []
    wiki = WikiRevision(PATH, f"{number}", f"{number - 1}" if number > 1 else "", hidden=hidden)
    return Commit(f"{number:040}", f"{seconds}", changes, wiki)


def line(*commits: Commit) -> MainLine:
    return MainLine.of(commits, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_revision_with_unchanged_text_is_a_version_and_a_hidden_one_is_reported() -> None:
    found = line(commit(1, "a"), commit(2, None), commit(3, None, hidden="is hidden"), commit(4, "b"))
    versions = list(found.versions(lambda path: path == PATH))
    assert [(one.commit, one.blob, one.parent) for one in versions] == [
        ("1", "a", ""),
        ("2", "a", "1"),
        ("4", "b", "3"),
    ]
    assert [(one.path, one.commit, one.reason) for one in found.hidden(lambda _: True)] == [(PATH, "3", "is hidden")]
    assert [one.commit for one in found.newest({PATH: "a"}, "head")] == ["2"]


def test_a_commit_that_speaks_of_a_page_that_it_never_had_is_that_of_its_own() -> None:
    [version] = line(commit(1, "a", path="2011_November_9.txt")).versions(lambda _: True)
    assert (version.path, version.commit) == ("2011_November_9.txt", f"{1:040}")


def test_a_commit_whose_time_cannot_be_true_proves_nothing() -> None:
    [first, second] = line(commit(1, "a"), commit(2, "b", seconds=0)).versions(lambda _: True)
    assert (first.time, first.parent) == (TIME, "")
    assert (second.time, second.parent) == (TIME, None)
