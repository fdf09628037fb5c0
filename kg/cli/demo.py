"""``kg demo``: builds and serves the sample that is installed with newsgraph."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import click

from kg.cli import serve
from kg.cli.options import setting
from kg.errors import StoreError
from kg.settings import Settings, load
from kg.version import data_folder

SAMPLE = ("seed", "sample")
TUTORIAL = ("events.csv", "events.toml")


@click.command()
@setting("host")
@setting("port")
@click.option("--store", type=click.Path(path_type=Path), help="Folder for the store; by default a temporary one.")
@click.option(
    "--table",
    type=click.Path(file_okay=False, path_type=Path),
    help="Only write the table of the tutorial and its mapping into this folder.",
)
def demo(host: str | None, port: int | None, store: Path | None, table: Path | None) -> None:
    """Build the sample that comes with newsgraph, and serve it until Ctrl-C."""
    if table:
        _write_table(table)
        return
    with ExitStack() as stack:
        folder = store or Path(stack.enter_context(TemporaryDirectory(prefix="newsgraph-demo-"))) / "store"
        _build_and_serve(load(host=host, port=port, store=str(folder)))


def _write_table(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in TUTORIAL:
            if (folder / name).exists():
                raise StoreError(f"{folder / name} exists already: name another folder")
            copyfile(data_folder("tutorial") / name, folder / name)
            click.echo(f"wrote {folder / name}")
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error


def _build_and_serve(settings: Settings) -> None:
    from kg.pipeline.run import build
    from kg.process.parallel import expect_objects

    expect_objects()
    click.echo("building the sample ...")
    built = build(map(data_folder, SAMPLE), settings)
    click.echo(f"... {built.report['counts']['events']:,} events in {built.report['seconds']} seconds")
    serve.run(settings)
