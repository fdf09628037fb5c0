"""The WSGI application and its server."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Flask

from endpoint import reconcile
from endpoint.catalog import dumps, linksets, snapshots
from endpoint.catalog import views as catalog
from endpoint.directories import views as directories
from endpoint.discovery import openapi, well_known
from endpoint.documents import context, history, memento, resource, vocabulary
from endpoint.documents import terms as known_terms
from endpoint.feeds import changes, hashes
from endpoint.feeds import views as feeds
from endpoint.front import about, home, search
from endpoint.html import assets
from endpoint.http import headers, hosts, pages, parameters, spelling
from endpoint.http.conditional import readable
from endpoint.listing import views as listing
from endpoint.periods import views as periods
from endpoint.server import health, metrics
from endpoint.server.http_server import HttpServer
from endpoint.server.response_cache import ResponseCache
from endpoint.site import languages, limits, log, problems
from endpoint.site.past import Past
from endpoint.site.site import NAME, Site, hold, release
from endpoint.sparql import answers, graph_store, protocol, questions
from endpoint.sparql.authorize import FORM_OVERHEAD, trusted
from kg.derived.artefacts import Artefacts
from kg.derived.changes import CHANGES
from kg.derived.kinds import SEARCH
from kg.settings import Settings
from kg.workers.verifier import Verifier
from kg.workers.workers import Workers
from kg.write.writer import Writer

BODY_BYTES: Final = 1_000_000
PARTS: Final = (
    *(
        home,
        about,
        assets,
        search,
        listing,
        directories,
        periods,
        resource,
        history,
        memento,
        protocol,
        questions,
        answers,
        known_terms,
        graph_store,
        vocabulary,
        context,
        dumps,
        catalog,
        health,
        metrics,
    ),
    *(feeds, changes, hashes, well_known, openapi, linksets, reconcile, snapshots),
)
"""The modules with the application's views, each with its blueprint."""


def create_app(
    settings: Settings,
    workers: Workers,
    writer: Writer | None = None,
    past: Past | None = None,
    verifier: Verifier | None = None,
) -> Flask:
    """Return the WSGI application that serves the store of ``workers``, and that writes if it has a ``writer``.

    It never opens a store itself. The results of ``verifier`` are in its metrics.
    """
    app = Flask("endpoint", static_folder=None)
    app.url_map.merge_slashes = False  # addresses of sources contain two slashes
    app.config["MAX_CONTENT_LENGTH"] = max(BODY_BYTES, 4 * settings.query_bytes)
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * settings.query_bytes
    artefacts = Artefacts.of(settings)
    app.extensions[NAME] = Site(settings, workers, writer, past=past or Past(settings), artefacts=artefacts)
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    app.before_request(headers.whole_server)
    app.before_request(parameters.check)
    app.before_request(pages.check)
    app.before_request(hold)
    app.after_request(headers.add)
    app.after_request(pages.vary)
    app.after_request(languages.label)
    app.teardown_request(release)
    problems.install(app, artefacts.gone)
    limits.install(app, settings)
    responses = app.extensions[ResponseCache.__name__] = ResponseCache(
        languages.spoken(app.wsgi_app), partial(_version, artefacts, workers)
    )
    own = hosts.ours(spelling.encoded(readable(responses)), settings, lambda: workers.snapshot.manifest.base)
    counting = metrics.install(app, workers, artefacts, verifier)
    observers = (log.access_log(settings), log.slow_query_log(settings), counting)
    outermost = log.Log(own, [one for one in observers if one])
    app.extensions[log.Log.__name__] = app.wsgi_app = outermost  # type: ignore[method-assign]  # Flask's own advice
    return app


def _version(artefacts: Artefacts, workers: Workers) -> str:
    """Return what responses depend on: the snapshot, whether they link its feeds, whether its index exists."""
    source = workers.snapshot
    return source.id + "".join(f"+{one.name}" for one in (CHANGES, SEARCH) if not artefacts.making(one, source))


def server(app: Flask, settings: Settings) -> HttpServer:
    """Return a server of ``app`` that listens on the configured address, to be started with ``run()``.

    Raises ConfigurationError if the address cannot be used.
    """
    return HttpServer(app, settings, partial(_longest_body, app, settings))


def _longest_body(app: Flask, settings: Settings, authorization: str | None = None) -> int:
    """Return the longest body for an Authorization header; clients that may write may upload."""
    longest: int = app.config["MAX_CONTENT_LENGTH"]
    upload = FORM_OVERHEAD * settings.upload_bytes if trusted(settings, authorization) else 0
    return max(longest, upload)
