"""Opens archives, where pages come from: a folder, a git repository at its newest commit, or a capture file."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from kg.archive import git, kept_log, packed
from kg.archive.capture_files import CaptureFile, FoundCaptures, may_hold_captures, too_large
from kg.archive.captures import PREFIX, Captures
from kg.archive.readers import registry as readers
from kg.archive.readers.base import MAPPING
from kg.archive.repository import Repository, find_repository, is_repository
from kg.archive.versions import DoubtedTime, MainLine, PageVersion, UnreadPage
from kg.dialects import reading, registry
from kg.dialects.record import Page
from kg.errors import ArchiveError


@dataclass(frozen=True)
class Archive:
    """An opened archive: the versions of its pages, oldest first, and the paths of its other files.

    ``unread`` lists the versions already known to be unreadable. ``repository`` and its newest ``commit`` are None for
    a folder. ``doubted`` lists the commits with times that cannot be true, ``log`` is what git printed about the
    history, and ``remarks`` are sentences about other things that are not as they seem. ``captures`` holds the contents
    of versions from capture files, None if there are none.
    """

    root: Path
    versions: tuple[PageVersion, ...]
    others: tuple[str, ...]
    unread: tuple[UnreadPage, ...] = ()
    repository: Repository | None = None
    commit: str | None = None
    doubted: tuple[DoubtedTime, ...] = ()
    remarks: tuple[str, ...] = ()
    log: bytes = b""
    captures: Captures | None = None

    @property
    def bare(self) -> Archive:
        """The archive without its lists: enough to read pages from."""
        return replace(self, versions=(), others=(), unread=(), doubted=(), log=b"")

    @property
    def paths(self) -> list[str]:
        """The paths that pages have or had, each once."""
        return sorted({version.path for version in self.versions})

    def pages(self, versions: Iterable[PageVersion]) -> Iterator[Page]:
        """Yield the pages of these versions in order; none may be a removal.

        Raises ArchiveError for an unreadable one.
        """
        wanted = list(versions)
        captured = [f"{one.blob}" for one in wanted if _is_captured(one)]
        of_captures = self.captures.contents(captured) if self.captures else iter(())
        others = self._others([one for one in wanted if not _is_captured(one)])
        for version in wanted:
            content = next(of_captures if _is_captured(version) else others, None)
            if content is None:
                raise ArchiveError(f"page {version.path} cannot be read: its content is not there; start again")
            yield Page(version.path, content, version.time, version.commit, version.address)

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file of a folder, in hex. Raises ArchiveError if it cannot be read."""
        content = next(self._files([PageVersion(path)]))
        return hashlib.sha256(content).hexdigest()

    def _others(self, versions: list[PageVersion]) -> Iterator[bytes]:
        of_git = self.repository
        return git.contents(of_git, [f"{one.blob}" for one in versions]) if of_git else self._files(versions)

    def _files(self, versions: Iterable[PageVersion]) -> Iterator[bytes]:
        for version in versions:
            file = self.root / version.path
            try:
                yield file.read_bytes()
            except OSError as error:
                raise ArchiveError(f"page {file} cannot be read: {error.strerror}") from error


