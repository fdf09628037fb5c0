"""Archives: where pages come from. A folder of files, or a git repository at its newest commit."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kg import parse
from kg.errors import ArchiveError
from kg.record import Page

# Plumbing only, and nothing that would ask, lock, or fetch missing objects from a network.
GIT_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
}
# What would make git read another repository than the one that it is given.
GIT_ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)
REGULAR_FILE_MODES = (b"100644", b"100755")
SHOWN_PATHS = "2011_November_8.txt or news/2011/11/8/<slug>.md"


@dataclass(frozen=True)
class Archive:
    """An opened archive: the paths of its pages, and those of files that are none.

    ``commit`` and ``captured`` (UTC) are those of a git repository's newest commit, None for a folder.
    """

    root: Path
    paths: tuple[str, ...]
    others: tuple[str, ...]
    commit: str | None = None
    captured: datetime | None = None

    def pages(self, paths: Iterable[str]) -> Iterator[Page]:
        """Yield the pages with these paths, in their order; raises ArchiveError for one that cannot be read."""
        return self._from_git(paths) if self.commit else self._from_folder(paths)

    def _from_folder(self, paths: Iterable[str]) -> Iterator[Page]:
        for path in paths:
            file = self.root / path
            try:
                yield Page(path, file.read_bytes())
            except OSError as error:
                raise ArchiveError(f"page {file} cannot be read: {error.strerror}") from error

    def _from_git(self, paths: Iterable[str]) -> Iterator[Page]:
        for path, content in _cat_files(self.root, f"{self.commit}", list(paths)):
            yield Page(path, content, self.captured, self.commit)


def check_size(path: str, size: int, page_bytes: int) -> None:
    """Raise ArchiveError if a page of ``size`` bytes is larger than ``page_bytes``."""
    if size > page_bytes:
        raise ArchiveError(
            f"page {path} has {size:,} bytes, more than the {page_bytes:,} allowed: remove it, or raise KG_PAGE_BYTES"
        )


def open_archive(root: Path, page_bytes: int) -> Archive:
    """Open the folder or git repository at ``root``.

    ``page_bytes`` is the largest page that will be read. Raises ArchiveError if there is no such folder, if git
    cannot read it, or if it holds no page of a dialect that is known.
    """
    if not root.is_dir():
        raise ArchiveError(
            f"{root} is not a folder: give a folder of pages or a git repository (unpack or clone it first)"
        )
    is_git = (root / ".git").exists() or ((root / "objects").is_dir() and (root / "HEAD").is_file())
    archive = _open_git(root, page_bytes) if is_git else _open_folder(root, page_bytes)
    if not archive.paths:
        seen = f"{len(archive.others):,} other files" if archive.others else "no files"
        raise ArchiveError(f"{root} holds no pages, only {seen}: pages are named like {SHOWN_PATHS}")
    return archive


def _open_folder(root: Path, page_bytes: int) -> Archive:
    pages, others = [], []
    for file in _regular_files(root):
        path = file.relative_to(root).as_posix()
        if _is_nameable(path) and parse.matches(path):
            check_size(path, file.stat().st_size, page_bytes)
            pages.append(path)
        else:
            others.append(path.encode(errors="replace").decode())
    return Archive(root, tuple(sorted(pages)), tuple(sorted(others)))


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
    return not parse.CONTROL.search(path) and "\t" not in path and "\n" not in path and "\r" not in path


def _open_git(root: Path, page_bytes: int) -> Archive:
    head = _git(root, "rev-parse", "--revs-only", "HEAD").decode().strip()
    if not head:
        raise ArchiveError(f"the git repository {root} has no commit yet: commit its pages first")
    committed = _git(root, "rev-list", "--max-count=1", "--timestamp", head).split()[0]
    pages, others = [], []
    for entry in _git(root, "ls-tree", "-r", "-l", "-z", "--full-tree", head).split(b"\0")[:-1]:
        about, _, name = entry.partition(b"\t")
        mode, _, _, size = about.split()
        path = name.decode(errors="replace")
        if mode in REGULAR_FILE_MODES and "\ufffd" not in path and _is_nameable(path) and parse.matches(path):
            if not size.isdigit():
                raise _damaged(root, path)
            check_size(path, int(size), page_bytes)
            pages.append(path)
        else:
            others.append(path)
    captured = datetime.fromtimestamp(int(committed), UTC)
    return Archive(root, tuple(sorted(pages)), tuple(sorted(others)), head, captured)


def _damaged(root: Path, path: str) -> ArchiveError:
    return ArchiveError(f"git cannot read page {path} of {root}: the repository is damaged (git fsck tells more)")


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in GIT_ELSEWHERE}
    environment |= {**GIT_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(root.resolve().parent)}
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, env=environment, check=False)  # noqa: S603
    except FileNotFoundError:
        raise ArchiveError(f"{root} is a git repository, and git is not installed: install it first") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ArchiveError(f"git cannot read {root}: {said[0] if said else 'no reason given'} (git fsck tells more)")
    return done.stdout


def _cat_files(root: Path, commit: str, paths: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the content of files of one commit, all read by one ``git cat-file --batch``."""
    wanted = "".join(f"{commit}:{path}\n" for path in paths)
    output = io.BytesIO(_git(root, "cat-file", "--batch", stdin=wanted.encode()))
    for path in paths:
        header = output.readline().split()
        is_file = len(header) == 3 and header[1] == b"blob"
        content = output.read(int(header[2])) if is_file else b""
        if not is_file or len(content) != int(header[2]):
            raise _damaged(root, path)
        output.read(1)
        yield path, content
