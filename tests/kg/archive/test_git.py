"""Git repositories are read with plumbing commands: what each commit of the main line did to which file, and when."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.archive import git
from kg.archive.git import Blob
from kg.errors import ArchiveError

#: Nothing of the machine's or the user's own settings, and the same commits on every run.
HERMETIC = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
}
NOON = 1_320_753_600  # 2011-11-08T12:00:00Z
HOUR = 3_600


BOMB_BYTES = 100_000


class Repository:
    """A repository to which each test writes the commits that it needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "--initial-branch=main", ".")

    def git(self, *arguments: str, hours: int = 0, stdin: str = "") -> str:
        when = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{NOON + hours * HOUR} +0200")
        command = ["git", *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=HERMETIC | when, check=True, capture_output=True, text=True, input=stdin
        )
        return done.stdout.strip()

    def commit(self, hours: int = 0, **files: str | None) -> str:
        """Commit files (none of them for an empty commit, None for one to be removed) and return the commit's id."""
        for name, text in files.items():
            if text is None:
                (self.root / name).unlink()
            else:
                (self.root / name).write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "capture", hours=hours)
        return self.git("rev-parse", "HEAD")

    def history(self) -> list[Blob]:
        return list(git.history(self.root, git_head(self.root)))

    def told(self) -> list[tuple[str, int, str | None]]:
        """Return what the history says of each file: path, hours since noon, and the text."""
        return [(one.path, hours(one.time), self.text(one.blob)) for one in self.history()]

    def text(self, blob: str | None) -> str | None:
        return None if blob is None else next(git.contents(self.root, [blob])).decode()


def git_head(root: Path) -> str:
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, env=HERMETIC, check=True, capture_output=True)
    return found.stdout.decode().strip()


def hours(moment: datetime) -> int:
    assert moment.tzinfo is UTC
    return round((moment.timestamp() - NOON) / HOUR)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_each_commit_says_which_files_it_added_changed_and_removed_the_oldest_first(repository: Repository) -> None:
    repository.commit(0, a="1", b="1")
    repository.commit(1, a="2")
    repository.commit(2, b=None, c="1")
    assert repository.told() == [("a", 0, "1"), ("b", 0, "1"), ("a", 1, "2"), ("b", 2, None), ("c", 2, "1")]


def test_each_change_names_its_commit(repository: Repository) -> None:
    ids = [repository.commit(0, a="1"), repository.commit(1, a="2")]
    assert [one.commit for one in repository.history()] == ids


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
    assert len({one.blob for one in repository.history()} - {None}) == 1


def test_a_renamed_file_is_removed_at_one_path_and_added_at_the_other(repository: Repository) -> None:
    repository.commit(0, a="1\n" * 9)
    repository.git("mv", "a", "b")
    repository.commit(1)
    assert repository.told()[1:] == [("a", 1, None), ("b", 1, "1\n" * 9)]


def test_time_never_runs_backwards(repository: Repository) -> None:
    for moment, text in ((5, "1"), (3, "2"), (4, "3"), (6, "4")):
        repository.commit(moment, a=text)
    assert repository.told() == [("a", 5, "1"), ("a", 5, "2"), ("a", 5, "3"), ("a", 6, "4")]


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
    assert [one.path for one in repository.history()] == [name, name, "b"]


def test_a_name_that_is_not_utf_8_is_marked_and_disturbs_no_other(repository: Repository) -> None:
    (Path(os.fsdecode(os.fsencode(repository.root) + b"/\xff.txt"))).write_text("1", encoding="utf-8")
    repository.commit(0, a="1")
    repository.commit(1, a="2")
    assert sorted(one.path for one in repository.history()) == ["a", "a", "\ufffd.txt"]
    assert sorted(one.path for one in git.files(repository.root, git_head(repository.root))) == ["a", "\ufffd.txt"]


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
    blobs = {one.path: one.blob or "" for one in repository.history()}
    wanted = [blobs[name] for name in "abca"]
    assert list(git.contents(repository.root, wanted)) == [b"1", b"two\n", b"", b"1"]
    assert git.sizes(repository.root, wanted) == {blobs["a"]: 1, blobs["b"]: 4, blobs["c"]: 0}
    assert list(git.contents(repository.root, [])) == []


def test_a_content_that_is_missing_is_an_error_that_names_it(repository: Repository) -> None:
    repository.commit(0, a="1")
    missing = "0" * 40
    assert git.sizes(repository.root, [missing]) == {}
    with pytest.raises(ArchiveError, match=f"git cannot read {missing}"):
        list(git.contents(repository.root, [missing]))


