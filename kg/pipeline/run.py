"""Builds a snapshot: reads pages in several processes, writes their quads as N-Triples, and bulk-loads them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any

import vocab
from kg.archive.opening import Archive, open_archive
from kg.dialects import registry
from kg.enrich import adopt, source
from kg.enrich.adopt import Adopted
from kg.enrich.redirects import redirects
from kg.entities.aliases import Redirect
from kg.entities.candidates import candidates
from kg.entities.publishers import hosts
from kg.errors import ConfigurationError, PatchSyntaxError, StoreError
from kg.events.ledger import Ledger
from kg.pipeline import kept_months, plan, quarantine, renaming
from kg.pipeline.build_ledger import BuildLedger
from kg.pipeline.load import Loading
from kg.pipeline.outcome import Outcome, Quarantined
from kg.pipeline.quarantine import Faults
from kg.pipeline.report import report
from kg.pipeline.shards.cluster import scheduling
from kg.pipeline.shards.drawing import Drawing, MonthPages, Progress, ShardedGraph, dataset_nodes
from kg.pipeline.whole import Whole
from kg.process.jobs import Scheduler
from kg.rdf import Quad
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.shapes import check
from kg.shapes.check import CheckResult
from kg.shapes.origin import Origins
from kg.store import shards, snapshot, space
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.past import instant, text
from kg.store.snapshot import Manifest, Snapshot
from kg.store.written import logged
from kg.version import __version__
from kg.write import log


@dataclass(frozen=True)
class Built:
    """A finished build: its snapshot, and the report on everything that was read."""

    snapshot: Snapshot
    report: dict[str, Any] = field(default_factory=dict)


def build(
    roots: Iterable[Path],
    settings: Settings,
    progress: Progress = lambda done, total: None,
    *,
    force: bool = False,
    ready: Callable[[Snapshot], None] = lambda made: None,
) -> Built:
    """Build a snapshot of the archives at ``roots`` in the store and make it current, after calling ``ready`` with it.

    With ``settings.as_of``, it shows the archives as they were at that time, and is kept beside the current one.
    ``progress`` is called with the number of days read, and of all days. ``force`` publishes a graph even if it breaks
    the shapes of the vocabulary. Raises ArchiveError, StoreError, ConfigurationError or ValidationError, and then
    leaves the store as it was.
    """
    started = monotonic()
    store = Store(settings.folder)
    past = instant(settings.as_of) if settings.as_of else None
    archives = opened(roots, settings, past, store.kept_months)
    check_base(store, settings.base)
    if past:
        store.current()  # the ledger of the present knows the events by their first wordings
    space.require(store, space.for_build(store, settings.free_bytes))
    with store.drafting() as draft, snapshot.scratch(draft) as scratch:
        with scheduling(settings) as scheduler:
            drawn = _draw(store, draft, archives, scratch, settings, scheduler, progress, force=force)
        ledger, graph, checked = drawn.ledger, drawn.graph, drawn.checked
        check.judge(checked, store, draft, archives, force=force)
        found = _reported(drawn, archives, settings.base, started)
        # Writes by others cannot stop a build.
        last_write = _replay(store, draft, found["counts"]) if past is None else 0
        found["seconds"] = round(monotonic() - started, 1)
        (snapshot.report(draft)).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        with ledger.claimed(graph.outcome.claims, is_past=past is not None) as root:
            manifest = _manifest(store, draft, archives, found, settings)
            manifest = replace(
                manifest,
                ledger_root=root,
                writes=last_write,
                shapes=checked.summary,
                publications=registry.publications(graph.outcome.publications),
            )
            if past:
                return Built(store.retain(draft, replace(manifest, as_of=text(past))), found)

            def prepare(made: Snapshot) -> None:
                known, base = ledger.known_now, settings.base
                sums = kept_months.keep_all(store, archives, base, known, graph.months, graph.ranges)
                if sums and not drawn.adopted.sources:
                    shards.note(store, made, sums)
                ready(made)

            built = Built(store.publish(draft, manifest, settings.keep_snapshots, prepare), found)
        ledger.export()
        with suppress(OSError, StoreError, PatchSyntaxError):  # the build is already published
            log.compact(store)
        return built


@dataclass(frozen=True)
class _Drawn:
    """The result from the archives before it is published; the graph is in the database of the draft."""

    ledger: BuildLedger
    graph: ShardedGraph
    adopted: Adopted
    checked: CheckResult


def _draw(
    store: Store,
    draft: Path,
    archives: list[Archive],
    scratch: Path,
    settings: Settings,
    scheduler: Scheduler,
    progress: Progress,
    *,
    force: bool,
) -> _Drawn:
    """Make the graph of a draft and check it; if a few pages break a shape, once more without these pages."""
    held: dict[str, Quarantined] = {}
    while True:
        ledger = BuildLedger(store, settings.ledger)
        shards_of = drawing(archives, settings, ledger, scratch, scheduler, held, progress)
        graph = _load(snapshot.database(draft), shards_of)
        if not force:
            quarantine.check(graph.outcome)
        adopted = Adopted() if settings.as_of else _enrich(store, draft, settings.base)
        EmbeddedGraph(snapshot.database(draft)).optimize()  # done now, so that the check of the shapes reads fast too
        loaded = check.drafted(draft)
        checked = check.check(loaded, settings.jobs, doubted=None if adopted.sources else graph.proved.doubted)
        found = {} if force else quarantine.suspects(checked, Origins(loaded, archives), graph.outcome)
        if not found:
            return _Drawn(ledger, graph, adopted, checked)
        held |= found
        del loaded  # its files are removed
        rmtree(snapshot.database(draft))
        rmtree(draft / source.FOLDER, ignore_errors=True)


def _load(path: Path, shards_of: Drawing) -> ShardedGraph:
    """Load shards into the database at ``path`` as they are made, and return them."""
    database = EmbeddedGraph(str(path))
    with Loading(database) as load:
        graph = shards_of.shards(load)
    database.flush()
    return graph


def _reported(drawn: _Drawn, archives: list[Archive], base: str, started: float) -> dict[str, Any]:
    """Return the report on the result, without what is added later: writes and the time taken."""
    graph = drawn.graph
    found = report(graph.outcome, archives, graph.proved.triples, monotonic() - started)
    months = {"all": len(graph.months), "new": sum(part.is_new for _, part in graph.months)}
    return found | {
        "months": months,
        "candidates": _candidates(graph.outcome, base, drawn.ledger.known),
        "counts": adopt.counts(found["counts"], drawn.adopted),
        "shapes": {**drawn.checked.summary, "seconds": round(drawn.checked.seconds, 2)},
    }


def quads(roots: Iterable[Path], settings: Settings) -> Iterator[Quad]:
    """Yield the quads of the archives at ``roots`` as ``build`` would store them for a new store; writes nothing.

    Warns of each page that cannot be read or is in quarantine, and raises ArchiveError if none can.
    """
    archives = opened(roots, settings)
    known = Ledger()
    nodes = dataset_nodes(settings.base, frozenset())
    found: list[Quad] = []
    whole = Whole(nodes, Outcome())
    for month in plan.months(archives, known, settings):
        some, outcome = quarantine.converted(month, MonthPages(archives, month).read(), nodes, {}, list)
        found += some
        whole.outcome.add(outcome)
    quarantine.check_read(whole.outcome)
    quarantine.check(whole.outcome)
    left_out = (whole.outcome.unread_pages, whole.outcome.quarantined)
    for one in chain(*(archive.unread for archive in archives), *left_out):
        warnings.warn(str(one), stacklevel=2)
    known.extend(whole.outcome.claims)
    whole.settle(known)
    found += whole.quads(known)
    yield from renaming.renamed(found, whole.outcome.aliases.canonical)


def opened(
    roots: Iterable[Path], settings: Settings, past: datetime | None = None, kept: Path | None = None
) -> list[Archive]:
    """Open archives as the settings say. Raises ArchiveError if one cannot be read."""
    limit, history = settings.page_bytes, settings.history
    return [
        open_archive(root, limit, history=history, as_of=past, kept=kept, mapping=settings.mapping) for root in roots
    ]


def check_base(store: Store, base: str) -> None:
    """Raise ConfigurationError if a store mints IRIs under another base."""
    if not store.has_current:
        return
    fixed = store.current().manifest.base
    if fixed != base:
        raise ConfigurationError(f"the store {store} mints IRIs under {fixed}, not under {base}: use another store")


def _candidates(outcome: Outcome, base: str, known: Ledger) -> list[dict[str, Any]]:
    """Return the unreviewed pairs of events that may be the same, by IRI, for the report."""
    event = Minter(base).event
    return [
        {"event": event(one.event), "other": event(one.other), "both name": list(one.shared)}
        for one in candidates(outcome.named.uses)
        if frozenset((one.event, one.other)) not in known.reviewed
    ]


def drawing(
    archives: list[Archive],
    settings: Settings,
    ledger: BuildLedger,
    scratch: Path,
    scheduler: Scheduler,
    held: Faults | None = None,
    progress: Progress = lambda done, total: None,
) -> Drawing:
    """Return the drawing of the shards of archives, with what the store of the settings knows."""
    return Drawing(archives, settings, ledger.known, scratch, scheduler, _redirects(settings), held or {}, progress)


def _redirects(settings: Settings) -> list[Redirect]:
    """Return the redirects in the sources of the current snapshot; a graph of a past time has no sources."""
    store = Store(settings.folder)
    return redirects(store.current().folder) if store.has_current and not settings.as_of else []


def _enrich(store: Store, draft: Path, base: str) -> Adopted:
    """Carry the enrichment sources of the current snapshot over into the draft and its database."""
    if not store.has_current:
        return Adopted()
    source.carry(store.current().folder, draft)
    database = EmbeddedGraph(str(snapshot.database(draft)))
    adopted = adopt.adopt(database, draft, base)
    database.flush()
    return adopted


def _replay(store: Store, draft: Path, counts: dict[str, int]) -> int:
    """Repeat the writes of the store's log in the draft, update its counts, and return the last one's number.

    If a process was killed, its write is in the log only if it had become current; any other does not count.
    """
    if store.has_current:
        log.settle(store, store.current().manifest.writes)
    if not logged(store):
        return 0
    database = EmbeddedGraph(str(snapshot.database(draft)))
    before = len(database)
    last = log.replay(store, database)
    database.flush()
    counts["triples"] += len(database) - before
    return last


def _manifest(
    store: Store, draft: Path, archives: list[Archive], found: dict[str, Any], settings: Settings
) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        id=snapshot.new_id(now),
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        base=settings.base,
        tool=f"newsgraph {__version__}",
        vocabulary=f"{vocab.ONTOLOGY}/{vocab.VERSION}",
        public_suffixes=hosts.public_suffixes(),
        counts=found["counts"],
        languages=found["languages"],
        archives=archive_rows(archives),
        ledger=snapshot.checksum(store.ledger),
        files=snapshot.checksums(draft),
    )


def archive_rows(archives: Iterable[Archive]) -> list[dict[str, Any]]:
    """Return what manifests say about archives."""
    return [{"name": one.root.resolve().name, "commit": one.commit, "versions": len(one.versions)} for one in archives]
