"""The WSGI application and its server."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path
from typing import Any, Final

import click
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server

from endpoint import browse, dumps, errors, headers, health, pages, resource, sparql, vocabulary
from endpoint.site import NAME, Site
from kg.errors import ConfigurationError, NewsgraphError
from kg.prefixes import expand
from kg.settings import Settings
from kg.workers import Workers

BODY_BYTES: Final = 1_000_000
IDLE_SECONDS: Final = 15
SWEEP_SECONDS: Final = 5
HEADER_BYTES: Final = 262_144


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a request with two lengths, which a proxy may read differently (RFC 9112, section 6.1)."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Both Content-Length and Transfer-Encoding")


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser


def create_app(settings: Settings, workers: Workers) -> Flask:
    """Return the WSGI application that serves what ``workers`` have open. It never opens a store itself."""
    app = Flask("endpoint")
    app.url_map.merge_slashes = False  # addresses of sources have two slashes in them
    app.config["MAX_CONTENT_LENGTH"] = max(BODY_BYTES, 4 * settings.query_bytes)
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * settings.query_bytes
    pages.install(app.jinja_env.filters)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[NAME] = Site(settings, workers)
    for part in (browse, resource, sparql, vocabulary, dumps, health):
        app.register_blueprint(part.blueprint)
    app.after_request(headers.add)
    errors.install(app)
    return app


def server(settings: Settings, workers: Workers) -> Any:
    """Return a waitress server bound to the configured address, to be started with ``run()``.

    Slow and idle connections are closed, so that they cannot hold all threads. Raises ConfigurationError if
    the address cannot be used.
    """
    app = create_app(settings, workers)
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
    )
    for listening in sockets.values():
        listening.channel_class = _Channel
    return made


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
    with Workers(Path(settings.store), settings) as workers:
        running = server(settings, workers)
        for line in addresses(settings, workers):
            click.echo(line)
        try:
            running.run()
        finally:
            running.close()


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
        nodes = workers.newest(1)["nodes"]
    except NewsgraphError:
        return None
    kind = expand("ng:Event")
    return next((iri for iri, said in nodes.items() if kind in json.dumps(said)), None)
