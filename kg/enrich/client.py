"""Asks one endpoint politely: at a rate, with a timeout and a limit, again after failures, and nobody else."""

from __future__ import annotations

from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Final

from kg.enrich.answer import AnswerRow, rows
from kg.errors import (
    AnswerError,
    ConfigurationError,
    FederationError,
    FederationTooLargeError,
    QueryError,
    ResultTooLargeError,
    TemporaryFailureError,
)
from kg.remote.client import Response
from kg.remote.clock import Clock
from kg.remote.endpoint import Endpoint
from kg.settings import Settings
from kg.version import __version__

ACCEPT: Final = "application/sparql-results+json"
READABLE: Final = (ACCEPT, "application/json")
BACKOFF: Final = 1.0
"""Seconds to wait after the first failure; after each further one, twice as long."""
LONGEST_WAIT: Final = 600.0
"""Seconds. An endpoint that asks for a longer wait is asked again another day."""
PASSING: Final = (408, 429, 500, 502, 503, 504)
"""HTTP status codes of failures that may be over soon (RFC 9110, section 15; RFC 6585, section 4)."""
TOO_LARGE: Final = 413
DIGITS: Final = 10
"""Digits of the largest number of rows that an endpoint may name."""


class Client:
    """Asks the endpoint at one address. ``requests`` and ``repeated`` count what was sent.

    Raises ConfigurationError if the address or a setting makes no sense.
    """

    def __init__(self, endpoint: str, settings: Settings, clock: Clock) -> None:
        if "@" in endpoint.partition("//")[2].partition("/")[0]:
            raise ConfigurationError(
                "the address of an endpoint is published with what it says: give it without a password"
            )
        self.endpoint = endpoint
        self.requests = 0
        self.repeated = 0
        self._settings = settings
        self._clock = clock
        self._asked = Endpoint(endpoint, agent(settings.enrich_contact), settings.enrich_seconds, settings.result_bytes)
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
            response = self._asked.ask(text, ACCEPT)
            if response.status != 200:
                raise self._failure(response)
            if response.media_type not in READABLE:
                told = f"{self.endpoint} answered in {response.media_type or 'no media type'}, not in {ACCEPT}"
                raise QueryError(f"{told}: is it a SPARQL endpoint?")
            found = rows(response.body)
            _check_whole(response.headers, len(found))
            return found
        except FederationTooLargeError:
            raise ResultTooLargeError(
                f"{self.endpoint} answered more than {self._settings.result_bytes:,} bytes"
            ) from None
        except (FederationError, AnswerError) as error:
            raise TemporaryFailureError(str(error)) from error

    def _failure(self, response: Response) -> QueryError:
        if 300 <= response.status < 400:
            return QueryError(f"{self.endpoint} answered {response.status}, and {response.refusal}: give that address")
        if response.status == TOO_LARGE:
            return ResultTooLargeError(f"{self.endpoint} says that the query is too large")
        message = f"{self.endpoint} answered {response.status}: {response.refusal or response.reason}"
        if response.status in PASSING:
            return TemporaryFailureError(message, self._after(response.headers.get("Retry-After", "")))
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


def _check_whole(headers: Message, found: int) -> None:
    """Refuse an answer that a Virtuoso has shortened, which it only says in two headers of its own."""
    most = headers.get("X-SPARQL-MaxRows", "")
    if len(most) > DIGITS:
        raise AnswerError("the header X-SPARQL-MaxRows is no number of rows")
    if headers.get("X-SQL-State") or (most.isdecimal() and found >= int(most)):
        raise ResultTooLargeError("the endpoint left rows out of its answer")
