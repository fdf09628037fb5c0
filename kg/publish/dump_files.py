"""The files that dumps are published as: their names, and a folder of them with checksums."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from kg.publish import diff, dump
from kg.publish.dump import SUMS
from kg.publish.dump_parts import PARTS, Part, Selection
from kg.publish.tables import package, writing
from kg.rdf.formats import RDF_FORMATS, Format, by_name, by_suffix
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot

NAME: Final = "newsgraph"
PATCH: Final = Format("patch", "application/rdf-patch", "rdfp", "dataset", "RDF Patch")
TABLES: Final = Format("tables", "application/zip", "zip", "dataset", "tables (Parquet and CSV, zipped)")
FORMATS: Final = (*RDF_FORMATS, PATCH, TABLES)
OTHERS: Final = {one.suffix: one for one in (PATCH, TABLES)}
"""The non-RDF formats, by suffix."""
_FILE: Final = re.compile(
    rf"{NAME}(?:-({'|'.join(PARTS)}))?(?:-(\d{{4}}))?(?:-since-(\d{{8}}T\d{{12}}Z))?\.([a-z]+)(\.gz)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class DumpFile:
    """One file: its format, whether it is gzipped, and what it holds; ``since`` is the id of a snapshot."""

    format: Format
    packed: bool = True
    part: Part | None = None
    year: int | None = None
    since: str | None = None

    @property
    def name(self) -> str:
        """Name of the file, such as ``newsgraph-core-2011.ttl.gz``."""
        year = None if self.year is None else f"{self.year:04d}"
        since = None if self.since is None else f"since-{self.since}"
        stem = "-".join(filter(None, (NAME, self.part, year, since)))
        return f"{stem}.{self.format.suffix}{'.gz' if self.packed else ''}"


@dataclass(frozen=True, slots=True)
class MadeDump:
    """A finished file: its size in bytes and SHA-256."""

    file: DumpFile
    size: int
    sha256: str


WHOLE: Final = DumpFile(by_name("nquads"))
"""The file from which the others can be made without reading the database again."""


def parts(manifest: Manifest) -> list[Part]:
    """Return the parts of a snapshot: ``enrichment`` only if there are answers from elsewhere."""
    return [part for part in PARTS if part != "enrichment" or manifest.counts.get("enriched")]


def published(manifest: Manifest) -> list[DumpFile]:
    """Return the files that are made for each snapshot in advance: the whole, its parts, tables."""
    formats = (by_name("turtle"), by_name("ntriples"))
    tables = [DumpFile(TABLES, packed=False)] if writing.is_possible() else []
    return [WHOLE, *(DumpFile(one, part=part) for part in (None, *parts(manifest)) for one in formats), *tables]


def named(name: str) -> DumpFile | None:
    """Return the file with this name, or None if there is no such dump."""
    match = _FILE.fullmatch(name)
    if not match:
        return None
    part, year, since, suffix, packed = match.groups()
    format_ = OTHERS.get(suffix) or by_suffix(suffix)
    if format_ is None or (format_.rdf is None and format_.suffix not in OTHERS):
        return None
    if format_ == TABLES and (since or part or year or packed):
        return None
    if format_ == PATCH and (since is None or part or year):
        return None
    return DumpFile(format_, packed is not None, cast("Part | None", part), int(year) if year else None, since)


def make(store: Store, source: Snapshot, file: DumpFile, folder: Path, whole: Path | None = None) -> MadeDump:
    """Write one file of a snapshot of ``store`` into a folder, where it appears when it is complete.

    ``whole`` may name the file WHOLE of the same snapshot. Raises NotFoundError if the snapshot has nothing of the part
    or the year, StoreError if it, or the one that ``since`` names, is not there or cannot be read, or if the file
    cannot be written, and NotSupportedError if tables cannot be.
    """
    output = folder / file.name
    since = diff.find(store, file.since).database if file.since and file.format != PATCH else None
    selection = Selection(source.manifest.base, file.part, file.year, since)
    with dump.replacing(output) as target, dump.packed(target, output) as writable:
        if file.format == PATCH:
            diff.write_patch(store, str(file.since), source.id, writable)
        elif file.format == TABLES:
            package.write(store, source, writable, folder)
        else:
            dump.write(store, source, file.format, writable, selection, whole=whole)
    found = snapshot.checksum(output)
    return MadeDump(file, found["bytes"], found["sha256"])


def sums(made: list[MadeDump]) -> str:
    """Return the SHA-256 sums of files, one on each line, for ``sha256sum --check``."""
    return "".join(f"{one.sha256}  {one.file.name}\n" for one in sorted(made, key=lambda one: one.file.name))


def release(store: Store, source: Snapshot, folder: Path, files: list[DumpFile]) -> list[MadeDump]:
    """Write files of a snapshot, and their sums, into an existing folder.

    The file WHOLE is made as well. Raises the errors of ``make``.
    """
    first = make(store, source, WHOLE, folder)
    whole = folder / WHOLE.name
    made = [first, *(make(store, source, one, folder, whole) for one in files if one != WHOLE)]
    with dump.replacing(folder / SUMS) as file:
        file.write(sums(made).encode())
    return made
