"""The workers of a store, which answer any operation of kg.workers.operations and untrusted queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from kg.process.operation import Reply
from kg.query.evaluate import Answer
from kg.query.federate import Caller, Evaluation, federated, services
from kg.query.guard import Form
from kg.query.operations import Evaluate, GraphOperation
from kg.rdf.formats import Format
from kg.workers.pool import Pool


class Workers(Pool):
    """A pool of workers that also answers untrusted queries, if kg.query.guard lets them pass."""

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
        limit = min(limit or self.settings.result_bytes, self.settings.result_bytes)
        asked = Evaluate(text, format, limit, self._base(), tuple(default_graphs), tuple(named_graphs))
        start = time.monotonic() if arrived is None else arrived
        deadline = start + min(seconds or self.settings.query_seconds, self.settings.query_seconds)
        worked: list[float] = []

        def ask(operation: GraphOperation[Reply], text: str) -> Reply:
            return self.run_query(operation, text, deadline, worked.append)[0]

        # What services are asked and what the workers then answer is of one snapshot.
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

    def check(self, text: str) -> Form | None:
        """Return the form of a query; raises what ``query`` would raise before anybody is asked."""
        return federated(text, self.settings, self._base())[0]

    def _base(self) -> str:
        return self._chosen().snapshot.manifest.base
