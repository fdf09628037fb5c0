"""``kg load``: loads a snapshot into the SPARQL service that answers queries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import Progress, setting, store_of
from kg.errors import ConfigurationError
from kg.settings import Settings
from kg.settings import load as settings_of

if TYPE_CHECKING:
    from kg.store.layout import Store
    from kg.store.snapshot import Snapshot


@click.command()
@setting("store")
@setting("graph_store")
@setting("netrc")
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    help="Only write files into this folder for the bulk loader of the server, with the commands to run.",
)
@click.option(
    "--shards",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Load the shards that kg shards wrote to this folder, instead of the snapshot of a store.",
)
@click.option("--loaded", is_flag=True, help="The files were loaded: only verify what the service has.")
def load(files: Path | None, shards: Path | None, loaded: bool, **options: Any) -> None:
    """Load the current snapshot into a remote store, verify it there, and answer queries from it.

    The store is sparql+http(s)://HOST:PORT of a SPARQL service, or a folder that was loaded into one before. A load
    that was stopped continues where it was. With --shards, it is a graph that kg shards wrote, without any store. See
    docs/remote-stores.md.
    """
    settings = settings_of(**options)
    if shards:
        _load_shards(shards, settings)
        return
    store = store_of(settings)
    if files:
        from kg.store.service.loading import write_files

        graph, number = write_files(store, store.current(), files)
        click.echo(f"{number} files and load.sql, load.sh in {files} for the graph {graph}")
        return
    if not into_service(store, store.current(), settings, sending=not loaded):
        raise ConfigurationError("name a remote store: --store sparql+http://HOST:PORT/, see docs/remote-stores.md")


def _load_shards(folder: Path, settings: Settings) -> None:
    from kg.pipeline.shards import sending
    from kg.store.service.client import ServiceAddress, SparqlService

    if not settings.remote:
        raise ConfigurationError("name the remote store that the shards go to: --store sparql+http://HOST:PORT/")
    address = ServiceAddress.found(settings)
    with Progress("triples") as progress:
        done = sending.load(folder, SparqlService.of(address, settings), progress)
    told = f"{done.triples:,} triples are in the graph {done.graph} of {address.query} and verified"
    click.echo(f"{told}; {done.sent} of {done.parts} parts were sent", err=True)


def into_service(store: Store, snapshot: Snapshot, settings: Settings, *, sending: bool = True) -> bool:
    """Load a snapshot into the service of the settings or the store, and print this; return whether there is one."""
    from kg.store.service import loading
    from kg.store.service.client import SparqlService
    from kg.store.service.loaded import noted

    into = noted(store, settings)
    if into is None:
        return False
    service = SparqlService.of(into.address, settings)
    with Progress("triples") as progress:
        done = loading.load(store, snapshot, into, service, progress, sending=sending)
    told = f"{done.triples:,} triples of snapshot {snapshot.id} are in {into.address.query} and verified"
    click.echo(f"{told}; {done.sent} of {done.parts} parts were sent", err=True)
    return True
