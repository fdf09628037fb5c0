"""The folder of a static site: a file is written only if it differs, and files no longer in the site are removed.

It is a plain tree of files. A document that has moved is a symbolic link, relative and within the folder, which
``rsync --links`` copies as it is; a dump may share its blocks on the disk with that of the store's cache.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISLNK
from typing import Final

from kg.errors import ConfigurationError
from kg.process.lock import locked

LISTED: Final = ".newsgraph-files"
"""The list of all files of a site, kept beside them: other files belong to somebody else, and are left alone."""


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """The folder of a site."""

    path: Path

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Create the folder, and keep other runs out of it until the block ends.

        Raises ConfigurationError if it has files of no site, cannot be created, or is being written by another run.
        """
        self._begin()
        with locked(self.path, ConfigurationError(f"another kg publish writes {self.path}: wait until it ends")):
            yield

    def _begin(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            foreign = not (self.path / LISTED).exists() and any(self.path.iterdir())
        except OSError as error:
            raise ConfigurationError(f"{self.path} cannot be written: {error.strerror}") from None
        if foreign:
            raise ConfigurationError(f"{self.path} has files that do not belong to a site: give an empty folder")
        (self.path / LISTED).touch()

    def write(self, file: str, content: bytes) -> bool:
        """Write a file in one step unless it has this content; return whether it was written."""
        path = self.path / file
        with suppress(OSError):
            if not path.is_symlink() and path.read_bytes() == content:
                return False
        path.parent.mkdir(parents=True, exist_ok=True)
        making = _making(path)
        making.unlink(missing_ok=True)  # a killed run may have left a link here
        making.write_bytes(content)
        self._show(file, making)
        return True

    def mark(self, file: str) -> str:
        """Return what distinguishes a file from an earlier one of its name: where it leads, or its size and its time.

        It is empty if there is no such file.
        """
        path = self.path / file
        try:
            found = path.lstat()
            return f">{path.readlink()}" if S_ISLNK(found.st_mode) else f"{found.st_size} {found.st_mtime_ns}"
        except OSError:
            return ""

    def alias(self, file: str, other: str) -> bool:
        """Make a file an alias of another one; return whether that is new."""
        path = self.path / file
        target = os.path.relpath(other, Path(file).parent)
        if path.is_symlink() and str(path.readlink()) == target:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        making = _making(path)
        making.unlink(missing_ok=True)
        making.symlink_to(target)
        self._show(file, making)
        return True

    def take(self, file: str, source: Path) -> bool:
        """Add a large file from elsewhere, sharing its blocks if possible; return whether it is new."""
        path = self.path / file
        with suppress(OSError):
            if path.samefile(source) or _same(path, source):
                return False
        path.parent.mkdir(parents=True, exist_ok=True)
        making = _making(path)
        making.unlink(missing_ok=True)
        try:
            making.hardlink_to(source)
        except OSError:  # on another disk
            shutil.copyfile(source, making)
        self._show(file, making)
        return True

    def _show(self, file: str, making: Path) -> None:
        """Rename a finished file; a new name is listed first, so that it is removed even if this run is killed."""
        path = self.path / file
        if not path.is_symlink() and not path.exists():
            with (self.path / LISTED).open("a", encoding="utf-8") as listed:
                listed.write(f"{file}\n")
        making.replace(path)

    def finish(self, files: Iterable[str]) -> int:
        """Record the files of the site, remove those no longer in it, and return their number."""
        listed = sorted(files)
        kept = set(listed)
        before = (self.path / LISTED).read_text(encoding="utf-8").splitlines()
        gone = [one for one in dict.fromkeys(before) if one not in kept]
        for one in gone:
            self._remove(one)
        self.write(LISTED, "".join(f"{one}\n" for one in listed).encode())
        return len(gone)

    def _remove(self, file: str) -> None:
        (self.path / file).unlink(missing_ok=True)
        for folder in (self.path / file).parents:
            if folder == self.path:
                break
            try:
                folder.rmdir()
            except OSError:  # not empty
                break


def _making(path: Path) -> Path:
    """Return the temporary path of a file: always the same, so that what a killed run left there is replaced."""
    return path.with_name(f".{sha256(path.name.encode()).hexdigest()[:16]}.making")


def _same(path: Path, other: Path) -> bool:
    """Return whether two files have the same content."""
    if path.stat().st_size != other.stat().st_size:
        return False
    with path.open("rb") as one, other.open("rb") as two:
        while part := one.read(1 << 20):
            if part != two.read(1 << 20):
                return False
    return True
