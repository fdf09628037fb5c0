"""A connection with a deadline for everything together.

The timeout of a socket applies to each read, so that a byte per second would keep it open for ever.
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any


def left(deadline: float) -> float:
    """Return the seconds left until ``deadline`` (time.monotonic()). Raises TimeoutError if none are."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class DeadlineSocket:
    """The part of a connected socket that http.client needs, with a deadline; raises TimeoutError after it."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self.connected = connected
        self.deadline = deadline

    def sendall(self, content: bytes) -> None:
        """Send all data."""
        rest = memoryview(content)
        while rest:
            self.connected.settimeout(left(self.deadline))
            rest = rest[self.connected.send(rest) :]

    def makefile(self, _: str) -> io.BufferedReader:
        """Return a file to read from; closing it closes the connection."""
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Do nothing: a response may still be read from the file."""


class _Reader(io.RawIOBase):
    def __init__(self, source: DeadlineSocket) -> None:
        self.source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.source.connected.settimeout(left(self.source.deadline))
        return self.source.connected.recv_into(buffer)

    def close(self) -> None:
        super().close()
        self.source.connected.close()
