"""``kg check``: a snapshot against the shapes of the vocabulary."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import click

from kg.cli.options import setting, show, store_of, write
from kg.settings import load


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
@click.option("--limit", default=100, show_default=True, help="Violations of one constraint that are listed.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; standard output if not given.",
)
@click.option("--history", is_flag=True, default=None, help="Look for pages in all commits of git archives.")
def check(
    archives: tuple[Path, ...],
    name: str,
    wanted: Literal["text", "json", "turtle"],
    limit: int,
    output: Path | None,
    **options: Any,
) -> None:
    """Check a snapshot against the SHACL shapes of the vocabulary; exit code 1 if it breaks any.

    Each problem is told with the page it comes from. With the ARCHIVEs that were built, also with its line there.
    """
    from kg.archive.opening import open_archive
    from kg.publish.diff import find
    from kg.shapes import check as checking
    from kg.shapes.origin import Origins

    settings = load(**options)
    history, mapping = settings.history, settings.mapping
    opened = [open_archive(root, settings.page_bytes, history=history, mapping=mapping) for root in archives]
    graph = find(store_of(settings), name).open()
    checked = checking.check(graph, settings.jobs, max(limit, 0))
    report = checking.report(checked, Origins(graph, opened), wanted)
    if output:
        write(output, report)
    else:
        show(report.encode())
    sys.exit(1 if checked.found else 0)
