"""Builds of truncated, damaged or misdated repositories keep everything known and report the rest."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from kg.errors import ArchiveError
from kg.pipeline import run
from kg.pipeline.report import summary
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

DAY, NEXT_DAY = "2011_November_8.txt", "2011_November_9.txt"
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
MORE = FERRY.replace("12", "15")
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 4711\n"
NOON, ONE, TWO, THREE = (f"2011-11-08T{hour}:00:00Z" for hour in (12, 13, 14, 15))

NewRepository = Callable[..., Any]
Build = Callable[..., Built]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def build(*roots: Path, history: bool = True, store: str = "store", **settings: Any) -> Built:
        return run.build(roots, Settings(store=str(tmp_path / store), jobs=1, history=history, **settings))

    return build


def values(graph: EmbeddedGraph, subject: Any, term: NamedNode) -> list[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, term, None))
    return sorted(one.value for one in found if isinstance(one, NamedNode | Literal))


def events(built: Built) -> dict[str, str]:
    """Return the titles of the events that are not gone, by their IRIs."""
    graph = built.snapshot.open()
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))
    shown = (one for one in found if not values(graph, one, terms.INVALIDATED_AT))
    return {one.value: values(graph, one, terms.NAME)[0] for one in shown if isinstance(one, NamedNode)}


def spans(built: Built, about: str) -> list[tuple[list[str], list[str]]]:
    """Return the starts and ends of the intervals of the revisions whose titles contain a text."""
    graph = built.snapshot.open()
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.REVISION_CLASS))
    return sorted(
        (values(graph, one, terms.OBSERVED_FROM), values(graph, one, terms.OBSERVED_UNTIL))
        for one in found
        if about in values(graph, one, terms.NAME)[0]
    )


def clone(source: Any, target: Path, *options: str) -> Path:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "clone", "-q", *options, f"file://{source.root}", str(target)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return target


def misdated(repository: Any, *written: str | None) -> list[str]:
    """Write other times into the commits, None for no change, and return their new ids."""
    parent, ids = "", []
    for commit, time in zip(repository.ids(), written, strict=True):
        lines = repository.git("cat-file", "commit", commit).split("\n")
        for number, line in enumerate(lines):
            if line.startswith("parent "):
                lines[number] = f"parent {parent}"
            if line.startswith("committer ") and time is not None:
                lines[number] = f"{line.split('>')[0]}> {time}".rstrip()
        text = "\n".join(lines).encode() + b"\n\n"
        parent = repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)
        ids.append(parent)
    repository.back_to(parent)
    return ids


# ---- Read again.


def test_a_build_keeps_what_git_told_and_the_next_one_gives_what_a_new_store_gives(
    new_repository: NewRepository, build: Build, tmp_path: Path
) -> None:
    repository = new_repository([(0, {DAY: [FERRY]}), (1, {DAY: [MORE]})])
    build(repository.root)
    repository.commit([(2, {DAY: [MORE, TRAMS]}), (3, {NEXT_DAY: [TRAMS]})])
    again, anew = build(repository.root), build(repository.root, store="new")
    assert sorted(map(str, again.snapshot.open())) == sorted(map(str, anew.snapshot.open()))
    assert [file.stem for file in (tmp_path / "store").rglob("*.log") if len(file.stem) == 40] == repository.ids()[-1:]


# ---- Truncated.


@pytest.fixture
def edited(new_repository: NewRepository) -> Any:
    """A repository whose newest commit reworded an event, so that a clone of that commit lacks the first wording."""
    return new_repository([(0, {DAY: [FERRY, TRAMS]}), (1, {DAY: [MORE, TRAMS]})])


def test_a_shallow_clone_is_refused_with_its_history_and_the_store_stays_as_it_was(
    edited: Any, build: Build, tmp_path: Path
) -> None:
    first = build(edited.root)
    shallow = clone(edited, tmp_path / "shallow", "--depth=1")
    for settings in ({}, {"history": False, "as_of": TWO}):
        with pytest.raises(ArchiveError, match=r"is a shallow clone.*git -C .*/shallow fetch --unshallow"):
            build(shallow, **settings)
    assert [one.name for one in first.snapshot.folder.parent.iterdir()] == [first.snapshot.folder.name]
    subprocess.run(["git", "-C", str(shallow), "fetch", "-q", "--unshallow"], check=True, capture_output=True)
    assert sorted(map(str, build(shallow).snapshot.open())) == sorted(map(str, first.snapshot.open()))


def test_a_shallow_clone_moves_no_iri_that_is_known_and_tells_no_times(
    edited: Any, build: Build, tmp_path: Path
) -> None:
    first = build(edited.root)
    later = build(clone(edited, tmp_path / "shallow", "--depth=1"), history=False)
    assert events(later) == events(first)
    assert spans(later, "12 passengers") == spans(later, "15 passengers") == spans(later, "trams") == [([], [])]
    assert not list(later.snapshot.open().quads_for_pattern(None, terms.CREATED, None))
    assert later.report["remarks"] == [
        f"{tmp_path}/shallow is a shallow clone: its pages are read as they are, without their times"
    ]
    assert later.report["remarks"][0] in summary(later.snapshot.manifest, later.report)


# ---- Unreadable.


UNREADABLE = {
    "NUL": f"{FERRY}\x00".encode(),
    "UTF-16": FERRY.encode("utf-16"),
    "Windows-1252": f"{FERRY}\n* \u201cquoted\u201d".encode("windows-1252"),
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "Git LFS": LFS.encode(),
}
unreadable = pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)


@unreadable
def test_a_capture_that_cannot_be_read_is_told_with_its_commit_and_the_others_are_read(
    new_repository: NewRepository, build: Build, content: bytes
) -> None:
    repository = new_repository([(0, {DAY: content, NEXT_DAY: [TRAMS]}), (1, {DAY: [FERRY]})])
    built = build(repository.root)
    (told,) = built.report["pages not read"]
    assert (told["page"], told["commit"]) == (DAY, repository.ids()[0])
    assert spans(built, "ferry") == [([ONE], [])]
    assert spans(built, "trams") == [([NOON], [])]
    assert f"page {DAY} of commit {repository.ids()[0]} is " in summary(built.snapshot.manifest, built.report)


@unreadable
def test_what_was_shown_before_a_capture_that_cannot_be_read_is_shown_until_the_next(
    new_repository: NewRepository, build: Build, content: bytes
) -> None:
    commits = [(0, {DAY: [FERRY]}), (1, {DAY: content}), (2, {DAY: [FERRY, ""]}), (3, {DAY: [MORE]})]
    built = build(new_repository(commits).root)
    assert spans(built, "12 passengers") == [([NOON], [THREE])]
    assert spans(built, "15 passengers") == [([THREE], [])]


def test_what_was_shown_before_the_newest_capture_is_still_shown_if_that_cannot_be_read(
    new_repository: NewRepository, build: Build
) -> None:
    commits = [(0, {DAY: [FERRY]}), (1, {DAY: UNREADABLE["NUL"]})]
    built = build(new_repository(commits).root)
    assert spans(built, "ferry") == [([NOON], [])]
    assert len(events(built)) == built.report["counts"]["pages"] == built.report["counts"]["events"] == 1


def test_a_page_that_cannot_be_read_and_is_removed_was_there_until_then(
    new_repository: NewRepository, build: Build
) -> None:
    commits = [(0, {DAY: [FERRY], NEXT_DAY: [TRAMS]}), (1, {DAY: UNREADABLE["NUL"]}), (2, {DAY: None})]
    assert spans(build(new_repository(commits).root), "ferry") == [([NOON], [TWO])]


def test_without_history_the_page_is_left_out_and_comes_back_with_its_iris(
    new_repository: NewRepository, build: Build
) -> None:
    repository = new_repository([(0, {DAY: [FERRY], NEXT_DAY: [TRAMS]})])
    first = build(repository.root, history=False)
    repository.commit([(1, {DAY: UNREADABLE["UTF-16"]})])
    without = build(repository.root, history=False)
    assert [one["commit"] for one in without.report["pages not read"]] == [repository.ids()[1]]
    assert without.report["counts"]["days"] == 1
    repository.commit([(2, {DAY: [FERRY]})])
    assert events(build(repository.root, history=False)) == events(first)


def test_a_kept_month_tells_again_what_could_not_be_read(new_repository: NewRepository, build: Build) -> None:
    repository = new_repository([(0, {DAY: UNREADABLE["NUL"], NEXT_DAY: [TRAMS]}), (1, {DAY: [FERRY]})])
    first, again = build(repository.root), build(repository.root)
    assert again.report["months"]["new"] == 0
    assert again.report["pages not read"] == first.report["pages not read"] != []


@pytest.mark.parametrize("history", [False, True])
def test_an_archive_of_which_nothing_can_be_read_is_refused(
    new_repository: NewRepository, build: Build, history: bool
) -> None:
    repository = new_repository([(0, {DAY: LFS})])
    with pytest.raises(ArchiveError, match=f"none of the pages can be read: page {DAY} of commit .* Git LFS"):
        build(repository.root, history=history)


def test_quads_without_a_store_warn_of_what_cannot_be_read(new_repository: NewRepository) -> None:
    repository = new_repository([(0, {DAY: UNREADABLE["NUL"], "2011_November_10.txt": LFS}), (1, {NEXT_DAY: [TRAMS]})])
    with pytest.warns(UserWarning, match="page 2011_November_.* of commit .* is ") as told:
        assert list(run.quads([repository.root], Settings()))
    assert len(told) == 2


def test_a_page_of_a_folder_that_cannot_be_read_is_told_and_its_day_is_not_empty_but_unknown(
    build: Build, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / DAY).write_text(LFS)
    (tmp_path / "folder" / NEXT_DAY).write_text(TRAMS)
    built = build(tmp_path / "folder")
    (told,) = built.report["pages not read"]
    assert (told["page"], told["commit"]) == (DAY, None)
    assert "Git LFS" in told["reason"]
    assert not [quad for quad in built.snapshot.open() if str(quad.subject).endswith("day/2011-11-08>")]


def test_a_day_that_cannot_be_read_has_lost_no_event_to_another_day(build: Build, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / DAY).write_text(FERRY)
    (folder / NEXT_DAY).write_text(TRAMS)
    first = events(build(folder))
    (folder / DAY).write_bytes(UNREADABLE["NUL"])
    (folder / NEXT_DAY).write_text(f"{TRAMS}\n{FERRY}")
    build(folder)
    (folder / DAY).write_text(FERRY)
    last = events(build(folder))
    assert first.items() <= last.items()
    assert len(last) == 3


# ---- Misdated.


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("99999999999999 +0000", "99999999999999"),
        ("4102444800 +0000", "4102444800"),
        ("-100 +0000", ""),
        ("", ""),
        ("x +0000", ""),
        ("0 +0000", "0"),
        ("1000000000 +0000", "1000000000"),
    ],
    ids=["no date", "future", "negative", "absent", "unreadable", "epoch", "before the first commit"],
)
def test_a_commit_time_that_cannot_be_true_is_bounded_and_told_with_its_commit(
    new_repository: NewRepository, build: Build, written: str, said: str
) -> None:
    repository = new_repository([(0, {DAY: [FERRY]}), (1, {DAY: [MORE]}), (2, {DAY: [MORE, TRAMS]})])
    ids = misdated(repository, None, written, None)
    built = build(repository.root)
    told = {"archive": "repository", "commit": ids[1], "time": said, "taken as": NOON}
    assert built.report["commit times not true"] == [told]
    assert ids[1] in summary(built.snapshot.manifest, built.report)
    assert spans(built, "12 passengers") == [([NOON], [NOON])]
    assert spans(built, "15 passengers") == [([NOON], [])]
    assert spans(built, "trams") == [([TWO], [])]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_clock_that_is_far_ahead_moves_no_other_commit(
    new_repository: NewRepository, build: Build, number: int
) -> None:
    pages = [[FERRY], [MORE], [MORE, TRAMS]]
    repository = new_repository([(hours, {DAY: page}) for hours, page in enumerate(pages)])
    written: list[str | None] = [None, None, None]
    written[number] = "99999999999999 +0000"
    ids = misdated(repository, *written)
    (told,) = build(repository.root).report["commit times not true"]
    assert (told["commit"], told["taken as"]) == (ids[number], [ONE, NOON, ONE][number])


@pytest.mark.parametrize("history", [False, True])
def test_a_repository_without_a_time_that_can_be_true_is_read_without_times(
    new_repository: NewRepository, build: Build, history: bool
) -> None:
    repository = new_repository([(0, {DAY: [FERRY, TRAMS]}), (1, {DAY: [MORE]})])
    misdated(repository, "99999999999999 +0000", "")
    built = build(repository.root, history=history)
    assert spans(built, "ferry") == [([], [])]
    assert len(events(built)) == 1
    assert [one["taken as"] for one in built.report["commit times not true"]] == [None, None]
    assert built.report["remarks"][0].startswith(f"no commit of {repository.root} has a time that can be true")


def test_the_past_is_bounded_by_true_times(new_repository: NewRepository, build: Build) -> None:
    repository = new_repository([(0, {DAY: [FERRY]}), (1, {DAY: [MORE]}), (2, {DAY: [TRAMS]})])
    misdated(repository, None, "99999999999999 +0000", None)
    build(repository.root)
    past = build(repository.root, history=False, as_of=ONE)
    assert [title for title in events(past).values() if "15 passengers" in title]


# ---- An edit without history.


@pytest.mark.parametrize("in_git", [False, True])
def test_an_edited_bullet_keeps_its_iri_and_is_a_revision(
    new_repository: NewRepository, build: Build, tmp_path: Path, in_git: bool
) -> None:
    repository = new_repository([(0, {DAY: [FERRY, TRAMS]})])
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / DAY).write_text(f"{FERRY}\n{TRAMS}")
    first = build(repository.root if in_git else folder, history=False)
    repository.commit([(1, {DAY: [MORE, TRAMS]})])
    (folder / DAY).write_text(f"{MORE}\n{TRAMS}")
    later = build(repository.root if in_git else folder, history=False)
    assert set(events(later)) == set(events(first))
    assert len(spans(later, "ferry")) == 2
