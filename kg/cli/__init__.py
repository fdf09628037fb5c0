"""The command line: one verb for each step of the way. Modules that take time to load are imported when needed."""

from __future__ import annotations

from typing import Any

import click

from kg.cli import build, check, dump, enrich, ledger, read, serve
from kg.errors import NewsgraphError
from kg.version import __version__

COMMANDS = (
    build.build,
    check.check,
    enrich.enrich,
    read.query,
    read.describe,
    dump.dump,
    read.diff,
    read.page,
    ledger.ledger,
    serve.serve,
)


class CommandGroup(click.Group):
    """A group of commands that reports each of our errors in one line and ends with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises click.exceptions.Exit with code 2 for an error."""
        try:
            return super().invoke(ctx)
        except NewsgraphError as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(2)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsgraph")
def main() -> None:
    """Turn an archive of news events into a knowledge graph, query it, and serve it."""


for command in COMMANDS:
    main.add_command(command)
