"""Queries and fills one SPARQL service over the SPARQL 1.1 Protocol and the Graph Store HTTP Protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import quote, urljoin
from urllib.request import Request

from kg.errors import ConfigurationError, FederationError, RemoteStoreError, TemporaryFailureError
from kg.rdf import NamedNode
from kg.remote.addresses import Service
from kg.remote.client import AGENT, RESULTS, Bounds, Response
from kg.remote.clock import Clock
from kg.remote.courtesy import PASSING, Courtesy, retry_after
from kg.remote.credentials import Credentials, credentials, send
from kg.remote.endpoint import Endpoint
from kg.settings import Settings
from kg.store.service.kinds import KINDS, OTHER, ServerKind, kind
from kg.store.sparql import values

TRIPLES: Final = "application/n-triples"
NOWHERE: Final = "urn:newsgraph:no-graph"
"""A nonexistent graph, named so that queries do not see the named graphs of others: Virtuoso would show all."""
DONE: Final = (200, 201, 204)
GONE: Final = 404
PARTIAL: Final = 206
DIGITS: Final = 10
"""The most digits in the number of rows that a server names."""
RATE: Final = float("inf")
RETRIES: Final = 6
"""How often a request of a load is sent again; the waits between double from a second, so that a server can restart."""
LOAD_SECONDS: Final = 600.0
"""The seconds for one request of a load."""
ANSWER_BYTES: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """The location of a service: its ``kind``, and the addresses of its queries and, if known, its graphs."""

    kind: ServerKind
    query: str
    graphs: str = ""

    @classmethod
    def found(cls, settings: Settings) -> Self:
        """Return the service of the store in some settings; if only its host is named, ask that for its kind.

        Raises ConfigurationError for an invalid address, RemoteStoreError if nothing answers there.
        """
        service = _parsed(settings.remote)
        name = kind(_server(service, settings))
        if name is OTHER and service.path == "/" and not settings.graph_store:
            known = " or ".join(one.name for one in KINDS)
            raise ConfigurationError(
                f"{service.authority} is not {known}: name the address of its queries, and graph_store"
            )
        query = urljoin(settings.remote, name.query) if service.path == "/" and name.query else settings.remote
        return cls(name, query, settings.graph_store or (urljoin(settings.remote, name.graphs) if name.graphs else ""))


def _parsed(address: str) -> Service:
    try:
        return Service.parse(address)
    except ValueError as error:
        raise ConfigurationError(f"the address of the remote store cannot be asked: {error}") from None


def _server(service: Service, settings: Settings) -> str:
    """Return the Server header of a host (RFC 9110, section 10.2.4)."""
    bounds = Bounds(private=True, deadline=time.monotonic() + settings.query_seconds, limit=ANSWER_BYTES)
    root = f"{service.scheme}://{service.authority}/"
    request = Request(root, headers={"User-Agent": AGENT})  # noqa: S310 - a Service is of http(s) alone
    try:
        return send(request, bounds, None).headers.get("Server", "")
    except FederationError as error:
        raise RemoteStoreError(f"the remote store does not answer: {error}") from None


def is_whole(response: Response, found: int) -> bool:
    """Return whether an answer with this many rows is complete; Virtuoso says it by status 206, or in two headers."""
    most = most_rows(response)
    return response.status != PARTIAL and "X-SQL-State" not in response.headers and (not most or found < most)


def most_rows(response: Response) -> int:
    """Return the most rows that Virtuoso sends, 0 if it names no number."""
    most = response.headers.get("X-SPARQL-MaxRows", "")
    return int(most) if most.isdecimal() and len(most) < DIGITS else 0


@dataclass(slots=True)
class SparqlService:
    """A service that holds newsgraph's graphs, each in a named graph, which queries see as the default graph.

    Temporary failures are retried after growing delays. Raises RemoteStoreError for any failure.
    """

    address: ServiceAddress
    known: Credentials | None = field(default=None, repr=False)
    clock: Clock = field(default_factory=Clock)

    @classmethod
    def of(cls, address: ServiceAddress, settings: Settings) -> Self:
        """Return the service at an address, with the credentials of the settings."""
        return cls(address, credentials(_parsed(address.query).host, settings.netrc))

    def ask(self, query: str, graph: str, accept: str, seconds: float, limit: int) -> Response:
        """Send a query once, about one graph, and return the answer, whatever its status; see ``is_whole`` for it.

        Raises FederationError, FederationTimeoutError or FederationTooLargeError.
        """
        asked = Endpoint(self.address.query, AGENT, seconds, limit, self.known)
        parameters = {"default-graph-uri": graph, "named-graph-uri": NOWHERE}
        if name := self.address.kind.timeout:
            parameters[name] = f"{max(1, int(seconds * 1000))}"
        return asked.ask(query, accept, parameters)

    @property
    def host(self) -> str:
        """The host and port that are asked."""
        return _parsed(self.address.query).authority

    # ---- for loading

    def count(self, graph: str, subjects: Sequence[NamedNode] = ()) -> int:
        """Return how many triples a graph has, optionally only those about some subjects."""
        about = f"{values(['s'], [[one] for one in subjects])} " if subjects else ""
        body = self.read(graph, f"SELECT (COUNT(*) AS ?n) WHERE {{ {about}?s ?p ?o }}", RESULTS)
        try:
            ((number,),) = (one.values() for one in json.loads(body)["results"]["bindings"])
            return int(number["value"])
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise RemoteStoreError(
                f"{self.host} answered with something that is not a number: {str(error)[:200]}"
            ) from None

    def read(self, graph: str, query: str, accept: str) -> bytes:
        """Return the answer to a query about a graph, in a media type, from a service that gives all of it."""
        response = self._repeated(lambda: self.ask(query, graph, accept, LOAD_SECONDS, ANSWER_BYTES))
        if not is_whole(response, 0):
            raise RemoteStoreError(f"{self.host} has a limit of its own, which leaves results out")
        return response.body

    def add(self, graph: str, triples: bytes) -> None:
        """Add N-Triples to a graph, which may already have them (Graph Store Protocol, section 5.5)."""
        self._send("POST", graph, triples)

    def drop(self, graph: str) -> None:
        """Remove a graph, if it exists (section 5.4)."""
        self._send("DELETE", graph, None)

    def _send(self, method: str, graph: str, content: bytes | None) -> None:
        if not self.address.graphs:
            raise ConfigurationError("the setting graph_store must say where the remote store takes graphs")
        mark = "&" if "?" in self.address.graphs else "?"
        url = f"{self.address.graphs}{mark}{self.address.kind.parameter}={quote(graph, safe='')}"
        headers = {"User-Agent": AGENT} | ({"Content-Type": TRIPLES} if content is not None else {})

        def once() -> Response:
            request = Request(url, content, headers, method=method)  # noqa: S310 - the client takes http(s) alone
            bounds = Bounds(private=True, deadline=time.monotonic() + LOAD_SECONDS, limit=ANSWER_BYTES)
            return send(request, bounds, self.known)

        self._repeated(once, DONE if content is not None else (*DONE, GONE))

    def _repeated(self, once: Callable[[], Response], done: Sequence[int] = (200,)) -> Response:
        courtesy = Courtesy(f"the remote store at {self.host}", RATE, RETRIES, self.clock, RemoteStoreError)
        return courtesy.ask(lambda: self._once(once, done))

    def _once(self, once: Callable[[], Response], done: Sequence[int]) -> Response:
        try:
            response = once()
        except FederationError as error:
            raise TemporaryFailureError(str(error)) from None
        if response.status in done:
            return response
        told = f"{self.host} answered {response.status}: {response.refusal or response.reason}"
        if response.status in PASSING:
            raise TemporaryFailureError(told, retry_after(response.headers.get("Retry-After", ""), self.clock.now()))
        raise RemoteStoreError(told)
