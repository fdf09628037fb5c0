"""Runs ``kg enrich`` from end to end: entities of the current snapshot -> answers -> a source -> a new snapshot."""

from __future__ import annotations

import filecmp
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kg.enrich import adopt, cache, source
from kg.enrich.adopt import Adopted
from kg.enrich.asking import Asking, Progress
from kg.enrich.cache import Answered
from kg.enrich.client import Client
from kg.enrich.facts import facts
from kg.enrich.question import question
from kg.enrich.source import Provenance
from kg.errors import ConfigurationError, StoreError
from kg.rdf import NamedNode, Triple
from kg.rdf.iri import clean_url
from kg.remote.clock import Clock
from kg.settings import Settings
from kg.shapes import check
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.version import __version__

PENDING: Final = "source.nt.gz"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which endpoint to ask, how (a key of ``question.FORMS``), and about how much.

    ``licence`` is the address of the licence of the answers; ``limit`` is how many entities to ask about now, 0 for
    all; ``refresh`` asks again about those already answered.
    """

    endpoint: str
    form: str = "dbpedia"
    licence: str = ""
    limit: int = 0
    refresh: bool = False


@dataclass(slots=True)
class Enriched:
    """The outcome of a run. ``snapshot`` is the id of the new snapshot, "" if there was nothing new."""

    endpoint: str
    graph: str = ""
    snapshot: str = ""
    entities: int = 0
    asked: int = 0
    waiting: int = 0
    requests: int = 0
    repeated: int = 0
    too_large: list[str] = field(default_factory=list)
    known: int = 0
    statements: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    adopted: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)

    def plain(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _ignore(done: int, total: int) -> None:
    """Ignore progress."""


def enrich(wish: Wish, settings: Settings, progress: Progress = _ignore, clock: Clock | None = None) -> Enriched:
    """Ask an endpoint about the entities of the current snapshot, and publish a snapshot with what it says.

    ``progress`` is called with how many of how many entities have an answer. Whatever stops this, the answers so far
    are kept and not asked for again, and the snapshot stays current. Raises ConfigurationError, StoreError, QueryError,
    or ValidationError if the answers break the shapes of the vocabulary.
    """
    store, clock = Store(settings.folder), clock or Clock()
    asked = question(wish.form, settings.enrich_languages)
    wish = replace(wish, licence=_licence(wish.licence))
    client = Client(wish.endpoint, settings, clock)
    here = store.current()
    names = asked.names(here.open())
    done = Enriched(wish.endpoint, entities=len(names))
    with cache.opened(store.enrichment, wish.endpoint, asked.hash) as kept:
        if wish.refresh:
            kept.expire()
        asking = Asking(client, asked, kept, clock)
        asking.ask(names, max(settings.enrich_batch, 1), wish.limit, progress)
        _count(asking, done)
        pending = store.enrichment / PENDING
        origin = Provenance(wish.endpoint, asked.template, licence=wish.licence)
        source.write(pending, _triples(kept.answers(names), origin, here.manifest.base, done))
        if done.known:
            _publish(store, pending, settings, done)
        pending.unlink()
    return done


def remove(endpoint: str, settings: Settings) -> Snapshot:
    """Publish a snapshot without the source of an endpoint. Raises StoreError if the current one does not have it."""
    store = Store(settings.folder)
    with store.drafting() as draft:
        here = store.current()
        if not (here.folder / source.FOLDER / source.name_of(endpoint)).is_dir():
            raise StoreError(f"the current snapshot of {store} has nothing from {endpoint}")
        source.carry(here.folder, draft)
        source.remove(draft, endpoint)
        return _made(store, draft, here, _load(draft, here), settings)


def _licence(text: str) -> str:
    cleaned = clean_url(text) if text else ""
    if cleaned is None:
        raise ConfigurationError(f"the licence must be the address of its text, not {text!r}")
    return cleaned


def _count(asking: Asking, done: Enriched) -> None:
    done.asked, done.waiting, done.too_large = asking.asked, asking.waiting, asking.too_large
    done.requests, done.repeated = asking.client.requests, asking.client.repeated
    if asking.unasked:
        done.refused["about something that was not asked for"] = asking.unasked


def _triples(answers: Iterable[Answered], origin: Provenance, base: str, done: Enriched) -> Iterator[Triple]:
    """Yield the statements about all entities, and then their provenance; count them in ``done``."""
    moments: set[datetime] = set()
    for answer in answers:
        found = facts(answer.rows)
        done.refused.update(found.refused)
        done.statements += len(found.statements)
        if found.statements:
            done.known += 1
            moments.add(answer.asked)
        subject = NamedNode(answer.entity)
        yield from (Triple(subject, predicate, value) for predicate, value in found.statements)
    if moments:
        graph = source.graph_of(base, source.path_of(origin.endpoint, max(moments)))
        done.graph = graph.value
        known = replace(origin, started=min(moments), ended=max(moments), entities=done.known)
        yield from source.provenance(graph, known)


def _publish(store: Store, pending: Path, settings: Settings, done: Enriched) -> None:
    """Publish a snapshot with the file ``pending`` as the endpoint's source, unless the current one has it already."""
    with store.drafting() as draft:
        here = store.current()
        file = Path(f"{done.graph.removeprefix(here.manifest.base)}{source.SUFFIX}")
        if (here.folder / file).exists() and filecmp.cmp(here.folder / file, pending, shallow=False):
            return
        source.carry(here.folder, draft)
        source.remove(draft, done.endpoint)
        (draft / file).parent.mkdir(parents=True)
        shutil.copyfile(pending, draft / file)
        adopted = _load(draft, here)
        fate = adopted.sources[done.graph]
        done.adopted, done.held_back = fate.adopted, fate.held_back
        done.snapshot = _made(store, draft, here, adopted, settings).id


def _load(draft: Path, here: Snapshot) -> Adopted:
    """Make the draft's database: a copy of that of the snapshot ``here``, but with the sources of the draft."""
    bare = here.folder / adopt.BARE
    unwritten = bare.is_dir() and not here.manifest.writes  # the bare one lacks the writes since the build
    EmbeddedGraph.read_only(str(bare if unwritten else here.database)).backup(str(snapshot.database(draft)))
    database = EmbeddedGraph(str(snapshot.database(draft)))
    adopt.clear(database, here.manifest.base)
    adopted = adopt.adopt(database, draft, here.manifest.base)
    database.flush()
    return adopted


def _made(store: Store, draft: Path, here: Snapshot, adopted: Adopted, settings: Settings) -> Snapshot:
    if (snapshot.report(here.folder)).exists():
        shutil.copyfile(snapshot.report(here.folder), snapshot.report(draft))
    now, shapes = datetime.now(UTC), here.manifest.shapes
    if shapes.get("conforms"):
        shapes = check.gate(store, draft, (), jobs=settings.jobs).summary
    manifest = replace(
        here.manifest,
        id=snapshot.new_id(now),
        build="",
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=f"newsgraph {__version__}",
        counts=adopt.counts(here.manifest.counts, adopted),
        shapes=shapes,
        files=snapshot.checksums(draft),
    )
    return store.publish(draft, manifest, settings.keep_snapshots)