def test_a_commit_that_is_missing_is_an_error(repository: Repository) -> None:
    repository.commit(0, a="1")
    with pytest.raises(ArchiveError, match="git cannot read"):
        list(git.history(repository.root, "0" * 40))


def test_a_repository_without_a_commit_is_an_error_that_says_so(repository: Repository) -> None:
    with pytest.raises(ArchiveError, match="has no commit yet"):
        git.newest(repository.root)


def test_reading_a_bare_repository_changes_none_of_its_files(repository: Repository, tmp_path: Path) -> None:
    repository.commit(0, a="1")
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    copy = tmp_path / "bare"
    before = {file: file.stat().st_mtime_ns for file in copy.rglob("*")}
    head = git_head(copy)
    assert [one.path for one in git.history(copy, head)] == [one.path for one in git.files(copy, head)] == ["a"]
    assert {file: file.stat().st_mtime_ns for file in copy.rglob("*")} == before


def test_git_variables_of_the_environment_lead_to_no_other_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(0, a="1")
    other = Repository(tmp_path / "other")
    other.commit(0, b="1")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    assert [one.path for one in git.history(repository.root, "HEAD")] == ["a"]


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
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shutil.which("git")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArchiveError, match="git is not installed: install it first"):
        git.newest(repository.root)


@pytest.fixture
def filled(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "repository")
    found.commit(**{"a.txt": "* a"})
    return found


@pytest.mark.parametrize("name", ["HEAD", "config", "packed-refs", "shallow", "info/grafts", "objects/pack/a.idx"])
def test_a_pipe_in_a_repository_is_refused_and_not_waited_for(filled: Repository, name: str) -> None:
    pipe = filled.root / ".git" / name
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    with pytest.raises(ArchiveError, match="is no file and no folder"):
        git.check(filled.root)


def test_a_link_in_a_repository_is_refused(filled: Repository) -> None:
    (filled.root / ".git" / "packed-refs").symlink_to("/etc/hostname")
    with pytest.raises(ArchiveError, match="is no file and no folder"):
        git.check(filled.root)


@pytest.mark.parametrize("how", ["file", "link"])
def test_a_repository_elsewhere_is_not_read(filled: Repository, tmp_path: Path, how: str) -> None:
    (tmp_path / "other").mkdir()
    own = tmp_path / "other" / ".git"
    if how == "file":
        own.write_text(f"gitdir: {filled.root / '.git'}")
    else:
        own.symlink_to(filled.root / ".git")
    with pytest.raises(ArchiveError, match="names another folder"):
        git.check(tmp_path / "other")


def test_objects_of_another_repository_are_not_read(filled: Repository, tmp_path: Path) -> None:
    filled.git("clone", "-q", "--shared", str(filled.root), str(tmp_path / "shared"))
    with pytest.raises(ArchiveError, match="names other repositories"):
        git.check(tmp_path / "shared")


@pytest.mark.parametrize("section", ["[include]", ' [ INCLUDE "x"]', '[includeIf "gitdir:/"]'])
def test_a_configuration_that_includes_files_is_refused(filled: Repository, section: str) -> None:
    with (filled.root / ".git" / "config").open("a") as file:
        file.write(f"{section}\n path = /etc/hostname\n")
    with pytest.raises(ArchiveError, match="includes other files"):
        git.check(filled.root)


def test_an_ordinary_repository_and_a_bare_one_are_read(filled: Repository, tmp_path: Path) -> None:
    filled.git("branch", "config/x")
    git.check(filled.root)
    filled.git("clone", "-q", "--bare", str(filled.root), str(tmp_path / "bare"))
    git.check(tmp_path / "bare")
    assert [one.path for one in git.files(tmp_path / "bare", git_head(tmp_path / "bare"))] == ["a.txt"]


@pytest.mark.parametrize("seconds", ["253402300800", "99999999999999", "-62135596801", "9" * 23, ""])
def test_a_commit_without_a_readable_time_is_an_error_that_says_so(filled: Repository, seconds: str) -> None:
    tree = filled.git("rev-parse", "HEAD^{tree}")
    (filled.root / "commit").write_text(
        f"tree {tree}\nauthor a <a@b> {seconds} +0000\ncommitter a <a@b> {seconds} +0000\n\nx\n"
    )
    name = filled.git("hash-object", "-t", "commit", "-w", "--literally", "commit")
    filled.git("update-ref", "HEAD", name)
    with pytest.raises(ArchiveError, match="which is none"):
        list(git.history(filled.root, name))


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
        list(git.files(filled.root, name))
