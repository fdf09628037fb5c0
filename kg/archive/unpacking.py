"""Compressed files, unpacked while they are read, up to a plausible size."""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from kg.errors import ArchiveError

LARGEST_WINDOW: Final = 1 << 27
"""How many bytes of memory zstd may use to unpack: the default of `zstd -d`."""


def _zstandard(file: BinaryIO) -> Any:
    try:
        import zstandard
    except ImportError:
        raise ArchiveError("is packed with zstd, which needs an extra: pip install 'newsgraph[readers]'") from None
    return _Reraising(
        zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).stream_reader(file, read_across_frames=True)
    )


class _Reraising:
    """A zstandard stream that raises the same errors as other compressed files."""

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
"""The suffixes of compressed files, and their readers."""
FREELY: Final = 100_000_000
LARGEST_RATIO: Final = 1_000
"""The largest compression ratio beyond FREELY bytes: wiki histories reach about a hundred."""


def unpacked_path(path: str) -> str:
    """Return a path without its compression suffix."""
    return next((path.removesuffix(suffix) for suffix in PACKED if path.endswith(suffix)), path)


def unpacked(file: BinaryIO, path: str) -> io.BufferedReader:
    """Return an unpacked stream of a file, or the file itself if its path has no compression suffix.

    Reading it raises OSError or EOFError if the file is damaged, and ArchiveError if it unpacks to too much.
    """
    opener = next((one for suffix, one in PACKED.items() if path.endswith(suffix)), None)
    if opener is None:
        return file if isinstance(file, io.BufferedReader) else io.BufferedReader(_Raw(file, None))
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return io.BufferedReader(_Raw(opener(file), FREELY + LARGEST_RATIO * size))


class _Raw(io.RawIOBase):
    """A stream that fails after ``limit`` bytes."""

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
