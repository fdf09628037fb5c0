"""Where the data come from and how good they are, how they are used, and how the server is."""

from __future__ import annotations

from typing import Final

from flask import Response

from endpoint.http.negotiate import HTML
from endpoint.http.routes import PAGE, Routes
from endpoint.rendering.language import message
from endpoint.site.site import site, tagged
from kg.derived.kinds import PREPARED
from kg.version import __version__

blueprint = Routes("about", __name__)

EXAMPLE: Final = "place=entity/en/Homs&from=2012&to=2012"
"""The list used in the examples."""
ARTEFACTS: Final = {
    "search": message("Search"),
    "statistics": message("Statistics"),
    "sitemaps": message("Sitemaps"),
    "hashes": message("Hash tree"),
    "changes": message("Changes"),
}
"""The names on the status page of what is made from a snapshot."""
STATES: Final = {
    "absent": message("absent"),
    "making": message("making"),
    "ready": message("ready"),
    "failed": message("failed"),
    "idle": message("idle"),
    "document": message("document"),
    "query": message("query"),
    "slow": message("slow"),
}
"""The names of their states, and of the lanes of workers."""


@blueprint.get("/about", described=PAGE)
def about() -> Response:
    """Explain where the events come from, what a source and a place mean, and how often they are right."""
    here = site()
    shown = here.frame.page("about.html", manifest=here.snapshot.manifest, version=__version__)
    return tagged(Response(shown, content_type=HTML.content_type), here.snapshot, "about")


@blueprint.get("/use", described=PAGE)
def use() -> Response:
    """Explain how to get the data into a table, a notebook, OpenRefine, a page of one's own, or a text."""
    here = site()
    shown = here.frame.page("use.html", root=here.addresses.absolute(""), example=EXAMPLE)
    return tagged(Response(shown, content_type=HTML.content_type), here.snapshot, "use")


@blueprint.get("/status", described=PAGE)
def status() -> Response:
    """Show which snapshot is served, how old it is, and what is ready."""
    here = site()
    made = {one.name: here.artefacts.state(one, here.snapshot).value for one in PREPARED}
    shown = here.frame.page(
        "status.html",
        snapshot=here.snapshot,
        version=__version__,
        workers=here.workers.states(),
        names=ARTEFACTS,
        states=STATES,
        ready=here.workers.ready(0.0),
        made=made,
        writable=here.writer is not None,
    )
    response = Response(shown, content_type=HTML.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
