"""Asks one service politely: at a rate, again after temporary failures, and not before it allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Final, TypeVar

from kg.errors import ConfigurationError, NewsgraphError, TemporaryFailureError
from kg.remote.clock import Clock

T = TypeVar("T")
BACKOFF: Final = 1.0
"""Seconds to wait after the first failure; after each further one, twice as long."""
LONGEST_WAIT: Final = 600.0
"""Seconds. A service that asks for a longer wait is asked again another day."""
PASSING: Final = (408, 429, 500, 502, 503, 504)
"""HTTP status codes of failures that may be temporary (RFC 9110, section 15; RFC 6585, section 4)."""


@dataclass(slots=True)
class Courtesy:
    """How a service is asked: at most ``rate`` times a second, with ``retries`` retries after a failure.

    ``error`` is raised if it fails for good; ``requests`` and ``repeated`` count what was sent.
    """

    service: str
    rate: float
    retries: int
    clock: Clock
    error: type[NewsgraphError]
    requests: int = 0
    repeated: int = 0
    _next: float = field(default=float("-inf"), repr=False)

    def ask(self, send: Callable[[], T]) -> T:
        """Return the result of ``send``; it is retried, after growing delays, if it raises TemporaryFailureError.

        It is never called before the moment that the failure asks for. Raises ``error`` after the last try.
        """
        for attempt in count():
            self._keep_pace()
            self.requests += 1
            try:
                return send()
            except TemporaryFailureError as failure:
                if attempt >= self.retries:
                    raise self.error(f"{self.service} failed {attempt + 1} times, at last: {failure}") from None
                self._wait(failure, BACKOFF * 2**attempt)
                self.repeated += 1
        raise AssertionError("counting never ends")

    def _keep_pace(self) -> None:
        ahead = self._next - self.clock.monotonic()
        if ahead > 0:
            self.clock.sleep(ahead)
        self._next = self.clock.monotonic() + 1 / self.rate

    def _wait(self, failure: TemporaryFailureError, backoff: float) -> None:
        if failure.after > LONGEST_WAIT:
            raise self.error(f"{self.service} asks to come back in {failure.after:,.0f} seconds: {failure}")
        self.clock.sleep(max(failure.after, min(backoff, LONGEST_WAIT)))


def retry_after(text: str, now: datetime) -> float:
    """Return how many seconds Retry-After asks to wait: a number, or a date (RFC 9110, section 10.2.3); else 0."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def in_agent(name: str, contact: str) -> str:
    """Return a contact that is valid in a User-Agent.

    Raises ConfigurationError for any other (RFC 9110, section 5.6.5). ``name`` is the setting that it comes from.
    """
    if not contact.isascii() or not contact.isprintable() or set(contact) & set("()\\"):
        raise ConfigurationError(f"{name} {contact!r} must be an address in plain ASCII")
    return contact
