"""Capture files: files that hold many captures, such as an export of a wiki. Readers yield them, and they are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from kg.archive.captures import Captures, keep
from kg.archive.readers import registry as readers
from kg.archive.readers.base import Beside, CaptureReader, PageCapture, Remark
from kg.archive.unpacking import unpacked, unpacked_path
from kg.archive.versions import PageVersion, UnreadPage
from kg.errors import ArchiveError

START: Final = 4_096
"""How many bytes of a file tell whether a reader knows it."""
FAILURES: Final = (ArchiveError, EOFError, OSError, ValueError)
"""The errors a reader raises when the rest of a file cannot be read."""


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A file that may hold captures: its path in the archive, how to open it, and what lies beside it."""

    path: str
    open: Callable[[], BinaryIO]
    beside: Beside


def may_hold_captures(path: str) -> bool:
    """Return whether there is a reader for files with this path."""
    return bool(_matching(path))


class FoundCaptures:
    """The captures found so far in the capture files of an archive.

    Pages that ``is_page`` accepts are gathered: all their versions with ``history``, otherwise the newest of each, and
    none later than ``as_of`` if that is given. Captures that cannot be read are added to ``unread``, and a sentence
    about each file that holds other pages to ``remarks``. ``mapping`` applies to all tables, if one was given.
    ``captures`` holds the contents, and is None until there are some.
    """

    def __init__(
        self,
        page_bytes: int,
        is_page: Callable[[str], bool],
        mapping: bytes | None = None,
        *,
        history: bool = True,
        as_of: datetime | None = None,
    ) -> None:
        self.page_bytes = page_bytes
        self.mapping = mapping
        self.is_page = is_page
        self.history = history
        self.as_of = as_of
        self.captures: Captures | None = None
        self.unread: list[UnreadPage] = []
        self._remarks: dict[str, list[str]] = {}
        self._paths: dict[str, str] = {}
        self._versions: dict[tuple[str, object], PageVersion] = {}

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks on files, each sentence once."""
        several = {
            text: f" and {len(paths) - 1:,} more" if len(paths) > 1 else "" for text, paths in self._remarks.items()
        }
        return tuple(f"{paths[0]}{several[text]}: {text}" for text, paths in self._remarks.items())

    def add(self, file: CaptureFile) -> bool:
        """Gather the captures in a file; return False if no reader recognises it."""
        try:
            with closing(file.open()) as raw, closing(unpacked(raw, file.path)) as stream:
                start = stream.peek(START)[:START]
                reader = next((one for one in _matching(file.path) if one.recognises(start)), None)
                return reader is not None and self.keep(self._read(file, reader, stream), file.path)
        except FAILURES as error:
            self.unread.append(UnreadPage(file.path, f"cannot be read to its end: {error or type(error).__name__}"))
            return True

    def _read(
        self, file: CaptureFile, reader: CaptureReader, stream: BinaryIO
    ) -> Iterator[PageCapture | UnreadPage | Remark]:
        """Yield the captures that a reader finds in a file, using the common mapping if one was given."""

        def beside(name: str) -> bytes | None:
            return self.mapping if self.mapping is not None and name.endswith(".toml") else file.beside(name)

        return reader.captures(stream, file.path, beside, self.page_bytes)

    def keep(self, found: Iterable[PageCapture | UnreadPage | Remark], path: str = "") -> bool:
        """Keep captures found in the file at ``path``; return False if there are none."""
        self.captures = self.captures or Captures.fresh()
        taken, others, example = False, 0, ""
        try:
            with self.captures.writing() as database:
                for one in found:
                    if isinstance(one, Remark):
                        self._remarks.setdefault(one.text, []).append(path)
                        continue
                    taken = True
                    if isinstance(one, UnreadPage):
                        self.unread.append(one)
                    elif self.is_page(one.path):
                        self._take(one, database)
                    else:
                        others, example = others + 1, example or one.path
        except sqlite3.Error as error:
            raise ArchiveError(f"its captures cannot be kept: {error}") from error
        finally:
            if others:
                told = f"captures of pages that no dialect reads: {others:,}, such as of {example[:100]!r}"
                self._remarks.setdefault(told, []).append(path)
        return taken

    def _take(self, one: PageCapture, database: sqlite3.Connection) -> None:
        if len(one.content) > self.page_bytes:
            self.unread.append(too_large(one.path, len(one.content), self.page_bytes, one.revision))
            return
        blob = None if one.gone else keep(database, one.content)
        path = self._paths.setdefault(one.path, one.path)  # all versions of a page share its path
        found = PageVersion(path, one.revision, one.time, blob, one.gone, one.parent, one.address, one.language)
        # The same revision in several files is one version.
        name = (path, (one.revision or len(self._versions)) if self.history else None)
        known = self._versions.get(name)
        if not _is_after(one.time, self.as_of) and (self.history or known is None or known.age <= found.age):
            self._versions[name] = found

    def in_order(self) -> list[PageVersion]:
        """Return the versions, oldest first, those without a time last.

        A removed page is left out unless all versions are asked for, and so is one of which nothing but removals is
        known.
        """
        shown = {one.path for one in self._versions.values() if not one.gone}
        return sorted((one for one in self._versions.values() if one.path in shown), key=lambda one: one.age)


def _matching(path: str) -> tuple[CaptureReader, ...]:
    return readers.matching(unpacked_path(path))


def _is_after(time: datetime | None, as_of: datetime | None) -> bool:
    return time is not None and as_of is not None and time > as_of


def too_large(path: str, size: int, page_bytes: int, commit: str | None = None) -> UnreadPage:
    """Return the entry for a page that is larger than the limit."""
    reason = f"has {size:,} bytes, more than the {page_bytes:,} allowed: raise KG_PAGE_BYTES to read it"
    return UnreadPage(path, reason, commit)
