"""The changes that writes made to the graph of a build, from their log (see kg.write.log)."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, Final

from pyoxigraph import RdfFormat

from kg.errors import PatchSyntaxError, StoreDamagedError
from kg.rdf.lines import patch, statements
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

SUFFIX: Final = ".rdfp"
PENDING: Final = ".pending"
CHECKSUM: Final = re.compile(rb'H sha256 "([0-9a-f]{64})" \.\n')
"""The first line of a patch, with the SHA-256 of what follows; those of earlier versions begin differently."""
LOG_BYTES: Final = 32_000_000
"""The largest total size of patches held in memory."""


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """The net effect of many writes: sorted lines of N-Quads removed from the graph, and added to it.

    Lines that writes added and removed again are in neither. ``back`` are lines that writes removed first, and added in
    the end: if a later write removes one, it must stay removed, since a build may make it too.
    """

    gone: frozenset[bytes] = frozenset()
    fresh: tuple[bytes, ...] = ()
    back: frozenset[bytes] = frozenset()

    @property
    def default_graph(self) -> WrittenLines:
        """The part about the default graph."""
        fresh = (line for line in self.fresh if statements.graph(line) is None)
        return WrittenLines(self.gone, tuple(fresh), self.back)


def logged(store: Store) -> list[Path]:
    """Return the patches of all confirmed writes, oldest first."""
    return _covering(_listed(store.writes, (SUFFIX,)))


def numbers(file: Path) -> tuple[int, int]:
    """Return the numbers of the first and last write in a patch; most have one."""
    first, _, last = file.stem.partition("-")
    return int(first), int(last or first)


def _covering(files: Iterable[Path]) -> list[Path]:
    """Return patches in order, without those replaced by a combined one."""
    found: list[Path] = []
    for file in sorted(files, key=lambda one: (numbers(one)[0], -numbers(one)[1])):
        if not found or numbers(file)[1] > numbers(found[-1])[1]:
            found.append(file)
    return found


def begun(store: Store) -> list[Path]:
    """Return the patches of all writes, oldest first; one is pending while its snapshot is about to become current."""
    return _covering(_listed(store.writes, (SUFFIX, PENDING)))


def _listed(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files of a folder with some suffixes, listed again until nothing changes in between.

    Confirming a write renames its patch, and combining patches replaces them by one: a single listing may show neither
    the old name nor the new one.
    """
    before: set[Path] | None = None
    while before != (now := {file for file in folder.glob("*") if file.suffix in suffixes}):
        before = now
    return list(now)


def since_build(store: Store, snapshot: Snapshot) -> WrittenLines | None:
    """Return the changes of a snapshot's writes to what was built from archives.

    Returns None if the log is incomplete, cannot be read, or is larger than LOG_BYTES.
    """
    last = snapshot.manifest.writes
    try:
        files = [file for file in begun(store) if numbers(file)[1] <= last]
        if _next(files) != last + 1 or sum(file.stat().st_size for file in files) > LOG_BYTES:
            return None
        return together(files)
    except (OSError, ValueError, StoreDamagedError, PatchSyntaxError):
        return None


def _next(files: Iterable[Path]) -> int:
    """Return the number of the write after those of some patches. Raises StoreDamagedError if one is missing."""
    following = 1
    for file in files:
        first, last = numbers(file)
        if first > following:
            raise StoreDamagedError(f"the write {following} is missing in {file.parent}")
        following = last + 1
    return following


def check(store: Store, last: int, *, whole: bool) -> None:
    """Check that all writes up to number ``last`` exist, and read them for the ``whole`` check.

    Others may write meanwhile. Raises StoreDamagedError if one is missing or has other bytes than were written,
    PatchSyntaxError if one of an earlier version, which has no checksum, cannot be read.
    """
    try:
        files = begun(store)
    except ValueError:
        raise StoreDamagedError(f"a file in {store.writes} has no number") from None
    if _next(files) <= last:
        raise StoreDamagedError(f"the write {_next(files)} is missing in {store.writes}")
    for file in files if whole else ():
        with suppress(FileNotFoundError):  # it was combined with others, or its write was not made after all
            read(file)


def read(file: Path) -> patch.Patch:
    """Return a patch of the log.

    Raises StoreDamagedError if it has other bytes than were written, PatchSyntaxError if it has no checksum and cannot
    be read either.
    """
    with file.open("rb") as lines:
        signed = CHECKSUM.fullmatch(first := lines.readline())
        if signed and hashlib.file_digest(lines, "sha256").hexdigest().encode() != signed[1]:
            raise StoreDamagedError(f"{file} has other bytes than were written")
        lines.seek(0 if signed is None else len(first))
        return patch.read(lines)


def header(file: Path) -> Mapping[str, Any]:
    """Return the header of a patch, terms by their words, without reading its rows."""
    with file.open("rb") as lines:
        return patch.read(takewhile(lambda line: line.startswith((b"H ", b"#")), lines)).header


def together(files: Iterable[Path]) -> WrittenLines:
    """Return the net effect of the patches in some files, computed in memory. Raises the errors of ``read``."""
    # Graphs in memory, since the engine spells some literals differently from a patch.
    removed, present = EmbeddedGraph(), EmbeddedGraph()
    for file in files:
        for row in chain.from_iterable(read(file).transactions):
            if row.adds:
                present.add(row.quad)
            else:
                if row.quad not in present:
                    removed.add(row.quad)  # of a build; what only writes added is forgotten
                present.remove(row.quad)
    fresh, gone = frozenset(_lines(present)), frozenset(_lines(removed))
    return WrittenLines(gone - fresh, tuple(sorted(fresh)), gone & fresh)


def _lines(graph: EmbeddedGraph) -> Iterator[bytes]:
    text = io.BytesIO()
    graph.dump(text, RdfFormat.N_QUADS)
    text.seek(0)
    return iter(text)
