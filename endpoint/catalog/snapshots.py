"""Snapshots and their dumps as things: ``/snapshot/<id>`` and ``/snapshot/<id>/dump/<file>``, with their documents.

Every snapshot that the store keeps has a document, including those of the past. It lists what exists by now, so it
grows while dumps are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flask import Response

from endpoint.catalog import dumps
from endpoint.documents import resource
from endpoint.documents.resource import FoundResource
from endpoint.http.conditional import by_content
from endpoint.http.negotiate import HTML, PAGE_FORMATS
from endpoint.http.routes import DOCUMENT, Description, Routes
from endpoint.http.signposting import in_page
from endpoint.http.urls import without_suffix
from endpoint.rendering.filters import embedded
from endpoint.site.site import Site, site
from kg.derived import dumps as derived
from kg.derived.hash_tree import known_root
from kg.errors import NotFoundError, StoreError
from kg.publish.catalog_represent import document
from kg.publish.catalog_snapshot import FOLDER, DatasetVersion, dump_quads, quads
from kg.publish.catalog_terms import PREFIXES
from kg.publish.catalog_texts import Publisher
from kg.publish.dump_files import MadeDump
from kg.query.evaluate import Answer
from kg.rdf.formats import Format
from kg.rdf.serialize import represent
from kg.store import snapshot
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

blueprint = Routes("snapshots", __name__)

_PATH: Final = re.compile(rf"{FOLDER}/([^/]+)(?:/dump/([^/]+))?")


@dataclass(frozen=True, slots=True)
class DescribedSnapshot:
    """A snapshot, or one of its dumps."""

    version: DatasetVersion
    made: MadeDump | None = None

    @property
    def iri(self) -> str:
        """IRI of what is described."""
        return self.version.dump(self.made).value if self.made else self.version.iri


@blueprint.get(f"/{FOLDER}/<path:rest>", described=Description(statuses=(303, 410)))
def thing(rest: str) -> Response:
    """Redirect from a snapshot, or from a dump of one, to its document."""
    return resource.see_document(locate(site(), f"{FOLDER}/{rest}"))


@blueprint.get(f"/doc/{FOLDER}/<path:rest>", described=replace(DOCUMENT, statuses=(200, 410)))
def generic(rest: str) -> Response:
    """Serve the document about a snapshot, or a dump of one, in the format of its suffix or the one negotiated."""
    return resource.document(locate(site(), f"{FOLDER}/{rest}"), _answer, _tagged)


def _tagged(response: Response, current: Snapshot, _: str) -> Response:
    """Give a document its validators."""
    return by_content(response, changed(site(), current))


def changed(here: Site, current: Snapshot) -> datetime:
    """Return when the snapshots or their dumps last changed: one became current, or a dump was made."""
    found = [datetime.fromisoformat(current.manifest.created)]
    for folder in here.artefacts.cache.glob(f"*/{derived.FOLDER}"):
        with suppress(FileNotFoundError):  # it may be removed with its snapshot at this moment
            found.append(datetime.fromtimestamp(folder.stat().st_mtime, UTC))
    return max(found)


def kept(here: Site) -> tuple[DatasetVersion, ...]:
    """Return the snapshots that the store keeps, oldest first, followed by those of the past."""
    publisher = Publisher(here.settings.publisher, here.settings.contact)
    store = Store(here.settings.folder)
    found: list[DatasetVersion] = []
    for one in _read(store.snapshots()):
        before = found[-1].manifest.id if found else None
        found.append(DatasetVersion(one.manifest, publisher, tuple(_made(here, one)), before, _root(here, one)))
    return (*found, *(DatasetVersion(one.manifest, publisher) for one in store.past()))


def _read(folders: list[Path]) -> Iterator[Snapshot]:
    """Yield the snapshots in folders, except those being removed by a build."""
    for folder in folders:
        try:
            yield snapshot.read(folder)
        except StoreError:
            continue


def _root(here: Site, one: Snapshot) -> str:
    return known_root(here.artefacts.place(one))


def _made(here: Site, one: Snapshot) -> list[MadeDump]:
    """Return the dumps made from a snapshot; start making those of the current one."""
    return dumps.made(here) if one.id == here.snapshot.id else derived.made(here.artefacts.place(one))


def locate(here: Site, path: str) -> FoundResource:
    """Return what a path stands for; the exact one wins over that without a suffix, since dumps have suffixes too.

    Raises NotFoundError, or SnapshotGoneError, which list what exists, for what is not kept.
    """
    found = _known(here, path)
    if found:
        return FoundResource(found.iri)
    stem, suffix = without_suffix(path)
    found = _known(here, stem) if suffix else None
    if found is None:
        identifier = re.split("[./]", path)[1]
        raise Store(here.settings.folder).absent(identifier)
    return FoundResource(found.iri, suffix)


def _known(here: Site, path: str) -> DescribedSnapshot | None:
    match = _PATH.fullmatch(path)
    version = match and next((one for one in kept(here) if one.manifest.id == match[1]), None)
    if not (match and version):
        return None
    if match[2] is None:
        return DescribedSnapshot(version)
    made = next((one for one in version.made if one.file.name == match[2]), None)
    return DescribedSnapshot(version, made) if made else None


def _answer(here: Site, iri: str, wanted: Format, page: int) -> Answer:
    """Return the description of a snapshot or a dump in a format; it has one page."""
    found = _known(here, iri.removeprefix(here.addresses.base))
    if found is None or page != 1:
        raise NotFoundError("there is no such page of this document, or it has just been removed")
    generic_iri = here.addresses.base + here.addresses.document(iri)
    version, made = found.version, found.made
    described = dump_quads(version, made, generic_iri) if made else quads(version, generic_iri)
    if wanted != HTML:
        body = represent(described, wanted, PREFIXES)
    else:
        path = here.addresses.local(here.addresses.document(iri))
        body = here.frame.page(
            "snapshot.html",
            found=found,
            formats=[(one, f"{path}.{one.suffix}") for one in PAGE_FORMATS],
            data=embedded(document(described)),
            signposts=in_page(resource.links(here, iri, HTML), here.addresses),
        ).encode()
    return Answer("describe", wanted, body, here.snapshot.id, None)
