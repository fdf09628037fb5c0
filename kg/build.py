"""Archives -> snapshot: reads pages in several processes, streams their quads to N-Triples, and bulk-loads them."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, serialize

from kg import __version__, gazetteer, ledger, parse, snapshot
from kg.archive import Archive, Version, open_archive
from kg.convert import Converter, Outcome, Shown, Step, check_sums
from kg.errors import ConfigurationError, StoreError
from kg.iri import Minter
from kg.ledger import Claim, Claims, Ledger
from kg.parse import wikitext
from kg.parse.context import INDEX_NAMES
from kg.parse.context_lines import place_of
from kg.record import Page
from kg.sandbox import end_with
from kg.settings import Settings
from kg.snapshot import Manifest, Snapshot
from kg.timeline import connected

DAYS_A_CHUNK = 64
READINGS_A_CHUNK = 400
#: A bullet with a source: a line that is hardly the same on two days by chance.
NEWS = re.compile(r"(?m)^[*:#]+.*://.*$")
COUNTED = (
    "pages",
    "captures",
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
class Reading:
    """One version of a page to be read: which archive, which version, the language to assume, if it is the newest."""

    archive: int
    version: Version
    language: str
    newest: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Days to be followed together: the versions of their pages in the order of time, and the ledger's claims.

    A group without days holds pages that belong to none.
    """

    days: tuple[date, ...]
    readings: tuple[Reading, ...]
    claims: Claims


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some groups of days to be converted in one go."""

    number: int
    groups: tuple[Group, ...]

    @property
    def days(self) -> int:
        """How many days there are in the chunk."""
        return sum(len(group.days) for group in self.groups)


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
    archives = [open_archive(root, settings.page_bytes, history=settings.history) for root in roots]
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
    archives = [open_archive(root, settings.page_bytes, history=settings.history) for root in roots]
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
    chunks = _chunks(archives, known, settings)
    total = sum(chunk.days for chunk in chunks)
    whole, done = Outcome(), 0
    parts = [draft / f"part-{chunk.number:05}.nt" for chunk in chunks]
    work = [(archives, settings.base, chunk, part) for chunk, part in zip(chunks, parts, strict=True)]
    for number, outcome in _run(work, settings.jobs or os.cpu_count() or 1):
        whole.add(outcome)
        done += chunks[number].days
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
    pages = _pages(archives, [reading for group in chunk.groups for reading in group.readings])
    for group in chunk.groups:
        if group.days:
            yield from converter.days(group.days, _steps(group, pages), group.claims)
        else:
            newest = [reading for reading in group.readings if reading.newest and not reading.version.gone]
            yield from converter.undated(pages[_content(reading)] for reading in newest)


def _steps(group: Group, pages: dict[tuple[int, str, str], Page]) -> Iterator[Step]:
    """Yield what each commit changed in the pages of a group, or all of an archive without history at once."""
    for (_, _, time), readings in groupby(group.readings, key=_moment):
        yield Step(time, tuple(_shown(reading, pages) for reading in readings))


def _moment(reading: Reading) -> tuple[int, str | None, datetime | None]:
    return reading.archive, reading.version.commit, reading.version.time


def _shown(reading: Reading, pages: dict[tuple[int, str, str], Page]) -> Shown:
    version = reading.version
    day = parse.day_of(version.path)
    if day is None:
        raise AssertionError(f"{version.path} names no day")
    page = None if version.gone else replace(pages[_content(reading)], captured=version.time, commit=version.commit)
    return Shown(f"{reading.archive}:{version.path}", day, page, reading.language, newest=reading.newest)


def _content(reading: Reading) -> tuple[int, str, str]:
    return reading.archive, reading.version.path, reading.version.blob or ""


def _pages(archives: list[Archive], readings: list[Reading]) -> dict[tuple[int, str, str], Page]:
    """Read each distinct content once, those of each archive in one go."""
    wanted: dict[int, dict[tuple[int, str, str], Version]] = defaultdict(dict)
    for reading in readings:
        if not reading.version.gone:
            wanted[reading.archive][_content(reading)] = reading.version
    return {
        content: page
        for number, versions in wanted.items()
        for content, page in zip(versions, archives[number].pages(versions.values()), strict=True)
    }


def _chunks(archives: list[Archive], known: Ledger, settings: Settings) -> list[Chunk]:
    """Return all days in their order, some at a time, each with all versions of its pages from every archive."""
    days: dict[date | None, list[Reading]] = defaultdict(list)
    for reading in _readings(archives, settings):
        days[parse.day_of(reading.version.path)].append(reading)
    dated = [day for day in days if day]
    together = connected(_lines(archives, days)) if settings.history else [(day,) for day in sorted(dated)]
    groups = [Group((), tuple(days[None]), Claims())] if None in days else []
    groups += [_group(one, [reading for day in one for reading in days[day]], known) for one in together]
    return [Chunk(number, tuple(some)) for number, some in enumerate(_portions(groups))]


def _group(days: tuple[date, ...], readings: list[Reading], known: Ledger) -> Group:
    ordered = sorted(readings, key=lambda one: (one.version.time is None, one.version.time or 0, one.archive))
    return Group(days, tuple(ordered), known.of(*days))


def _portions(groups: list[Group]) -> Iterator[list[Group]]:
    some: list[Group] = []
    for group in groups:
        some.append(group)
        if (
            sum(len(one.days) for one in some) >= DAYS_A_CHUNK
            or sum(len(one.readings) for one in some) >= READINGS_A_CHUNK
        ):
            yield some
            some = []
    if some:
        yield some


def _readings(archives: list[Archive], settings: Settings) -> Iterator[Reading]:
    for number, archive in enumerate(archives):
        languages = _languages(archive.paths)
        newest = {version.path: version for version in archive.versions}
        for version in archive.versions:
            language = settings.language or languages.get(_edition(version.path), "en")
            yield Reading(number, version, language, newest=newest[version.path] is version)


def _lines(archives: list[Archive], days: dict[date | None, list[Reading]]) -> Iterator[tuple[date, set[str]]]:
    """Yield each day with the bullets that cite a source in any version of its pages, many days read at once."""
    dated = [(day, [one for one in readings if wikitext.matches(one.version.path)]) for day, readings in days.items()]
    for start in range(0, len(dated), DAYS_A_CHUNK):
        some = dated[start : start + DAYS_A_CHUNK]
        pages = _pages(archives, [reading for _, readings in some for reading in readings])
        for day, readings in some:
            if day:
                contents = (pages[_content(one)].content for one in readings if not one.version.gone)
                yield day, {line for content in contents for line in NEWS.findall(content.decode("latin-1"))}


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
        "languages": dict(outcome.languages.most_common()),
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
        archives=[
            {"name": one.root.resolve().name, "commit": one.commit, "versions": len(one.versions)} for one in archives
        ],
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
+ gone {n["events gone"]:,} + only listed as related {n["events only listed as related"]:,}
bullet-to-link citations {n["citations"]:,}, distinct (event, source) pairs {n["event-source pairs"]:,}
lines not understood {sum(unread.values()):,}{why}
other files {len(report["other files"]):,}"""
