"""``kg ledger``: what people decide about events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import setting
from kg.settings import load


@click.group()
def ledger() -> None:
    """Say which events are one, and which must not be shown; what is said takes effect with the next build."""


@ledger.command()
@click.argument("old")
@click.argument("new")
@setting("store")
def merge(old: str, new: str, **options: Any) -> None:
    """Merge the event with the IRI OLD into the one with the IRI NEW, to which OLD leads from then on."""
    from kg.store import amend
    from kg.store.layout import Store

    amend.merge(Store(Path(load(**options).store)), old, new)
    click.echo(f"{old} is merged into {new}: takes effect with the next build")


@ledger.command()
@click.argument("event")
@setting("store")
def withdraw(event: str, **options: Any) -> None:
    """Withdraw the event with the IRI EVENT: of what it says, nothing is shown any more."""
    from kg.store import amend
    from kg.store.layout import Store

    amend.withdraw(Store(Path(load(**options).store)), event)
    click.echo(f"{event} is withdrawn: takes effect with the next build")


@ledger.command()
@click.argument("event")
@setting("store")
def show(event: str, **options: Any) -> None:
    """Print what the ledger says about the event with the IRI EVENT."""
    from kg.store import amend
    from kg.store.layout import Store

    click.echo("\n".join(amend.show(Store(Path(load(**options).store)), event)))
