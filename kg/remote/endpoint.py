"""A SPARQL endpoint named by an operator: SPARQLWrapper builds the request, kg.remote.client sends it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any
from urllib.request import Request

from SPARQLWrapper import POST, SPARQLWrapper

from kg.errors import ConfigurationError
from kg.remote.addresses import Service
from kg.remote.client import Bounds, Response
from kg.remote.credentials import Credentials, send


class Endpoint:
    """The endpoint at one address, asked within ``seconds`` altogether for at most ``limit`` bytes.

    The address may be on this machine, since an operator names it; nothing else is asked, since redirects are not
    followed.
    """

    def __init__(self, address: str, agent: str, seconds: float, limit: int, known: Credentials | None = None) -> None:
        """Parse an address, and read the credentials for it. Raises ConfigurationError if it cannot be asked."""
        try:
            self.service = Service.parse(address)
        except ValueError as error:
            raise ConfigurationError(f"{address} is not the address of a SPARQL endpoint: {error}") from None
        self.address = address
        self.agent = agent
        self.seconds = seconds
        self.limit = limit
        self.credentials = known

    def ask(self, text: str, accept: str, dataset: Mapping[str, str] = MappingProxyType({})) -> Response:
        """Send a query as a form and return the answer, whatever its status (SPARQL 1.1 Protocol, section 2.1.2).

        ``dataset`` are parameters that say which graphs are asked, such as default-graph-uri (section 2.1.4).
        Raises FederationError, FederationTimeoutError or FederationTooLargeError.
        """
        request = _Wrapper(self)
        request.setMethod(POST)
        # Only negotiation: the wrapper would add three non-standard parameters.
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", accept)
        for name, graph in dataset.items():
            request.addParameter(name, graph)
        with warnings.catch_warnings():
            # The wrapper guesses the query form and warns when it cannot; the endpoint decides what the query is.
            warnings.simplefilter("ignore", RuntimeWarning)
            request.setQuery(text)
        found: Any = request.query().response
        answer: Response = found.answer
        return answer


class _Wrapper(SPARQLWrapper):
    """The wrapper with kg.remote.client: its own client follows redirects, has no deadline, and drops error headers."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint.address, agent=endpoint.agent)
        self._to = endpoint

    def _query(self) -> tuple[Any, str]:
        request: Request = self._createRequest()
        bounds = Bounds(private=True, deadline=time.monotonic() + self._to.seconds, limit=self._to.limit)
        return _Readable(send(request, bounds, self._to.credentials)), self.returnFormat

    def isSparqlUpdateRequest(self) -> bool:  # noqa: N802 - the name that the wrapper calls
        """Return false: the wrapper would guess from words that a query may have in its prefixes."""
        return False


class _Readable(BytesIO):
    """An answer as the wrapper reads it."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.body)
        self.answer = answer
