"""Only the branches and objects of a git repository are read: references elsewhere are refused, settings ignored."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kg.archive import git
from kg.archive.repository import REF, find_repository, is_repository
from kg.errors import ArchiveError
from tests.kg.archive.repositories import Repository


def refusal(root: Path) -> str:
    with pytest.raises(ArchiveError) as raised:
        find_repository(root)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def own(repository: Repository, name: str) -> Path:
    return repository.root / ".git" / name


@pytest.fixture
def other(tmp_path: Path) -> Repository:
    """A repository that must not be read."""
    found = Repository(tmp_path / "other")
    found.commit(hidden="1")
    return found


# ---- References to elsewhere.


@pytest.mark.parametrize(
    "name", ["HEAD", "packed-refs", "shallow", "refs/heads/main", "objects/pack/a.idx", "objects/x"]
)
def test_a_pipe_in_what_is_read_is_refused_and_not_waited_for(filled: Repository, name: str) -> None:
    if name == "packed-refs":
        filled.git("pack-refs", "--all")
    own(filled, name).unlink(missing_ok=True)
    os.mkfifo(own(filled, name))
    assert "is neither a file nor a folder" in refusal(filled.root)


@pytest.mark.parametrize("name", ["config", "info/grafts", "index", "hooks/post-update", "description"])
def test_a_pipe_in_what_is_not_read_is_not_waited_for(filled: Repository, name: str) -> None:
    own(filled, name).unlink(missing_ok=True)
    own(filled, name).parent.mkdir(exist_ok=True)
    os.mkfifo(own(filled, name))
    assert filled.told() == [("a.txt", 0, "* a")]


@pytest.mark.parametrize("name", ["HEAD", "refs", "refs/heads", "refs/heads/main", "objects", "objects/pack"])
def test_a_link_in_what_is_read_is_refused(filled: Repository, other: Repository, name: str) -> None:
    mine, foreign = own(filled, name), own(other, name)
    shutil.rmtree(mine) if mine.is_dir() else mine.unlink()
    mine.symlink_to(foreign)
    assert "is neither a file nor a folder" in refusal(filled.root)


def test_a_hook_that_is_a_link_does_not_prevent_reading(filled: Repository, other: Repository) -> None:
    own(filled, "hooks").mkdir(exist_ok=True)
    own(filled, "hooks/pre-commit").symlink_to(own(other, "config"))
    assert filled.told() == [("a.txt", 0, "* a")]


@pytest.mark.parametrize("how", ["file", "link", "dangling link"])
def test_a_repository_elsewhere_is_not_read(filled: Repository, tmp_path: Path, how: str) -> None:
    (tmp_path / "work").mkdir()
    if how == "file":
        (tmp_path / "work" / ".git").write_text(f"gitdir: {own(filled, '')}")
    else:
        (tmp_path / "work" / ".git").symlink_to(own(filled, "" if how == "link" else "nowhere"))
    assert is_repository(tmp_path / "work")
    assert "names another folder" in refusal(tmp_path / "work")


def test_a_folder_that_shares_the_objects_and_branches_of_another_one_is_refused(
    filled: Repository, other: Repository
) -> None:
    own(filled, "commondir").write_text(f"{own(other, '')}\n")
    assert "commondir names another repository" in refusal(filled.root)


def test_a_bare_repository_that_shares_those_of_another_one_is_refused(tmp_path: Path, other: Repository) -> None:
    bare = Repository(tmp_path / "bare", "--bare")
    (bare.root / "commondir").write_text(f"{own(other, '')}\n")
    assert "commondir names another repository" in refusal(bare.root)


def test_objects_of_another_repository_are_not_read(filled: Repository, tmp_path: Path) -> None:
    filled.git("clone", "-q", "--shared", str(filled.root), str(tmp_path / "shared"))
    assert "names other repositories" in refusal(tmp_path / "shared")


def test_branches_in_a_table_are_refused_with_the_way_out(filled: Repository) -> None:
    own(filled, "reftable").mkdir()
    own(filled, "HEAD").write_text("ref: refs/heads/.invalid\n")
    assert refusal(filled.root).endswith("run git refs migrate --ref-format=files")


@pytest.mark.parametrize(
    "name", ["../../other/.git/refs/heads/main", "refs/../../x", "/etc/hostname", "refs/heads/../x"]
)
def test_a_head_that_names_a_file_elsewhere_is_refused(filled: Repository, other: Repository, name: str) -> None:
    own(filled, "HEAD").write_text(f"ref: {name}\n")
    assert other.root.exists()
    assert "which is not a branch" in refusal(filled.root)


@pytest.mark.parametrize(
    "name", ["refs/heads/a", "refs/heads/a/b.c", "refs/heads/ä", "refs/remotes/origin/x-1", "refs/x"]
)
def test_names_of_branches_are_known(name: str) -> None:
    assert REF.fullmatch(name)


# ---- Ignored parts.


@pytest.mark.parametrize("section", ["[include]", '[includeIf "gitdir:/"]', "[remote", "\x00"])
def test_no_configuration_is_read_and_so_nothing_that_it_includes(
    filled: Repository, tmp_path: Path, section: str
) -> None:
    (tmp_path / "included").write_text("[core\n")
    with own(filled, "config").open("a") as file:
        file.write(f"{section}\n\tpath = {tmp_path}/included\n")
    assert filled.told() == [("a.txt", 0, "* a")]


@pytest.mark.parametrize(
    "setting",
    ["core.worktree=../../other", "core.bare=true", "extensions.partialClone=origin", "extensions.nobodyKnows=1",
     "core.repositoryFormatVersion=9", "core.attributesFile=/dev/full", "log.mailmap=true"],
)  # fmt: skip
def test_the_configuration_of_a_repository_leads_nowhere(filled: Repository, setting: str) -> None:
    filled.git("config", *setting.split("="))
    assert filled.told() == [("a.txt", 0, "* a")]


def test_the_settings_of_the_user_are_not_read(
    filled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[core\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "x")
    monkeypatch.setenv("GIT_REPLACE_REF_BASE", "refs/heads")
    assert filled.told() == [("a.txt", 0, "* a")]


def test_a_replaced_commit_is_read_as_it_was_made_and_reported(filled: Repository) -> None:
    before = filled.told()
    first = filled.git("rev-parse", "HEAD")
    filled.git("checkout", "-q", "--orphan", "made-up")
    made_up = filled.commit(5, **{"a.txt": "* made up"})
    filled.git("checkout", "-q", "main")
    filled.git("replace", first, made_up)
    assert filled.told() == before
    (remark,) = find_repository(filled.root).remarks
    assert remark.endswith(
        "has replaced objects (refs/replace), which are ignored: its commits are read as they were made"
    )


def test_a_grafted_parent_is_ignored_and_reported(filled: Repository) -> None:
    before = filled.told()
    head = filled.git("rev-parse", "HEAD")
    filled.git("checkout", "-q", "--orphan", "made-up")
    made_up = filled.commit(-5, **{"b.txt": "* made up"})
    filled.git("checkout", "-q", "main")
    own(filled, "info").mkdir(exist_ok=True)
    own(filled, "info/grafts").write_text(f"{head} {made_up}\n")
    assert filled.told() == before
    assert "has grafts (info/grafts), which are ignored" in find_repository(filled.root).remarks[0]


def test_a_forged_commit_graph_is_not_read(filled: Repository) -> None:
    filled.commit(1, **{"a.txt": "* b"})
    expected = filled.told()
    filled.git("commit-graph", "write", "--reachable")
    graph = own(filled, "objects/info/commit-graph")
    graph.chmod(0o600)
    graph.write_bytes(graph.read_bytes()[:-60] + b"\xff" * 60)
    assert filled.told() == expected


def test_an_ordinary_repository_has_no_remarks(filled: Repository) -> None:
    filled.git("branch", "config/x")
    filled.git("tag", "-a", "-m", "first", "v1")
    filled.git("worktree", "add", "-q", "--detach", "../linked")
    found = find_repository(filled.root)
    assert (found.remarks, found.is_shallow, found.is_partial) == ((), False, False)


# ---- Which commit.


def test_branches_may_be_packed(filled: Repository) -> None:
    head = find_repository(filled.root).head
    filled.git("pack-refs", "--all")
    assert not own(filled, "refs/heads/main").exists()
    assert find_repository(filled.root).head == head == filled.git("rev-parse", "HEAD")


def test_a_branch_may_stand_for_another_one(filled: Repository) -> None:
    filled.git("symbolic-ref", "refs/heads/newest", "refs/heads/main")
    filled.git("symbolic-ref", "HEAD", "refs/heads/newest")
    assert find_repository(filled.root).head == filled.git("rev-parse", "main")


def test_branches_that_stand_for_each_other_are_refused(filled: Repository) -> None:
    for one, another in (("a", "b"), ("b", "a")):
        own(filled, f"refs/heads/{one}").write_text(f"ref: refs/heads/{another}\n")
    filled.git("symbolic-ref", "HEAD", "refs/heads/a")
    assert "not to a commit" in refusal(filled.root)


def test_a_repository_without_a_commit_says_so(repository: Repository) -> None:
    assert refusal(repository.root).endswith("has no commit yet: commit its pages first")


@pytest.mark.parametrize("packed", [False, True])
def test_a_head_without_a_commit_names_the_branches_and_how_to_choose_one(filled: Repository, packed: bool) -> None:
    filled.git("branch", "drafts/new")
    if packed:
        filled.git("pack-refs", "--all")
    filled.git("symbolic-ref", "HEAD", "refs/heads/master")
    told = refusal(filled.root)
    assert "names master, which has no commit; the branches are drafts/new, main: choose one" in told
    filled.git(*told.partition(f"git -C {filled.root} ")[2].split())
    assert filled.paths() == ["a.txt"]


def test_a_head_without_a_commit_names_the_branches_of_remotes_if_there_are_no_others(
    filled: Repository, tmp_path: Path
) -> None:
    filled.git("symbolic-ref", "HEAD", "refs/heads/master")
    filled.git("clone", "-q", str(filled.root), str(tmp_path / "clone"))
    told = refusal(tmp_path / "clone")
    assert "the branches are origin/main: choose one" in told
    filled.git("-C", str(tmp_path / "clone"), *told.partition(f"git -C {tmp_path / 'clone'} ")[2].split())
    assert find_repository(tmp_path / "clone").head == filled.git("rev-parse", "main")


def test_some_of_many_branches_are_named(filled: Repository) -> None:
    for number in range(30):
        filled.git("branch", f"b{number:02}")
    filled.git("symbolic-ref", "HEAD", "refs/heads/master")
    assert "b00, b01, b02, b03, b04, b05, b06, b07, b08, b09 and 21 more: choose one" in refusal(filled.root)


def test_a_detached_head_is_read_and_the_branches_are_told(filled: Repository) -> None:
    filled.commit(1, **{"a.txt": "* b"})
    filled.git("checkout", "-q", "HEAD~1")
    found = find_repository(filled.root)
    assert [path for commit in git.commits(git.log(found)) for path, _ in commit.changes] == ["a.txt"]
    assert found.remarks == (f"HEAD of {filled.root} names a commit and no branch; the branches are main",)


@pytest.mark.parametrize("content", ["", "x", "ref:", "0" * 41, "ref: refs/heads/a b"])
def test_an_invalid_head_is_refused(filled: Repository, content: str) -> None:
    own(filled, "HEAD").write_text(content)
    assert "HEAD of" in refusal(filled.root)


@pytest.mark.parametrize("name", ["HEAD", "objects"])
def test_a_folder_without_what_every_repository_has_is_none(filled: Repository, name: str) -> None:
    own(filled, name).rename(filled.root / "away")
    assert "is not a git repository" in refusal(filled.root)


def test_a_shallow_clone_and_a_partial_one_are_known(filled: Repository, tmp_path: Path) -> None:
    filled.commit(1, **{"a.txt": "* b"})
    filled.git("config", "uploadpack.allowFilter", "true")
    for name, option in (("shallow", "--depth=1"), ("partial", "--filter=blob:none")):
        filled.git("clone", "-q", "--no-checkout", option, f"file://{filled.root}", str(tmp_path / name))
    shallow, partial = (find_repository(tmp_path / name) for name in ("shallow", "partial"))
    assert (shallow.is_shallow, shallow.is_partial, partial.is_shallow, partial.is_partial) == (
        True,
        False,
        False,
        True,
    )
