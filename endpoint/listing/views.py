"""The views of the list of events: it is negotiated, or has the suffix of a format."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response, request

from endpoint.http.headers import FRAMABLE, alternates
from endpoint.http.negotiate import HTML, choose
from endpoint.http.routes import PAGE, Description, Parameter, Routes, media_types
from endpoint.listing.asked import PARAMETERS, AskedList, ListView, asked_list
from endpoint.listing.page import embedded_page, extent, list_page
from endpoint.listing.summary import summary
from endpoint.listing.title import title
from endpoint.listing.written import written
from endpoint.rendering.language import ENGLISH, speaking
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site, tagged
from kg.errors import NotFoundError
from kg.lookup.exports.writer import ListHead, compact_json
from kg.lookup.listing.listing import POINTS, Extent
from kg.rdf.formats import ATOM, LIST_FORMATS, Format

blueprint = Routes("listing", __name__)

PAGE_EVENTS: Final = 100
"""The number of events on a page of data."""
VIEW: Final = Parameter("view", f"How the page shows them: {', '.join(ListView)}.")
LISTED: Final = Description(media_types((HTML, *LIST_FORMATS)), parameters=(*PARAMETERS, VIEW))
WRITTEN: Final = replace(
    LISTED, types=media_types(LIST_FORMATS), parameters=PARAMETERS, values=tuple(one.suffix for one in LIST_FORMATS)
)
EMBEDDED: Final = replace(PAGE, parameters=(*PARAMETERS, VIEW))


@blueprint.get("/events", described=LISTED)
def events() -> Response:
    """List the events that have all that is asked for: words, a place, a category, a time, and so on.

    The page says how many there are, how many in each year or month, and which values of each facet are most frequent.
    Data are the whole list, of up to 100,000 events, or a page of it; JSON has the figures of the page too. With
    ``relation`` ``in``, the sentence says that they happened there or at a place that it contains; with ``near``, at a
    town within that many kilometres; ``names`` lists every event that names it.
    """
    accept = request.headers.get("Accept")
    chosen = choose((HTML, *LIST_FORMATS), accept) if accept else LIST_FORMATS[0]
    asked = _asked(site())
    if chosen is None:
        here = site().addresses
        raise acceptable([(one, here.local(asked.address(f"events.{one.suffix}"))) for one in LIST_FORMATS])
    response = _page(asked) if chosen == HTML else _data(asked, chosen)
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/events.<suffix>", described=WRITTEN)
def events_as(suffix: str) -> Response:
    """Send the list of events in one format, see /events."""
    chosen = next((one for one in LIST_FORMATS if one.suffix == suffix), None)
    if chosen is None:
        raise NotFoundError(f"a list has no format {suffix[:20]!r}; there are {', '.join(WRITTEN.values)}")
    return _data(_asked(site()), chosen)


@blueprint.get("/embed/events", described=EMBEDDED)
def embedded_events() -> Response:
    """Show the list of events without header and footer, so that another site may embed it."""
    here, asked = site(), _asked(site())
    response = tagged(Response(embedded_page(here.frame, asked, _summary(here, asked))), here.snapshot, "embed")
    response.headers["Content-Security-Policy"] = FRAMABLE
    return response


def _asked(here: Site) -> AskedList:
    return asked_list(request.args, here.addresses.base, here.snapshot.manifest.languages)


def _page(asked: AskedList) -> Response:
    here = site()
    shown = list_page(here.frame, asked, _summary(here, asked))
    response = Response(shown, content_type=HTML.content_type)
    choices = [(one, here.addresses.local(asked.address(f"events.{one.suffix}", view=""))) for one in LIST_FORMATS]
    response.headers.extend([("Link", one) for one in alternates(choices, None)])
    return tagged(response, here.snapshot, "events-html")


def _summary(here: Site, asked: AskedList) -> dict[str, Any]:
    """Return the page of a list, with the summary of all events."""
    return summary(here, asked.filter, asked.sort, extent(asked))


def _head(here: Site, asked: AskedList, chosen: Format, page: int | None) -> ListHead:
    """Return the head of a list in a format, or of a page of it."""
    found = summary(here, asked.filter, asked.sort, Extent(points=POINTS))
    told = {"snapshot": here.snapshot.id, **asked.told(here.addresses.base), **({"page": page} if page else {})}
    told |= {name: value for name, value in found.items() if name not in ("events", "asked", "centre")}
    last = -(-found["total"] // PAGE_EVENTS)
    before, after = (str(one) if page and 1 <= one <= last else "" for one in ((page or 0) - 1, (page or 0) + 1))

    def address(number: str) -> str:
        return here.addresses.absolute(asked.address(f"events.{chosen.suffix}", page=number))

    with speaking(ENGLISH):
        name = title(asked, found)
    return ListHead(
        title=name,
        address=address(str(asked.page or "")),
        page=here.addresses.absolute(asked.address("events")),
        publisher=here.settings.publisher,
        created=here.snapshot.manifest.created,
        told=compact_json(told),
        licences=tuple(here.snapshot.manifest.licences),
        previous=address(before) if before else "",
        next=address(after) if after else "",
    )


def _data(asked: AskedList, chosen: Format) -> Response:
    """Return a list, or a page of it, in a format; nothing is made for clients that already have it, or for HEAD."""
    here = site()
    response = tagged(Response(content_type=chosen.content_type), here.snapshot, f"events-{chosen.name}")
    if response.status_code != 200 or request.method == "HEAD":
        return response
    page = asked.page or (1 if chosen == ATOM else None)
    first = PAGE_EVENTS * (page - 1) if page else 0
    until = first + PAGE_EVENTS if page else None
    return written(here, response, asked, chosen, _head(here, asked, chosen, page), first, until)
