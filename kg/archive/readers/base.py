"""The protocol of a reader: everything known about one kind of file that holds many captures of pages.

Examples are an export of a wiki, a table of events and a feed. A distribution declares its readers under the entry
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
"""Returns the stream of another file of the same folder by its name; None if there is no such file that may be read."""
MAPPING: Final = "mapping.toml"
"""The name of the file that says what the files beside it and in folders below mean."""


@dataclass(frozen=True, slots=True)
class PageCapture:
    """One capture of one page, as found in a capture file.

    ``path`` is the path of the page; captures with paths that no dialect matches are counted and left out. ``time``
    (UTC) is when the capture was made, None where the source does not say. ``revision`` is its id in the source, and
    ``parent`` the id of the revision before it: "" if there was none, None where the source does not say. ``address``
    is its permanent address. ``language`` is the language of the page where the source tells it. If ``gone`` is true,
    the page was removed and has no content.
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
    """A kind of file. It has no state, is made without arguments, and what it yields depends on its input alone."""

    shown_path: ClassVar[str]
    """An example path of such a file, for messages, such as ``export.xml``."""

    @abstractmethod
    def matches(self, path: str) -> bool:
        """Return whether a file with this path, relative to the archive, may be one of this kind.

        ``path`` is without a compression suffix such as ``.bz2``.
        """

    def recognises(self, start: bytes) -> bool:
        """Return whether a file with a matching path is of this kind, by its first bytes (up to 4,096, unpacked)."""
        return True

    @abstractmethod
    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage | Remark]:
        """Yield the captures in a file, the parts that cannot be read, and remarks, in one pass over it.

        Only a few captures are in memory at a time; one larger than ``page_bytes`` is yielded as unread. Raises
        ArchiveError, or EOFError, OSError or ValueError, where the rest cannot be read; what was yielded before counts.
        A file that yields no capture, read or unread, is treated as not of this kind.
        """
