"""Writes some documents of a site into its folder, in one of several processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from endpoint.http.urls import THINGS, without_suffix
from endpoint.static_site.addresses import HTML, Rendition, StaticAddresses
from endpoint.static_site.folder import SiteFolder
from endpoint.static_site.inline import InlineSite, StaticResponse
from endpoint.static_site.kept import LastRun, recorded
from endpoint.static_site.links import Leading
from endpoint.static_site.record import DocumentRecord, DocumentRow, SiteRecord
from endpoint.static_site.unchanged import PastDocuments
from kg.settings import Settings
from kg.store.snapshot import Snapshot, read

MOVED: Final = (301, 302, 303, 307, 308)
DESCRIBED: Final = frozenset({"doc", "page", "enrichment", "source", *THINGS})
"""The first segments of documents that describe a thing of the graph as it is now."""
SHOWN: Final = (404, 410)
"""Error statuses with pages that are written too, since links lead to them."""


@dataclass(frozen=True)
class SitePlan:
    """The plan of a site: settings, the snapshot's folder, the folder of the site, its addresses, and its record."""

    settings: Settings
    snapshot: Path
    folder: SiteFolder
    addresses: StaticAddresses
    record: SiteRecord

    @property
    def source(self) -> Snapshot:
        """The snapshot."""
        return read(self.snapshot)


@dataclass(slots=True)
class RenderedFiles:
    """The result for some documents: their files, how many of these changed, and the bytes of all.

    ``documents`` are the documents that they link; ``faults`` say what could not be written, and why. ``kept`` are the
    documents that were not made again, ``rows`` what is to be recorded of the others.
    """

    files: list[str] = field(default_factory=list)
    changed: int = 0
    size: int = 0
    documents: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    rows: list[DocumentRow] = field(default_factory=list)

    def add(self, made: DocumentRecord) -> None:
        """Add the files of a document, what it links, and what could not be written."""
        self.files += (file for file, _, _ in made.files)
        self.size += sum(size for _, _, size in made.files)
        self.documents.update(made.links)
        self.faults += made.faults


class OpenSite:
    """The application and the documents about the past, which each process opens once."""

    def __init__(self, plan: SitePlan) -> None:
        self.site = InlineSite(plan.source, plan.settings)
        self.past = PastDocuments(self.site.workers.graph, plan.source.manifest.base)
        self.home = plan.settings.serve_url or plan.source.manifest.base
        self.last = LastRun(plan.record, plan.folder, self.site)
        self.moments = [one.encode() for one in (plan.source.id, plan.source.manifest.created)]


_opened = lru_cache(maxsize=1)(OpenSite)


def begin() -> None:
    """Close the site that an earlier run in this process has opened, since it knows an earlier record."""
    _opened.cache_clear()


def render(plan: SitePlan, documents: tuple[str, ...]) -> RenderedFiles:
    """Write all files of some documents (see StaticAddresses.document), unless they would be the same as before."""
    opened, written = _opened(plan), RenderedFiles()
    for document in documents:
        made = opened.last.unchanged(document)
        if made:
            written.kept.append(document)
        else:
            made = _made(plan, opened, document, written)
        written.add(made)
    return written


def _made(plan: SitePlan, opened: OpenSite, document: str, written: RenderedFiles) -> DocumentRecord:
    """Write the files of a document, and return what was made."""
    reads, made = opened.site.begin(), DocumentRecord()
    rendering = Rendering(plan, opened, Leading(plan.addresses, opened.home, opened.past.has), made)
    rendering.write(document)
    made.links = sorted(rendering.leading.documents)
    made.faults += (f"{one}: no file system can have such a name" for one in sorted(rendering.leading.unfit))
    written.changed += rendering.changed
    row = None if rendering.dated else recorded(document, reads, made)
    written.rows += [row] if row else []
    return made


@dataclass(slots=True)
class Rendering:
    """The files of a document being written; ``dated`` says that one of them names the moment of the snapshot."""

    plan: SitePlan
    opened: OpenSite
    leading: Leading
    written: DocumentRecord
    changed: int = 0
    dated: bool = False

    def write(self, document: str) -> None:
        """Write the files of a document; if another document says the same, make them aliases of its files."""
        if not self.opened.past.has(document):
            return
        renditions = self.plan.addresses.renditions(document)
        if same := self.opened.past.same(document):
            for one in renditions:
                self._tried(one, partial(self._alias, one, same))
            return
        is_page = False
        for one in sorted(renditions, key=lambda one: not one.file.endswith(f".{HTML}")):  # its links lead to all pages
            body = self._represented(document, one) if is_page else None
            if body is None:
                is_page = self._answered(one) or is_page
            else:
                self._tried(one, partial(self._content, one, body))

    def _represented(self, document: str, one: Rendition) -> bytes | None:
        """Return the content of an RDF file about a thing that has a page; None for anything else."""
        _, wanted = without_suffix(one.file)
        if wanted is None or document[1:].partition("/")[0] not in DESCRIBED:
            return None
        return self.opened.site.representation(document, wanted)

    def _answered(self, one: Rendition) -> bool:
        """Request a file and write it; return whether there is one. A moved document becomes an alias of its target."""
        answer = self.opened.site.get(one.target, one.accept)
        if answer.status in MOVED:
            location = answer.headers["location"]
            self._tried(one, partial(self._alias, one, self.plan.addresses.document(location) or location))
        elif answer.status == 200 or (answer.status in SHOWN and answer.type == "text/html"):
            self._tried(one, partial(self._followed, one, answer))
        elif answer.status not in (404, 406, 410):
            self.written.faults.append(f"{one.target}: the application answers {answer.status}")
        return answer.status == 200

    def _tried(self, one: Rendition, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            self.written.faults.append(f"{one.target}: {error.strerror}")

    def _followed(self, one: Rendition, answer: StaticResponse) -> None:
        self.leading.follow(one.target, answer)
        body = answer.body
        if answer.type == "text/html":
            body = self.leading.page(body.decode()).encode()
        self._content(one, body)

    def _content(self, one: Rendition, body: bytes) -> None:
        self.dated |= any(moment in body for moment in self.opened.moments)
        self._note(one.file, self.plan.folder.write(one.file, body), len(body))

    def _alias(self, one: Rendition, document: str) -> None:
        suffix = one.file.rpartition(".")[2]
        found = self.plan.addresses.renditions(document)
        other = next((other.file for other in found if other.file.rpartition(".")[2] == suffix), None)
        if other is None or other == one.file:
            self.written.faults.append(f"{one.target}: it leads to {document}, of which there is no file")
            return
        self.leading.documents.add(document)
        self._note(one.file, self.plan.folder.alias(one.file, other), 0)

    def _note(self, file: str, changed: bool, size: int) -> None:
        self.written.files.append((file, self.plan.folder.mark(file), size))
        self.changed += changed
