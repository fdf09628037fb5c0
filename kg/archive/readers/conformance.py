"""The rules that every reader must keep, as a check to run in its tests.

::

    from kg.archive.readers import conformance

    def test_my_reader_conforms():
        conformance.check(MyReader(), "events.xyz", content)
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, BinaryIO, Final, cast

from kg.archive.readers.base import CaptureReader, PageCapture, Remark
from kg.archive.versions import UnreadPage
from kg.dialects import reading, registry
from kg.dialects.item import Tally
from kg.dialects.record import Page
from kg.errors import ArchiveError

PAGE_BYTES: Final = 8_000_000
ALLOWED: Final = (ArchiveError, EOFError, OSError, ValueError)
"""The errors a reader may raise where the rest of a file cannot be read."""
NOISE: Final = (b"", b"\x00" * 64, b"\xff\xfe\xfa", b"[" * 10_000, b"<" * 10_000, b'{"a":' * 10_000, b"\n" * 1_000)
Found = list[PageCapture | UnreadPage | Remark]


def check(
    reader: CaptureReader, path: str, content: bytes, beside: Mapping[str, bytes] | None = None
) -> list[PageCapture]:
    """Check that a reader reads a file as the protocol says, and return the captures that it found.

    Args:
        reader: the reader.
        path: a path of a file of its kind.
        content: such a file, with at least one capture.
        beside: the files that lie beside it, such as a mapping, by their names.

    Raises:
        AssertionError: for the first rule that it breaks, with a message that names it.

    """
    known = dict(beside or {})
    _must(reader.matches(path), f"matches({path!r}) must be true")
    _must(reader.recognises(content[:4_096]), "recognises must be true of the first bytes of a file of its kind")
    found = _read(reader, path, content, known, PAGE_BYTES)
    captures = [one for one in found if isinstance(one, PageCapture)]
    _must(bool(captures), f"it must find a capture; it found {found}")
    _must(found == _read(reader, path, content, known, PAGE_BYTES), "it must find the same when it reads the same")
    for one in captures:
        _check_capture(one)
    _check_damaged(reader, path, content, known)
    _check_large(reader, path, content, known)
    return captures


def _must(holds: bool, rule: str) -> None:
    if not holds:
        raise AssertionError(rule)


def _read(reader: CaptureReader, path: str, content: bytes, beside: Mapping[str, bytes], page_bytes: int) -> Found:
    stream = io.BufferedReader(cast("Any", _Forward(content)))
    return list(reader.captures(cast("BinaryIO", stream), path, beside.get, page_bytes))


class _Forward(io.RawIOBase):
    """A stream that cannot seek back and returns a few bytes at a time, as files in archives do."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._content.read(min(len(buffer), 1_000))
        buffer[: len(block)] = block
        return len(block)


def _check_capture(one: PageCapture) -> None:
    _must(not one.path.startswith("/") and ".." not in one.path.split("/"), f"{one.path!r} must be a relative path")
    _must(one.time is None or one.time.tzinfo is not None, f"the time of {one.path} must have a time zone")
    _must(not (one.gone and one.content), f"{one.path} is gone, so it must have no content")
    dialect = registry.find(one.path)
    if dialect is None:
        raise AssertionError(f"no dialect that is installed reads {one.path!r}")
    if one.gone:
        return
    page = Page(one.path, one.content, one.time, one.revision)
    _must(reading.why_unread(page) is None, f"{one.path} must be text: it {reading.why_unread(page)}")
    record = reading.parse(page)
    _must(record is not None, f"{one.path} must be a page of its dialect")
    days = dialect.days_of_path(one.path)
    items = list(dialect.items(one.path, record, Tally(), one.language or "en"))
    _must(days is None or all(item.day in days for item in items), f"{one.path} must only list events of its days")
    for item, other in pairwise(sorted(item.fragment for item in items)):
        _must(item != other, f"{one.path} lists two events by the entry {item}")


def _check_damaged(reader: CaptureReader, path: str, content: bytes, beside: Mapping[str, bytes]) -> None:
    """Check that truncated, damaged and foreign files raise only the allowed errors."""
    for damaged in (*_damaged(content), *NOISE):
        try:
            _read(reader, path, damaged, beside, PAGE_BYTES)
        except ALLOWED:
            continue
        except Exception as error:
            raise AssertionError(f"a damaged file must not raise {type(error).__name__}: {error}") from error


def _damaged(content: bytes) -> Iterator[bytes]:
    for tenth in range(1, 10):
        at = len(content) * tenth // 10
        yield content[:at]
        yield content[:at] + b"\xff\x00" + content[at:]


def _check_large(reader: CaptureReader, path: str, content: bytes, beside: Mapping[str, bytes]) -> None:
    try:
        found = _read(reader, path, content, beside, 10)
    except ALLOWED:
        return
    large = [one for one in found if isinstance(one, PageCapture) and len(one.content) > 1_000_000]
    _must(not large, "no capture may be much larger than page_bytes")
