"""The command line: one verb for each step of the way. Modules that take time to load are imported when needed."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any, NoReturn

import click

from kg.cli import build, check, demo, dump, enrich, export, fetch, ledger, read, serve
from kg.errors import NewsgraphError
from kg.version import __version__

COMMANDS = (
    fetch.fetch,
    build.build,
    check.check,
    enrich.enrich,
    read.query,
    read.describe,
    dump.dump,
    export.export,
    read.diff,
    read.page,
    ledger.ledger,
    serve.serve,
    serve.mcp,
    demo.demo,
)


class CommandGroup(click.Group):
    """A group of commands that reports each of our errors in one line and ends with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises click.exceptions.Exit with code 2 for an error, and SystemExit for SIGTERM."""
        before = signal.signal(signal.SIGTERM, _end)
        try:
            return super().invoke(ctx)
        except NewsgraphError as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(2)
        finally:
            signal.signal(signal.SIGTERM, before)


def _end(number: int, _: FrameType | None) -> NoReturn:
    """End as SIGINT does, so that what is only half made is removed, with the status that a shell gives to a signal."""
    raise SystemExit(128 + number)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsgraph")
def main() -> None:
    """Turn an archive of news events into a knowledge graph, query it, and serve it."""


for command in COMMANDS:
    main.add_command(command)
