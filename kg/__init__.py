"""newsgraph: from an archive of news events to a published knowledge graph.

``open`` gives an rdflib view of a store, ``graph`` the triples of an archive without any store.

The rooms, in the order in which data goes through them:

==============  =======================================================================================
``archive``     folders and git repositories -> captures of pages
``dialects``    a page -> its record, and the items that it lists; one room for each page language
``events``      items -> events, followed through time and named for good by the ledger
``places``      a title or a printed label -> the place that it names
``mapping``     records and events -> quads, and pages from their quads again
``pipeline``    all of these, month by month -> a snapshot
``shapes``      does a snapshot keep to the vocabulary's shapes, and where does what breaks them come from
``store``       the folder of a dataset: its snapshots, its ledger, its past
``enrich``      what others know about the things that events name -> a source of its own
``write``       updates and uploads -> a snapshot
``query``       SPARQL: the guard, evaluation, federation
``lookup``      descriptions, mementos, search, statistics, reconciliation
``workers``     the processes in which queries and lookups run
``publish``     dumps, differences of snapshots, the catalogue
``derived``     what is made from a snapshot and can be made again: dumps, search index, change log
``cli``         the ``kg`` command: one verb for each step
==============  =======================================================================================

Below them lie ``rdf`` (terms, IRIs, formats), ``process``, ``remote``, ``settings``, ``errors`` and ``version``. A room
imports only what lies below it; ``tests/structure`` holds the order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.version import __version__

if TYPE_CHECKING:
    from rdflib import Dataset, Graph

__all__ = ["__version__", "graph", "open"]


def open(path: str | Path) -> Dataset:  # noqa: A001
    """Open the current snapshot of the store at ``path`` as a read-only rdflib Dataset.

    Everything is in the default graph. Queries given as text run in the store's own engine. Raises
    kg.errors.StoreError if there is no finished snapshot.
    """
    from kg.rdf import rdflib_view
    from kg.store.layout import Store

    return rdflib_view.dataset(Store(Path(path)).current().open().engine)


def graph(*archives: str | Path, base: str | None = None) -> Graph:
    """Return an in-memory rdflib Graph of the triples of one or more archives, without making a store.

    ``base`` is the IRI that new IRIs are minted under. Raises kg.errors.ArchiveError if an archive cannot be read.
    """
    from kg import settings
    from kg.pipeline import run
    from kg.rdf import rdflib_view

    return rdflib_view.graph(run.quads([Path(archive) for archive in archives], settings.load(base=base)))
