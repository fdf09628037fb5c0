"""``kg snapshots``, ``rollback``, ``prune``, ``backup`` and ``restore``: the snapshots of a store, and backups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import setting, store_of
from kg.settings import load


@click.command()
@setting("store")
def snapshots(**options: Any) -> None:
    """List the snapshots of a store: the current one (*), older ones, pinned ones, and those of the past."""
    from kg.errors import StoreError
    from kg.store import snapshot

    store = store_of(load(**options))
    current, pinned = Path(store.target).name, store.pinned()
    for folder in [*store.snapshots(), *store.past_folders()]:
        mark = "*" if folder.name == current else " "
        try:
            one = snapshot.read(folder)
            one.check()
        except StoreError as error:
            if snapshot.manifest_file(folder).exists():  # else it was removed meanwhile
                click.echo(f"{mark} {folder.name}  damaged: {error}")
            continue
        said = one.manifest
        kind = f"as of {said.as_of}" if said.as_of else (f"write {said.writes}" if said.build else "build")
        size = sum(file["bytes"] for file in said.files.values()) / 1_000_000
        triples = said.counts.get("triples", 0)
        line = f"{mark} {folder.name}  {said.created}  {kind:<12} {triples:>12,} triples {size:>9,.1f} MB"
        click.echo(f"{line}  pinned" if one.id in pinned else line)


@click.command()
@click.argument("name", default="", metavar="[SNAPSHOT]")
@setting("store")
def rollback(name: str, **options: Any) -> None:
    """Make an older snapshot current after verifying all of it: SNAPSHOT, or the newest one that is whole.

    A running server answers from it at once. Later writes are set aside and kept as files in the store.
    """
    from kg.write import rollback as going_back

    chosen, undone = going_back.rollback(store_of(load(**options)), name)
    click.echo(f"snapshot {chosen.id} is current")
    for file in undone:
        click.echo(f"undone, and kept as {file}")


@click.command()
@setting("store")
@setting("cache")
@setting("keep_snapshots")
def prune(**options: Any) -> None:
    """Remove old snapshots, files made from them, and leftovers of killed builds; combine old writes."""
    from kg.derived.artefacts import Artefacts
    from kg.store import space
    from kg.write import log

    settings = load(**options)
    store = store_of(settings)
    before = space.free(store.path)
    for name in store.prune(settings.keep_snapshots):
        click.echo(f"removed snapshot {name}")
    with store.drafting():
        together = log.compact(store)
    if together:
        click.echo(f"put {together} patches of writes together")
    Artefacts.of(settings).forget()
    click.echo(f"{max(0, space.free(store.path) - before) / 1_000_000:,.1f} MB are free again")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@setting("store")
def backup(file: Path, **options: Any) -> None:
    """Write everything in a store that cannot be made again to FILE, a tar archive, gzipped if its name ends in .gz.

    The backup shows one moment even if the store is read and written meanwhile, and is read again to verify it. Of a
    remote store it has all but the copy of the graph in the service.
    """
    from kg.store.backup import archive
    from kg.store.service.loaded import LoadedGraphs

    store = store_of(load(**options))
    current, remote = archive.write(store, file), LoadedGraphs.read(store)
    click.echo(f"{file} has snapshot {current.id}: {file.stat().st_size / 1_000_000:,.1f} MB, verified")
    if remote:
        told = f"the graph in {remote.address.query} is not in it, and is loaded from what is restored"
        click.echo(f"{told}: kg load --store sparql+… --store-folder STORE", err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@setting("store")
def restore(file: Path, **options: Any) -> None:
    """Make a new store from the backup FILE, and verify each of its files."""
    from kg.store.backup import archive
    from kg.store.layout import Store

    store = Store(load(**options).folder)
    click.echo(f"{store} has snapshot {archive.restore(file, store)}: kg serve --store {store}")
