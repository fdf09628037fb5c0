"""Evaluates the SERVICE clauses of a query: which services it may ask, in what order, and what workers then get."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Protocol

from kg.errors import (
    FederationError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
    ServiceBusyError,
)
from kg.process.operation import Reply
from kg.query import service_bindings
from kg.query.guard import Form, check
from kg.query.mistakes import check_terms
from kg.query.operations import Evaluate, GraphOperation, Scopes
from kg.query.service_clauses import Clause, FederatedQuery, read
from kg.query.service_solutions import Solutions
from kg.rdf.formats import by_name
from kg.remote import client
from kg.remote.addresses import Rule, Service, rules
from kg.settings import Settings

HOPS: Final = 3
"""How many newsgraph servers a query may pass through, one asking the next."""
UNFILLED: Final = "{ SELECT * { VALUES ("
"""Without the SELECT the engine would join one block of VALUES with the next row by row: 14 s for 10,000 by 10,000."""


class Ask(Protocol):
    """Lets a worker answer an operation on the ``text`` of a query in time, and returns the reply."""

    def __call__(self, operation: GraphOperation[Reply], text: str) -> Reply:
        """Return the reply. Raises what the worker reports, or the error for a lost, late or busy worker."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: through how many newsgraph servers the query came, and a callback for each service asked.

    ``asked`` gets the name of its host, the seconds that it took, and whether it answered.
    """

    hops: int = 0
    asked: Callable[[str, float, bool], None] = lambda host, seconds, answered: None


class Services:
    """The services that may be asked, by at most a quarter of the server's threads at a time. Thread-safe."""

    def __init__(self, settings: Settings, resolve: client.Resolve = socket.getaddrinfo) -> None:
        self.settings = settings
        self.rules = rules(settings.services)
        self.resolve = resolve
        self._turns = threading.BoundedSemaphore(max(1, settings.threads // 4))

    def permitted(self, iri: str) -> tuple[Service, Rule]:
        """Return the service at an address, and the rule that allows it. Raises QueryRefusedError if there is none."""
        try:
            service = Service.parse(iri)
        except ValueError as error:
            raise QueryRefusedError(f"SERVICE <{iri[:200]}> cannot be asked: {error}") from None
        rule = next((one for one in self.rules if one.allows(service)), None)
        if rule is None:
            told = "whoever runs it decides which services it asks (its setting services)"
            raise QueryRefusedError(f"this service does not ask {service.scheme}://{service.authority}: {told}")
        return service, rule

    def ask(self, iri: str, query: str, deadline: float, limit: int, caller: Caller) -> str:
        """Return the answer of a service in SPARQL JSON, of ``limit`` bytes at most.

        Raises FederationError, or QueryTimeoutError if the deadline has already passed.
        """
        service, rule = self.permitted(iri)
        start, answered = time.monotonic(), False
        end = min(deadline, start + self.settings.service_seconds)
        if start >= deadline:
            raise QueryTimeoutError("the deadline passed before all services were asked")
        try:
            bounds = client.Bounds(private=rule.private, deadline=end, limit=limit, resolve=self.resolve)
            body = client.post(service, query, bounds, passed=caller.hops)
            answered = True
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FederationError(f"{service.host} answered with text that is not UTF-8") from None
        finally:
            caller.asked(service.authority, time.monotonic() - start, answered)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Admit a query, or raise ServiceBusyError if too many are already waiting for services."""
        if not self._turns.acquire(blocking=False):
            raise ServiceBusyError("too many queries wait for other services; try again in a few seconds")
        try:
            yield
        finally:
            self._turns.release()


@lru_cache(maxsize=8)
def services(settings: Settings) -> Services:
    """Return the services of some settings, the same object each time, so that one limit applies to all queries."""
    return Services(settings)


@lru_cache(maxsize=16)  # called once to negotiate the format of an answer, and again to answer
def federated(text: str, settings: Settings, base: str) -> tuple[Form | None, FederatedQuery | None]:
    """Refuse a query that must not run; return its form, and the query if it has SERVICE clauses and all are allowed.

    Raises the errors of kg.query.guard.check and kg.query.mistakes.check_terms.
    """
    query = read(text, base, settings) if settings.services else None
    for clause in (*query.clauses, *query.nested) if query else ():
        services(settings).permitted(clause.service)
    form = check(query.without() if query else text, settings)
    check_terms(text)
    return form, query


@dataclass(frozen=True)
class Evaluation:
    """One evaluation of a query until its ``deadline``.

    ``ask`` asks workers, always on the same snapshot, and ``asked`` is the operation that they would evaluate without
    services.
    """

    query: FederatedQuery
    services: Services
    ask: Ask
    asked: Evaluate
    deadline: float
    caller: Caller

    def operation(self) -> Evaluate:
        """Ask all services, and return the operation for a worker: a query without SERVICE, and the services' answers.

        No service is asked unless the query is well formed. Raises QuerySyntaxError, QueryRefusedError for a
        query that came through too many servers, FederationError, QueryTimeoutError, or ServiceBusyError.
        """
        if self.caller.hops >= HOPS:
            raise QueryRefusedError(
                f"this query has passed through {self.caller.hops} services already: do they ask each other?"
            )
        scopes = self._scopes()
        with self.services.turn():
            found = list(self._answers(scopes))
        text, answers = self._filled(found)
        rows = self.services.settings.service_rows
        return replace(self.asked, text=self._checked(text), services=answers, rows=rows)

    def _checked(self, text: str) -> str:
        """Return a text for a worker after the guard has found no SERVICE in it, however the query was rewritten."""
        check(text, self.services.settings)
        return text

    def _scopes(self) -> list[list[str]]:
        """Return the variables in scope of each clause, once the engine has found the whole query well formed."""
        plain = self.query.without("")
        parts = [self.query.select(clause, plain) for clause in self.query.clauses]
        return self._variables([self.query.without(), *parts])[1:]

    def _variables(self, queries: list[str]) -> list[list[str]]:
        checked = Scopes(tuple(self._checked(one) for one in queries), self.query.base)
        return self.ask(checked, checked.queries[0])

    def _answers(self, scopes: list[list[str]]) -> Iterator[Solutions]:
        """Ask the services one after the other; the limit for one answer applies to all of them together."""
        left = self.services.settings.service_bytes
        for clause, scope in zip(self.query.clauses, scopes, strict=True):
            answer = Solutions(clause.service, clause.silent, tuple(scope), self._answer(clause, scope, left))
            left -= len(answer.results or "")
            yield answer

    def _answer(self, clause: Clause, scope: list[str], limit: int) -> str | None:
        """Ask the service of one clause; return None if it fails and the clause is silent."""
        restriction = self._restriction(clause, scope)
        if restriction == "":
            return '{"results": {"bindings": []}}'
        try:
            question = self.query.select(clause) + (f"\n{restriction}" if restriction else "")
            return self.services.ask(clause.service, question, self.deadline, limit, self.caller)
        except FederationError:
            if clause.silent:
                return None
            raise

    def _restriction(self, clause: Clause, scope: list[str]) -> str | None:
        """Return the VALUES that the answer must be compatible with; None if unknown, "" if nothing can be."""
        pattern = service_bindings.leading(self.query, clause)
        if pattern is None:
            return None
        try:
            bound = self._variables([f"{self.query.text[: self.query.form]}SELECT * WHERE {{ {pattern} }}"])[0]
            variables = [name for name in bound if name in scope]
            if not variables:
                return None
            distinct = self._checked(service_bindings.distinct(self.query, pattern, variables))
            asked = replace(self.asked, text=distinct, format=by_name("json"), limit=service_bindings.BYTES)
            found = self.ask(asked, distinct).body
        except (QuerySyntaxError, ResultTooLargeError):  # the last triple continues beyond its assumed end
            return None
        return service_bindings.values(found, variables)

    def _filled(self, found: list[Solutions]) -> tuple[str, tuple[Solutions, ...]]:
        """Return the query with an empty block of VALUES for each clause, and the offsets for the solutions."""
        text, end, placed = "", 0, []
        for clause, answer in zip(self.query.clauses, found, strict=True):
            text += self.query.text[end : clause.start] + UNFILLED
            text += " ".join(f"?{name}" for name in answer.variables) + ") { "
            placed.append(replace(answer, at=len(text)))
            text, end = text + "} } }", clause.end
        return text + self.query.text[end:], tuple(placed)
