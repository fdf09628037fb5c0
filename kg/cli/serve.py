"""The commands that serve a store: ``kg serve`` over HTTP, ``kg mcp`` to agents."""

from __future__ import annotations

import os
from typing import Any

import click

from kg.cli.options import setting
from kg.errors import ConfigurationError
from kg.settings import WRITE_TOKEN, Settings, load


@click.command()
@setting("store")
@setting("store_folder")
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
    from endpoint.app import serve as run_server

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
