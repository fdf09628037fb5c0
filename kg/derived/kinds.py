"""All artefacts by name."""

from __future__ import annotations

from typing import Final

from kg.derived import dumps
from kg.derived.artefact import Artefact, GatheredArtefact, SnapshotFolders, WrittenArtefact
from kg.derived.changes import CHANGES
from kg.derived.hash_tree import HASHES
from kg.errors import NotFoundError
from kg.events import ledger_file
from kg.lookup.listing.index import Index
from kg.lookup.sitemap import Documents
from kg.lookup.statistics import Statistics
from kg.store import layout
from kg.store.integrity import sidecar

SEARCH: Final = GatheredArtefact(
    name="search",
    file="search-4.sqlite",
    title="the search index",
    busy="the search index is being made; try again in a few seconds",
    group="search",
    begin=lambda _: Index(),
)
STATISTICS: Final = GatheredArtefact(
    name="statistics",
    file="statistics-2.json",
    title="the statistics",
    busy="the catalogue is being made; try again in a minute",
    group="statistics",
    patience=10,
    retry_after=5,
    begin=lambda _: Statistics(),
)
SITEMAPS: Final = GatheredArtefact(
    name="sitemaps",
    file="sitemaps-1.sqlite",
    title="the sitemaps",
    busy="the sitemaps are being made; try again in a few seconds",
    group="sitemaps",
    patience=10,
    begin=lambda place: Documents(place.snapshot.manifest.base),
)


def _ledger(place: SnapshotFolders) -> str:
    path = LEDGER.path(place)
    ledger_file.export(place.store.ledger, str(path))
    return sidecar.digest(path)


LEDGER: Final = WrittenArtefact(
    name="ledger",
    file=layout.LEDGER,
    title="the copy of the ledger",
    busy="the ledger is being copied; try again in a few seconds",
    group="ledger",
    patience=10,
    write=_ledger,
)

PREPARED: Final[tuple[GatheredArtefact, ...]] = (SEARCH, STATISTICS, SITEMAPS, HASHES, CHANGES)
"""The artefacts made for each snapshot in advance, in one pass over its graph."""


def named(name: str) -> Artefact:
    """Return the artefact with a name. Raises NotFoundError if there is none."""
    found = next((one for one in (*PREPARED, LEDGER) if one.name == name), None) or dumps.named(name)
    if found is None:
        raise NotFoundError(f"no artefact is called {name[:100]!r}")
    return found
