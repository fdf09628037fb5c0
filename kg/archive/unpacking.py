"""Packed files, read as what they hold: unpacked while they are read, and no further than can be meant."""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from kg.errors import ArchiveError

LARGEST_WINDOW: Final = 1 << 27
"""How many bytes zstd may hold while it unpacks: what `zstd -d` allows without being told."""


def _zstandard(file: BinaryIO) -> Any:
    try:
        import zstandard
    except ImportError:
        raise ArchiveError("is packed with zstd, which needs an extra: pip install 'newsgraph[readers]'") from None
    return _Reraising(
        zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).stream_reader(file, read_across_frames=True)
    )


class _Reraising:
    """A stream of zstandard, whose errors are those of other packed files."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        import zstandard

        try:
            found: bytes = self._stream.read(size)
        except zstandard.ZstdError as error:
            raise OSError(f"damaged: {error}") from error
        return found


PACKED: Final[dict[str, Callable[[BinaryIO], Any]]] = {
    ".bz2": bz2.BZ2File,
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".zst": _zstandard,
}
"""The suffixes of packed files, and what reads them."""
FREELY: Final = 100_000_000
LARGEST_RATIO: Final = 1_000
"""How many times its own size a packed file may hold, beyond FREELY bytes: histories of wikis hold a hundred times."""


def unpacked_path(path: str) -> str:
    """Return a path without the suffix of a packed file."""
    return next((path.removesuffix(suffix) for suffix in PACKED if path.endswith(suffix)), path)


def unpacked(file: BinaryIO, path: str) -> io.BufferedReader:
    """Return a stream of what a file holds, or of the file itself if its path has no suffix of a packed one.

    Reading it raises OSError or EOFError where the file is damaged, and ArchiveError where it holds too much.
    """
    opener = next((one for suffix, one in PACKED.items() if path.endswith(suffix)), None)
    if opener is None:
        return file if isinstance(file, io.BufferedReader) else io.BufferedReader(_Raw(file, None))
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return io.BufferedReader(_Raw(opener(file), FREELY + LARGEST_RATIO * size))


class _Raw(io.RawIOBase):
    """A stream that gives no more than ``limit`` bytes, and then fails."""

    def __init__(self, file: BinaryIO, limit: int | None) -> None:
        self._file = file
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(len(buffer))
        if self._left is not None:
            self._left -= len(content)
            if self._left < 0:
                raise ArchiveError(f"holds more than {LARGEST_RATIO:,} times its size, which no archive does")
        buffer[: len(content)] = content
        return len(content)
