"""Publishes a site as files: follows all links from the home page, the lists and the sitemaps until nothing is new."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from endpoint.http.negotiate import DOCUMENT_FORMATS
from endpoint.http.urls import Addresses
from endpoint.rendering.assets import ASSETS
from endpoint.static_site import browser, rendering, servers
from endpoint.static_site.addresses import FILES, HTML, PAGES, StaticAddresses
from endpoint.static_site.folder import SiteFolder
from endpoint.static_site.links import Leading
from endpoint.static_site.record import SiteRecord, add, keep, version
from endpoint.static_site.rendering import RenderedFiles, SitePlan, render
from kg.derived import dumps
from kg.derived.artefacts import Artefacts
from kg.derived.kinds import PREPARED, STATISTICS
from kg.errors import ConfigurationError, NotFoundError
from kg.lookup.statistics import read as read_statistics
from kg.process import parallel
from kg.process.parallel import Processes
from kg.publish import dump_files
from kg.publish.dump_files import DumpFile
from kg.query.questions import question
from kg.rdf.formats import by_name
from kg.settings import Settings, is_base
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

ASKED: Final = "in-a-place"
"""The initial question of the query page."""
TOGETHER: Final = 200
"""How many documents a process writes before it reports their links."""
START: Final = (
    *(f"/{one}" for one in (*PAGES, *FILES)),
    *("/vocab", "/catalog", "/feed/atom", "/feed/activity", "/feed/ldes", "/events"),
    *(f"/{one}" for one in ASSETS.values()),
)
Told = Callable[[int, int], None]


@dataclass(slots=True)
class PublishedSite:
    """The result: the numbers of files and bytes, of changed and removed files, and what could not be written.

    ``kept`` is the number of documents that were not made again.
    """

    files: int = 0
    size: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0
    faults: list[str] = field(default_factory=list)


def publish(folder: Path, settings: Settings, formats: tuple[str, ...], jobs: int, told: Told) -> PublishedSite:
    """Write the current snapshot of a store as a site of files into a folder, and remove outdated files.

    ``settings.serve_url`` is its public address, by default the identity base; ``formats`` are the suffixes of the
    formats of documents; ``jobs`` is the number of processes, which does not affect the result. ``told`` is called with
    the number of documents written, and the total so far. Raises ConfigurationError for an unsuitable folder or
    address, and the errors of reading the snapshot.
    """
    known = {one.suffix for one in DOCUMENT_FORMATS}
    if unknown := sorted({*formats} - known):
        raise ConfigurationError(f"--formats: there is no {unknown[0]!r}; there are {', '.join(sorted(known))}")
    if HTML not in formats:
        raise ConfigurationError("--formats must have html, whose links say what the site consists of")
    if settings.serve_url and not is_base(settings.serve_url):
        raise ConfigurationError(f"--base {settings.serve_url!r} must be an http(s) address that ends with a slash")
    store = Store(settings.folder)
    source = store.current()
    site = SiteFolder(folder.absolute())
    with site.begun():
        made = _dumps(Artefacts.of(settings), source)
        mount = urlsplit(settings.serve_url or source.manifest.base).path.rstrip("/")
        names = frozenset(one.name for one in made)
        addresses = StaticAddresses(mount, formats, names)
        plan = SitePlan(
            settings, source.folder, site, addresses, SiteRecord(site.path, version(settings, source, addresses))
        )
        rendering.begin()
        with parallel.pool(jobs) as processes:
            list(processes.each(_compare, [(plan,)]))
            return _Publication(plan, processes, told).run(made)


def _compare(plan: SitePlan) -> None:
    """Find what changed since the last run."""
    plan.record.compare(plan.source)


def _dumps(artefacts: Artefacts, source: Snapshot) -> list[DumpFile]:
    """Make the artefacts for pages and the site, and the dumps; return the existing dumps.

    Besides what a server makes in advance, this includes one dump for each year, which is small enough for a browser.
    """
    wait(artefacts.prepare(PREPARED, source))
    years = read_statistics(artefacts.obtain(STATISTICS, source))["years"]
    yearly = [DumpFile(by_name("ntriples"), year=int(year)) for year, _ in years]
    made = []
    for one in (*dump_files.published(source.manifest), *yearly):
        wait(artefacts.prepare([dumps.artefact(one)], source))
        try:
            artefacts.obtain(dumps.artefact(one), source)
        except NotFoundError:  # the snapshot has no content for it
            continue
        made.append(one)
    return made


@dataclass(slots=True)
class _Publication:
    """A site being published."""

    plan: SitePlan
    processes: Processes
    told: Told
    found: PublishedSite = field(default_factory=PublishedSite)
    files: list[str] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)

    def run(self, made: list[DumpFile]) -> PublishedSite:
        """Write all files, and remove outdated ones."""
        self._take(made)
        self._add(servers.write(self.plan))
        known: set[str] = set()
        waiting = {*START, *self._own()}
        with self.plan.record.writing() as record:
            while waiting:
                known |= waiting
                waiting = self._round(record, sorted(waiting), len(known)) - known
            keep(record, self.recorded)
        self.found.removed = self.plan.folder.finish(self.files)
        self.found.files = len(self.files)
        self.found.faults = sorted(set(self.found.faults))
        return self.found

    def _take(self, made: list[DumpFile]) -> None:
        artefacts = Artefacts.of(self.plan.settings)
        for one in made:
            path = dumps.artefact(one).path(artefacts.place(self.plan.source))
            new = self.plan.folder.take(f"dump/{one.name}", path)
            self._add(RenderedFiles([f"dump/{one.name}"], int(new), path.stat().st_size))

    def _own(self) -> set[str]:
        """Write the pages that only a static site has, and return the documents that they link."""
        settings, source = self.plan.settings, self.plan.source
        addresses = Addresses(source.manifest.base, self.plan.addresses.mount, settings.serve_url)
        leading = Leading(self.plan.addresses, settings.serve_url or source.manifest.base)
        made = dumps.made(Artefacts.of(settings).place(source))
        written = RenderedFiles()
        for file, text in browser.pages(addresses, source.manifest, made, question(ASKED)).items():
            content = leading.page(text).encode()
            written.changed += self.plan.folder.write(file, content)
            written.files.append(file)
            written.size += len(content)
        self._add(written)
        return leading.documents

    def _round(self, record: sqlite3.Connection, documents: list[str], known: int) -> set[str]:
        """Write some documents, and return the documents that they link."""
        work = [(self.plan, tuple(documents[at : at + TOGETHER])) for at in range(0, len(documents), TOGETHER)]
        leading: set[str] = set()
        done = known - len(documents)
        for (_, own), written in zip(work, self.processes.each(render, work), strict=True):
            self._add(written)
            add(record, written.rows)
            self.recorded.update(written.kept, (one.name for one in written.rows))
            leading |= written.documents
            done += len(own)
            self.told(done, known)
        return leading

    def _add(self, written: RenderedFiles) -> None:
        self.files += written.files
        self.found.changed += written.changed
        self.found.size += written.size
        self.found.kept += len(written.kept)
        self.found.faults += written.faults
