"""What changed between two instants, for people: ``/changes`` lists the events that came, went, or were reworded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlencode

from flask import Response, request

from endpoint.event.clause import clause
from endpoint.event.difference import abridged
from endpoint.event.history import name_of, path_of
from endpoint.html.reader import ShownTerm
from endpoint.http.conditional import by_content
from endpoint.http.headers import alternates, licensed, link
from endpoint.http.negotiate import HTML, JSON, choose
from endpoint.http.parameters import page_number
from endpoint.http.routes import IN_JSON, Description, Parameter, Routes, media_types
from endpoint.http.urls import Addresses
from endpoint.rendering.language import gettext, message
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site
from kg.derived.changelog import EVENTS, Change, Changelog
from kg.derived.changes import reading
from kg.derived.event_changes import ChangedEvents, EventChange, changed_events, page
from kg.errors import NotFoundError, ParameterError
from kg.events.comparison import Edit, word_diff
from kg.rdf.formats import Format
from kg.rdf.iri import respell
from kg.workers.operations import Locate

blueprint = Routes("changes", __name__)

FORMATS: Final = (HTML, JSON)
ON_PAGE: Final = 15
"""The number of events on an HTML page, and in an answer in JSON."""
PARAMETERS: Final = (
    Parameter("from", "Changes after this instant: 2011-11-08T12:00:00Z, or a day, from its beginning; all if empty."),
    Parameter("to", "Changes up to this instant, or to the end of this day; up to now if empty."),
    Parameter("place", "IRI, or its path, of a place or another thing that the events name, or of a category."),
    Parameter("page", "Number of the page, from 1."),
)
NEGOTIATED: Final = Description(media_types(FORMATS), parameters=PARAMETERS)
WITHDRAWN: Final = message("An event that was withdrawn")
BEGINNING: Final = "0001-01-01T00:00:00Z"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class AskedInterval:
    """A request: the interval in the log's form, the feed, the number of the page, the parameters."""

    since: str
    until: str
    feed: str
    number: int
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A changed event as pages show it, with the inserted and deleted words; ``compare`` may be empty."""

    kind: str
    title: ShownTerm
    date: str
    category: str
    time: str
    words: list[Edit]
    compare: str


@blueprint.get("/changes", described=NEGOTIATED)
def changes() -> Response:
    """Show which events were added, reworded or otherwise changed, and removed, after one instant and up to another.

    These are the instants at which snapshots were published. An event is listed once, as it was before and
    after; what came and went in between is left out.
    """
    return _answer(None)


@blueprint.get("/changes.json", described=replace(IN_JSON, parameters=PARAMETERS))
def changes_json() -> Response:
    """Serve the events that changed between two instants as JSON, in pages as long as those for people."""
    return _answer(JSON)


def _answer(suffix: Format | None) -> Response:
    here = site()
    chosen = suffix or choose(FORMATS, request.headers.get("Accept"))
    choices = [(one, _address(here.addresses, one)) for one in FORMATS]
    if chosen is None:
        raise acceptable(choices)
    with reading(here.artefacts, here.snapshot) as log:
        asked = _asked(here, log)
        found = _changed(here, log, asked)
        last = max(1, -(-found.total // ON_PAGE))
        if asked.number > last:
            raise NotFoundError(f"there is no page {asked.number} of these changes: there are {last}")
        listed = page(log, found, ON_PAGE * (asked.number - 1), ON_PAGE)
    body = _json(asked, found, listed, last) if chosen == JSON else _page(here, asked, found, listed, last)
    response = Response(body, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = dict(choices)[chosen]
    own = link(_canonical(here.addresses), "canonical")
    response.headers["Link"] = ", ".join(
        [
            *alternates(choices, chosen),
            own,
            *licensed(here.snapshot.manifest.licences),
        ]
    )
    return by_content(response, datetime.fromisoformat(here.snapshot.manifest.created))


def _address(addresses: Addresses, one: Format) -> str:
    """Return the address of these changes in a format."""
    query = urlencode(request.args)
    return addresses.local("changes.json" if one == JSON else "changes") + (f"?{query}" if query else "")


def _canonical(addresses: Addresses) -> str:
    query = urlencode(request.args)
    return f"{addresses.base}changes" + (f"?{query}" if query else "")


def _changed(here: Site, log: Changelog, asked: AskedInterval) -> ChangedEvents:
    found: ChangedEvents = here.cached(
        ("changes", log.generation, asked.feed, asked.since, asked.until),
        lambda: changed_events(log, asked.feed, asked.since, asked.until),
        lambda changed: 1_000 + 16 * changed.total,
    )
    return found


def _asked(here: Site, log: Changelog) -> AskedInterval:
    """Return what the parameters request.

    Raises ParameterError for what is not an instant, or an interval that ends before it begins; NotFoundError for a
    thing unknown to the graph.
    """
    given = {name: request.args[name] for name in ("from", "to", "place") if request.args.get(name)}
    since = instant("from", given.get("from", ""), "T00:00:00Z") or BEGINNING
    until = instant("to", given.get("to", ""), "T23:59:59Z") or log.time
    if since > until:
        raise ParameterError(f"from is later than to: {since}, {until}", "from")
    return AskedInterval(
        since, until, _feed(here, log, given.get("place", "")), page_number(request.args.get("page", "1")), given
    )


def instant(name: str, text: str, of_day: str) -> str:
    """Return an instant in UTC in the log's form; for a day, its beginning or end; "" for ""."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text + of_day if _DAY.fullmatch(text) else text)
        known = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ParameterError(f"{name} must be an instant or a day, such as 2011-11-08T12:00:00Z", name) from None
    return known.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _feed(here: Site, log: Changelog, place: str) -> str:
    if not place:
        return EVENTS
    base = here.addresses.base
    iri = base + respell(place.removeprefix(base).lstrip("/"))
    if log.size(iri) is None and not here.workers.ask(Locate((iri,))):
        raise NotFoundError(f"the graph knows nothing about {place[:200]}")
    return iri