def open_archive(
    root: Path,
    page_bytes: int,
    *,
    history: bool = False,
    as_of: datetime | None = None,
    kept: Path | None = None,
    mapping: str = "",
) -> Archive:
    """Open the folder, git repository, packed archive or capture file at ``root``.

    Pages larger than ``page_bytes`` are listed as unread; ``history`` asks for all versions in a repository, not only
    those of its newest commit, and ``as_of`` for the repository as it was at that time (UTC). ``kept`` is the folder in
    which an earlier build kept the log of the repository, if there is one. ``mapping`` is a file that says what the
    tables of the archive mean; it replaces the files beside them.

    Raises ArchiveError if there is nothing at ``root``, if git cannot read it, if it holds no page of a known dialect,
    or if its past is asked for and not known: a folder has none, a shallow clone lacks some, and a repository may have
    been empty at the time.
    """
    if not root.is_dir() and not (root.is_file() and (may_hold_captures(root.name) or packed.is_packed(root.name))):
        raise ArchiveError(
            f"{root} is not a folder: give a folder of pages or a git repository, or a file that a reader knows"
        )
    gathering = FoundCaptures(page_bytes, _is_page, _mapping(mapping), history=history, as_of=as_of)
    is_git = is_repository(root)
    archive = _open_git(root, page_bytes, history, as_of, kept, gathering) if is_git else _open_folder(root, gathering)
    captured = gathering.in_order()
    versions = (*archive.versions, *captured)
    archive = replace(
        archive,
        versions=tuple(sorted(versions, key=_known_first)) if captured else versions,
        unread=(*archive.unread, *gathering.unread),
        remarks=(*archive.remarks, *gathering.remarks),
        captures=gathering.captures,
    )
    if as_of and not is_git and not all(one.time for one in versions):
        raise ArchiveError(f"{root} is not a git repository, so its state is unknown as of {as_of:%Y-%m-%dT%H:%M:%SZ}")
    if not archive.versions:
        raise ArchiveError(_empty(archive))
    return archive


def _mapping(file: str) -> bytes | None:
    try:
        return Path(file).read_bytes() if file else None
    except OSError as error:
        raise ArchiveError(f"the mapping {file} cannot be read: {error.strerror}") from error


def _is_captured(version: PageVersion) -> bool:
    return version.blob is not None and version.blob.startswith(PREFIX)


def _known_first(version: PageVersion) -> tuple[bool, datetime]:
    """Order versions by time, with those without a time last."""
    return version.time is None, version.time or datetime.max.replace(tzinfo=UTC)


def _empty(archive: Archive) -> str:
    if archive.unread:
        return f"{archive.root} holds no page that can be read: {archive.unread[0]}"
    seen = f"no pages, only {len(archive.others):,} other files" if archive.others else "no files"
    dialects = [one.made.shown_path for one in registry.installed()]
    shown = " or ".join([*dialects, *(one.made.shown_path for one in readers.installed())])
    return f"{archive.root} holds {seen}: pages are named like {shown}"


def _open_folder(root: Path, gathering: FoundCaptures) -> Archive:
    if root.is_file() and packed.is_packed(root.name):
        return Archive(root, (), tuple(sorted(packed.gather(root, gathering, _is_page))))
    pages, others, unread = [], [], []
    page_bytes, top = gathering.page_bytes, root if root.is_dir() else root.parent
    for file in _files_below(root) if root.is_dir() else [root]:
        path = file.relative_to(top).as_posix()
        is_page = _is_page(path) and root.is_dir()
        if not (is_page or (_is_nameable(path) and may_hold_captures(path))):
            others.append(path.encode(errors="replace").decode())
        elif file.is_symlink() or not file.is_file():
            unread.append(UnreadPage(path, "is a link or a device, which is not followed"))
        elif not is_page:
            if not gathering.add(_in_folder(file, path, page_bytes, top)):
                others.append(path)
        elif (size := file.stat().st_size) > page_bytes:
            unread.append(too_large(path, size, page_bytes))
        else:
            pages.append(PageVersion(path))
    return Archive(root, tuple(sorted(pages, key=lambda one: one.path)), tuple(sorted(others)), tuple(unread))


def _in_folder(file: Path, path: str, page_bytes: int, top: Path) -> CaptureFile:
    """Return a file of a folder as a capture file, which may read other files of the same folder, but not links.

    A mapping of all tables may also lie in a folder above, up to ``top``.
    """
    above = [one for one in file.parents if one == top or top in one.parents]

    def beside(name: str) -> bytes | None:
        for folder in above if name == MAPPING else above[:1]:
            other = folder / name
            is_there = Path(name).name == name and other.is_file() and not other.is_symlink()
            if is_there and other.stat().st_size <= page_bytes:
                return other.read_bytes()
        return None

    return CaptureFile(path, lambda: file.open("rb"), beside)


