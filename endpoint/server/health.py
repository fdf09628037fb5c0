"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from flask import Response, jsonify

from endpoint.http.routes import PLAIN, Routes
from endpoint.site.site import site
from kg.errors import ServiceBusyError, StoreDamagedError
from kg.workers.choice import StoreCondition

blueprint = Routes("health", __name__)


@blueprint.get("/healthz", described=PLAIN)
def health() -> Response:
    """Say that the HTTP process answers, which engine has the graph and where it is, and how the store is."""
    workers, place = site().workers, site().workers.placement.place
    said = {"status": "alive", "engine": workers.engine, "graph": place, "store": workers.health.condition}
    return _uncached(jsonify(said))


@blueprint.get("/readyz", described=PLAIN)
def ready() -> Response:
    """Say which snapshot is served, and whether it is an older one since the current one is damaged.

    503 while no worker has it open, if it is damaged itself, and from when the server is told to end.
    """
    if site().leaving.is_set():
        raise ServiceBusyError("this server is about to end")
    if not site().workers.ready(1.0):
        raise ServiceBusyError("no worker is ready")
    health = site().workers.health
    if health.condition == StoreCondition.DAMAGED:
        raise StoreDamagedError("the store is damaged, and no older snapshot is whole")
    if health.condition == StoreCondition.DEGRADED:
        return _uncached(jsonify(status="degraded", snapshot=site().snapshot.id, current=site().workers.current))
    return _uncached(jsonify(status="ready", snapshot=site().snapshot.id))


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
