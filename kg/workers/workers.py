"""The workers of a store, which answer all operations of kg.workers.operations and untrusted queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from kg.process.operation import Reply
from kg.query.evaluate import Answer
from kg.query.federate import Caller, Evaluation, federated, services
from kg.query.guard import Form
from kg.query.operations import Evaluate, GraphOperation, Scopes
from kg.query.remote.engine import RemoteEngine, remote_engine
from kg.rdf.formats import Format
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers.admission import ConcurrencyLimit
from kg.workers.pool import SPARE, Pool, Spent


class Workers(Pool):
    """A pool of workers that also answers untrusted queries, if kg.query.guard accepts them.

    Queries of the current snapshot are sent to the service that holds its graph, if the store has one.
    """

    def __init__(
        self, store: Store | Snapshot, settings: Settings, *, spare: int = SPARE, in_memory: bool = False
    ) -> None:
        """Start workers as a pool does; a given snapshot is answered from disk.

        Raises the errors of Pool and kg.query.remote.engine.remote_engine.
        """
        self._remote = remote_engine(store, settings) if isinstance(store, Store) else None
        self._turns = ConcurrencyLimit(max(1, settings.threads // 2), "queries are with the engine of this service")
        super().__init__(store, settings, spare=spare, in_memory=in_memory and not self._remote)

    def query(
        self,
        text: str,
        format: Format | None = None,
        *,
        seconds: float | None = None,
        arrived: float | None = None,
        spent: Callable[[float], None] | None = None,
        limit: int | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        caller: Caller | None = None,
    ) -> Answer:
        """Answer a SPARQL query accepted by kg.query.guard; SERVICE clauses are answered by other services.

        ``seconds`` may lower the time limit, which counts from ``arrived`` (time.monotonic(); now, if not given),
        ``limit`` the largest answer in bytes. ``spent`` is called, even after a failure, with how many seconds workers
        worked on the query, ``caller`` with the services that were asked. Relative IRIs are resolved against the
        identity base. Raises the errors of kg.query.guard.check and kg.query.evaluate.answer, and QueryTimeoutError,
        WorkerLostError, ResultTooLargeError, ServiceBusyError or FederationError.
        """
        form, federation = federated(text, self.settings, self._base())
        limit = min(limit or self.settings.result_bytes, self.settings.result_bytes)
        asked = Evaluate(text, format, limit, self._base(), tuple(default_graphs), tuple(named_graphs))
        start = time.monotonic() if arrived is None else arrived
        deadline = start + min(seconds or self.settings.query_seconds, self.settings.query_seconds)
        worked: list[float] = []

        def ask(operation: GraphOperation[Reply], text: str) -> Reply:
            return self.run_query(operation, text, deadline, worked.append)[0]

        if self._remote and not federation and self._remote.takes(form, asked):
            return self._elsewhere(self._remote, asked, form, deadline, spent)
        # The requests to services and the answers of workers are from one snapshot.
        with self.hold() if federation else nullcontext():
            try:
                if federation:
                    elsewhere, caller = services(self.settings), caller or Caller()
                    asked = Evaluation(federation, elsewhere, ask, asked, deadline, caller).operation()
                answer, snapshot = self.run_query(asked, asked.text, deadline, worked.append)
            finally:
                if spent:
                    spent(sum(worked))
        return replace(answer, snapshot=snapshot.id)

    def _elsewhere(
        self, remote: RemoteEngine, asked: Evaluate, form: Form | None, deadline: float, spent: Spent | None
    ) -> Answer:
        """Let the remote store answer; workers parse the query first, and write its answer."""
        worked: list[float] = []

        def ask(operation: GraphOperation[Reply]) -> Reply:
            return self.run_query(operation, asked.text, deadline, worked.append)[0]

        with self.hold() as snapshot, self._turns.slot():
            try:
                ask(Scopes((asked.text,), asked.base))  # it is SPARQL, without unknown functions
                start = time.monotonic()
                try:
                    found = remote.ask(asked, form, snapshot.id, deadline)
                finally:
                    worked.append(time.monotonic() - start)
                answer = ask(found)
            finally:
                if spent:
                    spent(sum(worked))
        return replace(answer, snapshot=snapshot.id)

    @property
    def engine(self) -> str:
        """The engine that answers queries: "embedded", or the kind of server that holds the store's graph."""
        return self._remote.name if self._remote else "embedded"

    def check(self, text: str) -> Form | None:
        """Return the form of a query; raises the errors that ``query`` would raise before anything is asked."""
        return federated(text, self.settings, self._base())[0]

    def _base(self) -> str:
        return self._chosen().snapshot.manifest.base
