"""The engine of a store with its graph in a SPARQL service: what it is asked, how, and what its errors mean."""

from __future__ import annotations

import time
from typing import Final

from kg.errors import (
    ConfigurationError,
    FederationError,
    FederationTimeoutError,
    FederationTooLargeError,
    QueryError,
    QueryTimeoutError,
    RemoteStoreError,
    ResultTooLargeError,
)
from kg.query.guard import TOKEN, Form, decode
from kg.query.operations import Evaluate, RewriteAnswer
from kg.remote.client import RESULTS, Response
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.remote import DECLARATIONS
from kg.store.service.client import TRIPLES, SparqlService, is_whole, most_rows
from kg.store.service.loaded import LoadedGraphs, noted

TOO_LARGE: Final = 413
REFUSALS: Final = (400, 500, 501)
"""The statuses of servers that cannot evaluate a query: Virtuoso sends 500 for most of them."""
GRAPHS: Final = frozenset({"FROM", "GRAPH"})
ASKED: Final = ("SELECT", "ASK", "CONSTRUCT")
ECHO: Final = "SPARQL query:"
"""Where Virtuoso begins to repeat the query in an error."""
SHOWN: Final = 300


class RemoteEngine:
    """Answers queries of the default graph from a service; all others are left to the embedded engine.

    The others are descriptions, which servers make in different ways, queries that name graphs, which have other names
    in the service, and queries with a function that the service lacks.
    """

    def __init__(self, store: Store, settings: Settings, service: SparqlService) -> None:
        self._store = store
        self._settings = settings
        self._service = service

    @property
    def name(self) -> str:
        """The kind of the server."""
        return self._service.address.kind.name

    def takes(self, form: Form | None, asked: Evaluate) -> bool:
        """Return whether the service should answer a query."""
        if form not in ASKED or asked.default_graphs or asked.named_graphs:
            return False
        return not any(self._needs(kind, text) for kind, text in _tokens(asked.text))

    def _needs(self, kind: str, text: str) -> bool:
        """Return whether a token names a graph, or begins the name of a function that the service lacks."""
        if kind == "word":
            return text.upper() in GRAPHS
        return any(text.startswith(f"<{iri}") for iri in self._service.address.kind.lacks)

    def ask(self, asked: Evaluate, form: Form | None, snapshot: str, deadline: float) -> RewriteAnswer:
        """Return the service's answer from a snapshot, as an operation that lets a worker write it.

        Raises RemoteStoreError if it does not answer or does not have the snapshot, QueryTimeoutError at the
        ``deadline``, ResultTooLargeError, or QueryError if it cannot evaluate the query.
        """
        accept = TRIPLES if form == "CONSTRUCT" else RESULTS
        text = f"BASE <{asked.base}>\n{DECLARATIONS}{asked.text}"
        try:
            seconds = deadline - time.monotonic()
            response = self._service.ask(text, self._graph(snapshot), accept, seconds, self._settings.result_bytes)
        except FederationTimeoutError:
            raise QueryTimeoutError("the query did not end before its deadline and was stopped") from None
        except FederationTooLargeError:
            raise ResultTooLargeError(
                f"the result is larger than {self._settings.result_bytes} bytes; ask for less of it"
            ) from None
        except FederationError as error:
            raise RemoteStoreError("the engine of this service does not answer; try again later", str(error)) from None
        self._check(response)
        return RewriteAnswer(str(form), response.body, asked.format, asked.limit, most_rows(response))

    def _graph(self, snapshot: str) -> str:
        found = LoadedGraphs.read(self._store)
        if found is None or snapshot not in found.graphs:
            raise RemoteStoreError(f"snapshot {snapshot} is not loaded into the engine of this service: run kg load")
        return found.graphs[snapshot]

    def _check(self, response: Response) -> None:
        """Raise the error in an answer, if there is one."""
        if not is_whole(response, 0):
            raise QueryTimeoutError("the query did not end before the deadline of the engine, which left results out")
        if response.status == 200:
            return
        told = " ".join(response.refusal.partition(ECHO)[0].split())[:SHOWN] or response.reason
        if response.status == TOO_LARGE:
            raise ResultTooLargeError(f"the result is too large: {told}")
        if response.status in REFUSALS:
            raise QueryError(f"the query failed: {told}")
        raise RemoteStoreError("the engine of this service does not answer", f"{response.status} {told}")


def _tokens(text: str) -> list[tuple[str, str]]:
    return [(match.lastgroup or "", decode(match[0])) for match in TOKEN.finditer(text)]


def remote_engine(store: Store, settings: Settings) -> RemoteEngine | None:
    """Return the engine of a store with its graph in a service, None for any other store.

    Raises ConfigurationError if the settings name a service into which nothing was loaded, or allow writing.
    """
    found = noted(store, settings)
    if found is None:
        return None
    if not found.graphs:
        raise ConfigurationError(f"nothing of {store} is loaded into the remote store: run kg load --store ...")
    if settings.writable:
        raise ConfigurationError("a remote store is not writable: its graph is loaded whole, by kg build and kg load")
    return RemoteEngine(store, settings, SparqlService.of(found.address, settings))
