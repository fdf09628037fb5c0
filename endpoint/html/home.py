"""The home page, and the icon that browsers ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response, redirect, request

from endpoint.html.describe import listing
from endpoint.http.routes import MOVED, PAGE, Description, Parameter, Routes
from endpoint.site.site import Site, site, tagged
from kg.errors import ParameterError
from kg.rdf import terms
from kg.workers.operations import Newest

blueprint = Routes("home", __name__)

NEWEST: Final = 30
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0b5c6b"/>'
    '<path d="M9 9l14 4M9 9l4 14M23 13L13 23" stroke="#fff" stroke-width="2"/>'
    '<g fill="#fff"><circle cx="9" cy="9" r="4"/><circle cx="23" cy="13" r="3.4"/>'
    '<circle cx="13" cy="23" r="3.4"/></g></svg>'
)


@blueprint.get("/", described=replace(PAGE, parameters=(Parameter("language", "Language of the events to show."),)))
def home() -> Response:
    """Show the newest events in the reader's language, the search box, the counts and the ways to the data."""
    here = site()
    language = _language(here)
    found = newest(here, language)
    page = here.frame.page(
        "home.html",
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
