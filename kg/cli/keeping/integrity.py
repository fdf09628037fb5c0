"""``kg verify``, ``kg doctor`` and ``kg info``: the state of a store."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import setting
from kg.settings import Settings, load

if TYPE_CHECKING:
    from kg.store.layout import Store

MEGA = 1_000_000


@click.command()
@setting("store")
@setting("cache")
@click.option(
    "--full/--quick",
    default=True,
    help="Read every byte, or only check names, sizes, and what files say about themselves.  [default: full]",
)
def verify(full: bool, **options: Any) -> None:
    """Verify all files of a store: the snapshots, the ledger, the writes, the change log, and what is made from them.

    Each damage is reported with its remedy; exit code 1 if something is damaged that does not repair itself.
    """
    from kg.store.integrity import examination, whole
    from kg.store.integrity.finding import ChecksumReader

    settings = load(**options)
    store, reading = _store(settings), ChecksumReader()
    examination.require_format(store)
    found = whole.verify(store, _cache(store, settings), reading if full else None)
    for one, count in found.summary():
        click.echo(f"damaged: {one.told(count)}")
    how = f"{found.files:,} files, {found.size / MEGA:,.0f} MB read" if full else "names and sizes"
    click.echo(f"{store} is {'sound' if found.is_sound else 'damaged'}: {how} in {reading.seconds:.1f} seconds")
    sys.exit(0 if found.is_sound else 1)


@click.command()
@setting("store")
@setting("cache")
def doctor(**options: Any) -> None:
    """Say what is wrong with a store and its surroundings, and what to type; exit code 1 if anything is wrong.

    It changes nothing and reads no large files; kg verify reads them.
    """
    from kg.store.integrity import examination

    settings = load(**options)
    store = _named(settings)
    found = list(examination.examine(store, _cache(store, settings), settings.free_bytes))
    for one in found:
        click.echo(f"{one.problem}\n  -> {one.remedy}")
    if not found:
        click.echo(f"nothing wrong was found with {store} without reading all of it (kg verify does)")
    sys.exit(1 if found else 0)


@click.command()
@setting("store")
@setting("cache")
def info(**options: Any) -> None:
    """Print what a store holds: its snapshot, what is in it, and how much space each part takes."""
    from kg.store.integrity.mirrored import told
    from kg.store.integrity.size import sizes

    settings = load(**options)
    store = _store(settings)
    current = store.current()
    manifest = current.manifest
    rows = [
        ("store", str(store.path.absolute())),
        ("snapshot", f"{current.id}, made at {manifest.created} by {manifest.tool}"),
        ("identity base", manifest.base),
        ("holds", ", ".join(f"{count:,} {name}" for name, count in sorted(manifest.counts.items()))),
        ("languages", ", ".join(f"{name}: {count:,}" for name, count in sorted(manifest.languages.items()))),
        ("archives", ", ".join(str(one.get("name")) for one in manifest.archives)),
        *([("mirror of", told(store, datetime.now(UTC)))] if manifest.mirror else []),
        ("writes", f"{manifest.writes:,}"),
        ("formats", f"manifest {manifest.format}"),
    ]
    rows += [(f"size of {name}", f"{size / MEGA:,.1f} MB") for name, size in sizes(store, _cache(store, settings))]
    for name, value in rows:
        click.echo(f"{name:<26}{value or '-'}")


def _store(settings: Settings) -> Store:
    """Return the store that settings name. Raises StoreError if there is none."""
    from kg.errors import StoreError

    store = _named(settings)
    if not store.path.is_dir():
        raise StoreError(f"there is no store {store}: build one with kg build ARCHIVE --store {store}")
    return store


def _named(settings: Settings) -> Store:
    from kg.store.layout import Store

    return Store(settings.folder)


def _cache(store: Store, settings: Settings) -> Path:
    from kg.derived.artefacts import CACHE

    return Path(settings.cache) if settings.cache else store.derived(CACHE)
