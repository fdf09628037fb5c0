"""``kg mcp``: the store for agents, over the Model Context Protocol."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import setting
from kg.errors import ConfigurationError
from kg.settings import load


@click.command()
@setting("store")
@setting("query_seconds")
@setting("query_workers")
@setting("serve_url")
def mcp(**options: Any) -> None:
    """Serve the store to an agent that starts this command: over the Model Context Protocol, on standard streams."""
    try:
        from endpoint.agents.server import serve
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"kg mcp needs {error.name}: install newsgraph with its extra mcp") from None
    serve(load(**options))
