"""``kg export``: the graph as tables for data frames and SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli.options import setting, store_of
from kg.settings import load


@click.command()
@setting("store")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path, **options: Any) -> None:
    """Write events, revisions, places, sources and the rest to FOLDER as tables, in Parquet and CSV.

    The folder also gets descriptions (Frictionless, Croissant), questions in SQL, and checksums. This needs
    newsgraph[tables].
    """
    from kg.publish.tables.export import export as export_tables

    store = store_of(load(**options))
    for one in export_tables(store, store.current(), folder):
        rows = "" if one.rows is None else f"{one.rows:>12,} rows"
        click.echo(f"{one.size:>14,}  {one.name:<26}{rows}".rstrip())
