"""``kg build``: archives to a snapshot."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import Progress, setting, write
from kg.settings import Settings, load

if TYPE_CHECKING:
    from kg.store.snapshot import Snapshot


@click.command()
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVE...")
@setting("store")
@setting("graph_store")
@setting("netrc")
@setting("ledger")
@setting("base")
@setting("jobs")
@setting("workers")
@setting("scheduler")
@setting("language")
@click.option(
    "--history",
    is_flag=True,
    default=None,
    help="Read all commits of git archives, which gives events their revisions.",
)
@setting("as_of")
@setting("mapping")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all counts, and each line that was not understood, to this file as JSON.",
)
@click.option(
    "--no-derived",
    is_flag=True,
    help="Leave the search index, the statistics, the sitemaps and the change log to the server.",
)
@setting("cache")
@click.option("--force", is_flag=True, help="Publish the graph even if it breaks shapes; its manifest says so.")
def build(archives: tuple[Path, ...], report: Path | None, no_derived: bool, force: bool, **options: Any) -> None:
    """Read archives and make a new snapshot of the store, which becomes the current one.

    ARCHIVE is a folder of pages, a git repository, which is read at its newest commit, a tar or zip, or a file for
    which there is a reader, such as a table with a mapping beside it. With --as-of, the snapshot shows git repositories
    as they were at that time, and is kept for good beside the current one.
    """
    from kg.pipeline import run as building
    from kg.pipeline.report import summary
    from kg.process.parallel import expect_objects

    expect_objects()
    settings = load(**options)
    with Progress() as progress:
        ready = partial(_prepare, settings, derives=not no_derived)
        built = building.build(archives, settings, progress, force=force, ready=ready)
    click.echo(summary(built.snapshot.manifest, built.report))
    if report:
        write(report, json.dumps(built.report, indent=1, ensure_ascii=False) + "\n")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVE...")
@setting("store")
@setting("ledger")
@setting("base")
@setting("jobs")
@setting("workers")
@setting("scheduler")
@setting("language")
@click.option("--history", is_flag=True, default=None, help="Read git archives through all their commits.")
@setting("mapping")
def shards(folder: Path, archives: tuple[Path, ...], **options: Any) -> None:
    """Write the graph of archives to DIR as sorted N-Triples, by month, for any engine to load.

    ARCHIVE is what kg build takes. What many months name, such as sources, is divided by hash. Ledger and kept months
    are those of the store, if there is one, in which nothing is changed; what others wrote there is not in the files.
    The ledger is written to DIR, and --ledger only read.
    """
    from kg.pipeline.shards import folder as writing
    from kg.process.parallel import expect_objects

    expect_objects()
    with Progress() as progress:
        manifest = writing.write(archives, load(**options), folder, progress)
    click.echo(f"{manifest['triples']:,} triples in {len(manifest['shards']):,} files in {folder}")


def _prepare(settings: Settings, source: Snapshot, *, derives: bool) -> None:
    """Load a snapshot into the remote store, if there is one, and make its artefacts."""
    from kg.cli.keeping.load import into_service
    from kg.store.layout import Store

    into_service(Store(settings.folder), source, settings)
    if derives:
        _derive(settings, source)


def _derive(settings: Settings, source: Snapshot) -> None:
    """Make the artefacts that visitors would otherwise wait for; warn of failures, and leave those to the server."""
    from kg.derived.artefacts import Artefacts
    from kg.derived.kinds import PREPARED

    started = monotonic()
    click.echo(f"making {', '.join(one.title for one in PREPARED)} ...", err=True)
    artefacts = Artefacts.of(settings)
    failures = [error for job in artefacts.prepare(PREPARED, source) if (error := job.result())]
    if failures and artefacts.place(source).is_gone:
        click.echo(f"... snapshot {source.id} is kept no longer: nothing is made from it", err=True)
    else:
        for error in failures:
            click.echo(f"kg: warning: {error}", err=True)
    click.echo(f"... in {monotonic() - started:.1f} seconds", err=True)
