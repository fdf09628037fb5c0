"""``kg serve``: the store over HTTP."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.options import setting
from kg.settings import load


@click.command()
@setting("store")
@setting("host")
@setting("port")
@setting("query_seconds")
@setting("query_workers")
def serve(**options: Any) -> None:
    """Serve the store over HTTP: pages, documents in every format, dumps, and SPARQL."""
    from endpoint.app import serve as run

    run(load(**options))
