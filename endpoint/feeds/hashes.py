"""The hash tree of a snapshot, and what else a mirror needs besides dumps and feeds: ``/hashes`` is its entry.

Nodes of the tree are texts with SHA-256 hashes listed in the node above them (see kg.derived.hash_tree); everything
below the id of a snapshot never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, Final

from flask import Response, request, send_file

from endpoint.feeds.ldes import EventStream
from endpoint.http.conditional import MINUTE, by_content, conditional, digest, ranged
from endpoint.http.routes import Description, Parameter, Routes
from endpoint.site.site import Site, site
from kg.derived import hash_tree
from kg.derived.changes import reading
from kg.derived.hash_tree import HASHES, HashTree
from kg.derived.kinds import LEDGER
from kg.errors import NotFoundError, ParameterError
from kg.rdf import NamedNode
from kg.rdf.formats import by_name
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from kg.workers.operations import VersionsPage

blueprint = Routes("hashes", __name__)

FORMAT: Final = 1
IMMUTABLE: Final = "public, max-age=31536000, immutable"
TEXT: Final = "text/plain; charset=utf-8"
QUADS: Final = by_name("nquads")
JSON_TYPE: Final = "application/json"
IN_JSON: Final = Description((JSON_TYPE,))
KEPT: Final = Description(("text/plain",), (200, 410))
RESOURCE: Final = Description(
    (QUADS.media_type,), (200, 410), (Parameter("iri", "IRI of a resource of the default graph.", required=True),)
)


@blueprint.get("/hashes", described=IN_JSON)
def state() -> Response:
    """Say what the current snapshot is: its id, its root, the time of its last change in feeds, and its manifest."""
    here = site()
    body: str = here.cached(("hashes",), lambda: _state(here), len)
    return by_content(Response(body, content_type=JSON_TYPE))


def _state(here: Site) -> str:
    manifest = replace(here.snapshot.manifest, files={}, ledger={}, build="", writes=0, mirror={})
    with reading(here.artefacts, here.snapshot) as log:
        changed = log.time
    said = _of(here, here.snapshot, lambda tree: {"root": tree.root, "resources": tree.resources})
    said |= {"format": FORMAT, "snapshot": here.snapshot.id, "base": manifest.base, "changed": changed}
    return signed.written({**said, "manifest": asdict(manifest)}, indent=1)


@blueprint.get("/hashes/<of>", described=KEPT)
def root(of: str) -> Response:
    """Send the root of the hash tree of a snapshot: the hashes of its branches."""
    return _node(of, "")


@blueprint.get("/hashes/<of>/<name>", described=KEPT)
def node(of: str, name: str) -> Response:
    """Send a branch, two digits, or a leaf, three digits, of the hash tree of a snapshot."""
    return _node(of, name)


def _node(of: str, name: str) -> Response:
    here = site()
    text = _of(here, _kept(here, of), lambda tree: tree.text(name)) if hash_tree.is_node(name) else b""
    if not (text or name == ""):
        raise NotFoundError("there is no such node: a branch has two hexadecimal digits, a leaf three")
    return conditional(Response(text, content_type=TEXT), digest(text), caching=IMMUTABLE)


@blueprint.get("/hashes/<of>/resource", described=RESOURCE)
def resource(of: str) -> Response:
    """Send all that the current snapshot says about a resource and its parts, as a member of the event stream."""
    here = site()
    if of != here.snapshot.id:
        _kept(here, of)
        raise NotFoundError(f"only resources of the current snapshot are sent, which is {here.snapshot.id}")
    iri = _iri(request.args.get("iri", ""))
    version = f"{EventStream(here.addresses.base).root}#now"
    asked = VersionsPage(here.addresses.base, "", ((version, iri, None),), QUADS, here.settings.result_bytes)
    body = here.workers.ask(asked)
    return conditional(Response(body, content_type=QUADS.content_type), digest(body))


@blueprint.get("/dump/<of>/ledger.tsv", described=Description(("text/tab-separated-values",), (200, 206, 410)))
def ledger(of: str) -> Response:
    """Send the ledger of the store as it was with a snapshot, without the words of withdrawn events."""
    here = site()
    source = _kept(here, of)
    path = here.artefacts.obtain(LEDGER, source)
    response = send_file(path, mimetype="text/tab-separated-values", etag=False, conditional=False)
    return ranged(response, f"{source.id}-ledger", MINUTE)


def _iri(text: str) -> str:
    with suppress(ValueError):
        return NamedNode(text).value
    raise ParameterError("iri must be an absolute IRI", "iri")


def _kept(here: Site, of: str) -> Snapshot:
    """Return a kept snapshot. Raises NotFoundError or SnapshotGoneError for any other."""
    if of == here.snapshot.id:
        return here.snapshot
    store = Store(here.settings.folder)
    folder = next((one for one in store.snapshots() if one.name == of), None)
    if folder is None:
        raise store.absent(of)
    return store.read(folder)


def _of(here: Site, source: Snapshot, read: Callable[[HashTree], Any]) -> Any:
    with hash_tree.opened(here.artefacts.obtain(HASHES, source)) as tree:
        return read(tree)
