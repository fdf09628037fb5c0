"""Makes the shards of the whole graph from months that are converted separately.

First all months are converted; then all of them together tell which nodes are the same and what is named. Only then are
the shards made: months with canonical nodes instead of aliases, and ranges of what many months name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from kg.archive.opening import Archive
from kg.dialects.record import Page
from kg.entities import nodes
from kg.entities.aliases import Redirect
from kg.entities.nodes import Nodes
from kg.entities.places import gazetteer
from kg.entities.publishers import publishers
from kg.events.ledger import Ledger
from kg.pipeline import kept_months, plan, quarantine, renaming
from kg.pipeline.kept_months import Converted, ConvertedMonth, RangeShard
from kg.pipeline.moves import settled
from kg.pipeline.outcome import Outcome
from kg.pipeline.plan import Content, Month
from kg.pipeline.quarantine import Faults
from kg.pipeline.shards import lines
from kg.pipeline.shards.lines import Ranges
from kg.pipeline.whole import Whole
from kg.process.jobs import FileText, Job, Scheduler
from kg.process.parallel import ending_processes
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.shapes import shards as shape_shards
from kg.shapes.shards import CheckedShard, Proved, check_shard
from kg.store.layout import Store
from kg.store.shards import NAMED

Progress = Callable[[int, int], None]
Take = Callable[[Path], None]
"""Called with each shard as soon as it is finished."""


@dataclass(frozen=True, slots=True)
class ShardedGraph:
    """A graph as shards: its months, its ranges, the outcome of all, and what the files prove about the shapes."""

    months: list[Converted]
    ranges: list[RangeShard]
    outcome: Outcome
    proved: Proved


@dataclass(frozen=True)
class MonthPages:
    """The contents of the pages of a month, as an input to read."""

    archives: list[Archive]
    month: Month

    def read(self) -> dict[Content, Page]:
        """Read each content once. Raises ArchiveError if the archive cannot be read."""
        return plan.pages(self.archives, [reading for group in self.month.groups for reading in group.readings])


@dataclass(frozen=True)
class Drawing:
    """Makes the shards of archives in the folder ``scratch``, without the pages ``held``.

    ``known`` is the ledger, to which the claims of all months are added. ``redirects`` are redirects of articles from
    other sources. ``progress`` is called with how many of how many days are converted.
    """

    archives: list[Archive]
    settings: Settings
    known: Ledger
    scratch: Path
    scheduler: Scheduler
    redirects: list[Redirect] = field(default_factory=list)
    held: Faults = field(default_factory=dict)
    progress: Progress = lambda done, total: None

    def shards(self, take: Take = lambda file: None) -> ShardedGraph:
        """Make all shards, and call ``take`` with each as soon as it is ready, months first.

        Raises ArchiveError if no page can be read, StoreError if processes die.
        """
        whole = Whole(self._nodes, Outcome(), is_past=bool(self.settings.as_of))
        with ThreadPoolExecutor(1) as beside, ending_processes():
            converted = list(self._converted(whole))
            quarantine.check_read(whole.outcome)
            self.known.extend(whole.outcome.claims)
            whole.settle(self.known, self.redirects)
            finishing = beside.submit(lambda: list(self._finished(converted, whole, take)))
            of_all = Ranges.of(lines.in_order(whole.quads(self.known)))
            months = finishing.result()
            ranges = list(self._ranges(converted, of_all, whole.outcome.aliases.canonical, take))
        files = [(part.file, part.checked) for _, part in months if part.checked]
        proved = shape_shards.together([*files, *((one.file, one.checked) for one in ranges)])
        return ShardedGraph(months, ranges, whole.outcome, proved)

    # ---- Months, each by itself.

    @property
    def _separate(self) -> frozenset[str]:
        return frozenset(f"{self.settings.base}{path}" for path, _ in self.known.separate)

    @property
    def _nodes(self) -> Nodes:
        return dataset_nodes(self.settings.base, self._separate)

    def _converted(self, whole: Whole) -> Iterator[Converted]:
        """Convert all months, joining those between which an event moved, and pass each to ``whole``."""
        base, known = self.settings.base, self.known
        months = plan.months(self.archives, known, self.settings)
        named = {kept_months.name(month, self.archives, base, known): month for month in months}
        bare = [archive.bare for archive in self.archives]

        def again(month: Month) -> Converted:
            name = kept_months.name(month, self.archives, base, known)
            job = self._conversion(bare, name, month)
            return month, _month(job, job.run())

        for month, part in settled(self._apart(bare, named), known, Minter(base), again):
            whole.outcome.add(part.outcome)
            whole.remember(part.outcome)
            yield month, part

    def _apart(self, bare: list[Archive], months: Mapping[str, Month]) -> Iterator[Converted]:
        """Convert months separately, and use those that are kept."""
        kept = self._kept(name for name, month in months.items() if not quarantine.concerns(month, self.held))
        jobs = [self._conversion(bare, name, month) for name, month in months.items() if name not in kept]
        dataset_nodes(self.settings.base, self._separate)  # written once, for all processes
        publishers.load()
        made = map(_month, jobs, self.scheduler.results(jobs))
        total, done = sum(month.days for month in months.values()), 0
        for name, month in months.items():
            yield month, kept[name] if name in kept else next(made)
            done += month.days
            self.progress(done, total)

    def _kept(self, names: Iterable[str]) -> dict[str, ConvertedMonth]:
        """Return the kept months, except those that name things by outdated nodes."""
        base = self.settings.base
        aliases = {f"{base}{alias}": f"{base}{canonical}" for alias, canonical in self.known.aliases.items()}
        store = Store(self.settings.folder)
        found = {name: part for name in names if (part := kept_months.find(store, name))}
        return {name: part for name, part in found.items() if not renaming.stale(part, aliases)}

    def _conversion(self, bare: list[Archive], name: str, month: Month) -> Job[tuple[Outcome, tuple[int, ...]]]:
        files = self.scratch / f"{name}.nt", self.scratch / f"{name}{NAMED}"
        arguments = (self.settings.base, self._separate, self.held, month)
        return Job(convert, arguments, (MonthPages(bare, month),), files)

    # ---- Once all months are known.

    def _finished(self, converted: list[Converted], whole: Whole, take: Take) -> Iterator[Converted]:
        """Replace aliases by canonical nodes, and check each month that is not yet checked in this form."""
        canonical = whole.outcome.aliases.canonical
        aliases = [renaming.pending(part, whole.nodes, canonical) for _, part in converted]
        jobs = {
            number: self._finishing(number, part, some)
            for number, ((_, part), some) in enumerate(zip(converted, aliases, strict=True))
            if some or part.checked is None
        }
        checked = self.scheduler.results(jobs.values())
        for number, (month, part) in enumerate(converted):
            if number in jobs:
                fresh = {alias: canonical.get(iri, iri) for alias, iri in (part.renamed | aliases[number]).items()}
                (file,) = jobs[number].files or (part.file,)
                renamed = fresh if aliases[number] else part.renamed
                part = replace(part, file=file, renamed=renamed, checked=next(checked))
            take(part.file)
            yield month, part

    def _finishing(self, number: int, part: ConvertedMonth, aliases: Mapping[str, str]) -> Job[CheckedShard]:
        if not aliases:
            return Job(check, (), (FileText(part.file),))
        return Job(rename, (aliases,), (FileText(part.file),), (self.scratch / f"renamed-{number}.nt",))

    def _ranges(
        self, converted: list[Converted], of_all: Ranges, canonical: Mapping[str, str], take: Take
    ) -> Iterator[RangeShard]:
        """Combine what all months name, and what all of them together say about it."""
        finish = self.scratch / "finish"
        finish.write_bytes(of_all.text)
        sources = [(finish, of_all.ends), *((part.named, part.ends) for _, part in converted)]
        slices = zip(*([*_slices(file, ends)] for file, ends in sources), strict=True)
        names = [f"named-{number:x}" for number in range(lines.RANGES)]
        files = [self.scratch / f"{name}.nt" for name in names]
        jobs = [Job(gather, (canonical,), some, (file,)) for some, file in zip(slices, files, strict=True)]
        for name, file, checked in zip(names, files, self.scheduler.results(jobs), strict=True):
            take(file)
            yield RangeShard(name, file, checked)


def _month(job: Job[Any], found: tuple[Outcome, tuple[int, ...]]) -> ConvertedMonth:
    file, named = job.files
    return ConvertedMonth(file, found[0], named, found[1])


def _slices(file: Path, ends: tuple[int, ...]) -> Iterator[FileText]:
    return (FileText(file, start, end) for start, end in pairwise((0, *ends)))


@cache
def dataset_nodes(base: str, separate: frozenset[str]) -> Nodes:
    """Return the nodes of a dataset, one object for each process, since it caches its results."""
    return Nodes(Minter(base), gazetteer.load(), nodes.reviewed(), separate)


# ---- Jobs, which may run anywhere.


def convert(
    base: str, separate: frozenset[str], held: Faults, month: Month, read: dict[Content, Page]
) -> tuple[tuple[bytes, bytes], tuple[Outcome, tuple[int, ...]]]:
    """Return a month's own lines, those of what it names by range, and its outcome with the ends of the ranges."""
    (own, named), outcome = quarantine.converted(
        month, read, dataset_nodes(base, separate), held, lambda quads: lines.divided(quads, base)
    )
    return (own, named.text), (outcome, named.ends)


def check(text: bytes) -> tuple[tuple[()], CheckedShard]:
    """Return what is known about a shard that stays as it is."""
    return (), check_shard(text)


def rename(aliases: Mapping[str, str], text: bytes) -> tuple[tuple[bytes], CheckedShard]:
    """Return a month with canonical nodes instead of aliases, and what is known about it."""
    found = lines.renamed(text, aliases)
    return (found,), check_shard(found)


def gather(aliases: Mapping[str, str], of_all: bytes, *of_months: bytes) -> tuple[tuple[bytes], CheckedShard]:
    """Return a range: what all months together say, and what each says about what it names."""
    found = lines.united(lines.together([of_all, lines.renamed(b"".join(of_months), aliases)]))
    return (found,), check_shard(found)
