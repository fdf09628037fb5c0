"""Serves a store: its workers start first, and the application is imported while they do."""

from __future__ import annotations

import gc
import json
import tempfile
import threading
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import click

from kg.derived.artefacts import Artefacts
from kg.errors import NewsgraphError
from kg.rdf import terms
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.operations import Newest
from kg.workers.workers import Workers


def serve(settings: Settings) -> None:
    """Serve the store until SIGINT or SIGTERM, and print addresses to click on; warn if no licence is known.

    Raises StoreError without a snapshot, ConfigurationError if the port is taken.
    """
    store = Store(settings.folder)
    store.tidy()
    with ExitStack() as stack:
        gc.disable()  # objects imported by now live as long as the process
        stack.callback(gc.enable)
        workers = stack.enter_context(Workers(store, settings, in_memory=True))
        _run(store, settings, workers, stack)


def _run(store: Store, settings: Settings, workers: Workers, stack: ExitStack) -> None:
    """Answer requests; the caller closes the stack, and so ends whatever was entered into it."""
    # This import takes most of a second, while the first worker opens the database on another core.
    from endpoint.app import create_app, server
    from endpoint.site.past import Past
    from endpoint.warmup import Warmer
    from kg.workers.verifier import Verifier
    from kg.write import tokens
    from kg.write.writer import Writer

    if settings.writable:
        tokens.check(settings.write_token_sha256)
    if settings.metrics_token_sha256:
        tokens.check(settings.metrics_token_sha256)
    cache = Artefacts.of(settings).cache
    _keep_bodies(cache)
    for warning in workers.snapshot.manifest.doubts:
        click.echo(f"kg: warning: {warning}", err=True)
    writer = stack.enter_context(Writer(store, settings, workers)) if settings.writable else None
    past = stack.enter_context(closing(Past(settings)))
    verifier = stack.enter_context(Verifier(store, cache, settings, workers))
    app = create_app(settings, workers, writer, past, verifier)
    running = server(app, settings)
    gc.freeze()
    gc.enable()
    stack.enter_context(closing(Warmer(app))).start()
    # Finding an event to show takes a second on a cold disk; no request has to wait for that.
    threading.Thread(target=_announce, args=(settings, workers), daemon=True).start()
    running.run()


def _keep_bodies(cache: Path) -> None:
    """Store bodies that are too large for memory in the cache, if no other place is writable."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        with suppress(OSError):  # if it is not writable either, such bodies are refused
            cache.mkdir(parents=True, exist_ok=True)
            tempfile.tempdir = str(cache)


def _announce(settings: Settings, workers: Workers) -> None:
    for line in addresses(settings, workers):
        click.echo(line)


def addresses(settings: Settings, workers: Workers) -> list[str]:
    """Return the lines that tell the user where to look first."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = f"http://{host}:{settings.port}/"
    lines = [f"Serving snapshot {workers.snapshot.id} (stop with Ctrl-C)"]
    lines += [f"  graph   {workers.placement}", f"  home    {root}"]
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
