"""``kg ledger``: decisions of people about events and what they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import setting
from kg.settings import load

if TYPE_CHECKING:
    from kg.store.layout import Store

LATER = "takes effect with the next build"


@click.group()
def ledger() -> None:
    """Decide what is the same thing, what is not, and what must not be shown; this takes effect with the next build."""


@ledger.command()
@click.argument("old")
@click.argument("new")
@setting("store")
def merge(old: str, new: str, **options: Any) -> None:
    """Merge OLD into NEW, two IRIs of events, entities, publishers or categories; from then on OLD leads to NEW."""
    from kg.store import amend

    amend.merge(_store(options), old, new)
    click.echo(f"{old} is merged into {new}: {LATER}")


@ledger.command()
@click.argument("old")
@setting("store")
def split(old: str, **options: Any) -> None:
    """Undo the merge of the IRI OLD into something else, whether a decision or a rule made it."""
    from kg.store import amend

    amend.split(_store(options), old)
    click.echo(f"{old} stands for itself again: {LATER}")


@ledger.command()
@click.argument("event")
@click.argument("other")
@setting("store")
def match(event: str, other: str, **options: Any) -> None:
    """Say that EVENT and OTHER, events of two languages, are the same news; each is linked to the other."""
    from kg.store import amend

    amend.match(_store(options), event, other)
    click.echo(f"{event} is the news of {other}: {LATER}")


@ledger.command()
@click.argument("event")
@click.argument("other")
@setting("store")
def unmatch(event: str, other: str, **options: Any) -> None:
    """Say that EVENT and OTHER are not the same news, which removes them from the candidates and undoes a match."""
    from kg.store import amend

    amend.match(_store(options), event, other, is_same=False)
    click.echo(f"{event} is not the news of {other}: {LATER}")


@ledger.command()
@click.argument("event")
@setting("store")
def withdraw(event: str, **options: Any) -> None:
    """Withdraw the event with the IRI EVENT: none of its content is shown any more."""
    from kg.store import amend

    amend.withdraw(_store(options), event)
    click.echo(f"{event} is withdrawn: {LATER}")


@ledger.command()
@click.argument("event")
@setting("store")
def restore(event: str, **options: Any) -> None:
    """Undo the withdrawal of the event with the IRI EVENT."""
    from kg.store import amend

    amend.restore(_store(options), event)
    click.echo(f"{event} is shown again: {LATER}")


@ledger.command()
@click.argument("iri")
@setting("store")
def show(iri: str, **options: Any) -> None:
    """Print what the ledger says about the event, entity, publisher or category IRI."""
    from kg.store import amend

    click.echo("\n".join(amend.show(_store(options), iri)))


@ledger.command()
@setting("store")
def verify(**options: Any) -> None:
    """Check that the ledger is whole and belongs to the current snapshot; print its root and its number of lines."""
    from kg.store import amend

    click.echo("\n".join(amend.verify(_store(options))))


def _store(options: dict[str, Any]) -> Store:
    from kg.store.layout import Store

    return Store(load(**options).folder)
