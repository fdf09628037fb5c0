"""Asks one endpoint politely: at a rate, with a timeout and a limit, again after failures, and nobody else."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from itertools import count
from typing import IO, Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from SPARQLWrapper import POST, SPARQLWrapper

from kg.enrich.answer import AnswerRow, rows
from kg.errors import AnswerError, ConfigurationError, QueryError, ResultTooLargeError, TemporaryFailureError
from kg.remote.client import said
from kg.remote.clock import Clock
from kg.remote.deadline import DeadlineSocket
from kg.settings import Settings
from kg.version import __version__

ACCEPT: Final = "application/sparql-results+json"
READABLE: Final = (ACCEPT, "application/json")
CHUNK: Final = 65_536
BACKOFF: Final = 1.0
"""Seconds to wait after the first failure; after each further one, twice as long."""
LONGEST_WAIT: Final = 600.0
"""Seconds. An endpoint that asks for a longer wait is asked again another day."""
PASSING: Final = (408, 429, 500, 502, 503, 504)
"""HTTP status codes of failures that may be over soon (RFC 9110, section 15; RFC 6585, section 4)."""
REDIRECTS: Final = range(300, 400)
TOO_LARGE: Final = 413


class _NoRedirect(HTTPRedirectHandler):
    """Makes every redirect an error, so that only the address that the operator named is contacted."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class _Connection(HTTPConnection):
    """A connection whose timeout is that of the whole exchange, not that of each read."""

    def connect(self) -> None:
        end = time.monotonic() + float(self.timeout or 0)
        super().connect()
        self.sock: Any = DeadlineSocket(self.sock, end)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same, over TLS."""


class _Http(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_SecureConnection, req)


_opener = build_opener(_NoRedirect, _Http, _Https)


class _Wrapper(SPARQLWrapper):
    """The wrapper, with an opener of ours: its own follows redirects, and drops the headers of errors."""

    seconds = 0.0

    def _query(self) -> tuple[Any, str]:
        return _opener.open(self._createRequest(), timeout=self.seconds), self.returnFormat


class Client:
    """Asks the endpoint at one address. ``requests`` and ``repeated`` count what was sent.

    Raises ConfigurationError if the address or a setting makes no sense.
    """

    def __init__(self, endpoint: str, settings: Settings, clock: Clock) -> None:
        self.endpoint = _checked(endpoint)
        self.requests = 0
        self.repeated = 0
        self._settings = settings
        self._clock = clock
        self._agent = agent(settings.enrich_contact)
        self._next = clock.monotonic()
        if settings.enrich_rate <= 0 or settings.enrich_seconds <= 0:
            raise ConfigurationError("enrich_rate and enrich_seconds must be more than 0")

    def ask(self, text: str) -> list[AnswerRow]:
        """Send a query and return the rows of its answer.

        Failures that may pass are tried again ``enrich_retries`` times, later each time, and never before the moment
        that Retry-After asks for. Raises ResultTooLargeError if the answer is more than ``result_bytes`` or the
        endpoint says that it left rows out, QueryError for whatever else goes wrong.
        """
        for attempt in count():
            self._keep_pace()
            try:
                return self._send(text)
            except TemporaryFailureError as failure:
                if attempt >= self._settings.enrich_retries:
                    raise QueryError(f"{self.endpoint} failed {attempt + 1} times, at last: {failure}") from None
                self._wait(failure, BACKOFF * 2**attempt)
                self.repeated += 1
        raise AssertionError("counting never ends")

    def _keep_pace(self) -> None:
        ahead = self._next - self._clock.monotonic()
        if ahead > 0:
            self._clock.sleep(ahead)
        self._next = self._clock.monotonic() + 1 / self._settings.enrich_rate

    def _wait(self, failure: TemporaryFailureError, backoff: float) -> None:
        if failure.after > LONGEST_WAIT:
            raise QueryError(f"{self.endpoint} asks to come back in {failure.after:,.0f} seconds: {failure}")
        self._clock.sleep(max(failure.after, min(backoff, LONGEST_WAIT)))

    def _send(self, text: str) -> list[AnswerRow]:
        self.requests += 1
        try:
            with self._request(text).query().response as response:
                self._check_type(response)
                found = rows(self._read(response))
                _check_whole(response, len(found))
                return found
        except HTTPError as error:
            raise self._failure(error) from error
        except AnswerError as error:
            raise TemporaryFailureError(str(error)) from error
        except (OSError, HTTPException, ValueError, OverflowError) as error:  # the last two of what headers say
            raise TemporaryFailureError(str(error) or type(error).__name__) from error

    def _request(self, text: str) -> SPARQLWrapper:
        request = _Wrapper(self.endpoint, agent=self._agent)
        request.setMethod(POST)
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", ACCEPT)
        request.addCustomHttpHeader("Connection", "close")
        request.seconds = self._settings.enrich_seconds
        request.setQuery(text)
        return request

    def _check_type(self, response: HTTPResponse) -> None:
        found = response.headers.get_content_type()
        if found not in READABLE:
            raise QueryError(f"{self.endpoint} answered in {found}, not in {ACCEPT}: is it a SPARQL endpoint?")

    def _read(self, response: HTTPResponse) -> bytes:
        """Read a body; the socket's timeout is for each piece, so the whole has a deadline of its own."""
        limit, end = self._settings.result_bytes, self._clock.monotonic() + self._settings.enrich_seconds
        body = bytearray()
        while piece := response.read1(CHUNK):
            body += piece
            if len(body) > limit:
                raise ResultTooLargeError(f"{self.endpoint} answered more than {limit:,} bytes")
            if self._clock.monotonic() > end:
                raise TemporaryFailureError(f"the answer took more than {self._settings.enrich_seconds:g} seconds")
        if response.length:
            raise TemporaryFailureError(f"the answer broke off with {response.length:,} bytes missing")
        return bytes(body)

    def _failure(self, error: HTTPError) -> Exception:
        with error:
            if error.code in REDIRECTS:
                target = error.headers.get("Location", "nowhere")
                return QueryError(f"{self.endpoint} redirects to {target}, which is not asked: give that address")
            if error.code == TOO_LARGE:
                return ResultTooLargeError(f"{self.endpoint} says that the query is too large")
            message = f"{self.endpoint} answered {error.code}: {said(_start(error)) or error.reason}"
            if error.code in PASSING:
                return TemporaryFailureError(message, self._after(error.headers.get("Retry-After", "")))
            return QueryError(message)

    def _after(self, text: str) -> float:
        """Return how many seconds Retry-After asks to wait: a number, or a date (RFC 9110, section 10.2.3)."""
        if text.strip().isdecimal():
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
            return max((moment - self._clock.now()).total_seconds(), 0.0)
        except (ValueError, TypeError, OverflowError):
            return 0.0


def agent(contact: str) -> str:
    """Return the User-Agent; raises ConfigurationError if ``contact`` cannot stand in it (RFC 9110, section 5.6.5)."""
    if not contact.isascii() or not contact.isprintable() or set(contact) & set("()\\"):
        raise ConfigurationError(f"enrich_contact {contact!r} must be an address in plain ASCII")
    return f"newsgraph/{__version__} (kg enrich{'; ' + contact if contact else ''})"


def _checked(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = None
    if not valid:
        raise ConfigurationError(f"{endpoint} is not the address of a SPARQL endpoint: it must begin with http(s)://")
    if "@" in parts.netloc:
        raise ConfigurationError(
            "the address of an endpoint is published with what it says: give it without a password"
        )
    return endpoint


def _check_whole(response: HTTPResponse, found: int) -> None:
    """Refuse an answer that a Virtuoso has shortened, which it only says in two headers of its own."""
    most = response.headers.get("X-SPARQL-MaxRows", "")
    if response.headers.get("X-SQL-State") or (most.isdecimal() and found >= int(most)):
        raise ResultTooLargeError("the endpoint left rows out of its answer")


def _start(error: HTTPError) -> bytes:
    try:
        return error.read(10_000)
    except (OSError, HTTPException):
        return b""
