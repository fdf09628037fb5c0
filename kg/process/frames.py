"""The protocol between a worker and its parent: frames of a JSON header and a body of bytes over two pipes.

A frame is the length of the header (4 bytes), the length of the body (8 bytes), both big-endian, the header
as UTF-8 JSON, and the body.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any, Final

from kg.errors import FrameDeadlineError, FrameTooLargeError, PipeClosedError

LENGTHS: Final = struct.Struct(">IQ")
CHUNK: Final = 1 << 20


def send(descriptor: int, header: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame to a file descriptor. Raises PipeClosedError if nobody reads it any more."""
    head = json.dumps(header).encode()
    data = memoryview(LENGTHS.pack(len(head), len(body)) + head + body)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except BrokenPipeError:
        raise PipeClosedError from None


def receive(descriptor: int, deadline: float | None = None, limit: int | None = None) -> tuple[dict[str, Any], bytes]:
    """Read one frame and return its header and body.

    ``deadline`` is a time of time.monotonic(); ``limit`` the largest frame in bytes.
    Raises PipeClosedError, FrameDeadlineError or FrameTooLargeError.
    """
    head, body = LENGTHS.unpack(_read(descriptor, LENGTHS.size, deadline))
    if limit is not None and head + body > limit:
        raise FrameTooLargeError
    return json.loads(_read(descriptor, head, deadline)), _read(descriptor, body, deadline)


def _read(descriptor: int, size: int, deadline: float | None) -> bytes:
    parts: list[bytes] = []
    while size:
        if deadline is not None and not ready(descriptor, deadline):
            raise FrameDeadlineError
        part = os.read(descriptor, min(size, CHUNK))
        if not part:
            raise PipeClosedError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def ready(descriptor: int, moment: float) -> bool:
    """Wait until ``moment`` (time.monotonic()) at most for data, or for the end of the pipe."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0.0, moment - time.monotonic()) * 1000))
