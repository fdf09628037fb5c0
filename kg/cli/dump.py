"""``kg dump``: the graph, or a part of it, to a file, or a folder of dumps to publish."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kg.cli.options import graph_format, setting, store_of
from kg.errors import ConfigurationError
from kg.settings import Settings, load

if TYPE_CHECKING:
    from kg.derived.hash_tree import ResourceHashes
    from kg.publish.dump_parts import Part
    from kg.publish.ro_crate import CrateFile

HASHES: Final = "hashes.txt"
OTHERS: Final = {
    "": ("text/plain", "The SHA-256 of each dump, as sha256sum --check reads it"),
    ".tsv": ("text/tab-separated-values", "The ledger, with which the same archive gives the same IRIs again"),
    ".txt": ("text/plain", "The root of the hash tree of the graph: its SHA-256 stands for all that the graph says"),
    ".ttl": ("text/turtle", "The catalogue of the snapshot and its dumps, in DCAT and VoID"),
}
"""The files of a release other than dumps, by suffix: their media type and description."""
PARTS: Final[tuple[Part, ...]] = ("core", "captures", "enrichment")


@click.command()
@setting("store")
@graph_format("Format of the dump.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, gzipped if its name ends in .gz; standard output if not given.",
)
@click.option("--part", type=click.Choice(PARTS), help="Only this part of the graph.")
@click.option("--year", type=click.IntRange(1, 9999), help="Only the events of this year, and what they name.")
@click.option("--since", metavar="SNAPSHOT", help="Only resources whose description differs from this older snapshot.")
@click.option(
    "--release",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to fill with everything to publish: the whole, the parts, the years and the tables, their checksums, "
    "the ledger, a catalogue, and an RO-Crate.",
)
@setting("publisher")
@setting("contact")
def dump(
    name: str,
    output: Path | None,
    part: Part | None,
    year: int | None,
    since: str | None,
    release: Path | None,
    **options: Any,
) -> None:
    """Write the whole graph, or the part that the options select, to one sorted file.

    The same graph gives the same bytes. SNAPSHOT is the id of a snapshot, the beginning of one, or the word previous.
    """
    from kg.publish import dump as dumping
    from kg.publish.diff import find
    from kg.publish.dump_parts import Selection
    from kg.rdf.formats import by_name

    settings = load(**options)
    if release:
        if output or part or year or since:
            raise click.UsageError("--release takes none of --output, --part, --year and --since")
        _release(settings, release)
        return
    store = store_of(settings)
    current = store.current()
    current.verify()  # the next step reads all of it
    selection = Selection(current.manifest.base, part, year, find(store, since).database if since else None)
    if output:
        dumping.dump(store, current, by_name(name), output, selection)
    else:
        dumping.write(store, current, by_name(name), sys.stdout.buffer, selection)


def _release(settings: Settings, folder: Path) -> None:
    from kg.derived.hash_tree import ResourceHashes
    from kg.events import ledger_file
    from kg.lookup.statistics import Statistics
    from kg.publish import catalog_represent, dump_files, ro_crate
    from kg.publish.catalog import Catalog, quads
    from kg.publish.catalog_texts import Publisher
    from kg.publish.dump import SUMS
    from kg.publish.dump_files import DumpFile
    from kg.rdf.formats import by_name
    from kg.store import shards

    store = store_of(settings)
    current = store.current()
    current.verify()
    counting, hashing = Statistics(), ResourceHashes(current)
    shards.gather(store, current, [counting, hashing])
    counted = counting.counted()
    years = [DumpFile(by_name("turtle"), year=int(year)) for year, _ in counted["years"]]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = dump_files.release(store, current, folder, [*dump_files.published(current.manifest), *years])
        ledger_file.export(store.ledger, str(folder / store.ledger.name))
        publisher = Publisher(settings.publisher, settings.contact)
        root = _root(hashing, folder)
        described = quads(Catalog(current.manifest, counted, tuple(made), publisher, root=root))
        catalogue = folder / "catalog.ttl"
        catalogue.write_bytes(catalog_represent.represent(described, by_name("turtle")))
        others = map(_other, (folder / SUMS, folder / store.ledger.name, folder / HASHES, catalogue))
        files = [*map(ro_crate.CrateFile.of, made), *others]
        crate = ro_crate.ro_crate(current.manifest, publisher, files)
        (folder / ro_crate.FILE).write_text(crate, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written: {error.strerror}") from error
    for one in made:
        click.echo(f"{one.size:>14,}  {one.file.name}")


def _root(hashing: ResourceHashes, folder: Path) -> str:
    """Write the root of a hash tree into a folder, and return its hash."""
    from kg.derived import hash_tree

    draft = folder / f".{HASHES}"
    try:
        hashing.write(draft)
        with hash_tree.opened(draft) as tree:
            (folder / HASHES).write_bytes(tree.text(""))
            return tree.root
    finally:
        draft.unlink(missing_ok=True)


def _other(path: Path) -> CrateFile:
    from kg.publish.ro_crate import CrateFile
    from kg.store import snapshot

    media_type, what = OTHERS[path.suffix]
    found = snapshot.checksum(path)
    return CrateFile(path.name, what, media_type, found["bytes"], found["sha256"])
