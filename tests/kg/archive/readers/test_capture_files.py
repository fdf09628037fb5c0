"""Files with many captures: found in folders, in git and alone, kept on disk, and read in any order."""

from __future__ import annotations

import bz2
import gzip
import io
import pickle
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.archive.opening import Archive, open_archive
from kg.archive.unpacking import FREELY, unpacked
from kg.errors import ArchiveError

PAGE_BYTES = 10_000
REVISION = """<revision><id>{id}</id><parentid>{parent}</parentid><timestamp>{time}</timestamp>
<model>wikitext</model><format>text/x-wiki</format><text xml:space="preserve">{text}</text></revision>"""
EXPORT = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
<siteinfo><sitename>Wikipedia</sitename><base>https://en.wikipedia.org/wiki/Main_Page</base></siteinfo>
{pages}</mediawiki>"""
PAGE = "<page><title>{title}</title><ns>100</ns><id>1</id>{revisions}</page>"
TITLE = "Portal:Current events/2011 November 8"
PATH = "2011_November_8.txt"


def export(*revisions: tuple[int, int, str, str], title: str = TITLE) -> str:
    told = "".join(
        REVISION.format(id=one, parent=parent, time=time, text=text) for one, parent, time, text in revisions
    )
    return EXPORT.format(pages=PAGE.format(title=title, revisions=told))


TWO = export(
    (12, 11, "2011-11-09T10:00:00Z", "* A bridge opens."), (11, 0, "2011-11-08T09:00:00Z", "* A bridge is to open.")
)


def contents(archive: Archive) -> list[bytes]:
    return [page.content for page in archive.pages(archive.versions)]


def test_all_revisions_are_read_with_history_the_oldest_first_and_else_the_newest(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(TWO)
    archive = open_archive(tmp_path, PAGE_BYTES, history=True)
    assert [(one.path, one.commit, one.parent) for one in archive.versions] == [(PATH, "11", ""), (PATH, "12", "11")]
    assert archive.versions[0].time == datetime(2011, 11, 8, 9, tzinfo=UTC)
    assert contents(archive) == [b"* A bridge is to open.", b"* A bridge opens."]
    newest = open_archive(tmp_path, PAGE_BYTES)
    assert contents(newest) == [b"* A bridge opens."]
    assert next(newest.pages(newest.versions)).address == "https://en.wikipedia.org/w/index.php?oldid=12"


def test_an_archive_is_as_it_was_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(TWO)
    then = datetime(2011, 11, 8, 12, tzinfo=UTC)
    assert contents(open_archive(tmp_path, PAGE_BYTES, as_of=then)) == [b"* A bridge is to open."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.xml", TWO.encode()),
        ("export.xml.bz2", bz2.compress(TWO.encode())),
        ("export.xml.gz", gzip.compress(TWO.encode())),
    ],
)
def test_a_file_is_an_archive_by_itself_packed_or_not(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "2011_November_9.txt").write_text("* Another page.")
    assert contents(open_archive(tmp_path / name, PAGE_BYTES)) == [b"* A bridge opens."]


def test_a_file_is_read_from_the_newest_commit_of_a_repository(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(TWO)
    (tmp_path / "2011_November_9.txt").write_text("* Another page.")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", tmp_path)
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "a")):
        subprocess.run([*git, *command], check=True)
    archive = open_archive(tmp_path, PAGE_BYTES, history=True)
    assert sorted(contents(archive)) == [b"* A bridge is to open.", b"* A bridge opens.", b"* Another page."]
    assert archive.others == ()


def test_contents_are_read_by_other_processes_and_are_gone_when_nobody_needs_them(tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(TWO)
    archive = open_archive(tmp_path, PAGE_BYTES)
    assert archive.captures is not None
    folder = archive.captures.file.parent
    other = pickle.loads(pickle.dumps(archive.bare))  # noqa: S301 - of this test
    assert [page.content for page in other.pages(archive.versions)] == [b"* A bridge opens."]
    del other
    assert folder.is_dir()
    del archive
    assert not folder.exists()


def test_other_pages_are_counted_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(TWO)
    (tmp_path / "b.xml").write_text(export((1, 0, "2011-11-08T09:00:00Z", "Text."), title="Bridge"))
    archive = open_archive(tmp_path, PAGE_BYTES)
    assert archive.paths == [PATH]
    assert archive.remarks == ("b.xml: captures of pages that no dialect reads: 1, such as of 'Bridge'",)


def test_a_file_that_no_reader_recognises_is_another_file(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(TWO)
    (tmp_path / "b.xml").write_text("<other/>")
    (tmp_path / "c.json").write_text('{"a": 1}')
    assert open_archive(tmp_path, PAGE_BYTES).others == ("b.xml", "c.json")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("b.xml", TWO.encode()[:-40], "is not well-formed XML"),
        ("b.xml.bz2", bz2.compress(TWO.encode())[:-9], "Compressed file ended"),
        ("b.xml.gz", b"no gzip", "Not a gzipped file"),
        ("b.xml", b'<?xml version="1.0"?><mediawiki>', "is not well-formed XML"),
    ],
)
def test_revisions_before_a_truncation_count(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / "a.xml").write_text(TWO)
    (tmp_path / name).write_bytes(content)
    archive = open_archive(tmp_path, PAGE_BYTES)
    assert archive.paths == [PATH]
    assert [(one.path, reason in one.reason) for one in archive.unread] == [(name, True)]


def test_a_capture_that_is_too_large_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    large = export(
        (11, 0, "2011-11-08T09:00:00Z", "x" * (PAGE_BYTES + 1)), (12, 11, "2011-11-09T09:00:00Z", "* Small.")
    )
    (tmp_path / "a.xml").write_text(large)
    archive = open_archive(tmp_path, PAGE_BYTES, history=True)
    assert contents(archive) == [b"* Small."]
    assert [(one.path, one.commit) for one in archive.unread] == [(PATH, "11")]


def test_a_packed_file_that_holds_too_much_is_skipped() -> None:
    bomb = bz2.compress(bytes(FREELY + 1_000_000))
    with unpacked(io.BytesIO(bomb), "a.bz2") as stream, pytest.raises(ArchiveError, match="times its size"):
        list(iter(lambda: stream.read(1 << 20), b""))
