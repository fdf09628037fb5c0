"""The command line: one verb for each step of the way. Modules that are slow to load are imported when needed."""

from __future__ import annotations

import signal
import sys
from functools import partial
from types import FrameType
from typing import Any, Final, NoReturn

import click

from kg.cli import build, check, demo, dump, enrich, export, fetch, read, serve
from kg.cli.keeping import integrity, ledger, load, mirror, snapshots
from kg.errors import NewsgraphError
from kg.version import __version__

NAME: Final = "kg"
WHOLE: Final = 1_000
"""Wider than any help text, so that none is cut off."""
DAMAGE: Final = ("Corruption:", "IO error:")
"""The beginnings of engine messages about files that it could not read."""
COMMANDS = (
    fetch.fetch,
    build.build,
    build.shards,
    load.load,
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
    serve.publish,
    demo.demo,
    integrity.verify,
    integrity.doctor,
    integrity.info,
    snapshots.snapshots,
    snapshots.rollback,
    snapshots.prune,
    snapshots.backup,
    snapshots.restore,
    mirror.mirror,
)


class CommandGroup(click.Group):
    """A group of commands that reports each newsgraph error in one line and ends with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises click.exceptions.Exit with code 2 for an error, and SystemExit for SIGTERM."""
        before = signal.signal(signal.SIGTERM, _end)
        try:
            return super().invoke(ctx)
        except NewsgraphError as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(2)
        except MemoryError:
            click.echo("kg: the command needed more memory than it may have (KG_COMMAND_MEMORY)", err=True)
            ctx.exit(2)
        except (OSError, RuntimeError) as error:
            if not str(error).startswith(DAMAGE):
                raise
            click.echo(f"kg: the engine cannot read the store: {error}; kg verify says what is damaged", err=True)
            ctx.exit(2)
        finally:
            signal.signal(signal.SIGTERM, before)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole first sentence of its help."""
        rows = [(name, self.commands[name].get_short_help_str(limit=WHOLE)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _end(number: int, _: FrameType | None) -> NoReturn:
    """End as SIGINT does, so that unfinished files are removed, with the status that a shell gives to a signal."""
    raise SystemExit(128 + number)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsgraph")
def main() -> None:
    """Turn an archive of news events into a knowledge graph, query it, and serve it."""


for command in COMMANDS:
    main.add_command(command)


def run() -> None:
    """Run the command that this process was started with, confined if it only reads a store."""
    from kg.cli import confine
    from kg.settings import load as settings_of

    name = next((one for one in sys.argv[1:] if not one.startswith("-")), "")
    if name not in main.commands or name in confine.FREE or {"-h", "--help"} & set(sys.argv):
        main(prog_name=NAME)
    try:
        settings = settings_of()
    except NewsgraphError:
        main(prog_name=NAME)  # which reports the error
    confine.confined(settings, partial(main, prog_name=NAME))
