"""Git repositories are read with plumbing commands: what each commit of the main line did to which file, and when."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kg.archive import git
from kg.archive.repository import find_repository
from kg.errors import ArchiveError
from tests.kg.archive.repositories import Repository

BOMB_BYTES = 100_000


def test_each_commit_says_which_files_it_added_changed_and_removed_the_oldest_first(repository: Repository) -> None:
    repository.commit(0, a="1", b="1")
    repository.commit(1, a="2")
    repository.commit(2, b=None, c="1")
    assert repository.told() == [("a", 0, "1"), ("b", 0, "1"), ("a", 1, "2"), ("b", 2, None), ("c", 2, "1")]


def test_each_change_names_its_commit(repository: Repository) -> None:
    ids = [repository.commit(0, a="1"), repository.commit(1, a="2")]
    assert [one.id for one in repository.history()] == ids


def test_a_repository_with_one_commit_has_all_of_its_files(repository: Repository) -> None:
    repository.commit(0, a="1", b="1")
    assert repository.told() == [("a", 0, "1"), ("b", 0, "1")]


def test_a_repository_that_hides_its_first_commit_from_people_hides_nothing_from_us(repository: Repository) -> None:
    repository.commit(0, a="1")
    repository.commit(1, a="2")
    repository.git("config", "log.showRoot", "false")
    assert repository.told() == [("a", 0, "1"), ("a", 1, "2")]


@pytest.mark.parametrize(
    "setting",
    ["diff.renames=copies", "log.follow=true", "color.ui=always", "format.pretty=oneline", "diff.noprefix=true",
     "log.decorate=full", "log.showSignature=true", "core.quotePath=true", "diff.external=/bin/false"],
)  # fmt: skip
def test_what_a_repository_configures_for_people_changes_nothing(repository: Repository, setting: str) -> None:
    repository.commit(0, a="1\n" * 9)
    repository.commit(1, a=None, ä="1\n" * 9)
    expected = repository.told()
    repository.git("config", *setting.split("="))
    assert repository.told() == expected == [("a", 0, "1\n" * 9), ("a", 1, None), ("ä", 1, "1\n" * 9)]


def test_an_empty_commit_says_nothing_and_those_around_it_stay_whole(repository: Repository) -> None:
    repository.commit(0)
    repository.commit(1, a="1")
    repository.commit(2)
    repository.commit(3, a="2")
    repository.commit(4)
    assert repository.told() == [("a", 1, "1"), ("a", 3, "2")]


def test_a_content_that_was_removed_and_added_again_is_one_content(repository: Repository) -> None:
    repository.commit(0, a="1", b="1")
    repository.commit(1, a=None)
    repository.commit(2, a="1")
    assert repository.told()[2:] == [("a", 1, None), ("a", 2, "1")]
    assert len({blob for commit in repository.history() for _, blob in commit.changes} - {None}) == 1


def test_a_renamed_file_is_removed_at_one_path_and_added_at_the_other(repository: Repository) -> None:
    repository.commit(0, a="1\n" * 9)
    repository.git("mv", "a", "b")
    repository.commit(1)
    assert repository.told()[1:] == [("a", 1, None), ("b", 1, "1\n" * 9)]


def test_a_merge_says_what_it_brought_to_the_main_line_and_the_commits_it_merged_say_nothing(
    repository: Repository,
) -> None:
    repository.commit(0, a="1")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(1, b="1")
    repository.commit(2, b="2")
    repository.git("checkout", "-q", "main")
    repository.commit(3, a="2")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side", hours=4)
    assert repository.told() == [("a", 0, "1"), ("a", 3, "2"), ("b", 4, "2")]


def test_a_merge_without_a_change_for_the_main_line_says_nothing(repository: Repository) -> None:
    repository.commit(0, a="1")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(1, a="2")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "merge", "side", hours=4)
    assert repository.told() == [("a", 0, "1")]


@pytest.mark.parametrize("name", ["a b", "ünï", "霍姆斯", "a'\"$(b)", "-a", ":a", "a\nb", "a\tb", "\x01a", "HEAD"])
def test_files_may_have_any_name(repository: Repository, name: str) -> None:
    repository.commit(0, **{name: "1"})
    repository.commit(1, **{name: None})
    repository.commit(2, b="1")
    assert repository.paths() == [name, name, "b"]


def test_a_name_that_is_not_utf_8_is_marked_and_disturbs_no_other(repository: Repository) -> None:
    (Path(os.fsdecode(os.fsencode(repository.root) + b"/\xff.txt"))).write_text("1", encoding="utf-8")
    repository.commit(0, a="1")
    repository.commit(1, a="2")
    assert sorted(repository.paths()) == ["a", "a", "\ufffd.txt"]
    assert sorted(repository.here()) == ["a", "\ufffd.txt"]


def test_a_file_that_becomes_a_symbolic_link_is_gone_and_comes_back_as_a_file(repository: Repository) -> None:
    repository.commit(0, a="1", b="1")
    (repository.root / "a").unlink()
    (repository.root / "a").symlink_to("b")
    repository.commit(1)
    (repository.root / "a").unlink()
    repository.commit(2, a="2")
    assert repository.told() == [("a", 0, "1"), ("b", 0, "1"), ("a", 1, None), ("a", 2, "2")]


def test_an_executable_file_is_a_file(repository: Repository) -> None:
    repository.commit(0, a="1")
    (repository.root / "a").chmod(0o755)
    repository.commit(1)
    assert repository.told() == [("a", 0, "1"), ("a", 1, "1")]


def test_a_content_is_read_as_often_as_it_is_asked_for(repository: Repository) -> None:
    repository.commit(0, a="1", b="two\n", c="")
    blobs = repository.here()
    found, wanted = find_repository(repository.root), [blobs[name] for name in "abca"]
    assert list(git.contents(found, wanted)) == [b"1", b"two\n", b"", b"1"]
    assert git.sizes(found, wanted) == {blobs["a"]: 1, blobs["b"]: 4, blobs["c"]: 0}
    assert list(git.contents(found, [])) == []


def test_a_content_that_is_missing_is_an_error_that_names_it(filled: Repository) -> None:
    missing, found = "0" * 40, find_repository(filled.root)
    assert git.sizes(found, [missing]) == {}
    with pytest.raises(ArchiveError, match=f"git cannot read {missing}"):
        list(git.contents(found, [missing]))


def test_a_content_that_is_not_what_its_name_says_is_refused(repository: Repository) -> None:
    repository.commit(a="1", b="2")
    blobs = repository.here()
    repository.git("repack", "-q", "-a", "-d")
    index = next((repository.root / ".git" / "objects" / "pack").glob("*.idx"))
    index.chmod(0o600)
    first, other = (bytes.fromhex(blobs[name]) for name in "ab")
    index.write_bytes(index.read_bytes().replace(first, b"?" * 20).replace(other, first).replace(b"?" * 20, other))
    found = find_repository(repository.root)
    with pytest.raises(ArchiveError, match=f"git cannot read {blobs['a']}"):
        list(git.contents(found, [blobs["a"]]))


def test_a_commit_that_is_missing_is_an_error(filled: Repository) -> None:
    with pytest.raises(ArchiveError, match="git cannot read"):
        git.log(replace(find_repository(filled.root), head="0" * 40))


def test_a_repository_of_sha_256_is_read(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "other", "--object-format=sha256")
    repository.commit(0, a="1")
    repository.commit(1, a="2")
    assert repository.told() == [("a", 0, "1"), ("a", 1, "2")]
    assert len(repository.here()["a"]) == 64


def test_reading_a_bare_repository_changes_none_of_its_files(filled: Repository, tmp_path: Path) -> None:
    filled.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "bare").rglob("*")}
    bare = find_repository(tmp_path / "bare")
    (commit,) = git.commits(git.log(bare))
    (entry,) = git.entries(bare, commit.id)
    assert commit.changes == [("a.txt", entry.blob)]
    assert list(git.contents(bare, [entry.blob])) == [b"* a"]
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "bare").rglob("*")} == before


def test_git_variables_of_the_environment_lead_to_no_other_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(0, a="1")
    other = Repository(tmp_path / "other")
    other.commit(0, b="1")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    assert repository.paths() == ["a"]


def test_a_hook_or_filter_of_the_repository_is_not_run(repository: Repository, tmp_path: Path) -> None:
    repository.commit(0, a="1")
    mark = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    (repository.root / ".git" / "info").mkdir(exist_ok=True)
    (repository.root / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    for name in ("filter.x.smudge", "diff.x.textconv", "diff.x.command", "core.fsmonitor", "core.pager"):
        repository.git("config", name, str(script))
    assert repository.told() == [("a", 0, "1")]
    assert not mark.exists()


def test_a_missing_git_is_an_error_that_says_what_to_do(
    filled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_repository(filled.root)
    assert shutil.which("git")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArchiveError, match="git is not installed: install it first"):
        git.log(found)


def test_a_few_trees_that_stand_for_very_many_files_are_refused(
    filled: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git, "OUTPUT_BYTES", BOMB_BYTES)
    tree = filled.git("write-tree")
    for _ in range(6):
        entries = "".join(f"040000 tree {tree}\td{number}\n" for number in range(10))
        tree = filled.git("mktree", stdin=entries)
    name = filled.git("commit-tree", tree, "-m", "bomb")
    with pytest.raises(ArchiveError, match=f"more than {BOMB_BYTES:,} bytes"):
        list(git.entries(find_repository(filled.root), name))