def _files_below(root: Path) -> Iterator[Path]:
    """Yield everything below ``root`` except folders; symbolic links are not followed, so nothing outside is read."""

    def refuse(error: OSError) -> None:
        raise ArchiveError(f"{error.filename} cannot be read: {error.strerror}") from error

    for folder, folders, names in os.walk(root, onerror=refuse):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if name != ".git" and name not in links)
        yield from (Path(folder, name) for name in sorted([*names, *links]))


def _is_page(path: str) -> bool:
    return _is_nameable(path) and registry.find(path) is not None


def _is_nameable(path: str) -> bool:
    """Return whether a path is UTF-8 without control characters, so that the graph can name it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\ufffd" not in path and not reading.CONTROL.search(path) and not {"\t", "\n", "\r"} & set(path)


def _open_git(
    root: Path, page_bytes: int, history: bool, as_of: datetime | None, kept: Path | None, gathering: FoundCaptures
) -> Archive:
    repository = find_repository(root)
    if repository.is_shallow and (history or as_of):
        raise ArchiveError(
            f"{root} is a shallow clone, so its past is not known: get all commits with "
            f"git -C {root} fetch --unshallow, or build it without --history and --as-of"
        )
    log = b"" if repository.is_shallow else kept_log.main_log(repository, kept)
    line = _line(repository, log, as_of)
    commit = line.commits[-1].id if line.commits else repository.head
    entries = list(git.entries(repository, commit))
    pages = {one.path: one.blob for one in entries if one.kind is None and _is_page(one.path)}
    found = list(line.versions(_is_page) if history and line.is_dated else line.newest(pages, commit))
    sizes = git.sizes(repository, {one.blob for one in found if one.blob})
    large = {one for one in found if sizes.get(one.blob or "", 0) > page_bytes}
    unread = (too_large(one.path, sizes[one.blob or ""], page_bytes, one.commit) for one in found if one in large)
    files = {one.path: one.blob for one in entries if one.kind is None and _is_nameable(one.path)}
    held = {
        path
        for path in files
        if may_hold_captures(path) and path not in pages and gathering.add(_in_git(repository, path, files, page_bytes))
    }
    return Archive(
        root,
        tuple(one for one in found if one not in large),
        tuple(sorted(one.path for one in entries if not _is_page(one.path) and one.path not in held)),
        (*unread, *line.hidden(_is_page), *_linked(entries, commit)),
        repository,
        commit,
        line.doubted,
        repository.remarks if line.is_dated else (*repository.remarks, _undated(repository)),
        log,
    )


def _in_git(repository: Repository, path: str, files: dict[str, str], page_bytes: int) -> CaptureFile:
    """Return a file of a commit as a capture file; ``files`` are the contents of all, by their paths."""

    def beside(name: str) -> bytes | None:
        blob = files.get(PurePosixPath(path).with_name(name).as_posix()) if PurePosixPath(name).name == name else None
        found = next(git.contents(repository, [blob])) if blob else None
        return found if found and len(found) <= page_bytes else None

    return CaptureFile(path, lambda: io.BytesIO(next(git.contents(repository, [files[path]]))), beside)


def _linked(entries: Iterable[git.TreeEntry], commit: str) -> Iterator[UnreadPage]:
    """Yield the entries of a commit that have the path of a page and are not files."""
    for one in entries:
        if one.kind and _is_page(one.path):
            yield UnreadPage(one.path, f"is {one.kind}, which is not followed", commit)


def _line(repository: Repository, log: bytes, as_of: datetime | None) -> MainLine:
    """Return the commits of a log, up to a time if one is given."""
    line = MainLine.of(git.commits(log), datetime.now(UTC))
    if as_of is None:
        return line
    if not line.is_dated:
        raise ArchiveError(f"{_undated(repository)}, so its state in the past is not known")
    past = line.until(as_of)
    if not past.commits:
        raise ArchiveError(f"the git repository {repository.root} has no commit before {as_of:%Y-%m-%dT%H:%M:%SZ}")
    return past


def _undated(repository: Repository) -> str:
    if repository.is_shallow:
        return f"{repository.root} is a shallow clone: its pages are read as they are, without their times"
    return f"no commit of {repository.root} has a time that can be true: its pages are read as they are"
