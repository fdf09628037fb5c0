"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from flask import Response, jsonify

from endpoint.http.routes import PLAIN, Routes
from endpoint.site.site import site
from kg.errors import ServiceBusyError

blueprint = Routes("health", __name__)


@blueprint.get("/healthz", described=PLAIN)
def health() -> Response:
    """Say that the HTTP process answers, and where the graph is: memory, loading (and answered from disk) or disk."""
    return _uncached(jsonify(status="alive", graph=site().workers.placement.place))


@blueprint.get("/readyz", described=PLAIN)
def ready() -> Response:
    """Say which snapshot is served; 503 while no worker has it open, and from when the server is told to end."""
    if site().leaving.is_set():
        raise ServiceBusyError("this server is about to end")
    if not site().workers.ready(1.0):
        raise ServiceBusyError("no worker is ready")
    return _uncached(jsonify(status="ready", snapshot=site().snapshot.id))


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
