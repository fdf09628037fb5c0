"""Sends bytes over a socket to a server of the tests, and reads the answers."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes = field(repr=False)


def exchange(port: int, sent: bytes, host: str = "127.0.0.1") -> bytes:
    """Send bytes on a new connection and return all bytes that come back; a reset raises ConnectionError."""
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall(sent)
        return received(connection)


def received(connection: socket.socket) -> bytes:
    """Return all bytes that arrive until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def answers(data: bytes) -> list[Answer]:
    """Return the answers in received bytes; each body has a length or goes on to the end."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
        length = int(fields.get("content-length", len(data)))
        found.append(Answer(int(line.split(" ")[1]), fields, data[:length]))
        data = data[length:]
    return found


def ask(port: int, sent: bytes, host: str = "127.0.0.1") -> list[Answer]:
    """Send bytes on a new connection and return the answers."""
    return answers(exchange(port, sent, host))
