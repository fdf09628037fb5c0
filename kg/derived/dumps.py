"""The dumps of a snapshot as artefacts, each with its SHA-256: in the cache, in the folder ``dumps``."""

from __future__ import annotations

from functools import partial
from typing import Final

from kg.derived.artefact import SnapshotFolders, WrittenArtefact
from kg.publish import dump_files
from kg.publish.dump_files import WHOLE, DumpFile, MadeDump
from kg.store.integrity import sidecar

FOLDER: Final = "dumps"


def artefact(file: DumpFile) -> WrittenArtefact:
    """Return the artefact for a dump file. A request for one waits until it is made."""
    return WrittenArtefact(
        name=f"{FOLDER}/{file.name}",
        file=f"{FOLDER}/{file.name}",
        title="the dump",
        busy="the dump is being made; try again in a minute, or have GET wait for it",
        group=FOLDER,
        patience=600,
        retry_after=5,
        write=partial(_write, file),
    )


def named(name: str) -> WrittenArtefact | None:
    """Return the artefact with this name, or None if there is no such dump."""
    folder, _, rest = name.partition("/")
    file = dump_files.named(rest) if folder == FOLDER else None
    return artefact(file) if file else None


def made(place: SnapshotFolders) -> list[MadeDump]:
    """Return the dump files made from a snapshot, sorted by the names of their checksums."""
    found = []
    for path in sorted((place.folder / FOLDER).glob(f"{dump_files.NAME}*"), key=sidecar.beside):
        file = dump_files.named(path.name)
        if file and sidecar.beside(path).exists():
            found.append(MadeDump(file, path.stat().st_size, sidecar.checksum(path)))
    return found


def _write(file: DumpFile, place: SnapshotFolders) -> str:
    whole = artefact(WHOLE)
    known = whole.path(place) if whole.ready(place) and whole.sound(place) else None
    return dump_files.make(place.store, place.snapshot, file, place.folder / FOLDER, known).sha256
