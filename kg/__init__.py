"""newsgraph: from an archive of news events to a published knowledge graph.

``build`` makes a store from archives, ``open`` opens one as an rdflib dataset, ``frame`` answers a query as a data
frame, and ``graph`` returns the triples of an archive without a store. The names in ``__all__`` are the public
interface; everything else may change.

The rooms, in the order in which data goes through them:

==============  =======================================================================================
``archive``     folders and git repositories -> captures of pages
``dialects``    a page -> its record, and the items that it lists; one room for each page language
``events``      items -> events, followed through time and named for good by the ledger
``entities``    what events name -> one node each: places, persons, topics, publishers, categories, stories
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
``derived``     what is made from a snapshot and can be made again: dumps, indexes, counts, sitemaps
``cli``         the ``kg`` command: one verb for each step
==============  =======================================================================================

Below them lie ``rdf`` (terms, IRIs, formats), ``process``, ``remote``, ``settings``, ``errors`` and ``version``. A room
imports only what lies below it; ``tests/structure`` holds the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kg import errors
from kg.errors import (
    AnswerError,
    ArchiveError,
    ClientLimitError,
    ConfigurationError,
    EngineError,
    FederationError,
    FederationTimeoutError,
    FederationTooLargeError,
    FetchError,
    FormatError,
    FrameDeadlineError,
    FrameError,
    FrameTooLargeError,
    LedgerError,
    MappingError,
    MessageError,
    MirrorError,
    NewsgraphError,
    NotAcceptableError,
    NotFoundError,
    NotSupportedError,
    ParameterError,
    PatchSyntaxError,
    PipeClosedError,
    PreconditionError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooComplexError,
    QueryTooLongError,
    ReconciliationError,
    RemoteStoreError,
    RequestRefusedError,
    ResponseNotKeptError,
    ResultTooLargeError,
    ServiceBusyError,
    SnapshotGoneError,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    TemporaryFailureError,
    UpdateDatasetError,
    UpdateFailedError,
    UploadError,
    UploadTooLargeError,
    ValidationError,
    ValueRefusedError,
    WithdrawnError,
    WorkerLostError,
)
from kg.version import __version__

if TYPE_CHECKING:
    from rdflib import Dataset
    from rdflib import Graph as RdflibGraph

    from kg.dialects.base import Dialect
    from kg.dialects.entry import Attribution, Entry, Head
    from kg.dialects.item import Former, Item, Origin, Reference, StatedPlace, Tally
    from kg.dialects.publication import Publication
    from kg.dialects.record import Citation, Link, Page, Record, Unread
    from kg.pipeline.run import Built
    from kg.rdf.graph import Graph
    from kg.settings import Settings
    from kg.store.embedded import EmbeddedGraph
    from kg.store.layout import Store
    from kg.store.remote import RemoteGraph
    from kg.store.snapshot import Manifest, Snapshot

__all__ = [
    "AnswerError",
    "ArchiveError",
    "Attribution",
    "Built",
    "Citation",
    "ClientLimitError",
    "ConfigurationError",
    "Dialect",
    "EmbeddedGraph",
    "EngineError",
    "Entry",
    "FederationError",
    "FederationTimeoutError",
    "FederationTooLargeError",
    "FetchError",
    "FormatError",
    "Former",
    "FrameDeadlineError",
    "FrameError",
    "FrameTooLargeError",
    "Graph",
    "Head",
    "Item",
    "LedgerError",
    "Link",
    "Manifest",
    "MappingError",
    "MessageError",
    "MirrorError",
    "NewsgraphError",
    "NotAcceptableError",
    "NotFoundError",
    "NotSupportedError",
    "Origin",
    "Page",
    "ParameterError",
    "PatchSyntaxError",
    "PipeClosedError",
    "PreconditionError",
    "Publication",
    "QueryError",
    "QueryRefusedError",
    "QuerySyntaxError",
    "QueryTimeoutError",
    "QueryTooComplexError",
    "QueryTooLongError",
    "ReconciliationError",
    "Record",
    "Reference",
    "RemoteGraph",
    "RemoteStoreError",
    "RequestRefusedError",
    "ResponseNotKeptError",
    "ResultTooLargeError",
    "ServiceBusyError",
    "Settings",
    "Snapshot",
    "SnapshotGoneError",
    "StatedPlace",
    "Store",
    "StoreBusyError",
    "StoreDamagedError",
    "StoreError",
    "StoreFullError",
    "Tally",
    "TemporaryFailureError",
    "Unread",
    "UpdateDatasetError",
    "UpdateFailedError",
    "UploadError",
    "UploadTooLargeError",
    "ValidationError",
    "ValueRefusedError",
    "WithdrawnError",
    "WorkerLostError",
    "__version__",
    "build",
    "errors",
    "frame",
    "graph",
    "open",
    "open_store",
]

_LATER: Final = {
    "kg.dialects.base": ("Dialect",),
    "kg.dialects.entry": ("Attribution", "Entry", "Head"),
    "kg.dialects.item": ("Former", "Item", "Origin", "Reference", "StatedPlace", "Tally"),
    "kg.dialects.publication": ("Publication",),
    "kg.dialects.record": ("Citation", "Link", "Page", "Record", "Unread"),
    "kg.pipeline.run": ("Built",),
    "kg.rdf.graph": ("Graph",),
    "kg.settings": ("Settings",),
    "kg.store.embedded": ("EmbeddedGraph",),
    "kg.store.layout": ("Store",),
    "kg.store.remote": ("RemoteGraph",),
    "kg.store.snapshot": ("Manifest", "Snapshot"),
}
"""The names that are imported on first use, with their modules: importing all of them takes a second."""


def __getattr__(name: str) -> Any:
    module = next((module for module, names in _LATER.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def build(*archives: str | Path, store: str | Path = "store", force: bool = False, **settings: Any) -> Built:
    """Build a snapshot of one or more archives in the store at ``store``, and make it the current one.

    ``settings`` are fields of Settings, such as ``base`` or ``history``; the others come from the environment.
    ``force`` publishes a graph even if it breaks the shapes of the vocabulary. Returns the snapshot and the report on
    everything that was read. Raises ArchiveError, StoreError, ConfigurationError or ValidationError, and then leaves
    the store as it was.
    """
    from kg import settings as table
    from kg.pipeline import run

    return run.build(map(Path, archives), table.load(store=str(store), **settings), force=force)


def open_store(path: str | Path) -> Store:
    """Return the store in the folder ``path``, which gives access to its snapshots, their graphs and the ledger.

    Raises StoreError if it holds no finished snapshot.
    """
    from kg.store.layout import Store

    found = Store(Path(path))
    found.current()
    return found


def open(path: str | Path) -> Dataset:  # noqa: A001 - it is called kg.open
    """Open the current snapshot of the store in the folder ``path`` as a read-only rdflib Dataset.

    Everything is in the default graph. Queries given as text run in the store's own engine. Raises StoreError if there
    is not a finished snapshot.
    """
    from kg.rdf import rdflib_view

    return rdflib_view.dataset(open_store(path).current().open().engine)


def frame(
    query: str,
    values: Mapping[str, str] | None = None,
    *,
    store: str | Path = "store",
    arrow: bool = False,
    labels: bool = True,
) -> Any:
    """Return the answer to a SELECT query, or to a question of ``data/queries`` by its name, as a pandas DataFrame.

    ``values`` are the values of the parameters of a question, as people write them. Numbers, days, times (UTC) and
    truth values have Arrow types, everything else is text. A column of IRIs is followed by one with their labels,
    unless ``labels`` is False. With ``arrow``, the result is a pyarrow Table, which Polars, DuckDB and R read directly.

    It needs newsgraph[frames]. Raises NotSupportedError without it, ParameterError for an unknown question, parameter
    or value, QueryError if the query cannot be answered, StoreError if ``store`` has no finished snapshot.
    """
    from kg.lookup.exports.frame import data_frame, table

    found = table(open_store(store).current(), query, values or {}, labelled=labels)
    return found if arrow else data_frame(found)


def graph(*archives: str | Path, base: str | None = None) -> RdflibGraph:
    """Return an in-memory rdflib Graph of the triples of one or more archives, without making a store.

    ``base`` is the IRI that new IRIs are minted under. Warns of each page that cannot be read, and raises ArchiveError
    if an archive cannot.
    """
    from kg import settings
    from kg.pipeline import run
    from kg.rdf import rdflib_view

    return rdflib_view.graph(run.quads(map(Path, archives), settings.load(base=base)))
