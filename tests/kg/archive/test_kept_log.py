"""The log of a repository is kept, and git only adds what is new: the result is the same as that of a full log."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.archive import git, kept_log
from kg.archive.git import Commit
from kg.archive.repository import find_repository
from kg.errors import ArchiveError
from tests.kg.archive.repositories import Repository


def told(repository: Repository, folder: Path | None) -> list[Commit]:
    return git.commits(kept_log.main_log(find_repository(repository.root), folder))


def keep(repository: Repository, folder: Path) -> Path:
    """Keep the present log of a repository, and return the file."""
    found = find_repository(repository.root)
    kept_log.keep(folder, found.head, git.log(found))
    return folder / f"{found.head}.log"


def forget(repository: Repository, commit: str) -> None:
    """Remove the objects of a commit, so that git can no longer say what it changed."""
    tree = repository.git("rev-parse", f"{commit}^{{tree}}")
    (repository.root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()


def test_kept_and_new_commits_are_all_commits(filled: Repository, tmp_path: Path) -> None:
    filled.commit(1, b="1", c="1")
    filled.commit(2)
    keep(filled, tmp_path)
    assert told(filled, tmp_path) == told(filled, None)
    filled.commit(3)
    filled.commit(4, b=None, **{"a.txt": "2"})
    assert told(filled, tmp_path) == told(filled, None)
    assert len(told(filled, None)) == 5


def test_git_is_not_asked_for_kept_commits(filled: Repository, tmp_path: Path) -> None:
    filled.commit(1, b="1")
    keep(filled, tmp_path)
    filled.commit(2, b="2")
    expected = told(filled, None)
    forget(filled, "HEAD~2")
    assert told(filled, tmp_path) == expected
    with pytest.raises(ArchiveError, match="git cannot read"):
        told(filled, None)


def test_the_newest_of_several_logs_is_used(filled: Repository, tmp_path: Path) -> None:
    keep(filled, tmp_path)
    filled.commit(1, b="1")
    keep(filled, tmp_path)
    filled.commit(2, b="2")
    expected = told(filled, None)
    forget(filled, "HEAD~2")
    assert told(filled, tmp_path) == expected


def test_the_log_of_commits_that_are_no_longer_of_the_main_line_is_not_taken(
    filled: Repository, tmp_path: Path
) -> None:
    filled.commit(1, b="1")
    keep(filled, tmp_path)
    filled.git("reset", "-q", "--hard", "HEAD~1")
    filled.commit(2, c="1")
    assert told(filled, tmp_path) == told(filled, None)
    assert len(told(filled, tmp_path)) == 2


def test_commits_that_a_merge_brought_are_new(filled: Repository, tmp_path: Path) -> None:
    filled.git("checkout", "-q", "-b", "side")
    filled.commit(1, b="1")
    keep(filled, tmp_path)
    filled.git("checkout", "-q", "main")
    filled.commit(2, c="1")
    filled.git("merge", "-q", "--no-ff", "-m", "merge", "side", hours=3)
    assert told(filled, tmp_path) == told(filled, None)


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "a folder"])
def test_a_damaged_log_is_ignored(filled: Repository, tmp_path: Path, damage: str) -> None:
    file = keep(filled, tmp_path)
    whole = file.read_bytes()
    file.unlink()
    if damage == "a folder":
        file.mkdir()
    else:
        file.write_bytes({"cut": whole[:-9], "changed": whole.replace(b"a.txt", b"b.txt"), "empty": b""}[damage])
    assert told(filled, tmp_path) == told(filled, None)


def test_a_log_of_another_request_is_ignored(
    filled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(filled, tmp_path)
    forget(filled, "HEAD")
    assert told(filled, tmp_path)
    monkeypatch.setattr(git, "LOG", (*git.LOG, "--full-index"))
    with pytest.raises(ArchiveError, match="git cannot read"):
        told(filled, tmp_path)


def test_without_a_folder_the_whole_log_is_requested(filled: Repository, tmp_path: Path) -> None:
    assert told(filled, tmp_path / "none") == told(filled, None)
