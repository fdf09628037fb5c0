"""The access log and the log of slow queries: one JSON object on a line for each answered request.

Neither contains the query string or headers of a request, so no token gets into them. The access log names a query by
its hash; its text is only in the log of slow queries.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flask import request
from werkzeug.http import HTTP_STATUS_CODES

from kg.errors import ConfigurationError
from kg.settings import Settings

problems = logging.getLogger(__name__)

ARRIVED: Final = "newsgraph.arrived"
"""Key in the WSGI environment: the time.monotonic() at which the last byte of the request arrived."""
RECORD: Final = "newsgraph.record"
PATH_LENGTH: Final = 500
HASH_DIGITS: Final = 16
STANDARD_ERROR: Final = "-"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(slots=True)
class RequestRecord:
    """The record of one request. Views fill in what only they know: the query, its rows, the outcome."""

    method: str
    path: str
    client: str
    arrived: float
    status: int = 0
    size: int = 0
    seconds: float = 0.0
    outcome: str = ""
    snapshot: str = ""
    query: str | None = None
    rows: int | None = None
    work: float = 0.0
    kept: bool = False
    services: list[dict[str, Any]] = field(default_factory=list)

    @property
    def hash(self) -> str | None:
        """The first digits of the SHA-256 of the query, or None."""
        if self.query is None:
            return None
        return hashlib.sha256(self.query.encode(errors="replace")).hexdigest()[:HASH_DIGITS]


def record() -> RequestRecord:
    """Return the record of the current request; the record of an internal request is not logged."""
    found: RequestRecord = request.environ.setdefault(RECORD, RequestRecord("", "", "", 0.0))
    return found


def outcome(error: Exception) -> str:
    """Return the name of an error in the log: the words in the name of its class, such as "query timeout"."""
    return " ".join(re.findall("[A-Z][a-z]+", type(error).__name__.removesuffix("Error"))).lower()


def begun(environ: dict[str, Any]) -> RequestRecord:
    """Return a record of the request with a WSGI environment, as far as known on arrival."""
    return RequestRecord(
        environ["REQUEST_METHOD"][:PATH_LENGTH],
        environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")[:PATH_LENGTH],
        environ.get("REMOTE_ADDR", ""),
        environ.get(ARRIVED, time.monotonic()),
    )


class Log:
    """WSGI middleware that keeps a record of each request and passes it on when the request is answered."""

    def __init__(self, application: Application, observers: list[Callable[[RequestRecord], None]]) -> None:
        self.application = application
        self.observers = observers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        one = environ[RECORD] = begun(environ)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            one.status = int(status[:3])
            return start_response(status, headers, *rest)

        return _Watched(self.application(environ, start), one, self.finish)

    def finish(self, one: RequestRecord) -> None:
        """Complete a record and pass it to the logs."""
        one.seconds = time.monotonic() - one.arrived
        if not one.outcome:
            one.outcome = "ok" if one.status < 400 else HTTP_STATUS_CODES.get(one.status, "error").lower()
        for observe in self.observers:
            observe(one)


@dataclass
class _Watched:
    """A response body that is counted while it is sent; a client that disconnects early is noted."""

    body: Iterable[bytes]
    record: RequestRecord
    finish: Callable[[RequestRecord], None]
    sent: int = 0
    ended: bool = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.body:
            self.sent += len(chunk)
            yield chunk
        self.ended = True

    def close(self) -> None:
        """Close the body and complete the record."""
        close = getattr(self.body, "close", None)
        if close:
            close()
        self.record.size = self.sent
        if not self.ended:
            self.record.outcome = "client gone"
        self.finish(self.record)


def access_log(settings: Settings) -> Callable[[RequestRecord], None] | None:
    """Return the writer of the access log, or None if there is none.

    Raises ConfigurationError if it is not writable.
    """
    target = _writable(settings.access_log)

    def write(one: RequestRecord) -> None:
        _write(
            target,
            client=one.client,
            method=one.method,
            path=one.path,
            status=one.status,
            seconds=round(one.seconds, 6),
            bytes=one.size,
            outcome=one.outcome,
            snapshot=one.snapshot or None,
            query=one.hash,
            rows=one.rows,
            kept=one.kept or None,
            services=one.services or None,
        )

    return write if target else None


def slow_query_log(settings: Settings) -> Callable[[RequestRecord], None] | None:
    """Return the writer of the slow query log, or None if there is none.

    Raises ConfigurationError if it is not writable.
    """
    target = _writable(settings.slow_query_log)

    def write(one: RequestRecord) -> None:
        if one.query is not None and one.work >= settings.slow_query_seconds:
            _write(
                target,
                work=round(one.work, 6),
                seconds=round(one.seconds, 6),
                status=one.status,
                outcome=one.outcome,
                rows=one.rows,
                services=one.services or None,
                query=one.hash,
                text=one.query,
            )

    return write if target else None


def _writable(target: str) -> str:
    """Return the name of a log, after checking that the file is writable."""
    try:
        _append(target, b"")
    except OSError as error:
        raise ConfigurationError(f"the log {target} cannot be written: {error.strerror}") from None
    return target


def _write(target: str, **fields: Any) -> None:
    """Write one line. JSON escapes line ends and everything that is not ASCII, so that a record stays one line."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known = {key: value for key, value in fields.items() if value is not None}
    try:
        _append(target, json.dumps({"time": moment, **known}).encode() + b"\n")
    except OSError as error:  # a full disk must not stop the service
        problems.error("the log %s cannot be written: %s", target, error.strerror)


def _append(target: str, line: bytes) -> None:
    """Append to a file, or to standard error. The file is opened again each time, so that it may be rotated."""
    if target == STANDARD_ERROR:
        sys.stderr.write(line.decode())
        sys.stderr.flush()
    elif target:
        with Path(target).open("ab", buffering=0) as file:
            file.write(line)
