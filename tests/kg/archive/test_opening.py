"""Archives: which files of a folder or of a git repository are pages, and their content."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.archive.opening import Archive, open_archive
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError
from tests.kg.archive.repositories import HERMETIC

DAY = "2011_November_8.txt"
NEXT_DAY = "2011_November_9.txt"
LIMIT = 1_000
WRITTEN = {"GIT_AUTHOR_DATE": "2011-11-08T12:00:00+02:00", "GIT_COMMITTER_DATE": "2011-11-09T01:30:00+02:00"}
UNTOUCHED = HERMETIC | WRITTEN


def write(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, env=UNTOUCHED, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, files: Mapping[str, str]) -> Path:
    """Commit files to a repository, which is created if there is none."""
    root.mkdir(exist_ok=True)
    if not (root / ".git").exists():
        git(root, "init", "-q", "--initial-branch=main", ".")
    write(root, files)
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "capture")
    return root


def opened(root: Path) -> Archive:
    return open_archive(root, LIMIT)


def contents(root: Path) -> dict[str, bytes]:
    archive = opened(root)
    return {page.path: page.content for page in archive.pages(archive.versions)}


def refusal(root: Path) -> str:
    with pytest.raises(ArchiveError) as raised:
        contents(root)
    assert "\n" not in str(raised.value)
    return str(raised.value)


# ---- Folders.


def test_the_pages_of_a_folder_are_found_at_any_depth_and_sorted(tmp_path: Path) -> None:
    write(tmp_path, {NEXT_DAY: "* b", f"a/b/{DAY}": "* a", "news/2011/11/8/x.md": "x"})
    assert opened(tmp_path).paths == [NEXT_DAY, f"a/b/{DAY}", "news/2011/11/8/x.md"]
    assert contents(tmp_path)[f"a/b/{DAY}"] == b"* a"


def test_pages_come_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    archive = opened(write(tmp_path, {DAY: "* a", NEXT_DAY: "* b"}))
    assert [page.path for page in archive.pages(reversed(archive.versions))] == [NEXT_DAY, DAY]


def test_files_that_are_not_pages_are_listed(tmp_path: Path) -> None:
    write(tmp_path, {DAY: "* a", "notes.txt": "", "img/a.jpg": "", ".git.txt": ""})
    assert opened(tmp_path).others == (".git.txt", "img/a.jpg", "notes.txt")


def test_a_folder_has_no_capture_time(tmp_path: Path) -> None:
    archive = opened(write(tmp_path, {DAY: "* a"}))
    [page] = archive.pages(archive.versions)
    assert (archive.commit, page.commit, page.captured) == (None, None, None)


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {f"archive/{DAY}": "* a", f"outside/{NEXT_DAY}": "* secret"})
    (tmp_path / "archive" / NEXT_DAY).symlink_to(tmp_path / "outside" / NEXT_DAY)
    (tmp_path / "archive" / "linked").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "archive" / "2011_November_10.txt").symlink_to(tmp_path / "nowhere")
    archive = opened(tmp_path / "archive")
    assert (archive.paths, archive.others) == ([DAY], ("linked",))
    assert [one.path for one in archive.unread] == ["2011_November_10.txt", NEXT_DAY]


def test_anything_that_is_not_a_regular_file_is_not_a_page(tmp_path: Path) -> None:
    write(tmp_path, {DAY: "* a"})
    os.mkfifo(tmp_path / NEXT_DAY)
    assert opened(tmp_path).paths == [DAY]
    assert [str(one) for one in opened(tmp_path).unread] == [
        f"page {NEXT_DAY} is a link or a device, which is not followed"
    ]


@pytest.mark.parametrize("folder", ["a b", "ünï", "霍姆斯", "a'\"$(b)", "-a"])
def test_folders_may_have_any_name(tmp_path: Path, folder: str) -> None:
    expected = {f"{folder}/{DAY}": b"* a"}
    assert contents(write(tmp_path / "plain", {f"{folder}/{DAY}": "* a"})) == expected
    assert contents(commit(tmp_path / "git", {f"{folder}/{DAY}": "* a"})) == expected
    assert contents(write(tmp_path / folder, {DAY: "* a"})) == {DAY: b"* a"}


@pytest.mark.parametrize("name", [b"\xff", b"a\nb", b"a\tb", b"a\x1bb"])
@pytest.mark.parametrize("in_git", [False, True])
def test_a_name_that_the_graph_cannot_carry_is_not_a_page(tmp_path: Path, name: bytes, in_git: bool) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    write(tmp_path, {DAY: "* a", f"{odd}/{DAY}": "* b"})
    if in_git:
        commit(tmp_path, {})
    archive = opened(tmp_path)
    assert archive.paths == [DAY]
    assert len(archive.others) == 1
    assert archive.others[0].encode()


def test_anything_that_is_not_a_folder_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, {"archive.rar": ""}) / "archive.rar"
    for root in (tmp_path / "missing", file):
        assert refusal(root).startswith(f"{root} is not a folder: give a folder of pages or a git repository")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith(f"{tmp_path} holds no files: pages are named like ")


def test_a_folder_of_pictures_is_refused(tmp_path: Path) -> None:
    assert "holds no pages, only 2 other files" in refusal(write(tmp_path, {"a.jpg": "", "b/c.jpeg": ""}))


@pytest.mark.parametrize("in_git", [False, True])
def test_a_page_over_the_limit_is_skipped_and_reported(tmp_path: Path, in_git: bool) -> None:
    write(tmp_path, {DAY: "a" * LIMIT, NEXT_DAY: "a" * (LIMIT + 1), "big.jpg": "a" * 2 * LIMIT})
    if in_git:
        commit(tmp_path, {})
    archive = opened(tmp_path)
    assert (archive.paths, archive.others) == ([DAY], ("big.jpg",))
    reason = "has 1,001 bytes, more than the 1,000 allowed: raise KG_PAGE_BYTES to read it"
    assert archive.unread == (UnreadPage(NEXT_DAY, reason, archive.commit),)


def test_an_archive_of_pages_over_the_limit_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {DAY: "a" * (LIMIT + 1)})
    assert refusal(tmp_path).startswith(f"{tmp_path} holds no page that can be read: page {DAY} has 1,001 bytes")


def test_a_version_over_the_limit_is_not_read_and_those_around_it_are(tmp_path: Path) -> None:
    for text in ("* a", "a" * (LIMIT + 1), "* b"):
        commit(tmp_path, {DAY: text})
    archive = open_archive(tmp_path, LIMIT, history=True)
    assert [page.content for page in archive.pages(archive.versions)] == [b"* a", b"* b"]
    assert [one.commit for one in archive.unread] == [git(tmp_path, "rev-parse", "HEAD~1")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_page_or_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {f"a/{DAY}": "* a"})
    (tmp_path / "a" / DAY).chmod(0)
    assert refusal(tmp_path).endswith("cannot be read: Permission denied")
    (tmp_path / "a").chmod(0)
    assert refusal(tmp_path).endswith("cannot be read: Permission denied")
    (tmp_path / "a").chmod(0o700)


def test_a_page_that_is_gone_is_refused(tmp_path: Path) -> None:
    archive = opened(write(tmp_path, {DAY: "* a"}))
    (tmp_path / DAY).unlink()
    with pytest.raises(ArchiveError, match="cannot be read: No such file"):
        list(archive.pages(archive.versions))


# ---- Git repositories.


def test_a_repository_is_read_at_its_newest_commit(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "* old", NEXT_DAY: "* gone", "notes.txt": ""})
    (tmp_path / NEXT_DAY).unlink()
    commit(tmp_path, {DAY: "* new"})
    assert contents(tmp_path) == {DAY: b"* new"}
    assert opened(tmp_path).others == ("notes.txt",)


def test_the_commit_time_is_the_capture_time_in_utc(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "* a"})
    archive = opened(tmp_path)
    [page] = archive.pages(archive.versions)
    assert page.captured == datetime(2011, 11, 8, 23, 30, tzinfo=UTC)
    assert page.commit == archive.commit == git(tmp_path, "rev-parse", "HEAD")


def test_edits_of_the_work_tree_are_not_read(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "* a"})
    write(tmp_path, {DAY: "* edited", NEXT_DAY: "* new"})
    git(tmp_path, "add", NEXT_DAY)
    assert contents(tmp_path) == {DAY: b"* a"}


def test_a_bare_repository_is_read(tmp_path: Path) -> None:
    commit(tmp_path / "work", {DAY: "* a"})
    git(tmp_path, "clone", "-q", "--bare", "work", "bare")
    assert contents(tmp_path / "bare") == {DAY: b"* a"}


def test_a_packed_repository_is_read(tmp_path: Path) -> None:
    commit(tmp_path / "work", {DAY: "* a"})
    git(tmp_path / "work", "gc", "-q")
    assert contents(tmp_path / "work") == {DAY: b"* a"}


def test_a_linked_work_tree_is_refused_since_its_repository_is_elsewhere(tmp_path: Path) -> None:
    commit(tmp_path / "work", {DAY: "* a"})
    git(tmp_path / "work", "worktree", "add", "-q", "--detach", "../linked")
    assert "names another folder" in refusal(tmp_path / "linked")


def test_links_and_submodules_of_a_repository_are_not_pages(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "* a"})
    (tmp_path / NEXT_DAY).symlink_to(DAY)
    head = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"160000,{head},2011_November_10.txt")
    git(tmp_path, "add", NEXT_DAY)
    git(tmp_path, "commit", "-q", "-m", "links")
    archive = opened(tmp_path)
    assert archive.paths == [DAY]
    assert [(one.path, one.reason, one.commit) for one in archive.unread] == [
        ("2011_November_10.txt", "is a submodule, which is not followed", archive.commit),
        (NEXT_DAY, "is a symbolic link, which is not followed", archive.commit),
    ]


def test_a_folder_inside_a_repository_is_a_folder(tmp_path: Path) -> None:
    commit(tmp_path, {f"days/{DAY}": "* a"})
    write(tmp_path, {f"days/{DAY}": "* edited"})
    assert contents(tmp_path / "days") == {DAY: b"* edited"}


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", ".")
    assert refusal(tmp_path) == f"the git repository {tmp_path} has no commit yet: commit its pages first"


def test_a_repository_without_pages_is_refused(tmp_path: Path) -> None:
    assert "holds no pages, only 1 other files" in refusal(commit(tmp_path, {"a.jpg": ""}))


@pytest.mark.parametrize("named", ["HEAD", "HEAD^{tree}", f"HEAD:{DAY}"])
@pytest.mark.parametrize("damage", [None, b"", b"not zlib"])
def test_a_damaged_object_is_refused(tmp_path: Path, named: str, damage: bytes | None) -> None:
    commit(tmp_path, {DAY: "* a"})
    name = git(tmp_path, "rev-parse", named)
    file = tmp_path / ".git" / "objects" / name[:2] / name[2:]
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)
    assert refusal(tmp_path).endswith("(git fsck tells more)")


def test_a_page_whose_content_is_cut_off_is_refused(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "".join(map(str, range(200)))})
    name = git(tmp_path, "rev-parse", f"HEAD:{DAY}")
    file = tmp_path / ".git" / "objects" / name[:2] / name[2:]
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:60])
    assert refusal(tmp_path).endswith("(git fsck tells more)")


def test_a_broken_repository_does_not_make_git_read_the_one_around_it(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "* outer"})
    write(tmp_path, {f"inner/{DAY}": "* inner"})
    (tmp_path / "inner" / ".git").mkdir()
    assert "not a git repository" in refusal(tmp_path / "inner")


def test_the_environment_does_not_make_git_read_another_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(tmp_path / "one", {DAY: "* one"})
    commit(tmp_path / "other", {DAY: "* other"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    assert contents(tmp_path / "one") == {DAY: b"* one"}


def test_reading_a_repository_runs_nothing_that_it_configures(tmp_path: Path) -> None:
    commit(tmp_path, {DAY: "* a"})
    headers, message = git(tmp_path, "cat-file", "commit", "HEAD").split("\n\n", 1)
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    write(tmp_path, {"signed": f"{headers}\n{signature}\n\n{message}\n"})
    git(tmp_path, "update-ref", "HEAD", git(tmp_path, "hash-object", "-t", "commit", "-w", "signed"))
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o700)
    for key, value in {
        "core.fsmonitor": str(program),
        "core.pager": str(program),
        "gpg.program": str(program),
        "log.showSignature": "true",
        "filter.x.smudge": str(program),
        "diff.external": str(program),
    }.items():
        git(tmp_path, "config", key, value)
    assert contents(tmp_path) == {DAY: b"* a"}
    assert len(open_archive(tmp_path, LIMIT, history=True).versions) == 1
    assert not (tmp_path / "ran").exists()


def test_missing_objects_are_not_fetched(tmp_path: Path) -> None:
    commit(tmp_path / "work", {DAY: "* a"})
    git(tmp_path / "work", "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{tmp_path}/work", "partial")
    assert refusal(tmp_path / "partial").startswith("git cannot read ")
    assert refusal(tmp_path / "partial").endswith("(it is a partial clone: clone it without --filter)")


def test_without_git_a_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, {DAY: "* a"})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(tmp_path) == f"{tmp_path} is a git repository, and git is not installed: install it first"
