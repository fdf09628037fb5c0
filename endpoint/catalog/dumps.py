"""Dumps: ``/dump/newsgraph.ttl``, its parts, years and changes, in every format, each also as ``.gz``.

The whole and the parts are made, in two formats, when the list of dumps or the catalogue is first asked for, the
other files on the first request (see kg.derived.dumps).
"""

from __future__ import annotations

import base64
from typing import Final

from flask import Response, request, send_file

from endpoint.http.conditional import by_content, ranged
from endpoint.http.headers import link
from endpoint.http.routes import IN_TEXT, PAGE, Description, Routes
from endpoint.site.site import Site, site
from kg.derived import dumps
from kg.errors import NotFoundError
from kg.publish import dump_files, ro_crate
from kg.publish.catalog_texts import Publisher
from kg.publish.dump import SUMS
from kg.publish.dump_files import NAME, PATCH, TABLES, MadeDump
from kg.publish.dump_parts import PARTS
from kg.rdf.formats import RDF_FORMATS, by_name
from kg.store.integrity.sidecar import checksum
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

blueprint = Routes("dumps", __name__)

JSON_LD: Final = by_name("jsonld").media_type
CRATE: Final = f'{JSON_LD}; profile="{ro_crate.PROFILE}"'
AT_ONCE: Final = 2.0
"""Seconds to wait for a dump when an immediate answer is due: enough to see that it has no content."""


@blueprint.get("/dump/", described=PAGE)
def index() -> str:
    """List the dumps, with size and checksum of those that are made."""
    here = site()
    found = made(here)
    ready = {one.file for one in found}
    return here.frame.page(
        "dumps.html",
        stem=NAME,
        formats=RDF_FORMATS,
        parts=dump_files.parts(here.snapshot.manifest),
        made=found,
        awaited=[one for one in dump_files.published(here.snapshot.manifest) if one not in ready],
        older=[one for one in _snapshots(here) if one != here.snapshot.id],
        sums=SUMS,
    )


@blueprint.get(f"/dump/{SUMS}", described=IN_TEXT)
def checksums() -> Response:
    """Send the SHA-256 of every file that is made, as ``sha256sum --check`` reads them."""
    response = Response(dump_files.sums(made(site())), content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get(f"/dump/{ro_crate.FILE}", described=Description((JSON_LD,)))
def crate() -> Response:
    """Describe the dumps that are made as an RO-Crate: download them beside this file."""
    here = site()
    publisher = Publisher(here.settings.publisher, here.settings.contact)
    files = map(ro_crate.CrateFile.of, made(here))
    return by_content(Response(ro_crate.ro_crate(here.snapshot.manifest, publisher, files), content_type=CRATE))


@blueprint.get("/dump/<name>", described=Description(statuses=(200, 206)))
def dump(name: str) -> Response:
    """Send one dump; ranges are answered, so that an interrupted download can continue.

    If it is not made yet, GET waits for it. HEAD, and GET of a part, have it made and are answered with 503 meanwhile.
    """
    here = site()
    return _send(here, here.snapshot, name)


@blueprint.get("/dump/<of>/<name>", described=Description(statuses=(200, 206, 410)))
def dump_of(of: str, name: str) -> Response:
    """Send one dump of a snapshot that is kept, the same bytes at any time; ranges are answered."""
    here = site()
    store = Store(here.settings.folder)
    folder = next((one for one in store.snapshots() if one.name == of), None)
    if folder is None:
        raise store.absent(of)
    return _send(here, store.read(folder), name)


def _send(here: Site, source: Snapshot, name: str) -> Response:
    file = dump_files.named(name)
    if file is None or (file.since and file.since not in _snapshots(here)):
        raise NotFoundError(_what_there_is(here))
    # A dump is made while its reader waits; a request for its head or a part of it expects an immediate answer.
    patience = AT_ONCE if request.method == "HEAD" or "Range" in request.headers else None
    path = here.artefacts.obtain(dumps.artefact(file), source, patience)
    content_type = "application/gzip" if file.packed else file.format.content_type
    stem, _, suffix = file.name.partition(".")
    response = send_file(
        path,
        mimetype=content_type.partition(";")[0],
        as_attachment=True,
        download_name=f"{stem}-{source.id}.{suffix}",
        etag=False,
        conditional=False,
    )
    response.headers["Content-Type"] = content_type
    digest = base64.b64encode(bytes.fromhex(checksum(path))).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530, section 3
    response.headers["Link"] = link(here.addresses.local(f"hashes/{source.id}"), "describedby", type="text/plain")
    return ranged(response, f"{source.id}-{file.name}")


def _what_there_is(here: Site) -> str:
    return (
        f"there is no such dump; there are {', '.join(f'{NAME}.{one.suffix}' for one in RDF_FORMATS)}, each also with "
        f".gz; tables, {NAME}.{TABLES.suffix}; of a part, such as {NAME}-core.ttl ({', '.join(PARTS)}); of a year, "
        f"such as {NAME}-2011.ttl; of what changed since a snapshot, {NAME}-since-ID.ttl or .{PATCH.suffix} "
        f"({', '.join(_snapshots(here))})"
    )


def _snapshots(here: Site) -> list[str]:
    return [folder.name for folder in Store(here.settings.folder).snapshots()]


def made(here: Site) -> list[MadeDump]:
    """Return the dump files of the current snapshot, and start making the published ones."""
    published = map(dumps.artefact, dump_files.published(here.snapshot.manifest))
    here.artefacts.prepare_each(tuple(published), here.snapshot)
    return dumps.made(here.artefacts.place(here.snapshot))
