"""Reads requests from the bytes of a connection (RFC 9112), without any socket, and refuses malformed ones.

The parser of Node.js reads the message itself, strictly; it is given one head at a time, so that heads are limited, and
a pipelined request waits for its turn. Non-ASCII bytes in a target are percent-encoded for it, and an Upgrade offer is
ignored (RFC 9110, section 7.8): Java's client makes one with every request.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Final

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserInvalidMethodError,
    HttpRequestParser,
)

from kg.errors import RequestRefusedError

IN_MEMORY: Final = 65_536
"""How many bytes of a body are kept in memory; the rest goes into a file, so that slow uploads do not fill memory."""
FRAMING: Final = 8
"""How many bytes of chunk framing and trailers are read for each byte of a body, plus those allowed for a head."""
VERSIONS: Final = ("1.0", "1.1")
_END: Final = re.compile(rb"\n\r?\n")
_UPGRADE: Final = re.compile(rb"(?im)^upgrade:[^\n]*\n")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
_HOST: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]*")


@dataclass(frozen=True, slots=True)
class RequestHead:
    """Request line and header section; field names are in lower case, and ``target`` is as sent."""

    method: str
    target: str
    version: str
    fields: tuple[tuple[str, str], ...]
    keeps_alive: bool
    values: dict[str, str] = field(default_factory=dict, init=False, compare=False)
    """The values of each field, joined by commas."""

    def __post_init__(self) -> None:
        for name, value in self.fields:
            self.values[name] = f"{self.values[name]}, {value}" if name in self.values else value

    def value(self, name: str) -> str | None:
        """Return the values of a field, joined by commas, or None."""
        return self.values.get(name)

    @property
    def expects_continue(self) -> bool:
        """Whether its client waits for 100 Continue before it sends the body (RFC 9110, section 10.1.1)."""
        return self.version == "1.1" and (self.value("expect") or "").lower() == "100-continue"


class RequestReader:
    """Reads the requests of one connection, one after the other.

    ``head_bytes`` is the longest head; ``longest_body`` returns how many bytes may follow, given the value of
    Authorization. ``line`` and ``section`` are the request line and the header section as sent, without the LF between
    them.
    """

    def __init__(self, head_bytes: int, longest_body: Callable[[str | None], int]) -> None:
        self.head_bytes = head_bytes
        self.longest_body = longest_body
        self._buffer = bytearray()
        self._begin()

    def _begin(self) -> None:
        self.head: RequestHead | None = None
        self.line = self.section = b""
        self.is_complete = self.is_last = False
        self.body: IO[bytes] = BytesIO()
        self.size = 0
        self._fields: list[tuple[str, str]] = []
        self._searched = self._framed = 0
        self._left: int | None = None
        self._most = 0
        self._parser = HttpRequestParser(self)

    @property
    def has_begun(self) -> bool:
        """Whether any part of a request has arrived."""
        return bool(self.head or self._buffer)

    @property
    def keeps_alive(self) -> bool:
        """Whether another request may follow the present one."""
        return self.head is not None and self.head.keeps_alive and not self.is_last

    @property
    def ahead(self) -> int:
        """How many bytes have arrived beyond what was read."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Accept bytes from the connection, and continue reading; once a request is complete they wait for ``next``.

        Raises RequestRefusedError, after which nothing more can be read.
        """
        self._buffer += data
        try:
            self._read()
        except HttpParserError as error:
            if not self.is_complete:
                raise _refusal(error) from None
            self.is_last = True  # something follows a chunked body, and it is not known where that begins

    def next(self) -> None:
        """Discard the request that was read, and read the next one as far as it has arrived."""
        self.close()
        self._begin()
        self.feed(b"")

    def close(self) -> None:
        """Release the body."""
        self.body.close()

    def _read(self) -> None:
        if self.head is None and self._buffer:
            self._read_head()
        if self.head and not self.is_complete and self._buffer:
            self._read_body()

    def _read_head(self) -> None:
        if not self._searched:
            self._buffer = self._buffer.lstrip(b"\r\n")  # RFC 9112, section 2.2
        if self._buffer and not self._buffer[:1].isalpha():
            raise RequestRefusedError("the request does not begin with a method")
        end = _END.search(self._buffer, max(0, self._searched - 2))
        self._searched = len(self._buffer)
        if (end.end() if end else self._searched) > self.head_bytes:
            raise RequestRefusedError(f"the header section is longer than {self.head_bytes} bytes", 431)
        if end is None:
            return
        head = bytes(self._buffer[: end.end()])
        del self._buffer[: end.end()]
        self.line, _, self.section = head.partition(b"\n")
        line, fields = self.line, self.section
        self._target = line.split(b" ")[1].decode("latin-1") if line.count(b" ") > 1 else ""
        if not line.isascii():
            line = _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line)
        if b"upgrade" in fields.lower():
            fields = _UPGRADE.sub(b"", fields)
        self._parser.feed_data(line + b"\n" + fields)

    def _read_body(self) -> None:
        taken = len(self._buffer) if self._left is None else min(self._left, len(self._buffer))
        data = bytes(self._buffer[:taken])
        del self._buffer[:taken]
        self._framed += taken
        if self._left is not None:
            self._left -= taken
        self._parser.feed_data(data)
        if self._framed > self.head_bytes + FRAMING * (self.size + 1):
            raise RequestRefusedError("the request has more chunks and trailers than body")

    def on_message_begin(self) -> None:
        """Prevent reading a second request with the same parser."""
        if self.head:
            raise RequestRefusedError("a request follows a body in chunks")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a field of the header section; ignore those of a trailer."""
        if not self.head:
            self._fields.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """Complete the head, and check what the parser accepts."""
        parser, fields = self._parser, tuple(self._fields)
        method = parser.get_method().decode()
        self.head = RequestHead(method, self._target, parser.get_http_version(), fields, parser.should_keep_alive())
        _check(self.head)
        self._most = self.longest_body(self.head.value("authorization"))
        if self.head.value("transfer-encoding") is None:
            self._left = int(self.head.value("content-length") or 0)
            self._limit(self._left)

    def on_body(self, data: bytes) -> None:
        """Add a part of the body."""
        self.size += len(data)
        self._limit(self.size)
        if self.size > IN_MEMORY and isinstance(self.body, BytesIO):
            held = self.body.getvalue()
            self.body = TemporaryFile()  # noqa: SIM115 - ``close`` closes it
            self.body.write(held)
        self.body.write(data)

    def on_message_complete(self) -> None:
        """Note the end."""
        self.is_complete = True
        self.body.seek(0)

    def _limit(self, size: int) -> None:
        if size > self._most:
            raise RequestRefusedError(f"the body of the request is longer than {self._most} bytes", 413)


def _refusal(error: HttpParserError) -> Exception:
    """Return the error raised in a callback of the parser, or the meaning of its own error."""
    if isinstance(error, HttpParserCallbackError) and isinstance(error.__context__, Exception):
        return error.__context__
    if isinstance(error, HttpParserInvalidMethodError):
        return RequestRefusedError("the method of the request is not known", 501)
    return RequestRefusedError(f"the request is malformed: {error}")


def _check(head: RequestHead) -> None:
    """Raise RequestRefusedError for well-formed requests that this server does not serve."""
    hosts = [value for name, value in head.fields if name == "host"]
    if head.version not in VERSIONS:
        raise RequestRefusedError(f"HTTP {head.version} is not supported, only 1.1", 505)
    if head.method == "CONNECT":
        raise RequestRefusedError("this server is not a proxy", 501)
    if len(hosts) > 1 or (head.version == "1.1" and not hosts):
        raise RequestRefusedError(f"the request has {len(hosts)} Host fields instead of one")
    if hosts and not _HOST.fullmatch(hosts[0]):
        raise RequestRefusedError("the Host field of the request names no host")
    if head.version == "1.0" and head.value("transfer-encoding") is not None:
        raise RequestRefusedError("HTTP/1.0 has no Transfer-Encoding")
