"""Packed archives are read in place like the folder in them, with limits, and no entry leads outside."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.archive import packed
from kg.archive.opening import Archive, open_archive
from kg.errors import ArchiveError

zstandard = pytest.importorskip("zstandard")

DAY = "data/2011_November_8.txt"
FILES = {
    DAY: b"* Shops open.\n",
    "tables/events.csv": b"day,what\n2024-12-07,Shops close.\n",
    "tables/events.toml": b"[columns]\ndate = 'day'\ntitle = 'what'\n",
    "README": b"Nothing.",
}


def tar(path: Path, files: dict[str, bytes], *more: tarfile.TarInfo) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            one = tarfile.TarInfo(name)
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))
        for one in more:
            archive.addfile(one)
    packers: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress,
        ".tgz": gzip.compress,
        ".bz2": bz2.compress,
        ".zst": zstandard.ZstdCompressor().compress,
    }
    path.write_bytes(packers.get(path.suffix, bytes)(made.getvalue()))


def zipped(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def opened(path: Path) -> Archive:
    return open_archive(path, 100_000)


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.zst", "a.zip"])
def test_a_packed_archive_is_read_as_the_folder_that_it_holds(tmp_path: Path, name: str) -> None:
    (zipped if name.endswith(".zip") else tar)(tmp_path / name, FILES)
    archive = opened(tmp_path / name)
    assert archive.paths == [DAY, "tables/events.csv/2024-12-07.rows.json"]
    assert set(archive.others) == {"README", "tables/events.toml"}
    assert archive.unread == ()
    texts = {one.path: one.content for one in archive.pages(archive.versions)}
    assert texts[DAY] == b"* Shops open.\n"
    assert b"Shops close." in texts["tables/events.csv/2024-12-07.rows.json"]


def test_a_table_alone_may_be_packed(tmp_path: Path) -> None:
    (tmp_path / "events.csv.zst").write_bytes(zstandard.ZstdCompressor().compress(b"date,title\n2024-12-07,A day.\n"))
    assert len(opened(tmp_path / "events.csv.zst").versions) == 1


def test_links_and_paths_that_lead_outside_are_reported_and_not_followed(tmp_path: Path) -> None:
    link = tarfile.TarInfo("data/2011_November_9.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    tar(tmp_path / "a.tar", {DAY: b"* A.", "../2011_November_7.txt": b"* B.", "/2011_November_6.txt": b"* C."}, link)
    archive = opened(tmp_path / "a.tar")
    assert archive.paths == [DAY]
    assert {one.path.rpartition("/")[2]: one.reason for one in archive.unread} == {
        "2011_November_9.txt": "is a link or a device, which is not followed",
        "2011_November_7.txt": "has a path that leads out of the archive",
        "2011_November_6.txt": "has a path that leads out of the archive",
    }


def test_links_in_a_zip_are_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        one = zipfile.ZipInfo("2011_November_9.txt")
        one.external_attr = 0o120777 << 16
        archive.writestr(one, "/etc/passwd")
        archive.writestr("2011_November_8.txt", "* A.")
    assert [one.reason for one in opened(tmp_path / "a.zip").unread] == ["is a link or a device, which is not followed"]


def test_a_large_page_is_reported(tmp_path: Path) -> None:
    tar(tmp_path / "a.tar", {DAY: b"* A.", "2011_November_9.txt": b"x" * 200_000})
    assert "more than the 100,000 allowed" in opened(tmp_path / "a.tar").unread[0].reason


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.zst", "a.zip"])
def test_a_damaged_archive_is_an_error(tmp_path: Path, name: str) -> None:
    (zipped if name.endswith(".zip") else tar)(tmp_path / name, FILES)
    content = (tmp_path / name).read_bytes()
    for damaged in (content[: len(content) // 3], b"", b"no archive" * 100):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(ArchiveError, match=name):
            opened(tmp_path / name)


def test_a_git_repository_in_an_archive_is_refused(tmp_path: Path) -> None:
    tar(tmp_path / "a.tar", {DAY: b"* A.", ".git/HEAD": b"ref: refs/heads/main"})
    with pytest.raises(ArchiveError, match="holds a git repository: unpack it"):
        opened(tmp_path / "a.tar")


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "FREELY", 1_000)
    monkeypatch.setattr(packed, "LARGEST_RATIO", 10)
    zipped(tmp_path / "a.zip", {DAY: b"0" * 10_000_000})
    with pytest.raises(ArchiveError, match="times its size"):
        opened(tmp_path / "a.zip")


def test_other_files_are_not_packed_archives() -> None:
    assert packed.is_packed("a.TAR.GZ")
    assert packed.is_packed("a.tzst")
    assert not packed.is_packed("a.csv.gz")
    assert not packed.is_packed("tar")
