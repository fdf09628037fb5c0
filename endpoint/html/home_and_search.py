"""Pages for people: home, search, and the icon that browsers ask for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from flask import Response, redirect, render_template, request

from endpoint.html.describe import listing
from endpoint.http.negotiate import HTML, JSON, choose
from endpoint.http.routes import MOVED, PAGE, Description, Parameter, Routes, media_types
from endpoint.site.problems import RETRY_SECONDS
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.errors import NotAcceptableError, ParameterError, ServiceBusyError, StoreError
from kg.lookup.search.search import NAMES, WORDS_OF_KINDS
from kg.rdf import terms
from kg.workers.operations import FindPlaces, FindText, Newest

blueprint = Routes("browse", __name__)

NEWEST: Final = 30
SEARCH_LENGTH: Final = 200
FOUND: Final = 20
MOST: Final = 100
PATIENCE: Final = 2.0
"""Seconds that a page waits for the index of names and titles, without which there are only places."""
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0b5c6b"/>'
    '<path d="M9 9l14 4M9 9l4 14M23 13L13 23" stroke="#fff" stroke-width="2"/>'
    '<g fill="#fff"><circle cx="9" cy="9" r="4"/><circle cx="23" cy="13" r="3.4"/>'
    '<circle cx="13" cy="23" r="3.4"/></g></svg>'
)
SEARCHING: Final = Description(
    media_types((HTML, JSON)),
    parameters=(
        Parameter("q", "Words of a title, or of the name of a place, a person or a topic."),
        Parameter("type", "In JSON: only what is of this kind, such as event, place, person or topic."),
        Parameter("limit", "In JSON: how many to list."),
    ),
)


@blueprint.get("/", described=replace(PAGE, parameters=(Parameter("language", "Language of the events to show."),)))
def home() -> Response:
    """Show the newest events in the reader's language, the search box, the counts and the ways to the data."""
    here = site()
    language = _language(here)
    found = newest(here, language)
    page = render_template(
        "home.html",
        site=here,
        addresses=here.addresses,
        days=[_day(here, one, found["nodes"]) for one in found["days"]],
        counts=here.snapshot.manifest.counts,
        language=language,
        languages=list(here.snapshot.manifest.languages),
    )
    response = tagged(Response(page), here.snapshot, f"home-{language}")
    response.headers["Vary"] = "Accept-Language"
    return response


def _language(here: Site) -> str | None:
    """Return the language of the events to show: that asked for, or the reader's (RFC 9110, section 12.5.4)."""
    known = here.snapshot.manifest.languages
    asked = request.args.get("language")
    if asked is not None:
        if asked not in known:
            raise ParameterError(f"language must be one of {', '.join(known)}", "language", tuple(known))
        return asked
    return request.accept_languages.best_match(known) or max(known, key=lambda one: known[one], default=None)


def newest(here: Site, language: str | None) -> dict[str, Any]:
    """Return the newest days and events, from the cache or from a worker."""
    found: dict[str, Any] = here.cached(
        ("newest", language),
        lambda: here.workers.ask(Newest(NEWEST, language)),
        lambda value: 1_000 * len(value["nodes"]),
    )
    return found


def _day(here: Site, day: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any]:
    property_ = terms.TEMPORAL.value
    names = [
        name for name, said in nodes.items() if any(one.get("iri") == day["iri"] for one in said.get(property_, ()))
    ]
    events = listing(here.addresses, {name: nodes[name] for name in names}, nodes)
    return day | {"href": here.addresses.href(day["iri"]), "listed": events}


@blueprint.get("/search", described=SEARCHING)
def search() -> Response:
    """Find events, places, people and topics by the words in a title or name, and the newest events of a place.

    ``q`` are the words; ``type`` and ``limit`` are for JSON, which lists what was found, best first.
    """
    here = site()
    name = " ".join(request.args.get("q", "").split())
    if len(name) > SEARCH_LENGTH:
        raise ParameterError(f"q may have {SEARCH_LENGTH} characters", "q")
    chosen = choose((HTML, JSON), request.headers.get("Accept"))
    if chosen is None:
        raise NotAcceptableError([(one.media_type, here.addresses.local("search")) for one in (HTML, JSON)])
    for_json = next((one for one in ("type", "limit") if one in request.args), "")
    if chosen == HTML and for_json:
        raise ParameterError(f"{for_json} is for JSON: send Accept: {JSON.media_type}", for_json)
    response = _found(here, name) if chosen == JSON else _search_page(here, name)
    response.headers["Vary"] = "Accept"
    return response


