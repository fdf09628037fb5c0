"""``kg check``: a snapshot against the shapes of the vocabulary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from kg.cli.options import setting, show, store_of, write
from kg.settings import load

if TYPE_CHECKING:
    from kg.archive.opening import Archive


@click.command()
@click.argument("archives", nargs=-1, type=click.Path(path_type=Path), metavar="[ARCHIVE...]")
@setting("store")
@setting("jobs")
@click.option(
    "--snapshot", "name", default="current", show_default=True, help="Snapshot to check: its id, or previous."
)
@click.option(
    "--format",
    "wanted",
    type=click.Choice(("text", "json", "turtle")),
    default="text",
    show_default=True,
    help="How to write the report; turtle is a SHACL validation report.",
)
@click.option("--limit", default=100, show_default=True, help="Number of violations listed for each constraint.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; standard output if not given.",
)
@click.option("--history", is_flag=True, default=None, help="Search all commits of git archives for pages.")
@setting("mapping")
@click.option(
    "--preview",
    "previewed",
    is_flag=True,
    help="Only print how the ARCHIVEs will be read and what would be lost; build nothing, open no snapshot.",
)
@click.option("--events", default=5, show_default=True, help="Number of events that a preview prints.")
def check(
    archives: tuple[Path, ...],
    previewed: bool,
    events: int,
    name: str,
    wanted: Literal["text", "json", "turtle"],
    limit: int,
    output: Path | None,
    **options: Any,
) -> None:
    """Check a snapshot against the SHACL shapes of the vocabulary; exit code 1 if it breaks any.

    Each problem is reported with the page it comes from and, given the ARCHIVEs that were built, with its line there.
    With --preview, nothing is built: the command prints how the first events of the ARCHIVEs will be read, which
    columns are not used, and what is not understood.
    """
    from kg.archive.opening import open_archive
    from kg.publish.diff import find
    from kg.shapes import check as checking
    from kg.shapes.origin import Origins

    settings = load(**options)
    history, mapping = settings.history, settings.mapping
    opened = [open_archive(root, settings.page_bytes, history=history, mapping=mapping) for root in archives]
    if previewed:
        _preview(opened, events)
        return
    chosen = find(store_of(settings), name)
    chosen.verify()  # the next step reads all of it
    graph = chosen.open()
    checked = checking.check(graph, settings.jobs, max(limit, 0))
    report = checking.report(checked, Origins(graph, opened), wanted)
    if output:
        write(output, report)
    else:
        show(report.encode())
    sys.exit(1 if checked.found else 0)


def _preview(opened: list[Archive], count: int) -> None:
    from kg.cli.preview import preview

    if not opened:
        raise click.UsageError("name the archives to preview")
    for archive in opened:
        for line in preview(archive, count):
            click.echo(line)
