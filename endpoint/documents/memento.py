"""Past versions of events and days (RFC 7089): TimeGates, TimeMaps, and dated documents.

The original resource is the generic document, ``/doc/event/…`` or ``/doc/day/…``. It has a TimeGate at
``/timegate/event/…``, TimeMaps at ``/timemap/link/event/…`` and ``/timemap/json/event/…``, and a memento at
``/memento/20111108120000/event/…`` for each instant at which captures show that its state changed. A resource that no
capture of known time shows has none of these.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import BadRequest

from endpoint.documents import context
from endpoint.documents.pages import past_page_of
from endpoint.http.headers import alternates, licensed, link
from endpoint.http.negotiate import DOCUMENT_FORMATS, HTML, choose
from endpoint.http.redirects import redirected
from endpoint.http.routes import DOCUMENT, IN_JSON, Description, Parameter, Routes
from endpoint.http.urls import without_suffix
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site, tagged
from kg.errors import NotFoundError
from kg.rdf.formats import Format
from kg.workers.operations import DescribeMemento, DescribeMementoPage, Mementos

blueprint = Routes("memento", __name__)

LINK_FORMAT: Final = "application/link-format"
STAMP: Final = "%Y%m%d%H%M%S"
INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
KINDS: Final = "event", "day"


@blueprint.get(
    "/timegate/<path:path>",
    described=Description((), (302,), (Parameter("Accept-Datetime", "A time (RFC 9110).", "header"),)),
)
def timegate(path: str) -> Response:
    """Redirect to the memento that was current at Accept-Datetime, or else to the newest (RFC 7089, section 4.1.1).

    Before the first memento it is the first one.
    """
    moments = _moments(site(), path)
    asked = _asked(request.headers.get("Accept-Datetime", ""))
    chosen = moments[max(0, bisect_right(moments, asked) - 1)] if asked else moments[-1]
    response = redirected(site().addresses.local(_address(path, chosen)), 302)
    response.headers["Vary"] = "Accept-Datetime"
    response.headers["Link"] = ", ".join(_links(path, moments, chosen))
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _asked(text: str) -> datetime | None:
    """Return the time of Accept-Datetime, None for an empty one.

    Raises BadRequest if it is not a date in GMT as in RFC 7089, section 2.1.1.
    """
    if not text.strip():
        return None
    try:
        moment = parsedate_to_datetime(text)
        valid = format_datetime(moment.astimezone(UTC), usegmt=True) == text.strip()
    except (ValueError, TypeError, OverflowError):
        valid = False
    if not valid:
        raise BadRequest("Accept-Datetime must be a date such as Tue, 08 Nov 2011 12:00:00 GMT")
    return moment.astimezone(UTC)


@blueprint.get("/timemap/link/<path:path>", described=Description((LINK_FORMAT,)))
def timemap(path: str) -> Response:
    """List the mementos of a document as links (RFC 7089, section 5; RFC 6690)."""
    moments = _moments(site(), path)
    span = {"from": _date(moments[0]), "until": _date(moments[-1])}
    lines = [
        link(_original(path), "original"),
        link(_absolute(f"timemap/link/{path}"), "self", type=LINK_FORMAT, **span),
        link(_absolute(f"timegate/{path}"), "timegate"),
        *(_memento_link(path, moments, number) for number in range(len(moments))),
    ]
    response = Response(",\n".join(lines) + "\n", content_type=LINK_FORMAT)
    return tagged(response, site().snapshot, "timemap-link")


@blueprint.get("/timemap/json/<path:path>", described=IN_JSON)
def timemap_json(path: str) -> Response:
    """List the mementos of a document as JSON, in the form that Memento aggregators use."""
    moments = _moments(site(), path)
    listed = [{"datetime": moment.strftime(INSTANT), "uri": _memento(path, moment)} for moment in moments]
    found: dict[str, Any] = {
        "original_uri": _original(path),
        "timegate_uri": _absolute(f"timegate/{path}"),
        "timemap_uri": {
            "link_format": _absolute(f"timemap/link/{path}"),
            "json_format": _absolute(f"timemap/json/{path}"),
        },
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
    response = Response(json.dumps(found, indent=1) + "\n", content_type="application/json")
    return tagged(response, site().snapshot, "timemap-json")


@blueprint.get("/memento/<stamp>/<path:path>", described=replace(DOCUMENT, statuses=(200,), parameters=()))
def memento(stamp: str, path: str) -> Response:
    """Serve what was said about an event or a day at one moment, in the format of the suffix or the one negotiated."""
    here = site()
    stem, suffix = without_suffix(path)
    moments = _moments(here, stem)
    moment = next((one for one in moments if one.strftime(STAMP) == stamp), None)
    if moment is None:
        raise NotFoundError(f"there is no version of {stem} of that moment: /timemap/link/{stem} lists all versions")
    address = here.addresses.local(_address(stem, moment))
    choices = [(one, f"{address}.{one.suffix}") for one in DOCUMENT_FORMATS]
    chosen = suffix or choose(DOCUMENT_FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable(choices)
    here.shows(_address(stem, moment))
    response = Response(_body(here, stem, moment, chosen), content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = dict(choices)[chosen]
    response.headers["Memento-Datetime"] = _date(moment)
    canonical = link(here.addresses.base + _address(stem, moment), "canonical")
    own = [canonical, *licensed(here.snapshot.manifest.licences)]
    links = [*alternates(choices, chosen), *own, *_links(stem, moments, moment), *context.links(chosen)]
    response.headers["Link"] = ", ".join(links)
    return tagged(response, here.snapshot, f"{stamp}-{chosen.suffix}")


def _body(here: Site, path: str, moment: datetime, wanted: Format) -> bytes:
    iri, address = here.addresses.iri(path), _address(path, moment)

    def make() -> bytes:
        instant, limit = moment.strftime(INSTANT), here.settings.result_bytes
        dated, original = here.addresses.base + address, _original(path)
        if wanted != HTML:
            return here.workers.ask(DescribeMemento(iri, instant, dated, original, wanted, limit))
        page = here.workers.ask(DescribeMementoPage(iri, instant, dated, original, limit))
        return past_page_of(here, iri, page.nodes, address, instant).encode()

    found: bytes = here.cached(("memento", path, moment, wanted.name, *here.seen(wanted)), make, len)
    return found


def original_links(here: Site, iri: str) -> list[str]:
    """Return the links of a current document to its TimeGate and TimeMap (RFC 7089, section 2.2), if it has any."""
    path = iri.removeprefix(here.addresses.base)
    if not _has_kind(path):
        return []
    try:
        _moments(here, path)
    except NotFoundError:
        return []
    return _general(path)


def _has_kind(path: str) -> bool:
    return path.partition("/")[0] in KINDS


def _moments(here: Site, path: str) -> list[datetime]:
    """Return when the state of the resource at a path changed, earliest first.

    Raises NotFoundError if no time is known for it.
    """
    if not _has_kind(path):
        raise NotFoundError(f"{path[:200]} has no past versions: events and days have")
    iri = here.addresses.iri(path)
    found: list[str] = here.cached(
        ("mementos", iri),
        lambda: here.workers.ask(Mementos(iri)),
        lambda moments: 100 * (1 + len(moments)),
    )
    if not found:
        raise NotFoundError(f"no past version of {path[:200]} has a known time")
    return [datetime.strptime(one, INSTANT).replace(tzinfo=UTC) for one in found]


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _absolute(path: str) -> str:
    """Return an absolute address, since Memento clients do not resolve references."""
    return site().addresses.absolute(path)


def _original(path: str) -> str:
    addresses = site().addresses
    return addresses.base + addresses.document(addresses.iri(path))


def _address(path: str, moment: datetime) -> str:
    return f"memento/{moment.strftime(STAMP)}/{path}"


def _memento(path: str, moment: datetime) -> str:
    return _absolute(_address(path, moment))


def _general(path: str) -> list[str]:
    return [
        link(_absolute(f"timegate/{path}"), "timegate"),
        link(_absolute(f"timemap/link/{path}"), "timemap", type=LINK_FORMAT),
        link(_absolute(f"timemap/json/{path}"), "timemap", type="application/json"),
    ]


def _links(path: str, moments: list[datetime], chosen: datetime) -> list[str]:
    """Return the links of a memento or a TimeGate: original, TimeGate, TimeMaps, and the mementos around it."""
    at = moments.index(chosen)
    near = sorted({0, max(0, at - 1), at, min(len(moments) - 1, at + 1), len(moments) - 1})
    listed = [_memento_link(path, moments, number, at) for number in near]
    return [link(_original(path), "original"), *_general(path), *listed]


def _memento_link(path: str, moments: list[datetime], number: int, at: int | None = None) -> str:
    """Return the link to one memento; ``at`` is the position of the memento that the links belong to."""
    positions = {0: "first", len(moments) - 1: "last"}
    near = {} if at is None else {at - 1: "prev", at + 1: "next"}
    relations = [table[number] for table in (near, positions) if number in table]
    if len(moments) == 1:
        relations = ["first", "last"]
    return link(_memento(path, moments[number]), " ".join([*relations, "memento"]), datetime=_date(moments[number]))