def _found(here: Site, name: str) -> Response:
    """Return what has these words in a title or name, with its type and its score, which is higher the better it fits.

    Raises ServiceBusyError while the index is being made.
    """
    kind, limit = request.args.get("type"), request.args.get("limit", str(FOUND))
    if kind and kind not in WORDS_OF_KINDS:
        raise ParameterError(f"type must be one of {', '.join(WORDS_OF_KINDS)}", "type", tuple(WORDS_OF_KINDS))
    if not re.fullmatch(r"[1-9][0-9]{0,2}", limit, re.ASCII):
        raise ParameterError("limit must be a number from 1 to 999, of which 100 are shown at most", "limit")
    index = here.artefacts.obtain(SEARCH, here.snapshot)
    found = _texts(here, index, name, (kind,) if kind else (), min(int(limit), MOST))
    results = [
        {
            "id": one["iri"],
            "label": one["label"],
            "language": one["language"],
            "type": one["kinds"][0],
            "date": one["date"],
            "score": one["score"],
        }
        for one in found
    ]
    shown = [{name: value for name, value in one.items() if value != ""} for one in results]
    body = json.dumps({"query": name, "snapshot": here.snapshot.id, "results": shown}, ensure_ascii=False)
    return tagged(Response(body, content_type=JSON.content_type), here.snapshot, "search-json")


def _texts(here: Site, index: Path, name: str, kinds: tuple[str, ...], limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = here.cached(
        ("texts", name.casefold(), kinds, limit),
        lambda: here.workers.ask(FindText(index, name, kinds, limit)),
        lambda value: 1_000 * (1 + len(value)),
    )
    return found


def _search_page(here: Site, name: str) -> Response:
    """Show what has these words in its name or title, and the newest events of the place that fits best.

    While there is no index of titles and names, there are only places; where none fits either, nobody is told that
    there is nothing, but to come again (503).
    """
    found = here.cached(
        ("search", name.casefold()),
        lambda: here.workers.ask(FindPlaces(name)),
        lambda value: 1_000 * (1 + len(value["nodes"])),
    )
    trouble, titles, names = _by_words(here, name)
    listed = {one["iri"] for one in found["places"]}
    page = render_template(
        "search.html",
        site=here,
        addresses=here.addresses,
        name=name,
        places=[one | {"href": here.addresses.href(one["iri"])} for one in found["places"]],
        events=listing(here.addresses, found["nodes"], found["nodes"]),
        found=found,
        complete=not trouble,
        trouble=trouble,
        titles=titles,
        names=[one for one in names if one["iri"] not in listed],
    )
    if trouble:
        some = found["places"] or not name
        response = Response(page, 200 if some else 503)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    return tagged(Response(page), here.snapshot, "search")


def _by_words(here: Site, name: str) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return why there is no index, the events with these words in the title, and the rest with them in a name."""
    try:
        index = here.artefacts.obtain(SEARCH, here.snapshot, PATIENCE)
        found = [_texts(here, index, name, kinds, FOUND) for kinds in (("event",), NAMES)]
    except (ServiceBusyError, StoreError) as error:
        return str(error), [], []
    titles, names = ([one | {"href": here.addresses.href(one["iri"])} for one in half] for half in found)
    return "", titles, names


@blueprint.get("/favicon.svg", described=Description(("image/svg+xml",)))
def icon() -> Response:
    """Send the icon."""
    response = Response(ICON, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/favicon.ico", described=MOVED)
def old_icon() -> Response:
    """Send browsers that ask for the icon without being told to to the icon there is."""
    response = redirect(site().addresses.local("favicon.svg"), 308, Response)
    assert isinstance(response, Response)  # noqa: S101
    return response
