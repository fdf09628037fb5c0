"""``kg serve``: the store over HTTP."""

from __future__ import annotations

import os
from typing import Any

import click

from kg.cli.options import setting
from kg.settings import WRITE_TOKEN, load


@click.command()
@setting("store")
@setting("host")
@setting("port")
@setting("query_seconds")
@setting("query_workers")
@setting("access_log")
@click.option(
    "--writable",
    is_flag=True,
    default=None,
    help="Let those who have the token in the environment variable KG_WRITE_TOKEN write.",
)
def serve(**options: Any) -> None:
    """Serve the store over HTTP: pages, documents in every format, dumps, and SPARQL."""
    from endpoint.app import serve as run
    from kg.write.tokens import digest

    token = os.environ.pop(WRITE_TOKEN, None)
    if token is not None:
        options["write_token_sha256"] = digest(token)
    run(load(**options))
