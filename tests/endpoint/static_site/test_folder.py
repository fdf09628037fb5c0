"""The folder of a site: changed files are written, old ones removed, and files of others left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from endpoint.static_site.folder import SiteFolder
from kg.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[SiteFolder]:
    made = SiteFolder(tmp_path / "site")
    with made.begun():
        yield made


def test_only_what_differs_is_written(folder: SiteFolder) -> None:
    assert [folder.write("a/b.html", one) for one in (b"1", b"1", b"2")] == [True, False, True]
    assert (folder.path / "a" / "b.html").read_bytes() == b"2"
    assert [one.name for one in (folder.path / "a").iterdir()] == ["b.html"]


def test_removed_files_go_with_their_folders(folder: SiteFolder) -> None:
    for one in ("a/b/c.html", "a/d.html"):
        folder.write(one, b"1")
    assert folder.finish(["a/b/c.html", "a/d.html"]) == 0
    assert folder.finish(["a/d.html"]) == 1
    assert sorted(str(one.relative_to(folder.path)) for one in (folder.path / "a").rglob("*")) == ["a/d.html"]


def test_a_file_that_no_run_has_written_stays(folder: SiteFolder) -> None:
    (folder.path / "CNAME").write_text("news.example")
    folder.write("a.html", b"1")
    folder.finish(["a.html"])
    assert folder.finish([]) == 1
    assert (folder.path / "CNAME").exists()


def test_a_folder_that_was_not_made_by_this_command_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigurationError, match="not belong to a site"), SiteFolder(tmp_path).begun():
        pass


def test_two_runs_do_not_write_into_one_folder(folder: SiteFolder) -> None:
    with pytest.raises(ConfigurationError, match="another kg publish writes"), SiteFolder(folder.path).begun():
        pass


def test_a_file_that_a_killed_run_wrote_is_removed_if_the_site_no_longer_has_it(folder: SiteFolder) -> None:
    folder.write("a.html", b"1")
    folder.alias("b.html", "a.html")
    assert folder.finish(["b.html"]) == 1
    assert [one.name for one in folder.path.glob("*.html")] == ["b.html"]


def test_a_file_that_a_killed_run_was_writing_is_written_again_and_leaves_nothing_behind(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(_: Path, __: Path) -> Path:
        raise KeyboardInterrupt

    folder.write("a.html", b"1")
    for step in (lambda: folder.alias("c.html", "a.html"), lambda: folder.write("b.html", b"2")):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", kill)
            with pytest.raises(KeyboardInterrupt):
                step()
    assert len(list(folder.path.glob(".*.making"))) == 2
    assert folder.write("b.html", b"3")
    assert folder.write("c.html", b"4")
    assert sorted(one.name for one in folder.path.iterdir()) == [".newsgraph-files", "a.html", "b.html", "c.html"]
    assert (folder.path / "a.html").read_bytes() == b"1"


def test_an_alias_is_a_relative_link_that_rsync_can_copy(folder: SiteFolder) -> None:
    folder.write("doc/event/new.html", b"1")
    assert [folder.alias("doc/old.html", "doc/event/new.html") for _ in range(2)] == [True, False]
    assert (folder.path / "doc" / "old.html").readlink() == Path("event/new.html")
    assert folder.write("doc/old.html", b"2")
    assert (folder.path / "doc" / "event" / "new.html").read_bytes() == b"1"


def test_a_large_file_shares_its_blocks_and_is_taken_once(folder: SiteFolder, tmp_path: Path) -> None:
    source = tmp_path / "dump.gz"
    source.write_bytes(b"1" * 100)
    assert [folder.take("dump/dump.gz", source) for _ in range(2)] == [True, False]
    assert (folder.path / "dump" / "dump.gz").samefile(source)
