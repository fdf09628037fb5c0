"""The WSGI application and its server."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from flask import Flask
from waitress.server import create_server

from endpoint import reconcile
from endpoint.catalog import dumps, linksets, snapshots
from endpoint.catalog import views as catalog
from endpoint.discovery import openapi, well_known
from endpoint.documents import context, memento, resource, vocabulary
from endpoint.feeds import views as feeds
from endpoint.html import describe, home_and_search
from endpoint.http import headers, hosts, pages, parameters, spelling
from endpoint.http.conditional import readable
from endpoint.server import health, metrics
from endpoint.server.response_cache import ResponseCache
from endpoint.server.waitress_channel import Channel
from endpoint.server.warmup import Warmer
from endpoint.site import limits, log, problems
from endpoint.site.past import Past
from endpoint.site.site import NAME, Site, hold, release
from endpoint.sparql import graph_store, protocol
from endpoint.sparql.authorize import FORM_OVERHEAD, trusted
from kg.derived.artefacts import Artefacts
from kg.derived.changes import CHANGES
from kg.errors import ConfigurationError, NewsgraphError
from kg.rdf import terms
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.operations import Newest
from kg.workers.workers import Workers
from kg.write import tokens
from kg.write.writer import Writer

BODY_BYTES: Final = 1_000_000
IDLE_SECONDS: Final = 15
SWEEP_SECONDS: Final = 5
HEADER_BYTES: Final = 262_144
PARTS: Final = (
    *(home_and_search, resource, memento, protocol, graph_store, vocabulary, context, dumps, catalog, health, metrics),
    *(feeds, well_known, openapi, linksets, reconcile, snapshots),
)
"""The modules whose views the application has, each with its blueprint."""


def create_app(settings: Settings, workers: Workers, writer: Writer | None = None, past: Past | None = None) -> Flask:
    """Return the WSGI application that serves what ``workers`` have open, and that writes if it has a ``writer``.

    It never opens a store itself.
    """
    app = Flask("endpoint")
    app.url_map.merge_slashes = False  # addresses of sources have two slashes in them
    app.config["MAX_CONTENT_LENGTH"] = max(BODY_BYTES, 4 * settings.query_bytes)
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * settings.query_bytes
    describe.install(app.jinja_env.filters)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
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
    app.teardown_request(release)
    problems.install(app)
    limits.install(app, settings)
    responses = app.extensions[ResponseCache.__name__] = ResponseCache(
        app.wsgi_app, partial(_version, artefacts, workers)
    )
    own = hosts.ours(spelling.encoded(readable(responses)), settings, lambda: workers.snapshot.manifest.base)
    observers = (log.access_log(settings), log.slow_query_log(settings), metrics.install(app, workers, artefacts))
    app.wsgi_app = log.Log(own, [one for one in observers if one])  # type: ignore[method-assign]
    return app


def _version(artefacts: Artefacts, workers: Workers) -> str:
    """Return what responses are made from: the snapshot, and whether they lead to its feeds."""
    source = workers.snapshot
    return source.id + ("" if artefacts.making(CHANGES, source) else "+feeds")


def server(app: Flask, settings: Settings) -> Any:
    """Return a waitress server of ``app`` bound to the configured address, to be started with ``run()``.

    Slow and idle connections are closed, so that they cannot hold all threads. Raises ConfigurationError if
    the address cannot be used.
    """
    sockets: dict[int, Any] = {}
    made = create_server(
        app,
        map=sockets,
        sockets=[_bound(settings.host, settings.port)],
        threads=settings.threads,
        ident=NAME,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=SWEEP_SECONDS,
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
        clear_untrusted_proxy_headers=True,
        **_proxy(settings),
    )
    for listening in sockets.values():
        listening.channel_class = Channel
        listening.log = app.wsgi_app
        listening.longest_body = partial(_longest_body, app, settings)
    return made


def _longest_body(app: Flask, settings: Settings, authorization: str | None = None) -> int:
    """Return how long a body may be that comes with an Authorization header; who may write may upload."""
    longest: int = app.config["MAX_CONTENT_LENGTH"]
    upload = FORM_OVERHEAD * settings.upload_bytes if trusted(settings, authorization) else 0
    return max(longest, upload)


def _proxy(settings: Settings) -> dict[str, Any]:
    """Return what waitress has to know of a proxy in front, whose word for the client's address it takes."""
    if not settings.trusted_proxy:
        return {}
    return {
        "trusted_proxy": settings.trusted_proxy,
        "trusted_proxy_count": settings.trusted_proxy_count,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"cannot listen on {host}:{port}: {reason}; choose another --port") from None


def serve(settings: Settings) -> None:
    """Serve the store until interrupted, and print addresses to click on.

    Raises StoreError without a snapshot, ConfigurationError if the port is taken.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    store = Path(settings.store)
    if settings.writable:
        tokens.check(settings.write_token_sha256)
    with ExitStack() as stack:
        workers = stack.enter_context(Workers(Store(store), settings))
        writer = stack.enter_context(Writer(Store(store), settings, workers)) if settings.writable else None
        past = stack.enter_context(closing(Past(settings)))
        app = create_app(settings, workers, writer, past)
        running = server(app, settings)
        stack.enter_context(closing(Warmer(app))).start()
        # Finding an event to show takes a second on a cold disk; nobody who asks has to wait for that.
        threading.Thread(target=_announce, args=(settings, workers), daemon=True).start()
        try:
            running.run()
        finally:
            running.close()


def _announce(settings: Settings, workers: Workers) -> None:
    for line in addresses(settings, workers):
        click.echo(line)


def addresses(settings: Settings, workers: Workers) -> list[str]:
    """Return the lines that tell where to look first."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = f"http://{host}:{settings.port}/"
    lines = [f"Serving snapshot {workers.snapshot.id} (stop with Ctrl-C)", f"  home    {root}"]
    event = _newest_event(workers)
    if event:
        lines.append(f"  event   {root}{event.removeprefix(workers.snapshot.manifest.base)}")
    return [*lines, f"  search  {root}search?q=Homs", f"  query   {root}sparql", f"  dumps   {root}dump/"]


def _newest_event(workers: Workers) -> str | None:
    try:
        nodes = workers.ask(Newest(1))["nodes"]
    except NewsgraphError:
        return None
    kind = terms.EVENT.value
    return next((iri for iri, said in nodes.items() if kind in json.dumps(said)), None)
