"""The protocol of a reader: everything known about one kind of file that holds many captures of pages.

An export of a wiki, a table of events and a feed are such files. A distribution declares its readers under the entry
point group ``newsgraph.readers``; ``kg.archive.readers.registry`` finds them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, ClassVar, Final

from kg.archive.versions import UnreadPage

Beside = Callable[[str], bytes | None]
"""Gives another file of the same folder by its name; None if there is none that may be read."""
MAPPING: Final = "mapping.toml"
"""The name of the file beside others that says what they mean, and holds for folders below too."""


@dataclass(frozen=True, slots=True)
class PageCapture:
    """One capture of one page, as a capture file has it.

    ``path`` is that of the page, which a dialect has to match; captures of others are counted and left out. ``time``
    (UTC) is when the source says that it was made, None where it does not say. ``revision`` is the id that the source
    gives it, ``parent`` that of the one before it, "" if there was none and None where the source does not say, and
    ``address`` the permanent address of it. ``language`` is that of the page where the source tells it. Where ``gone``
    is true, the page was removed, and has no content.
    """

    path: str
    content: bytes = b""
    time: datetime | None = None
    revision: str | None = None
    parent: str | None = None
    address: str | None = None
    language: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a file that is read, such as which columns are not used; reported once for all such files."""

    text: str


class CaptureReader(ABC):
    """A kind of file. It has no state and is made without arguments; what it yields depends on its arguments alone."""

    shown_path: ClassVar[str]
    """The path of such a file as a message names it, such as ``export.xml``."""

    @abstractmethod
    def matches(self, path: str) -> bool:
        """Return whether a file with this path, relative to the archive, may be one of this kind.

        ``path`` is without the suffix of a packed file, such as ``.bz2``.
        """

    def recognises(self, start: bytes) -> bool:
        """Return whether a file whose path matches is one of this kind, by its first bytes (up to 4,096, unpacked)."""
        return True

    @abstractmethod
    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage | Remark]:
        """Yield the captures that a file holds, what of it cannot be read, and remarks, while it is read once.

        No more of the file is held than a few captures; one whose content is larger than ``page_bytes`` is yielded as
        unread. Raises ArchiveError, or EOFError, OSError or ValueError, where the rest cannot be read: what was yielded
        before counts. A file of which no capture is yielded, read or unread, is none of this kind after all.
        """
