"""Shared by commands: settings as options, and writing results."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from kg.errors import StoreError
from kg.settings import SETTINGS, Settings

if TYPE_CHECKING:
    from kg.store.layout import Store

Command = TypeVar("Command", bound=Callable[..., Any])

GRAPH_FORMATS = ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads")
RESULT_FORMATS = ("table", "csv", "tsv", "json", "xml")
SECONDS: Final = 10.0
"""Seconds between two lines of progress."""


def setting(name: str) -> Callable[[Command], Command]:
    """Return the option for a setting, with its help and default from the table of settings.

    Whoever takes a store may be given a remote one, so that ``--store-folder`` comes with ``--store``.
    """
    one = next(candidate for candidate in SETTINGS if candidate.name == name)
    shown = one.metadata["help"]
    option = f"--{name.replace('_', '-')}"
    made = click.option(option, name, type=type(one.default), default=None, help=f"{shown}  [default: {one.default}]")
    return (lambda command: made(setting("store_folder")(command))) if name == "store" else made


def graph_format(help_text: str) -> Callable[[Command], Command]:
    """Return the option for the format of a graph."""
    choice = click.Choice(GRAPH_FORMATS)
    return click.option("--format", "name", type=choice, default="turtle", show_default=True, help=help_text)


def store_of(settings: Settings) -> Store:
    """Return the store to read, after removing what a killed build may have left in it."""
    from kg.store.layout import Store

    store = Store(settings.folder)
    store.tidy()
    return store


def write(file: Path, text: str) -> None:
    """Write a text to a file. Raises StoreError if it cannot be written."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error


def show(content: bytes) -> None:
    """Write bytes to standard output, ending with a line feed."""
    sys.stdout.buffer.write(content if content.endswith(b"\n") else content + b"\n")
    sys.stdout.buffer.flush()


class Progress:
    """Shows rate and time left: a bar on a terminal, or else a line every SECONDS; ``label`` names what is counted."""

    def __init__(self, label: str = "days") -> None:
        self.label = label

    def __enter__(self) -> Callable[[int, int], None]:
        self.bar: Any = None
        self.started = self.told = monotonic()
        return self.show if sys.stderr.isatty() else self.tell

    def show(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
        if self.bar is None:
            self.bar = click.progressbar(length=total, file=sys.stderr, show_pos=True, show_eta=True)
        self.bar.label = f"{self.label}, {self._rate(done):,.0f} a second"
        self.bar.update(done - self.bar.pos)

    def tell(self, done: int, total: int) -> None:
        """Print a line, unless the last one was printed less than SECONDS ago."""
        if monotonic() - self.told < SECONDS:
            return
        self.told, rate = monotonic(), self._rate(done)
        left = timedelta(seconds=round((total - done) / rate)) if rate else "unknown"
        click.echo(f"{self.label}: {done:,} of {total:,}, {rate:,.0f} a second, {left} left", err=True)

    def _rate(self, done: int) -> float:
        return done / max(monotonic() - self.started, 0.001)

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()
