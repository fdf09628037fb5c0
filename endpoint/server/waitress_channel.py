"""How waitress treats a connection: what it refuses, and what it tells the application of a request."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask

from endpoint.site.log import ARRIVED, RequestRecord

FOLDS: Final = re.compile(rb"\r\n(?=[ \t])")
BLANKS: Final = re.compile(rb"[ \t]{2,}")
NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a request with two lengths, which a proxy may read differently (RFC 9112, section 6.1).

    Runs of blanks and line breaks within a field become one blank (section 5.2), since waitress takes a time to read
    them that grows with the square of their length, in the one thread that reads for everybody.
    A target that is not in ASCII, which waitress refuses, is encoded; REQUEST_URI has it as it was sent.
    ``longest_body`` says how many bytes may follow a header, by the value of its Authorization field.
    """

    def __init__(self, adjustments: Any, longest_body: Callable[[str | None], int]) -> None:
        super().__init__(adjustments)
        self.longest_body = longest_body

    def parse_header(self, header_plus: bytes) -> None:
        given, line_break, fields = header_plus.partition(b"\r\n")
        start = NOT_ASCII.sub(lambda match: b"%%%02X" % ord(match[0]), given)
        super().parse_header(start + line_break + BLANKS.sub(b" ", FOLDS.sub(b" ", fields)))
        if start != given:
            self.request_uri = given.split()[1].decode("latin-1")
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Both Content-Length and Transfer-Encoding")
        self.adj: Any = copy.copy(self.adj)
        self.adj.max_request_body_size = self.longest_body(self.headers.get("AUTHORIZATION"))

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        self.arrived = time.monotonic()
        return taken


class _Task(WSGITask):  # type: ignore[misc]
    """Tells the application when the request arrived, which may be long before a thread takes it."""

    def get_environment(self) -> dict[str, Any]:
        environment: dict[str, Any] = super().get_environment()
        return environment | {ARRIVED: self.request.arrived}


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers a request that cannot be parsed, and that the application therefore never sees."""

    def execute(self) -> None:
        super().execute()
        request, arrived = self.request, getattr(self.request, "arrived", time.monotonic())
        one = RequestRecord(str(getattr(request, "command", "")), "", self.channel.addr[0], arrived)
        one.status, one.size = int(self.status[:3]), self.content_length
        self.channel.server.log.finish(one)


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection of a client. Its server has ``log``, an endpoint.site.log.Log, and ``longest_body``."""

    task_class = _Task
    error_task_class = _ErrorTask

    def parser_class(self, adjustments: Any) -> _Parser:
        """Return what reads the next request."""
        return _Parser(adjustments, self.server.longest_body)
