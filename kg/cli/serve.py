"""The commands that serve a store: ``kg serve`` over HTTP, ``kg mcp`` to agents, ``kg publish`` as files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

from kg.cli.options import Progress, setting
from kg.errors import ConfigurationError
from kg.settings import WRITE_TOKEN, Settings, load

SHOWN: Final = 20
"""How many addresses that could not be published are listed."""


@click.command()
@setting("store")
@setting("netrc")
@setting("host")
@setting("port")
@setting("query_seconds")
@setting("query_workers")
@setting("access_log")
@click.option(
    "--writable",
    is_flag=True,
    default=None,
    help="Accept writes from clients that have the token in the environment variable KG_WRITE_TOKEN.",
)
def serve(**options: Any) -> None:
    """Serve the store over HTTP: pages, documents in every format, dumps, and SPARQL."""
    from kg.write.tokens import digest

    token = os.environ.pop(WRITE_TOKEN, None)
    if token is not None:
        options["write_token_sha256"] = digest(token)
    run(load(**options))


def run(settings: Settings) -> None:
    """Serve a store until SIGINT or SIGTERM."""
    from endpoint.serving import serve as run_server

    run_server(settings)


@click.command()
@setting("store")
@setting("query_seconds")
@setting("query_workers")
@setting("serve_url")
def mcp(**options: Any) -> None:
    """Serve the store to the agent that starts this command, over the Model Context Protocol on standard streams."""
    try:
        from endpoint.agents.server import serve
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"kg mcp needs {error.name}: install newsgraph with its extra mcp") from None
    serve(load(**options))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@setting("store")
@click.option("--base", "serve_url", metavar="IRI", help="Address of the site, if it is not the identity base.")
@click.option(
    "--formats", default="html,ttl,jsonld", show_default=True, help="Formats of documents, by suffixes, with commas."
)
@setting("jobs")
@setting("publisher")
@setting("contact")
def publish(folder: Path, formats: str, **options: Any) -> None:
    """Write the whole site into DIR as files, for a host that serves files; write only the files that changed."""
    from endpoint.static_site.publish import publish as write_site

    settings = load(**options)
    suffixes = tuple(one.strip() for one in formats.split(","))
    with Progress("documents") as told:
        found = write_site(folder, settings, suffixes, settings.jobs or os.cpu_count() or 1, told)
    click.echo(f"{found.files:,} files with {found.size:,} bytes; {found.changed:,} written, {found.removed:,} removed")
    click.echo(f"{found.kept:,} documents had not changed, and were not made again")
    for fault in found.faults[:SHOWN]:
        click.echo(f"not published: {fault}", err=True)
    if more := found.faults[SHOWN:]:
        click.echo(f"not published: {len(more):,} more", err=True)
