"""What commands have in common: how settings become options, and how results are written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kg.errors import StoreError
from kg.settings import SETTINGS

Command = TypeVar("Command", bound=Callable[..., Any])

GRAPH_FORMATS = ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads")
RESULT_FORMATS = ("table", "csv", "tsv", "json", "xml")


def setting(name: str) -> Callable[[Command], Command]:
    """Return the option for a setting, with its help and default from the table of settings."""
    one = next(candidate for candidate in SETTINGS if candidate.name == name)
    shown = one.metadata["help"]
    option = f"--{name.replace('_', '-')}"
    return click.option(option, name, type=type(one.default), default=None, help=f"{shown}  [default: {one.default}]")


def graph_format(help_text: str) -> Callable[[Command], Command]:
    """Return the option for the format of a graph."""
    choice = click.Choice(GRAPH_FORMATS)
    return click.option("--format", "name", type=choice, default="turtle", show_default=True, help=help_text)


def write(file: Path, text: str) -> None:
    """Write a text to a file; raises StoreError if that is not possible."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error


def show(content: bytes) -> None:
    """Write bytes to standard output, with a line end at their end."""
    sys.stdout.buffer.write(content if content.endswith(b"\n") else content + b"\n")
    sys.stdout.buffer.flush()


class Progress:
    """A progress bar with rate and time left on a terminal, and nothing elsewhere; ``label`` is what is counted."""

    def __init__(self, label: str = "days") -> None:
        self.label = label

    def __enter__(self) -> Callable[[int, int], None]:
        self.bar: Any = None
        return self.show if sys.stderr.isatty() else lambda done, total: None

    def show(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done with."""
        if self.bar is None:
            self.bar = click.progressbar(length=total, label=self.label, file=sys.stderr, show_pos=True, show_eta=True)
        self.bar.update(done - self.bar.pos)

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()
