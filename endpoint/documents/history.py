"""The history of an event at ``/event/…/history``, and two of its wordings compared at ``/event/…/compare``.

Both are documents themselves, in HTML and in JSON; no event has such an IRI, since IRIs of events have two segments
after ``event/``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from endpoint.documents.pages import told
from endpoint.documents.resource import locate
from endpoint.event import history as shown
from endpoint.event.history import path_of
from endpoint.http.headers import alternates, licensed, link
from endpoint.http.negotiate import HTML, JSON, choose
from endpoint.http.parameters import page_number
from endpoint.http.redirects import redirected
from endpoint.http.routes import IN_JSON, Description, Parameter, Routes, media_types
from endpoint.rendering.page_frame import PageFrame
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site, tagged
from kg.errors import NotFoundError
from kg.lookup.history import EventHistory
from kg.rdf.formats import Format

blueprint = Routes("history", __name__)

FORMATS: Final = (HTML, JSON)
REVISIONS: Final = (
    Parameter("a", "The former revision, by the last segment of its IRI or by all of it; the one before b."),
    Parameter("b", "The later revision; the newest one."),
)
WORDINGS: Final = Description(
    media_types(FORMATS), (200, 308, 410), (Parameter("page", "Number of the page, from 1; JSON has no pages."),)
)
COMPARED: Final = Description(media_types(FORMATS), (200, 308, 410), REVISIONS)

Page = Callable[[PageFrame, EventHistory], str]
Data = Callable[[EventHistory], dict[str, Any]]


@blueprint.get("/event/<day>/<name>/history", described=WORDINGS)
def history(day: str, name: str) -> Response:
    """Show how an event was worded: each wording with its differences from the previous one, and when it was shown."""
    return _history(day, name, None)


@blueprint.get("/event/<day>/<name>/history.json", described=replace(IN_JSON, statuses=(200, 308, 410)))
def history_json(day: str, name: str) -> Response:
    """Serve the wordings of an event as JSON, the first one first."""
    return _history(day, name, JSON)


@blueprint.get("/event/<day>/<name>/compare", described=COMPARED)
def compare(day: str, name: str) -> Response:
    """Compare two wordings of an event: words inserted and deleted, sources and links that came and went."""
    return _compare(day, name, None)


@blueprint.get(
    "/event/<day>/<name>/compare.json", described=replace(IN_JSON, statuses=(200, 308, 410), parameters=REVISIONS)
)
def compare_json(day: str, name: str) -> Response:
    """Compare two wordings of an event, in JSON as ``kg diff`` has it."""
    return _compare(day, name, JSON)


def _history(day: str, name: str, suffix: Format | None) -> Response:
    number = page_number(request.args.get("page", "1"))
    addresses = site().addresses

    def page(frame: PageFrame, found: EventHistory) -> str:
        return shown.history_page(frame, found, number)

    return _answer(day, name, "history", suffix, page, lambda found: shown.history_json(found, addresses))


def _compare(day: str, name: str, suffix: Format | None) -> Response:
    one, other = (request.args.get(parameter, "") for parameter in ("a", "b"))

    def page(frame: PageFrame, found: EventHistory) -> str:
        return shown.compare_page(frame, found, *shown.chosen(found, one, other))

    return _answer(
        day, name, "compare", suffix, page, lambda found: shown.compare_json(*shown.chosen(found, one, other))
    )


def _answer(day: str, name: str, what: str, suffix: Format | None, page: Page, data: Data) -> Response:
    """Return the document in the format of its suffix or the negotiated one; redirect from other names of the event.

    Raises NotFoundError for anything that is not an event, or has no wordings.
    """
    here = site()
    found = locate(here, f"event/{day}/{name}")
    path = path_of(here.addresses, found.iri, what)
    if found.alias:
        return _moved(here.addresses.local(path) + (".json" if suffix else ""))
    chosen = suffix or choose(FORMATS, request.headers.get("Accept"))
    choices = [(HTML, _queried(here, path)), (JSON, _queried(here, f"{path}.json"))]
    if chosen is None:
        raise acceptable(choices)
    known = told(here, found.iri)
    if not known.wordings:
        raise NotFoundError("no wording of this event is known")
    body = page(here.frame, known) if chosen == HTML else json.dumps(data(known), ensure_ascii=False, indent=1) + "\n"
    response = Response(body, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = dict(choices)[chosen]
    response.headers["Link"] = ", ".join(
        [
            *alternates(choices, chosen),
            link(here.addresses.base + path, "canonical"),
            link(here.addresses.local(here.addresses.document(found.iri)), "up"),
            *licensed(here.snapshot.manifest.licences),
        ]
    )
    return tagged(response, here.snapshot, f"{what}-{chosen.suffix}-{urlencode(sorted(request.args.items()))}")


def _queried(here: Site, path: str) -> str:
    query = urlencode(list(request.args.items()))
    return here.addresses.local(path) + (f"?{query}" if query else "")


def _moved(target: str) -> Response:
    query = request.query_string.decode("latin-1")
    response = redirected(target + (f"?{query}" if query else ""), 308)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
