"""Pages for people: home, search by place, and the small files that browsers and crawlers ask for."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request

from endpoint.pages import listing
from endpoint.site import Site, site, tagged
from kg.prefixes import expand

blueprint = Blueprint("browse", __name__)

NEWEST: Final = 30
SEARCH_LENGTH: Final = 200
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0b5c6b"/>'
    '<path d="M9 9l14 4M9 9l4 14M23 13L13 23" stroke="#fff" stroke-width="2"/>'
    '<g fill="#fff"><circle cx="9" cy="9" r="4"/><circle cx="23" cy="13" r="3.4"/>'
    '<circle cx="13" cy="23" r="3.4"/></g></svg>'
)


@blueprint.get("/")
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
    if asked in known:
        return asked
    return request.accept_languages.best_match(known) or max(known, key=lambda one: known[one], default=None)


def newest(here: Site, language: str | None) -> dict[str, Any]:
    """Return the newest days and events, from the cache or from a worker."""
    found: dict[str, Any] = here.cached(
        ("newest", language),
        lambda: here.workers.newest(NEWEST, language),
        lambda value: 1_000 * len(value["nodes"]),
    )
    return found


def _day(here: Site, day: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any]:
    property_ = expand("dcterms:temporal")
    names = [
        name for name, said in nodes.items() if any(one.get("iri") == day["iri"] for one in said.get(property_, ()))
    ]
    events = listing(here.addresses, {name: nodes[name] for name in names}, nodes)
    return day | {"href": here.addresses.href(day["iri"]), "listed": events}


@blueprint.get("/search")
def search() -> Response:
    """Show the places with a name, and the newest events that name the best match."""
    here = site()
    name = " ".join(request.args.get("q", "").split())[:SEARCH_LENGTH]
    found = here.cached(
        ("search", name.casefold()),
        lambda: here.workers.search(name),
        lambda value: 1_000 * (1 + len(value["nodes"])),
    )
    places = [one | {"href": here.addresses.href(one["iri"])} for one in found["places"]]
    events = listing(here.addresses, found["nodes"], found["nodes"])
    page = render_template(
        "search.html",
        site=here,
        addresses=here.addresses,
        name=name,
        places=places,
        events=events,
        found=found,
    )
    return tagged(Response(page), here.snapshot, "search")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let crawlers read everything but what each request computes anew."""
    mount = site().addresses.mount
    closed = "".join(f"Disallow: {mount}/{path}\n" for path in ("sparql", "search", "dump/newsgraph"))
    return Response(f"User-agent: *\n{closed}", content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.svg")
def icon() -> Response:
    """Send the icon."""
    response = Response(ICON, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/favicon.ico")
def old_icon() -> Response:
    """Send browsers that ask for the icon without being told to to the icon there is."""
    response = redirect(site().addresses.local("favicon.svg"), 308, Response)
    assert isinstance(response, Response)  # noqa: S101
    return response
