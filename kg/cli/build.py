"""``kg build``: archives to a snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kg.cli.options import Progress, setting, write
from kg.settings import load


@click.command()
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ARCHIVE...")
@setting("store")
@setting("ledger")
@setting("base")
@setting("jobs")
@setting("language")
@click.option(
    "--history",
    is_flag=True,
    default=None,
    help="Read git archives through all their commits, which gives events their revisions.",
)
@setting("as_of")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all that was counted, and each line not understood, to this file as JSON.",
)
@click.option("--force", is_flag=True, help="Publish the graph even if it breaks shapes; its manifest says so.")
def build(archives: tuple[Path, ...], report: Path | None, force: bool, **options: Any) -> None:
    """Read archives and make a new snapshot of the store, which becomes the current one.

    ARCHIVE is a folder of pages, or a git repository, which is read at its newest commit. With --as-of, the snapshot
    shows git repositories as they were at that time, and is kept beside the current one, for good.
    """
    from kg.pipeline import run as building
    from kg.pipeline.report import summary

    with Progress() as progress:
        built = building.build(archives, load(**options), progress, force=force)
    click.echo(summary(built.snapshot.manifest, built.report))
    if report:
        write(report, json.dumps(built.report, indent=1, ensure_ascii=False) + "\n")