def _page(here: Site, asked: AskedInterval, found: ChangedEvents, listed: list[EventChange], last: int) -> str:
    query = urlencode(asked.given)
    return here.frame.page(
        "changes.html",
        asked=asked,
        found=found,
        changes=[_shown(here.addresses, one) for one in listed],
        last=last,
        path=here.addresses.local("changes") + (f"?{query}&page=" if query else "?page="),
        data=here.addresses.local("changes.json") + (f"?{query}" if query else ""),
        canonical=_canonical(here.addresses),
        thing=unquote(asked.feed.rpartition("/")[2]).replace("_", " "),
        beginning=BEGINNING,
    )


def _shown(addresses: Addresses, change: EventChange) -> ShownChange:
    one, before = change.one, change.before
    reworded = change.kind == "reworded" and before
    words = abridged(word_diff(before.title or "", one.title or "")) if reworded and before else []
    title = ShownTerm(clause(one.title or gettext(WITHDRAWN)), addresses.href(one.iri), language=one.language)
    compare = _compare(addresses, change)
    return ShownChange(change.kind, title, one.date or "", one.category or "", one.time, words, compare)


def _compare(addresses: Addresses, change: EventChange) -> str:
    """Return the address that compares an event before and after, if it had two revisions."""
    ends = [one.revision for one in (change.before, change.after) if one and one.revision]
    if len(set(ends)) < 2:
        return ""
    query = urlencode(dict(zip(("a", "b"), map(name_of, ends), strict=True)))
    return addresses.local(path_of(addresses, change.one.iri, f"compare?{query}"))


def _json(asked: AskedInterval, found: ChangedEvents, listed: list[EventChange], last: int) -> str:
    document: dict[str, Any] = {
        "from": None if asked.since == BEGINNING else asked.since,
        "to": asked.until,
        "place": asked.feed or None,
        "counts": {"added": found.added, "changed": found.changed, "removed": found.removed},
        "page": asked.number,
        "pages": last,
        "events": [_event_json(one) for one in listed],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _event_json(change: EventChange) -> dict[str, Any]:
    """Return a change as ``kg diff`` prints it for two snapshots, as far as the log knows."""
    one = change.one
    ends: tuple[tuple[str, Change | None], ...] = (("from", change.before), ("to", change.after))
    told = {"event": one.iri, "change": change.kind, "date": one.date, "title": one.title, "time": one.time}
    told |= {name: end.revision if end else None for name, end in ends}
    if change.kind == "reworded" and change.before:
        words = word_diff(change.before.title or "", one.title or "")
        return told | {"words": [{"op": edit.op, "text": edit.text} for edit in words]}
    return told
