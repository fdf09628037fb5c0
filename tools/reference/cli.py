"""The page of the command line, from the commands of click."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

import click

from kg.cli import NAME, main

HEAD: Final = """# Command line

`kg` is the command, with a verb for each step. Most options are [settings](settings.md), which have an environment
variable too. A command ends with 0 if all went well, with 1 if what it checked is not as it should be, and with 2 if it
was called wrongly or could not do its work; then one line on standard error says why. `make docs` makes this page.
"""


def markdown() -> str:
    """Return docs/cli.md."""
    context = click.Context(main, info_name=NAME)
    return "\n".join((HEAD, *(line for name in main.list_commands(context) for line in _section(context, name))))


def _section(parent: click.Context, name: str) -> Iterator[str]:
    assert isinstance(parent.command, click.Group)  # noqa: S101 - commands are in groups
    command = parent.command.commands[name]
    context = click.Context(command, info_name=name, parent=parent)
    yield f"{'#' * (1 + context.command_path.count(' '))} {context.command_path}\n"
    yield f"{inspect.cleandoc(command.help or '').replace('``', '`')}\n"
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield from _options(context)
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            yield from _section(context, one)


def _options(context: click.Context) -> Iterator[str]:
    options = [one for one in context.command.params if isinstance(one, click.Option)]
    if options:
        yield "| option | default | what it is |\n|---|---|---|"
        yield "\n".join(_row(one, context) for one in options) + "\n"


def _row(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    kind = "" if option.is_flag else f" {option.make_metavar(context)}".replace("|", "\\|")
    text, _, said = str(option.help or "").partition("  [default: ")  # as kg.cli.options describes those of settings
    default = said.removesuffix("]") or option.get_help_extra(context).get("default", "")
    return f"| {names}{kind} | {f'`{default}`' if default else ''} | {text} |"
