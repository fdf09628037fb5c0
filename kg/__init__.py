"""newsgraph: from an archive of news events to a published knowledge graph.

``open`` gives an rdflib view of a store, ``graph`` the triples of an archive without any store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdflib import Dataset, Graph

__all__ = ["__version__", "graph", "open"]
__version__ = "0.1.0"


def open(path: str | Path) -> Dataset:  # noqa: A001
    """Open the current snapshot of the store at ``path`` as a read-only rdflib Dataset.

    Everything is in the default graph. Queries given as text run in the store's own engine. Raises
    kg.errors.StoreError if there is no finished snapshot.
    """
    from kg.rdf import rdflib_view
    from kg.store import snapshot

    return rdflib_view.dataset(snapshot.current(Path(path)).open())


def graph(*archives: str | Path, base: str | None = None) -> Graph:
    """Return an in-memory rdflib Graph of the triples of one or more archives, without making a store.

    ``base`` is the IRI that new IRIs are minted under. Raises kg.errors.ArchiveError if an archive cannot be read.
    """
    from kg import settings
    from kg.pipeline import run
    from kg.rdf import rdflib_view

    return rdflib_view.graph(run.quads([Path(archive) for archive in archives], settings.load(base=base)))
