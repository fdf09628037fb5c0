"""The Action API of one wiki, used according to its etiquette (https://www.mediawiki.org/wiki/API:Etiquette).

Requests are sent one at a time, with ``maxlag``, compression and a User-Agent that names a contact, and are retried
later when the wiki asks for that.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from kg.errors import ConfigurationError, FederationError, FederationTooLargeError, FetchError, TemporaryFailureError
from kg.remote.addresses import Service
from kg.remote.client import GZIP, Bounds, Response, exchange
from kg.remote.clock import Clock
from kg.remote.courtesy import PASSING, Courtesy, in_agent, retry_after
from kg.settings import Settings
from kg.version import __version__

ALWAYS: Final = {
    "action": "query",
    "format": "json",
    "formatversion": "2",
    "maxlag": "5",
    "curtimestamp": "1",
    "meta": "siteinfo",
    "siprop": "general",
}
"""The parameters of every request, so that each answer says which wiki gave it, and when."""
ANSWER_BYTES: Final = 64_000_000
"""The largest answer in bytes: 8 MB of text ($wgAPIMaxResultSize), which is longer when escaped as JSON."""
LAG: Final = 5.0
"""Seconds to wait when a wiki is lagging and does not say for how long."""
PUT_OFF: Final = ("maxlag", "ratelimited", "readonly", "internal_api_error", "timeouterror")
"""Prefixes of the error codes that may be temporary."""
SHOWN: Final = 300


class WikiApi:
    """The API at one address.

    Raises ConfigurationError if the settings name no contact address, or one of them is invalid.
    """

    def __init__(self, address: str, settings: Settings, clock: Clock) -> None:
        self.address = address
        self.courtesy = Courtesy(address, settings.fetch_rate, settings.fetch_retries, clock, FetchError)
        self._settings = settings
        self._clock = clock
        try:
            Service.parse(address)
        except ValueError as error:
            raise ConfigurationError(f"{address} is not the address of a wiki's api.php: {error}") from None
        if settings.fetch_rate <= 0 or settings.fetch_seconds <= 0:
            raise ConfigurationError("fetch_rate and fetch_seconds must be more than 0")
        if not settings.fetch_contact.strip():
            raise ConfigurationError(
                "wikis want to know whom to write to about requests (foundation.wikimedia.org, User-Agent policy): "
                "set KG_FETCH_CONTACT to your address, such as mailto:you@example.org"
            )
        contact = in_agent("fetch_contact", settings.fetch_contact)
        self._headers = {"User-Agent": f"newsgraph/{__version__} (kg fetch; {contact})", "Accept-Encoding": GZIP}

    def ask(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer to a request.

        Temporary failures, such as a lag, are retried ``fetch_retries`` times. Raises FetchError for any other failure.
        """
        service = Service.parse(f"{self.address}?{urlencode({**ALWAYS, **parameters})}")
        return self.courtesy.ask(lambda: self._send(service))

    def _send(self, service: Service) -> dict[str, Any]:
        deadline = time.monotonic() + self._settings.fetch_seconds
        bounds = Bounds(self._settings.fetch_private, deadline, ANSWER_BYTES)
        try:
            response = exchange(service, self._headers, None, bounds)
        except FederationTooLargeError as error:
            raise FetchError(str(error)) from error
        except FederationError as error:
            if not self._settings.fetch_private and "private address" in str(error):
                raise FetchError(f"{error}: set KG_FETCH_PRIVATE=true if it is yours") from None
            raise TemporaryFailureError(str(error)) from error
        if response.status != 200:
            raise self._refused(response)
        return self._read(response)

    def _refused(self, response: Response) -> Exception:
        told = response.refusal or response.reason
        mark = ", and" if response.status < 400 else ":"
        message = f"{self.address} answered {response.status}{mark} {told}"
        return (
            TemporaryFailureError(message, self._after(response)) if response.status in PASSING else FetchError(message)
        )

    def _after(self, response: Response) -> float:
        return retry_after(response.headers.get("Retry-After", ""), self._clock.now())

    def _read(self, response: Response) -> dict[str, Any]:
        try:
            answer = json.loads(response.body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            found = response.media_type or "no media type"
            raise FetchError(f"{self.address} answered in {found[:SHOWN]}, not with JSON: is it a wiki's api.php?")
        error = answer.get("error")
        if error is not None:
            raise self._failed(error if isinstance(error, dict) else {}, response)
        return answer

    def _failed(self, error: Mapping[str, Any], response: Response) -> Exception:
        code, info = str(error.get("code", "")), str(error.get("info", ""))
        message = f"{self.address} answered {code[:SHOWN]}: {info[:SHOWN]}"
        if code.startswith(PUT_OFF):
            return TemporaryFailureError(message, self._after(response) or (LAG if code == "maxlag" else 0.0))
        return FetchError(message)
