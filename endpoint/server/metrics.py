"""``/metrics``: counters and histograms for Prometheus, if its client library is installed (the extra "metrics")."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Final

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import Forbidden

from endpoint.http.routes import PLAIN, Routes
from endpoint.site.limits import client
from endpoint.site.log import RequestRecord
from endpoint.site.site import site
from kg.derived import kinds
from kg.derived.artefact import ArtefactState
from kg.derived.artefacts import Artefacts
from kg.errors import NotFoundError
from kg.store.integrity.whole import CHECKS
from kg.workers.choice import StoreCondition
from kg.workers.memory import GraphPlace
from kg.workers.verifier import Verifier
from kg.workers.workers import Workers
from kg.write.tokens import bearer

blueprint = Routes("metrics", __name__)

NAME: Final = "newsgraph-metrics"
METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "PUT", "DELETE", "PATCH", "OPTIONS")
SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


class Metrics:
    """The counts over all requests. Labels only have known values, whatever is requested."""

    def __init__(self, workers: Workers, artefacts: Artefacts, verifier: Verifier | None) -> None:
        """Start at zero; raises ImportError without the client library."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"newsgraph_{name}", text, labels, registry=self.registry)

        def histogram(name: str, text: str) -> Histogram:
            return Histogram(f"newsgraph_{name}", text, buckets=SECONDS, registry=self.registry)

        self.requests = counter("requests", "Requests answered.", "method", "status")
        self.sent = counter("response_bytes", "Bytes of response bodies.")
        self.seconds = histogram("request_seconds", "Time from the arrival of a request to its answer.")
        self.queries = counter("queries", "SPARQL queries, by how they ended.", "outcome")
        self.query_seconds = histogram("query_seconds", "Time from the arrival of a query to its answer.")
        self.kept = counter("queries_kept", "SPARQL queries answered with an answer that was kept.")
        self.rows = counter("query_rows", "Solutions and triples in answers to queries.")
        self.work = counter("query_work_seconds", "Time that workers spent on queries.")
        self.states = Gauge("newsgraph_workers", "Workers by their current state.", ["state"], registry=self.registry)
        self.started = Gauge("newsgraph_workers_started", "Workers started by this server.", registry=self.registry)
        self.graph = Gauge("newsgraph_graph", "Where the graph is.", ["place"], registry=self.registry)
        self.made = Gauge(
            "newsgraph_artefacts",
            "The artefacts of the served snapshot, by state.",
            ["artefact", "state"],
            registry=self.registry,
        )
        self.store = Gauge(
            "newsgraph_store",
            "Whether the current snapshot is served: sound; degraded: an older one, since it is damaged; damaged.",
            ["condition"],
            registry=self.registry,
        )
        self.damages = Gauge("newsgraph_damages", "Damages in a part of the store.", ["part"], registry=self.registry)
        self.verified = Gauge("newsgraph_verified_time_seconds", "When all was verified.", registry=self.registry)
        self.workers = workers
        self.verifier = verifier
        self.artefacts = artefacts
        self._answered = cache(lambda method, status: self.requests.labels(method, str(status)))

    def observe(self, one: RequestRecord) -> None:
        """Count one request."""
        self._answered(one.method if one.method in METHODS else "other", one.status).inc()
        self.sent.inc(one.size)
        self.seconds.observe(one.seconds)
        if one.query is not None:
            self.queries.labels(one.outcome).inc()
            self.query_seconds.observe(one.seconds)
            self.kept.inc(one.kept)
            self.rows.inc(one.rows or 0)
            self.work.inc(one.work)

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        from prometheus_client import generate_latest

        for state, number in self.workers.states().items():
            self.states.labels(state).set(number)
        self.started.set(self.workers.workers_started)
        now_at = self.workers.placement.place
        for place in GraphPlace:
            self.graph.labels(place.value).set(place == now_at)
        self._tell_health()
        for artefact in kinds.PREPARED:
            now = self.artefacts.state(artefact, self.workers.snapshot)
            for state in ArtefactState:
                self.made.labels(artefact.name, state.value).set(state == now)
        return generate_latest(self.registry)

    def _tell_health(self) -> None:
        condition = self.workers.health.condition
        for one in StoreCondition:
            self.store.labels(one.value).set(one == condition)
        if last := self.verifier and self.verifier.last:
            self.verified.set(last.time)
            found = [damage.part for damage in last.verification.damages]
            for check in CHECKS:
                self.damages.labels(check.part).set(found.count(check.part))


def install(
    app: Flask, workers: Workers, artefacts: Artefacts, verifier: Verifier | None
) -> Callable[[RequestRecord], None] | None:
    """Make an application count its requests; return the counting function, None if the client library is missing."""
    counted = app.extensions[NAME] = Metrics(workers, artefacts, verifier) if find_spec("prometheus_client") else None
    return counted.observe if counted else None


@blueprint.get("/metrics", described=PLAIN)
def metrics() -> Response:
    """Send the metrics in the text format of Prometheus to this machine and to clients with the token for them."""
    given, known = request.authorization, site().settings.metrics_token_sha256
    has_token = known and given and given.token and bearer(given.token, known)
    if client(request.remote_addr or "") is not None and not has_token:
        raise Forbidden("metrics are for this machine and for clients with the token of metrics_token_sha256")
    counted: Metrics | None = current_app.extensions[NAME]
    if counted is None:
        raise NotFoundError("this server counts nothing: its extra is missing (pip install 'newsgraph[metrics]')")
    from prometheus_client import CONTENT_TYPE_LATEST

    response = Response(counted.text(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
