"""Archives -> snapshot: reads pages in several processes, writes their quads as N-Triples, and bulk-loads them."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
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
from kg.entities import nodes
from kg.entities.aliases import Redirect
from kg.entities.candidates import candidates
from kg.entities.nodes import Nodes
from kg.entities.places import gazetteer
from kg.entities.publishers import hosts, publishers
from kg.errors import ConfigurationError, PatchSyntaxError, StoreError
from kg.events.ledger import Ledger
from kg.pipeline import kept_months, plan, quarantine, renaming
from kg.pipeline.build_ledger import BuildLedger
from kg.pipeline.kept_months import ConvertedMonth
from kg.pipeline.load import Loading, replace_lines, write_shard
from kg.pipeline.moves import Converted, settled
from kg.pipeline.outcome import Outcome, Quarantined
from kg.pipeline.plan import Month
from kg.pipeline.quarantine import Faults
from kg.pipeline.report import report
from kg.pipeline.whole import Whole
from kg.process.parallel import each, ending_processes
from kg.rdf import Quad
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.shapes import check
from kg.shapes import shards as shape_shards
from kg.shapes.check import CheckResult
from kg.shapes.origin import Origins
from kg.shapes.shards import Proved
from kg.store import shards, snapshot, space
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.past import instant, text
from kg.store.snapshot import Manifest, Snapshot
from kg.store.written import logged
from kg.version import __version__
from kg.write import log

Progress = Callable[[int, int], None]


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
    """Build a snapshot of the archives at ``roots`` in the store and make it current, after it is given to ``ready``.

    With ``settings.as_of`` it shows the archives as they were at that time, and is kept beside the current one.
    ``progress`` is told how many of how many days are read. ``force`` publishes a graph even if it breaks the shapes
    of the vocabulary. Raises ArchiveError, StoreError, ConfigurationError or ValidationError, and then leaves the
    store as it was.
    """
    started = monotonic()
    store = Store(Path(settings.store))
    past = instant(settings.as_of) if settings.as_of else None
    archives = _opened(roots, settings, past, store.kept_months)
    _check_base(store, settings.base)
    if past:
        store.current()  # its ledger knows the events by the wordings that they had first
    space.require(store, space.for_build(store, settings.free_bytes))
    with store.drafting() as draft, snapshot.scratch(draft) as scratch:
        drawn = _draw(store, draft, archives, scratch, settings, progress, force=force)
        ledger, converted, finished, checked = drawn.ledger, drawn.converted, drawn.outcome, drawn.checked
        check.judge(checked, store, draft, archives, force=force)
        found = _reported(drawn, archives, settings.base, started)
        # What others wrote cannot stop a build.
        last_write = _replay(store, draft, found["counts"]) if past is None else 0
        found["seconds"] = round(monotonic() - started, 1)
        (snapshot.report(draft)).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        with ledger.claimed(finished.claims, is_past=past is not None) as root:
            manifest = _manifest(store, draft, archives, found, settings)
            manifest = replace(
                manifest,
                ledger_root=root,
                writes=last_write,
                shapes=checked.summary,
                publications=registry.publications(finished.publications),
            )
            if past:
                return Built(store.retain(draft, replace(manifest, as_of=text(past))), found)

            def prepare(made: Snapshot) -> None:
                sums = kept_months.keep_all(store, archives, settings.base, ledger.known_now, converted, scratch)
                if sums and not drawn.adopted.sources:
                    shards.note(store, made, sums)
                ready(made)

            built = Built(store.publish(draft, manifest, settings.keep_snapshots, prepare), found)
        ledger.export()
        with suppress(OSError, StoreError, PatchSyntaxError):  # the build is made
            log.compact(store)
        return built


@dataclass(frozen=True)
class _Drawn:
    """What has come of the archives, before any of it is published; the graph is in the database of the draft."""

    ledger: BuildLedger
    converted: list[Converted]
    outcome: Outcome
    triples: int
    adopted: Adopted
    checked: CheckResult


def _draw(
    store: Store,
    draft: Path,
    archives: list[Archive],
    scratch: Path,
    settings: Settings,
    progress: Progress,
    *,
    force: bool,
) -> _Drawn:
    """Make the graph of a draft and check it; where a few pages break a shape, once more without these pages."""
    held: dict[str, Quarantined] = {}
    while True:
        ledger = BuildLedger(store, settings.ledger)
        parts_read = _convert(archives, ledger.known, scratch, settings, progress, held)
        converted, outcome, proved = _load(snapshot.database(draft), parts_read, scratch, ledger.known, settings)
        if not force:
            quarantine.check(outcome)
        adopted = Adopted() if settings.as_of else _enrich(store, draft, settings.base)
        EmbeddedGraph(snapshot.database(draft)).optimize()  # now, so that the check of the shapes reads fast too
        graph = check.drafted(draft)
        checked = check.check(graph, settings.jobs, doubted=None if adopted.sources else proved.doubted)
        found = {} if force else quarantine.suspects(checked, Origins(graph, archives), outcome)
        if not found:
            return _Drawn(ledger, converted, outcome, proved.triples, adopted, checked)
        held |= found
        del graph  # its files go
        rmtree(snapshot.database(draft))
        rmtree(draft / source.FOLDER, ignore_errors=True)


def _reported(drawn: _Drawn, archives: list[Archive], base: str, started: float) -> dict[str, Any]:
    """Return the report of what was drawn, but for what else is written and how long all takes."""
    found = report(drawn.outcome, archives, drawn.triples, monotonic() - started)
    months = {"all": len(drawn.converted), "new": sum(part.is_new for _, part in drawn.converted)}
    return found | {
        "months": months,
        "candidates": _candidates(drawn.outcome, base, drawn.ledger.known),
        "counts": adopt.counts(found["counts"], drawn.adopted),
        "shapes": {**drawn.checked.summary, "seconds": round(drawn.checked.seconds, 2)},
    }


def quads(roots: Iterable[Path], settings: Settings) -> Iterator[Quad]:
    """Yield the quads of the archives at ``roots`` as ``build`` would store them for a new store; writes nothing.

    Warns of each page that cannot be read or is in quarantine, and raises ArchiveError if none can.
    """
    archives = _opened(roots, settings)
    known = Ledger()
    nodes = _nodes(settings.base, frozenset())
    found: list[Quad] = []
    whole = Whole(nodes, Outcome())
    for month in plan.months(archives, known, settings):
        some, outcome = quarantine.converted(archives, month, nodes, {}, list)
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


def _opened(
    roots: Iterable[Path], settings: Settings, past: datetime | None = None, kept: Path | None = None
) -> list[Archive]:
    limit, history = settings.page_bytes, settings.history
    return [
        open_archive(root, limit, history=history, as_of=past, kept=kept, mapping=settings.mapping) for root in roots
    ]


def _check_base(store: Store, base: str) -> None:
    if not store.has_current:
        return
    fixed = store.current().manifest.base
    if fixed != base:
        raise ConfigurationError(f"the store {store} mints IRIs under {fixed}, not under {base}: use another store")


def _convert(
    archives: list[Archive], known: Ledger, scratch: Path, settings: Settings, progress: Progress, held: Faults
) -> Iterator[Converted]:
    """Convert all months without the pages ``held``, and together those between which an event has moved."""
    bare = [archive.bare for archive in archives]
    separate = _separate(settings.base, known)

    def again(month: Month) -> Converted:
        part = scratch / f"{kept_months.name(month, archives, settings.base, known)}.nt"
        return month, ConvertedMonth(part, _convert_month(bare, settings.base, separate, held, month, part))

    months = plan.months(archives, known, settings)
    named = {kept_months.name(month, archives, settings.base, known): month for month in months}
    sound = [name for name, month in named.items() if not quarantine.concerns(month, held)]
    kept = _kept(Store(Path(settings.store)), sound, known, settings.base)
    parts = _convert_apart(bare, named, kept, separate, scratch, settings, progress, held)
    yield from settled(parts, known, Minter(settings.base), again)


def _kept(store: Store, names: Iterable[str], known: Ledger, base: str) -> dict[str, ConvertedMonth]:
    """Return the months that are kept already, but for those that name things by nodes that are theirs no longer."""
    aliases = {f"{base}{alias}": f"{base}{canonical}" for alias, canonical in known.aliases.items()}
    found = {name: part for name in names if (part := kept_months.find(store, name))}
    return {name: part for name, part in found.items() if not renaming.stale(part, aliases)}


def _convert_apart(
    archives: list[Archive],
    months: dict[str, Month],
    kept: dict[str, ConvertedMonth],
    separate: frozenset[str],
    scratch: Path,
    settings: Settings,
    progress: Progress,
    held: Faults,
) -> Iterator[Converted]:
    """Convert months, several at a time, each into an N-Triples file of its own; take those that are kept already."""
    new = [
        (archives, settings.base, separate, held, month, scratch / f"{name}.nt")
        for name, month in months.items()
        if name not in kept
    ]
    _nodes(settings.base, separate)  # once, for all processes
    publishers.load()
    outcomes = each(_convert_month, new, settings.jobs or os.cpu_count() or 1)
    total, done = sum(month.days for month in months.values()), 0
    for name, month in months.items():
        yield month, kept[name] if name in kept else ConvertedMonth(scratch / f"{name}.nt", next(outcomes))
        done += month.days
        progress(done, total)


@cache
def _nodes(base: str, separate: frozenset[str]) -> Nodes:
    """Return the nodes of a dataset, of which a process has one, since it remembers what it has found."""
    return Nodes(Minter(base), gazetteer.load(), nodes.reviewed(), separate)


def _candidates(outcome: Outcome, base: str, known: Ledger) -> list[dict[str, Any]]:
    """Return events that may be one and were not reviewed as the report has them, by their IRIs."""
    event = Minter(base).event
    return [
        {"event": event(one.event), "other": event(one.other), "both name": list(one.shared)}
        for one in candidates(outcome.named.uses)
        if frozenset((one.event, one.other)) not in known.reviewed
    ]


def _separate(base: str, known: Ledger) -> frozenset[str]:
    return frozenset(f"{base}{path}" for path, _ in known.separate)


def _convert_month(
    archives: list[Archive], base: str, separate: frozenset[str], held: Faults, month: Month, part: Path
) -> Outcome:
    nodes = _nodes(base, separate)
    return quarantine.converted(archives, month, nodes, held, lambda found: write_shard(found, part))[1]


def _load(
    path: Path, parts: Iterable[Converted], scratch: Path, known: Ledger, settings: Settings
) -> tuple[list[Converted], Outcome, Proved]:
    """Load parts into the database at ``path`` while others are converted, then what needs to know all of them.

    Where a part names an alias, its lines are replaced then. Returns the parts, the outcome of all, whose claims are
    then in ``known``, and what the files prove of the shapes.
    """
    database = EmbeddedGraph(str(path))
    named_by = _nodes(settings.base, _separate(settings.base, known))
    whole = Whole(named_by, Outcome(), is_past=bool(settings.as_of))
    drawn, finish = [], scratch / f"{kept_months.FINISH}.nt"
    with Loading(database) as load, ThreadPoolExecutor(1) as beside, ending_processes():
        for month, part in parts:
            load(part.file)
            drawn.append((month, part))
            whole.outcome.add(part.outcome)
            whole.remember(part.outcome)
        quarantine.check_read(whole.outcome)
        known.extend(whole.outcome.claims)
        whole.settle(known, _redirects(settings))
        canonical, jobs = whole.outcome.aliases.canonical, settings.jobs or os.cpu_count() or 1
        finishing = beside.submit(lambda: list(renaming.finished(drawn, whole.nodes, canonical, scratch, jobs)))
        write_shard(whole.quads(known), finish)
        load(finish)
        load.end()
        finished = finishing.result()
        found = [(part.file, part.checked) for part, _ in finished if part.checked]
        proved = shape_shards.together([*found, (finish, shape_shards.check_shard(finish))])
    replace_lines(database, chain.from_iterable(changed for _, changed in finished))
    database.flush()
    done = [(month, part) for (month, _), (part, _) in zip(drawn, finished, strict=True)]
    return done, whole.outcome, proved


def _redirects(settings: Settings) -> list[Redirect]:
    """Return the redirects that the sources of the current snapshot have; a graph of a time past has no sources."""
    store = Store(Path(settings.store))
    return redirects(store.current().folder) if store.has_current and not settings.as_of else []


def _enrich(store: Store, draft: Path, base: str) -> Adopted:
    """Take the sources of enrichment that the current snapshot has into the draft and its database."""
    if not store.has_current:
        return Adopted()
    source.carry(store.current().folder, draft)
    database = EmbeddedGraph(str(snapshot.database(draft)))
    adopted = adopt.adopt(database, draft, base)
    database.flush()
    return adopted


def _replay(store: Store, draft: Path, counts: dict[str, int]) -> int:
    """Make the writes of the store's log again in the draft, count its triples anew, and return the last one's number.

    A write that was current when its process was killed is in the log; one that was not is none.
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
        archives=[
            {"name": one.root.resolve().name, "commit": one.commit, "versions": len(one.versions)} for one in archives
        ],
        ledger=snapshot.checksum(store.ledger),
        files=snapshot.checksums(draft),
    )
