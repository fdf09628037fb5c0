"""Archives: where pages come from. A folder of files, or a git repository at its newest commit."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kg.archive import git
from kg.dialects import reading, registry
from kg.dialects.record import Page
from kg.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class PageVersion:
    """One version of a page: its path, and in git the commit that made it, its time (UTC) and the content's id.

    ``gone`` says that the commit removed the page.
    """

    path: str
    commit: str | None = None
    time: datetime | None = None
    blob: str | None = None
    gone: bool = False


@dataclass(frozen=True)
class Archive:
    """An opened archive: the versions of its pages, the oldest first, and the paths of files that are none.

    ``commit`` is a git repository's newest commit, None for a folder.
    """

    root: Path
    versions: tuple[PageVersion, ...]
    others: tuple[str, ...]
    commit: str | None = None

    @property
    def paths(self) -> list[str]:
        """The paths that pages have or had, each once."""
        return sorted({version.path for version in self.versions})

    def pages(self, versions: Iterable[PageVersion]) -> Iterator[Page]:
        """Yield these versions, none of them gone, in their order; raises ArchiveError for one that cannot be read."""
        wanted = list(versions)
        contents = git.contents(self.root, [f"{one.blob}" for one in wanted]) if self.commit else self._files(wanted)
        for version, content in zip(wanted, contents, strict=True):
            yield Page(version.path, content, version.time, version.commit)

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file of a folder, in hex; raises ArchiveError if it cannot be read."""
        content = next(self._files([PageVersion(path)]))
        return hashlib.sha256(content).hexdigest()

    def _files(self, versions: Iterable[PageVersion]) -> Iterator[bytes]:
        for version in versions:
            file = self.root / version.path
            try:
                yield file.read_bytes()
            except OSError as error:
                raise ArchiveError(f"page {file} cannot be read: {error.strerror}") from error


def check_size(path: str, size: int, page_bytes: int) -> None:
    """Raise ArchiveError if a page of ``size`` bytes is larger than ``page_bytes``."""
    if size > page_bytes:
        raise ArchiveError(
            f"page {path} has {size:,} bytes, more than the {page_bytes:,} allowed: remove it, or raise KG_PAGE_BYTES"
        )


def open_archive(root: Path, page_bytes: int, *, history: bool = False, as_of: datetime | None = None) -> Archive:
    """Open the folder or git repository at ``root``.

    ``page_bytes`` is the largest page that will be read; ``history`` asks for all versions in a repository, not only
    those of its newest commit, and ``as_of`` for the repository as it was at that time (UTC). Raises ArchiveError if
    there is no such folder, if git cannot read it, if it was empty at that time or is a folder, of which no time is
    known, or if it holds no page of a dialect that is known.
    """
    if not root.is_dir():
        raise ArchiveError(
            f"{root} is not a folder: give a folder of pages or a git repository (unpack or clone it first)"
        )
    is_git = (root / ".git").exists() or ((root / "objects").is_dir() and (root / "HEAD").is_file())
    if as_of and not is_git:
        raise ArchiveError(f"{root} is no git repository, so it is not known how it was at {as_of:%Y-%m-%dT%H:%M:%SZ}")
    archive = _open_git(root, page_bytes, history, as_of) if is_git else _open_folder(root, page_bytes)
    if not archive.versions:
        seen = f"no pages, only {len(archive.others):,} other files" if archive.others else "no files"
        shown = " or ".join(one.dialect.shown_path for one in registry.installed())
        raise ArchiveError(f"{root} holds {seen}: pages are named like {shown}")
    return archive


def _open_folder(root: Path, page_bytes: int) -> Archive:
    pages, others = [], []
    for file in _regular_files(root):
        path = file.relative_to(root).as_posix()
        if _is_nameable(path) and registry.find(path) is not None:
            check_size(path, file.stat().st_size, page_bytes)
            pages.append(path)
        else:
            others.append(path.encode(errors="replace").decode())
    return Archive(root, tuple(map(PageVersion, sorted(pages))), tuple(sorted(others)))


def _regular_files(root: Path) -> Iterator[Path]:
    """Yield the files below ``root``; symbolic links are not followed, so nothing outside is ever read."""

    def refuse(error: OSError) -> None:
        raise ArchiveError(f"{error.filename} cannot be read: {error.strerror}") from error

    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in names:
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink():
                yield file


def _is_nameable(path: str) -> bool:
    """Whether a path is UTF-8 without control characters, so that the graph can name it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not reading.CONTROL.search(path) and "\t" not in path and "\n" not in path and "\r" not in path


def _open_git(root: Path, page_bytes: int, history: bool, as_of: datetime | None) -> Archive:
    git.check(root)
    commit = git.newest(root, as_of)
    here = {file.path: file for file in git.files(root, commit)}
    others = sorted(path for path in here if not _is_page(path))
    past = list(git.history(root, commit))
    made = {one.path: one for one in past if one.path in here and one.blob == here[one.path].blob}
    blobs = past if history else [made.get(path, here[path]) for path in sorted(here)]
    versions = tuple(
        PageVersion(one.path, one.commit, one.time, one.blob, gone=one.blob is None)
        for one in blobs
        if _is_page(one.path)
    )
    sizes = git.sizes(root, {one.blob for one in versions if one.blob})
    for version in versions:
        check_size(version.path, sizes.get(version.blob or "", 0), page_bytes)
    return Archive(root, versions, tuple(others), commit)


def _is_page(path: str) -> bool:
    return "\ufffd" not in path and _is_nameable(path) and registry.find(path) is not None
