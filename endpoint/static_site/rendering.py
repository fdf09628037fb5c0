"""Some documents of a site written into its folder, by one process of several."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from endpoint.static_site.addresses import Rendition, StaticAddresses
from endpoint.static_site.folder import SiteFolder
from endpoint.static_site.inline import InlineSite, StaticResponse
from endpoint.static_site.links import Leading
from kg.settings import Settings
from kg.store.snapshot import Snapshot, read

MOVED: Final = (301, 302, 303, 307, 308)
SHOWN: Final = (404, 410)
"""Statuses whose page is written too, since something leads there."""


@dataclass(frozen=True)
class SitePlan:
    """What is published where: settings, the snapshot's folder, the folder of the site, and its addresses."""

    settings: Settings
    snapshot: Path
    folder: SiteFolder
    addresses: StaticAddresses

    @property
    def source(self) -> Snapshot:
        """The snapshot."""
        return read(self.snapshot)


@dataclass(slots=True)
class RenderedFiles:
    """What came of some documents: their files, how many of these are new or changed, and how many bytes all have.

    ``documents`` are those that they lead to, ``faults`` say what could not be written, and why.
    """

    files: list[str] = field(default_factory=list)
    changed: int = 0
    size: int = 0
    documents: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def _opened(plan: SitePlan) -> InlineSite:
    """Open the site once in each process."""
    return InlineSite(plan.source, plan.settings)


def render(plan: SitePlan, documents: tuple[str, ...]) -> RenderedFiles:
    """Write all files of some documents (see StaticAddresses.document)."""
    home = plan.settings.serve_url or plan.source.manifest.base
    rendering = Rendering(plan, _opened(plan), Leading(plan.addresses, home), RenderedFiles())
    for document in documents:
        for one in plan.addresses.renditions(document):
            rendering.write(one)
    rendering.written.documents = rendering.leading.documents
    rendering.written.faults += (f"{one}: no file system can have such a name" for one in rendering.leading.unfit)
    return rendering.written


@dataclass(frozen=True, slots=True)
class Rendering:
    """The files of some documents that are being written."""

    plan: SitePlan
    site: InlineSite
    leading: Leading
    written: RenderedFiles

    def write(self, one: Rendition) -> None:
        """Ask for a file and write it; what moved is another name of what it moved to."""
        answer = self.site.get(one.target, one.accept)
        try:
            if answer.status in MOVED:
                self._alias(one, answer)
            elif answer.status == 200 or (answer.status in SHOWN and answer.type == "text/html"):
                self._content(one, answer)
            elif answer.status not in (404, 406, 410):
                self.written.faults.append(f"{one.target}: the application answers {answer.status}")
        except OSError as error:
            self.written.faults.append(f"{one.target}: {error.strerror}")

    def _content(self, one: Rendition, answer: StaticResponse) -> None:
        self.leading.follow(one.target, answer)
        body = answer.body
        if answer.type == "text/html":
            body = self.leading.page(body.decode()).encode()
        self._note(one.file, self.plan.folder.write(one.file, body), len(body))

    def _alias(self, one: Rendition, answer: StaticResponse) -> None:
        document = self.plan.addresses.document(answer.headers["location"])
        found = self.plan.addresses.renditions(document) if document else []
        suffix = one.file.rpartition(".")[2]
        other = next((other.file for other in found if other.file.rpartition(".")[2] == suffix), None)
        if document is None or other is None or other == one.file:
            self.written.faults.append(
                f"{one.target}: it leads to {answer.headers['location']}, of which there is no file"
            )
            return
        self.leading.documents.add(document)
        self._note(one.file, self.plan.folder.alias(one.file, other), 0)

    def _note(self, file: str, changed: bool, size: int) -> None:
        self.written.files.append(file)
        self.written.changed += changed
        self.written.size += size
