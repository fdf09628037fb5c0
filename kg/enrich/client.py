"""Asks one endpoint and no other, politely: with a rate, a timeout, a limit, and retries after failures."""

from __future__ import annotations

from email.message import Message
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
from kg.remote.courtesy import PASSING, Courtesy, in_agent, retry_after
from kg.remote.endpoint import Endpoint
from kg.settings import Settings
from kg.version import __version__

ACCEPT: Final = "application/sparql-results+json"
READABLE: Final = (ACCEPT, "application/json")
TOO_LARGE: Final = 413
DIGITS: Final = 10
"""The most digits in the number of rows that an endpoint names."""


class Client:
    """Asks the endpoint at one address.

    Raises ConfigurationError if the address or a setting is invalid.
    """

    def __init__(self, endpoint: str, settings: Settings, clock: Clock) -> None:
        if "@" in endpoint.partition("//")[2].partition("/")[0]:
            raise ConfigurationError(
                "the address of an endpoint is published with what it says: give it without a password"
            )
        self.endpoint = endpoint
        self._settings = settings
        self._clock = clock
        self._asked = Endpoint(endpoint, agent(settings.enrich_contact), settings.enrich_seconds, settings.result_bytes)
        if settings.enrich_rate <= 0 or settings.enrich_seconds <= 0:
            raise ConfigurationError("enrich_rate and enrich_seconds must be more than 0")
        self._courtesy = Courtesy(endpoint, settings.enrich_rate, settings.enrich_retries, clock, QueryError)

    @property
    def requests(self) -> int:
        """The number of requests sent."""
        return self._courtesy.requests

    @property
    def repeated(self) -> int:
        """The number of requests that were repeats."""
        return self._courtesy.repeated

    def ask(self, text: str) -> list[AnswerRow]:
        """Send a query and return the rows of its answer.

        Temporary failures are retried ``enrich_retries`` times, after growing delays and never before the time that
        Retry-After asks for. Raises ResultTooLargeError if the answer is more than ``result_bytes`` or the endpoint
        says that it left rows out, QueryError for any other failure.
        """
        return self._courtesy.ask(lambda: self._send(text))

    def _send(self, text: str) -> list[AnswerRow]:
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
            return TemporaryFailureError(
                message, retry_after(response.headers.get("Retry-After", ""), self._clock.now())
            )
        return QueryError(message)


def agent(contact: str) -> str:
    """Return the User-Agent.

    Raises ConfigurationError if ``contact`` cannot be part of it (RFC 9110, section 5.6.5).
    """
    in_agent("enrich_contact", contact)
    return f"newsgraph/{__version__} (kg enrich{'; ' + contact if contact else ''})"


def _check_whole(headers: Message, found: int) -> None:
    """Refuse an answer that Virtuoso has truncated, which it only says in two headers of its own."""
    most = headers.get("X-SPARQL-MaxRows", "")
    if len(most) > DIGITS:
        raise AnswerError("the header X-SPARQL-MaxRows is not a number of rows")
    if headers.get("X-SQL-State") or (most.isdecimal() and found >= int(most)):
        raise ResultTooLargeError("the endpoint left rows out of its answer")
