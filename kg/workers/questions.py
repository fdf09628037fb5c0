"""What a server or the command line asks worker processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kg.lookup.locate import Location
from kg.lookup.reconcile_request import Extension, Query, dump
from kg.process.child import Request
from kg.query.evaluate import Answer
from kg.query.federate import Caller, Evaluation, federated, services
from kg.query.guard import Form
from kg.query.service_clauses import FederatedQuery
from kg.rdf.formats import Format, by_name
from kg.workers.pool import Pool, Result, Spent, untold


class Workers(Pool):
    """The questions that a pool of workers answers: queries, descriptions, and what pages need."""

    def query(
        self,
        text: str,
        format: Format | None = None,  # noqa: A002
        *,
        seconds: float | None = None,
        arrived: float | None = None,
        spent: Callable[[float], None] | None = None,
        limit: int | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        caller: Caller | None = None,
    ) -> Answer:
        """Answer a SPARQL query, after kg.query.guard has let it pass; what SERVICE asks for, others answer.

        ``seconds`` may lower the time limit, which counts from ``arrived`` (time.monotonic(); now, if not given),
        ``limit`` the largest answer in bytes.
        ``spent`` is told, also after a failure, how many seconds workers worked on the query, ``caller`` which services
        were asked for it. Relative IRIs are resolved against the identity base. Raises what kg.query.guard.check and
        kg.query.evaluate.answer raise, and QueryTimeoutError, WorkerLostError, ResultTooLargeError, ServiceBusyError or
        FederationError.
        """
        _, federation = federated(text, self.settings, self._base())
        arguments = {
            "format": format.name if format else None,
            "limit": min(limit or self.settings.result_bytes, self.settings.result_bytes),
            "base": self._base(),
            "default_graphs": list(default_graphs),
            "named_graphs": list(named_graphs),
        }
        start = time.monotonic() if arrived is None else arrived
        deadline = start + min(seconds or self.settings.query_seconds, self.settings.query_seconds)
        worked: list[float] = []

        def ask(request: Request) -> Result:
            return self.run_query(request, deadline, worked.append)

        try:
            if federation is None:
                header, body, snapshot = ask(Request("query", arguments, text))
            else:
                header, body, snapshot = self._federate(federation, arguments, deadline, caller or Caller(), ask)
        finally:
            if spent:
                spent(sum(worked))
        return Answer(header["form"], by_name(header["format"]), body, snapshot.id, header["rows"])

    def _federate(
        self,
        query: FederatedQuery,
        arguments: dict[str, Any],
        deadline: float,
        caller: Caller,
        ask: Callable[[Request], Result],
    ) -> Result:
        """Answer a query with what services say to its SERVICE clauses, and all else from one snapshot."""
        with self.hold():
            asked = Evaluation(
                query, services(self.settings), lambda one: ask(one)[1], arguments, deadline, caller
            ).request()
            return ask(asked)

    def check(self, text: str) -> Form | None:
        """Return the form of a query; raises what ``query`` would raise before anybody is asked."""
        return federated(text, self.settings, self._base())[0]

    def describe(
        self,
        iri: str,
        format: Format | None = None,  # noqa: A002
        document: str | None = None,
        page: int = 1,
    ) -> Answer:
        """Describe a resource (see kg.lookup.describe); as "html", the body is kg.rdf.serialize.nodes in JSON.

        The ``rows`` of the answer are how many events there are in all, on all pages.
        Raises NotFoundError, or one of the errors of a lost, late or busy worker.
        """
        arguments = {
            "format": format.name if format else "turtle",
            "document": document,
            "page": page,
            "limit": self.settings.result_bytes,
        }
        header, body, snapshot = self.run(Request("describe", arguments, iri))
        return Answer("describe", by_name(header["format"]), body, snapshot.id, header["events"])

    def find(self, iris: Sequence[str], identifiers: Sequence[str] = ()) -> Location | None:
        """Return what IRIs, or readable paths of events, stand for now (see kg.lookup.locate), or None."""
        arguments = {"iris": list(iris), "identifiers": list(identifiers)}
        found = self.run(Request("find", arguments))[0]
        return Location(found["iri"], found["withdrawn"]) if found["iri"] else None

    def newest(self, events: int, language: str | None = None) -> dict[str, Any]:
        """Return the newest days and events, see kg.lookup.newest.newest."""
        return self._json(Request("newest", {"events": events, "language": language}))

    def hubs(self, limit: int) -> list[str]:
        """Return the IRIs of what most events name, see kg.lookup.newest.hubs."""
        found: list[str] = json.loads(self.run(Request("hubs", {"limit": limit}))[1])
        return found

    def search(self, name: str) -> dict[str, Any]:
        """Return the places with this name and their newest events, see kg.lookup.newest.search."""
        return self._json(Request("search", {}, name))

    def find_text(self, index: Path, text: str, kinds: Sequence[str] = (), limit: int = 20) -> list[dict[str, Any]]:
        """Return the events, places and so on with these words in a title or name, see kg.lookup.search.find."""
        request = Request("find_text", {"index": str(index), "kinds": list(kinds), "limit": limit}, text)
        found: list[dict[str, Any]] = json.loads(self.run(request)[1])
        return found

    def reconcile(self, index: Path, batch: dict[str, Query], spent: Spent = untold) -> dict[str, Any]:
        """Return the candidates for each query of a batch, see kg.lookup.reconcile; ``spent`` is told the seconds."""
        return self._json(Request("reconcile", {"index": str(index), "base": self._base()}, dump(batch)), spent)

    def suggest(self, index: Path, prefix: str, skip: int, limit: int, spent: Spent = untold) -> dict[str, Any]:
        """Return things whose names begin with some text, see kg.lookup.reconcile.suggest."""
        arguments = {"index": str(index), "base": self._base(), "skip": skip, "limit": limit}
        return self._json(Request("suggest", arguments, prefix), spent)

    def extend(self, asked: Extension, spent: Spent = untold) -> dict[str, Any]:
        """Return the values of properties of things, see kg.lookup.reconcile.extend."""
        return self._json(Request("extend", {"base": self._base()}, json.dumps(asdict(asked))), spent)

    def _base(self) -> str:
        return self._chosen().snapshot.manifest.base

    def graph(self, iri: str, format: Format) -> tuple[bytes, str]:  # noqa: A002
        """Return a graph, the default one for the empty IRI, and the id of the snapshot it is from."""
        arguments = {"format": format.name, "limit": self.settings.result_bytes}
        _, body, snapshot = self.run(Request("graph", arguments, iri))
        return body, snapshot.id

    def capabilities(self) -> dict[str, Any]:
        """Return what the engine can do, see kg.lookup.capabilities."""
        return self._json(Request("capabilities", {}))

    def _json(self, request: Request, spent: Spent = untold) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(request, spent=spent)[1])
        return found
