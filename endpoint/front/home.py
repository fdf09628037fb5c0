"""The home page: what one can find here, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response, request
from markupsafe import Markup

from endpoint.html.newest import shown_days
from endpoint.http.routes import PAGE, Parameter, Routes
from endpoint.listing.asked import AskedList, asked_list
from endpoint.listing.figures import list_histogram, list_map
from endpoint.listing.summary import summary
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from endpoint.site.languages import chosen
from endpoint.site.site import Site, site, tagged
from kg.errors import ParameterError, ServiceBusyError, StoreError
from kg.lookup.listing.filter import Filter
from kg.lookup.listing.listing import Extent

blueprint = Routes("home", __name__)

POINTS: Final = 120
"""How many places the map shows, those with the most events."""
PATIENCE: Final = 0.0
"""How many seconds the page waits for the index; without it, it has no map, no bars and no questions."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to this data set, and the address of the answer."""

    text: str
    href: str


@blueprint.get("/", described=replace(PAGE, parameters=(Parameter("language", "Language of the events to show."),)))
def home() -> Response:
    """Show what one can find: a search, a map of the world, the years, questions, and the newest events."""
    here = site()
    language = _language(here)
    try:
        found = summary(here, Filter(), extent=Extent(points=POINTS), patience=PATIENCE)
    except (ServiceBusyError, StoreError):
        found = {}
    page = here.frame.page(
        "home.html",
        days=shown_days(here, language),
        counts=here.snapshot.manifest.counts,
        language=language,
        languages=list(here.snapshot.manifest.languages),
        map=list_map(here.frame, everything("map"), found, whole=True) if found else Markup(),
        years=list_histogram(here.frame, everything("list"), found) if found else Markup(),
        questions=list(questions(here.frame, found)) if found else [],
    )
    response = tagged(Response(page), here.snapshot, f"home-{language}")
    if not found:  # the page will soon have more
        response.headers["Cache-Control"] = "no-store"
    return response


def everything(view: str) -> AskedList:
    """Return the list of all events in a view."""
    return asked_list({"view": view}, "", {})


def questions(frame: PageFrame, found: Mapping[str, Any]) -> Iterator[Question]:
    """Yield questions about the things with the most events."""
    first = {facet: values[0] for facet, values in found["facets"].items() if values}
    busiest = max(found["years"], key=lambda year: found["years"][year], default="")

    def path(facet: str) -> str:
        return str(first[facet]["value"]).removeprefix(frame.addresses.base)

    def label(facet: str) -> str:
        return first[facet]["label"] or path(facet)

    if "in" in first and busiest:
        text = gettext("%(place)s: what happened in %(year)s?", place=label("in"), year=busiest)
        yield Question(text, f"events?place={path('in')}&from={busiest}&to={busiest}")
    if "category" in first:
        yield Question(
            gettext("%(category)s: where?", category=label("category")), f"events?category={path('category')}&view=map"
        )
    if "story" in first:
        yield Question(
            gettext("%(story)s: what came after what?", story=label("story")),
            f"events?story={path('story')}&view=timeline&sort=oldest",
        )
    if "publisher" in first and busiest:
        text = gettext("%(publisher)s: what did it report in %(year)s?", publisher=label("publisher"), year=busiest)
        yield Question(text, f"events?publisher={path('publisher')}&from={busiest}&to={busiest}")
    if "names" in first:
        text = gettext("%(place)s: what is named with it?", place=label("names"))
        yield Question(text, f"events?place={path('names')}&relation=names&view=chart")
    if "topic" in first:
        yield Question(
            gettext("%(topic)s: who reported on it?", topic=label("topic")), f"events?topic={path('topic')}&view=chart"
        )


def _language(here: Site) -> str | None:
    """Return the language of the events to show: the requested one, or the reader's (RFC 9110, section 12.5.4)."""
    known = here.snapshot.manifest.languages
    asked = request.args.get("language")
    if asked is not None:
        if asked not in known:
            raise ParameterError(f"language must be one of {', '.join(known)}", "language", tuple(known))
        return asked
    language = chosen()
    if language and language.tag in known:
        return language.tag
    return request.accept_languages.best_match(known) or max(known, key=lambda one: known[one], default=None)
