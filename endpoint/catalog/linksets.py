"""Link sets at ``/linkset/`` and the path of a document: the links of its Link header, in a document of their own."""

from __future__ import annotations

import json
from typing import Final

from flask import Response, request

from endpoint.catalog import snapshots
from endpoint.catalog import views as catalog
from endpoint.documents import resource
from endpoint.http.negotiate import choose
from endpoint.http.routes import Description, Routes
from endpoint.http.signposting import FOLDER, LINKSET, LINKSET_JSON, linkset, linkset_text
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site, tagged
from kg.publish.catalog_snapshot import FOLDER as SNAPSHOTS
from kg.publish.catalog_snapshot import PATH
from kg.rdf.formats import Format

blueprint = Routes("linksets", __name__)

FORMATS: Final = (
    Format("linkset-json", LINKSET_JSON, "json", "page", "link set", aliases=("application/json",)),
    Format("linkset", LINKSET, "txt", "page", "link set", aliases=("text/plain",)),
)


@blueprint.get(f"/{FOLDER}/<path:path>", described=Description((LINKSET_JSON, LINKSET)))
def links(path: str) -> Response:
    """List the links of a document (RFC 9264): its formats, what it is about, its licences, who it is by."""
    here = site()
    chosen = choose(FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, here.addresses.local(f"{FOLDER}/{path}")) for one in FORMATS])
    iri = None if path == PATH else _about(here, path)
    found = resource.links(here, iri, None) if iri else catalog.links(here, None)
    anchor = here.addresses.absolute(here.addresses.document(iri) if iri else PATH)
    if chosen.media_type == LINKSET:
        body = linkset_text(anchor, found, here.addresses)
    else:
        body = json.dumps(linkset(anchor, found, here.addresses), indent=1) + "\n"
    response = Response(body, content_type=chosen.media_type)
    return tagged(response, here.snapshot, f"linkset-{chosen.name}-{len(found)}")


def _about(here: Site, path: str) -> str:
    """Return the IRI that the generic document at a path is about. Raises NotFoundError if there is none."""
    if path.startswith(f"doc/{SNAPSHOTS}/"):
        return snapshots.locate(here, path.removeprefix("doc/")).iri
    return resource.described_at(here, path)
