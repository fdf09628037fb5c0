"""Archives -> snapshot: reads pages in several processes, streams their quads to N-Triples, and bulk-loads them."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, serialize

from kg import __version__, gazetteer, ledger, parse, snapshot
from kg.archive import Archive, open_archive
from kg.convert import Converter, Outcome, check_sums
from kg.errors import ConfigurationError, StoreError
from kg.iri import Minter
from kg.ledger import Claim, DayLedger, Ledger
from kg.parse.context import INDEX_NAMES
from kg.parse.context_lines import place_of
from kg.record import Page
from kg.sandbox import end_with
from kg.settings import Settings
from kg.snapshot import Manifest, Snapshot

DAYS_A_CHUNK = 64
COUNTED = (
    "pages",
    "days",
    "events",
    "revisions",
    "entities",
    "places",
    "categories",
    "sources",
    "publishers",
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page to read: which archive, which path, and the language to assume."""

    archive: int
    path: str
    language: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some days to convert in one go, with their pages and the claims that the ledger has for them."""

    number: int
    days: tuple[tuple[date | None, tuple[Leaf, ...], DayLedger], ...]


@dataclass(frozen=True)
class Built:
    """A finished build: its snapshot, and the report on everything that was read."""

    snapshot: Snapshot
    report: dict[str, Any] = field(default_factory=dict)


def build(roots: Iterable[Path], settings: Settings, progress: Progress = lambda done, total: None) -> Built:
    """Build a snapshot of the archives at ``roots`` in the store and make it current.

    ``progress`` is told how many of how many days are read. Raises ArchiveError, StoreError or
    ConfigurationError, and then leaves the store as it was.
    """
    started = monotonic()
    store = Path(settings.store)
    archives = [open_archive(root, settings.page_bytes) for root in roots]
    _check_base(store, settings.base)
    with snapshot.drafting(store) as draft:
        known = Ledger(ledger.read(store / snapshot.LEDGER))
        outcome, parts = _convert(archives, known, draft, settings, progress)
        finished = _finish(outcome, known, draft / "finish.nt", settings)
        triples = _load(draft, [*parts, draft / "finish.nt"])
        report = _report(finished, archives, triples, monotonic() - started)
        (draft / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        with _claimed(store, finished.claims):
            manifest = _manifest(store, draft, archives, report["counts"], settings)
            return Built(snapshot.publish(store, draft, manifest, settings.keep_snapshots), report)


def quads(roots: Iterable[Path], settings: Settings) -> Iterator[Quad]:
    """Yield the quads of the archives at ``roots`` as ``build`` would store them for a new store; writes nothing."""
    archives = [open_archive(root, settings.page_bytes) for root in roots]
    converter = Converter(Minter(settings.base), gazetteer.load())
    known = Ledger()
    for chunk in _chunks(archives, known, settings):
        yield from _chunk_quads(archives, chunk, converter)
    known.extend(converter.outcome.claims)
    yield from converter.finish(Outcome(), known)


@contextmanager
def _claimed(store: Path, claims: Iterable[Claim]) -> Iterator[None]:
    """Append claims to the ledger of ``store``; take them back if the block fails before its snapshot is current."""
    file, link = store / snapshot.LEDGER, store / "current"
    size = file.stat().st_size if file.exists() else None
    before = link.resolve()
    try:
        ledger.append(file, claims)
        yield
    except BaseException:
        if link.resolve() == before and size is None:
            file.unlink(missing_ok=True)
        elif link.resolve() == before and size is not None:
            os.truncate(file, size)
        raise


def _check_base(store: Path, base: str) -> None:
    if not (store / "current").exists():
        return
    fixed = snapshot.current(store).manifest.base
    if fixed != base:
        raise ConfigurationError(f"the store {store} mints IRIs under {fixed}, not under {base}: use another store")


def _convert(
    archives: list[Archive], known: Ledger, draft: Path, settings: Settings, progress: Progress
) -> tuple[Outcome, list[Path]]:
    """Convert all days, several chunks at a time, each into an N-Triples file of its own."""
    chunks = list(_chunks(archives, known, settings))
    total = sum(len(chunk.days) for chunk in chunks)
    whole, done = Outcome(), 0
    parts = [draft / f"part-{chunk.number:05}.nt" for chunk in chunks]
    work = [(archives, settings.base, chunk, part) for chunk, part in zip(chunks, parts, strict=True)]
    for number, outcome in _run(work, settings.jobs or os.cpu_count() or 1):
        whole.add(outcome)
        done += len(chunks[number].days)
        progress(done, total)
    known.extend(whole.claims)
    return whole, parts


Work = tuple[list[Archive], str, Chunk, Path]


def _run(work: list[Work], jobs: int) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcome of every chunk, in their order, so that a build does not depend on which ends first."""
    if jobs == 1 or len(work) == 1:
        for number, one in enumerate(work):
            yield number, _convert_chunk(*one)
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    gazetteer.load()
    # A worker inherits the lock on the store, and would hold it for ever if it outlived a killed build.
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=end_with, initargs=(os.getpid(),)) as pool:
        try:
            yield from enumerate(_in_order(pool, work))
        except BrokenProcessPool as error:
            raise StoreError(
                "a process that read pages died, most likely for want of memory: use fewer --jobs"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _in_order(pool: ProcessPoolExecutor, work: list[Work]) -> Iterator[Outcome]:
    futures: list[Future[Outcome]] = [pool.submit(_convert_chunk, *one) for one in work]
    for future in futures:
        yield future.result()


def _convert_chunk(archives: list[Archive], base: str, chunk: Chunk, part: Path) -> Outcome:
    converter = Converter(Minter(base), gazetteer.load())
    with part.open("wb") as output:
        serialize(_chunk_quads(archives, chunk, converter), output, format=RdfFormat.N_TRIPLES)
    return converter.outcome


def _chunk_quads(archives: list[Archive], chunk: Chunk, converter: Converter) -> Iterator[Quad]:
    pages = _pages(archives, [leaf for _, leaves, _ in chunk.days for leaf in leaves])
    for day, leaves, claims in chunk.days:
        found = [(pages[leaf.archive, leaf.path], leaf.language) for leaf in leaves]
        yield from converter.day(day, found, claims) if day else converter.undated(found)


def _pages(archives: list[Archive], leaves: list[Leaf]) -> dict[tuple[int, str], Page]:
    """Read pages, those of each archive in one go."""
    wanted: dict[int, list[str]] = defaultdict(list)
    for leaf in leaves:
        wanted[leaf.archive].append(leaf.path)
    return {(number, page.path): page for number, paths in wanted.items() for page in archives[number].pages(paths)}


def _chunks(archives: list[Archive], known: Ledger, settings: Settings) -> Iterator[Chunk]:
    """Yield all days in their order, some at a time, each with its pages from every archive."""
    days: dict[date | None, list[Leaf]] = defaultdict(list)
    for number, archive in enumerate(archives):
        languages = _languages(archive.paths)
        for path in archive.paths:
            language = settings.language or languages.get(_edition(path), "en")
            days[parse.day_of(path)].append(Leaf(number, path, language))
    ordered = sorted(days, key=lambda day: day or date.min)
    for number, start in enumerate(range(0, len(ordered), DAYS_A_CHUNK)):
        some = ordered[start : start + DAYS_A_CHUNK]
        yield Chunk(number, tuple((day, tuple(days[day]), known.of(day or date.min)) for day in some))


def _edition(path: str) -> str:
    """Return the folder that holds one edition of a Context archive: what is before ``news/`` in a path."""
    return path.rpartition("news/")[0]


def _languages(paths: Iterable[str]) -> dict[str, str]:
    """Return the language of each edition: Chinese where most slugs are not ASCII, since English slugs always are."""
    foreign: Counter[str] = Counter()
    for path in paths:
        place = place_of(path)
        if place and place.slug not in INDEX_NAMES:
            foreign[_edition(path)] += -1 if place.slug.isascii() else 1
    return {edition: "zh" if count > 0 else "en" for edition, count in foreign.items()}


def _finish(outcome: Outcome, known: Ledger, part: Path, settings: Settings) -> Outcome:
    converter = Converter(Minter(settings.base), gazetteer.load())
    with part.open("wb") as output:
        serialize(converter.finish(outcome, known), output, format=RdfFormat.N_TRIPLES)
    return converter.outcome


def _load(draft: Path, parts: list[Path]) -> int:
    """Bulk-load N-Triples files into the draft's database, remove them, and return how many triples it holds."""
    database = Store(str(draft / "db"))
    database.bulk_load(input=_Joined(parts), format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    database.flush()
    for part in parts:
        part.unlink()
    return len(database)


class _Joined(io.RawIOBase):
    """Several files read as one."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._waiting = iter(files)
        self._open: io.BufferedReader | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while True:
            if self._open is None:
                file = next(self._waiting, None)
                if file is None:
                    return b""
                self._open = file.open("rb")
            if data := self._open.read(size):
                return data
            self._open.close()
            self._open = None


def _report(outcome: Outcome, archives: list[Archive], triples: int, seconds: float) -> dict[str, Any]:
    tallied = check_sums(outcome.tally)
    unread = [{"page": path, "line": one.line, "reason": one.reason, "text": one.text} for path, one in outcome.unread]
    return {
        "counts": {**{name: tallied[name] for name in COUNTED}, "triples": triples},
        "tally": dict(sorted(tallied.items())),
        "excluded": dict(outcome.tally.excluded),
        "lines not understood": unread,
        "other files": sorted(outcome.prose + [path for archive in archives for path in archive.others]),
        "seconds": round(seconds, 1),
    }


def _manifest(
    store: Path, draft: Path, archives: list[Archive], counts: dict[str, int], settings: Settings
) -> Manifest:
    now = datetime.now(UTC)
    return Manifest(
        id=snapshot.new_id(now),
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        base=settings.base,
        tool=f"newsgraph {__version__}",
        counts=counts,
        archives=[{"name": one.root.resolve().name, "commit": one.commit, "pages": len(one.paths)} for one in archives],
        ledger=snapshot.checksum(store / snapshot.LEDGER),
        files=snapshot.checksums(draft),
    )


def summary(built: Built) -> str:
    """Return the report of a build in a few lines for people; the sums in it add up."""
    report = built.report
    n = Counter(report["tally"])
    counts = report["counts"]
    excluded = ", ".join(f"{count:,} {reason}" for reason, count in report["excluded"].items()) or "none"
    unread = Counter(one["reason"] for one in report["lines not understood"])
    why = "".join(f"\n    {count:,} {reason}" for reason, count in unread.most_common(8))
    parents = n["topic"] + n["topic label"] + n["parent event"]
    return f"""\
snapshot {built.snapshot.id} of base {built.snapshot.manifest.base}
  {", ".join(f"{counts[name]:,} {name}" for name in counts)}, {report["seconds"]} seconds
bullets {n["bullets"]:,} = leaves {n["leaves"]:,} + parents {parents:,}
  leaves {n["leaves"]:,} = events {n["leaf event"]:,} + excluded {n["excluded"]:,} ({excluded})
  parents {parents:,} = topics {n["topic"]:,} + topic labels {n["topic label"]:,} + events {n["parent event"]:,}
items {n["items"]:,} = bullet events {n["leaf event"] + n["parent event"]:,} + event pages {n["event pages"]:,} \
+ index items {n["index items"]:,}
events {n["events"]:,} = items {n["items"]:,} - merged {n["merged"]:,} \
+ only listed as related {n["events only listed as related"]:,}
bullet-to-link citations {n["citations"]:,}, distinct (event, source) pairs {n["event-source pairs"]:,}
lines not understood {sum(unread.values()):,}{why}
other files {len(report["other files"]):,}"""
