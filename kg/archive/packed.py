"""Packed archives (tar and zip), read in place as the folder that they would unpack to.

Only the kept contents of pages are written to disk. Links, devices and paths that lead out of the archive are reported
and not followed.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, Self, cast

from kg.archive.capture_files import CaptureFile, FoundCaptures, may_hold_captures, too_large
from kg.archive.readers.base import MAPPING, PageCapture
from kg.archive.unpacking import FREELY, LARGEST_RATIO, unpacked, unpacked_path
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError

TAR: Final = (".tar",)
SHORT: Final = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".tzst": ".tar.zst"}
LINK: Final = "is a link or a device, which is not followed"
CUT_OFF: Final = ("TruncatedHeaderError", "EmptyHeaderError")
"""The errors of tarfile, which documents only their base class."""
MOST_MEMBERS: Final = 1_000_000
MAPPING_BYTES: Final = 1_000_000
IN_MEMORY: Final = 8_000_000
_FAILURES: Final = (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError)
"""The errors raised where the rest cannot be read; zipfile raises RuntimeError for encrypted members."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A member of a packed archive: its path, its size in bytes, and how to read it, or why it cannot be read."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    fault: str = ""


def is_packed(path: str) -> bool:
    """Return whether a file with this path is a tar or a zip."""
    name = _full(path).lower()
    return name.endswith(".zip") or unpacked_path(name).endswith(TAR)


def gather(file: Path, found: FoundCaptures, is_page: Callable[[str], bool]) -> list[str]:
    """Gather the pages of a packed archive and what its capture files hold; return the paths of its other files.

    Raises ArchiveError if it cannot be read, has too much in it, or holds a git repository.
    """
    try:
        mappings = dict(_mappings(file))
        return [member.path for member in _members(file) if not _take(member, found, is_page, mappings)]
    except _FAILURES as error:
        raise ArchiveError(f"{file} cannot be read: {error or type(error).__name__}") from error


def _take(member: PackedFile, found: FoundCaptures, is_page: Callable[[str], bool], mappings: dict[str, bytes]) -> bool:
    is_page_itself = is_page(member.path)
    if not (is_page_itself or may_hold_captures(member.path)):
        return False
    if member.fault:
        found.unread.append(UnreadPage(member.path, member.fault))
    elif not is_page_itself:
        return found.add(CaptureFile(member.path, lambda: _copy(member), lambda name: _beside(member, name, mappings)))
    elif member.size > found.page_bytes:
        found.unread.append(too_large(member.path, member.size, found.page_bytes))
    else:
        with closing(member.open()) as stream:
            found.keep([PageCapture(member.path, stream.read(found.page_bytes + 1))])
    return True


def _beside(member: PackedFile, name: str, mappings: dict[str, bytes]) -> bytes | None:
    """Return a mapping in the folder of a member, or the one in the folders above it."""
    folder = PurePosixPath(member.path).parent
    places = [folder, *folder.parents] if name == MAPPING else [folder]
    return next((mappings[f"{place / name}"] for place in places if f"{place / name}" in mappings), None)


def _mappings(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the mappings that a packed archive holds, which may come after the tables they describe."""
    for member in _members(file):
        if member.path.endswith(".toml") and not member.fault and member.size <= MAPPING_BYTES:
            with closing(member.open()) as stream:
                yield member.path, stream.read(MAPPING_BYTES)


def _copy(member: PackedFile) -> BinaryIO:
    """Return the content of a member as a seekable file; a member of a tar is read to its end first."""
    copy = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever opened it closes it
    with closing(member.open()) as stream:
        copyfileobj(stream, copy, IN_MEMORY)
    copy.seek(0)
    return cast("BinaryIO", copy)


def _members(file: Path) -> Iterator[PackedFile]:
    """Yield the files in a packed archive; each must be read before the next one is requested."""
    found = _zip_members(file) if _full(file.name).lower().endswith(".zip") else _tar_members(file)
    for number, member in enumerate(found, 1):
        if number > MOST_MEMBERS:
            raise ArchiveError(f"has more than {MOST_MEMBERS:,} members")
        if member.path.endswith((".git/HEAD", ".git/config")):
            raise ArchiveError("holds a git repository: unpack it, and give the folder")
        yield member


def _tar_members(file: Path) -> Iterator[PackedFile]:
    with ExitStack() as stack:
        raw = stack.enter_context(file.open("rb"))
        stream = stack.enter_context(closing(unpacked(raw, _full(file.name))))
        tar = stack.enter_context(tarfile.open(fileobj=stream, mode="r|", tarinfo=_WholeTar))
        for one in tar:
            if not one.isdir():
                fault = "" if one.isfile() else LINK
                yield PackedFile(
                    one.name.removeprefix("./"), one.size, partial(_extracted, tar, one), fault or _fault(one.name)
                )
            vars(tar)["members"] = []  # those of a large archive would fill the memory


class _WholeTar(tarfile.TarInfo):
    """A header of a tar that must be complete: tarfile takes a truncated one for a shorter one."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.HeaderError as error:
            if type(error).__name__ in CUT_OFF:
                raise EOFError("it ends in the middle") from error
            raise


def _extracted(tar: tarfile.TarFile, one: tarfile.TarInfo) -> BinaryIO:
    return cast("BinaryIO", tar.extractfile(one))


def _zip_members(file: Path) -> Iterator[PackedFile]:
    with zipfile.ZipFile(file) as packed:
        if sum(one.file_size for one in packed.infolist()) > FREELY + LARGEST_RATIO * file.stat().st_size:
            raise ArchiveError(f"holds more than {LARGEST_RATIO:,} times its size, which no archive does")
        for one in packed.infolist():
            if not one.is_dir():
                kind = stat.S_IFMT(one.external_attr >> 16)
                fault = LINK if kind not in (0, stat.S_IFREG) else "is encrypted" if one.flag_bits & 1 else ""
                opener = cast("Callable[[], BinaryIO]", partial(packed.open, one))
                yield PackedFile(one.filename.removeprefix("./"), one.file_size, opener, fault or _fault(one.filename))


def _fault(name: str) -> str:
    path = PurePosixPath(name)
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in name
    return "has a path that leads out of the archive" if leads_out else ""


def _full(name: str) -> str:
    """Return a name with its short suffix written out."""
    suffix = next((one for one in SHORT if name.lower().endswith(one)), "")
    return f"{name[: len(name) - len(suffix)]}{SHORT[suffix]}" if suffix else name
