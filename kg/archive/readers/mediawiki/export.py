"""The reader of MediaWiki exports in XML (Special:Export, dumps): pages with any number of revisions.

The schema is that of https://www.mediawiki.org/xml/export-0.11.xsd; all versions since 0.3 have these elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, ClassVar, Final
from xml.parsers import expat

from kg.archive.readers.base import Beside, CaptureReader, PageCapture
from kg.archive.readers.mediawiki.revision import WIKITEXT, Revision, Wiki
from kg.archive.versions import UnreadPage
from kg.errors import ArchiveError

CHUNK: Final = 1 << 18
_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?mediawiki\b", re.DOTALL
)
_TOLD: Final = {
    ("siteinfo", "base"),
    ("page", "title"),
    ("revision", "id"),
    ("revision", "parentid"),
    ("revision", "timestamp"),
    ("revision", "model"),
    ("revision", "text"),
}
"""The elements with text that is kept, each with its parent element."""
DEEPEST: Final = 20
LONGEST: Final = 8_000_000
"""Limits on the nesting of elements and the length of a tag or comment, both far above what exports have."""
SHORT: Final = 4_096
"""The longest text of an element other than the text of a page."""


class XmlExport(CaptureReader):
    """Exports, parsed by expat while they are read; expat follows no external reference."""

    shown_path: ClassVar[str] = "export.xml.bz2"

    def matches(self, path: str) -> bool:
        """Return whether a file is called ``*.xml``, or like a dump, ``*.xml-p1p41242``."""
        return bool(re.search(r"\.xml(?:-p\d+p\d+)?\Z", PurePosixPath(path).name))

    def recognises(self, start: bytes) -> bool:
        """Return whether a file begins with the root element of an export."""
        return bool(_START.match(start))

    def captures(
        self, file: BinaryIO, path: str, beside: Beside, page_bytes: int
    ) -> Iterator[PageCapture | UnreadPage]:
        """Yield every revision of every page. Raises ArchiveError where the file is not XML, or has a DTD."""
        parsing = _Parsing(page_bytes)
        while chunk := file.read(CHUNK):
            parsing.feed(chunk)
            yield from parsing.taken()
        parsing.feed(b"", is_last=True)
        yield from parsing.taken()


class _Parsing:
    """The state of parsing an export: what has been read so far of the open page and revision."""

    def __init__(self, page_bytes: int) -> None:
        self._limit = page_bytes
        self._site = Wiki()
        self._language = ""
        self._open: list[str] = []
        self._said: dict[tuple[str, str], str] = {}
        self._pieces: list[str] | None = None
        self._length = 0
        self._is_hidden = False
        self._fed = 0
        self._done: list[PageCapture | UnreadPage] = []
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        self._fed += len(chunk)
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise ArchiveError(f"is not well-formed XML: {error}") from None
        if self._fed - self._parser.CurrentByteIndex > LONGEST:
            raise ArchiveError(f"has a tag or a comment of more than {LONGEST:,} bytes, which no export has")

    def taken(self) -> list[PageCapture | UnreadPage]:
        """Return the revisions completed since the last call."""
        done, self._done = self._done, []
        return done

    def _refuse(self, *_: Any) -> None:
        raise ArchiveError("has a document type declaration, which no export has")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "mediawiki":
            self._language = attributes.get("http://www.w3.org/XML/1998/namespace}lang", "")
        if local in ("page", "revision"):
            self._said = {key: told for key, told in self._said.items() if key[0] != local and local != "page"}
        if local == "text":
            self._is_hidden = "deleted" in attributes
        is_told = bool(self._open) and (self._open[-1], local) in _TOLD
        self._pieces, self._length = [] if is_told else None, 0
        self._open.append(local)
        if len(self._open) > DEEPEST:
            raise ArchiveError(f"nests elements more than {DEEPEST} deep, which no export does")

    def _text(self, text: str) -> None:
        if self._pieces is None:
            return
        self._length += len(text)
        # A text with more characters than the limit has bytes is certainly too large: the rest is not kept.
        if self._length <= (self._limit if self._open[-1] == "text" else SHORT):
            self._pieces.append(text)

    def _end(self, name: str) -> None:
        local = self._open.pop()
        if self._pieces is not None:
            self._said[self._open[-1], local] = "".join(self._pieces)
            self._pieces = None
        if (self._open[-1:], local) == (["siteinfo"], "base"):
            self._site = Wiki.of(self._language, self._said["siteinfo", "base"])
        if local == "text" and self._length > self._limit:
            self._said["revision", "too large"] = f"{self._length:,}"
        if local == "revision":
            self._done.append(self._revision())

    def _revision(self) -> PageCapture | UnreadPage:
        said = {name: told for (within, name), told in self._said.items() if within == "revision"}
        title = self._said.get(("page", "title"), "")
        if size := said.get("too large"):
            reason = f"has {size} characters, more than the {self._limit:,} bytes allowed: raise KG_PAGE_BYTES"
            return UnreadPage(self._site.path(title)[0], reason, said.get("id"))
        text = None if self._is_hidden else said.get("text", "")
        # A first revision has no such element.
        one = Revision(
            title, said.get("id", ""), said.get("parentid", "0"), said.get("timestamp", ""), text,
            said.get("model", WIKITEXT),
        )  # fmt: skip
        return one.captured(self._site)
