"""What writes have changed in the graph that a build made, from the log of them (see kg.write.log)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat

from kg.errors import PatchSyntaxError
from kg.rdf.lines import patch, statements
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

SUFFIX: Final = ".rdfp"
PENDING: Final = ".pending"
LOG_BYTES: Final = 32_000_000
"""How large the patches may be altogether that are held in memory."""


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """What many writes come to: lines of N-Quads that the graph has no more, and those that it has besides, sorted."""

    gone: frozenset[bytes] = frozenset()
    fresh: tuple[bytes, ...] = ()

    @property
    def default_graph(self) -> WrittenLines:
        """What of it is about the default graph."""
        fresh = (line for line in self.fresh if statements.graph(line) is None)
        return WrittenLines(self.gone, tuple(fresh))


def logged(store: Store) -> list[Path]:
    """Return the patches of all writes that were answered, the oldest first."""
    return sorted(store.writes.glob(f"*{SUFFIX}"))


def since_build(store: Store, snapshot: Snapshot) -> WrittenLines | None:
    """Return what the writes that a snapshot has changed in what was built of archives.

    None if the log is not there as a whole, or cannot be read, or is larger than LOG_BYTES.
    """
    last = snapshot.manifest.writes
    files = [file for file in _begun(store) if int(file.stem) <= last]
    try:
        if len(files) != last or sum(file.stat().st_size for file in files) > LOG_BYTES:
            return None
        return _together(files)
    except (OSError, PatchSyntaxError):
        return None


def _begun(store: Store) -> Iterable[Path]:
    """Return the patches of all writes, the oldest first; one is pending while its snapshot is about to be current."""
    return sorted((*logged(store), *store.writes.glob(f"*{PENDING}")), key=lambda file: file.stem)


def _together(files: Iterable[Path]) -> WrittenLines:
    # Graphs in memory, since the engine spells some literals in another way than a patch does.
    gone, fresh = EmbeddedGraph(), EmbeddedGraph()
    for file in files:
        with file.open("rb") as lines:
            for row in chain.from_iterable(patch.read(lines).transactions):
                there, away = (fresh, gone) if row.adds else (gone, fresh)
                there.add(row.quad)
                away.remove(row.quad)
    return WrittenLines(frozenset(_lines(gone)), tuple(sorted(_lines(fresh))))


def _lines(graph: EmbeddedGraph) -> Iterator[bytes]:
    text = io.BytesIO()
    graph.dump(text, RdfFormat.N_QUADS)
    text.seek(0)
    return iter(text)
