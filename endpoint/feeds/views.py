"""Feeds: what each build added, changed and removed, as Atom, as ActivityStreams 2.0, and as an event stream (LDES).

Pages have the generation of the change log in their address (see kg.derived.changelog), and all but the last one never
change. Atom and ActivityStreams cover events: all of them, or those that name a place, another entity or a topic, or
have a category. The event stream covers everything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from flask import Response, request
from werkzeug.exceptions import Gone

from endpoint.feeds import activity, atom, ldes
from endpoint.feeds.activity import ACTIVITY, ANY_JSON
from endpoint.feeds.atom import ANY_XML
from endpoint.feeds.ldes import CHILDREN, EventStream, Node
from endpoint.http.conditional import MINUTE, conditional, digest
from endpoint.http.headers import link
from endpoint.http.negotiate import HTML, choose
from endpoint.http.redirects import redirected
from endpoint.http.routes import PAGE, Description, Routes, media_types
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site, tagged
from kg.derived.changelog import EVENTS, Change, Changelog, ChangePage
from kg.derived.changes import CHANGES, reading
from kg.errors import NotFoundError
from kg.rdf.formats import ATOM, Format
from kg.workers.operations import Locate, VersionsPage

blueprint = Routes("feeds", __name__)

ALL: Final = (ATOM, *ANY_XML, ACTIVITY, *ANY_JSON, *ldes.FORMATS)
ENTRIES: Final = 100
YEAR: Final = 365 * 24 * 3600
KINDS: Final = ("entity", "category")
"""The kinds of things with a feed of the events that name them."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of events: the thing that they name, or none for all events, and the path of the feed below its format."""

    thing: str
    path: str
    size: int

    @property
    def title(self) -> str:
        """The title of the feed."""
        name = unquote(self.path.removeprefix("/").split("/", 2)[-1]).replace("_", " ")
        return f"newsgraph: events of {name}" if name else "newsgraph: events"

    def address(self, base: str, format: Format) -> str:
        """Return the IRI of the feed in a format."""
        return f"{base}feed/{format.name}{self.path}"

    def page(self, base: str, format: Format, generation: int, number: int) -> str:
        """Return the address of a page."""
        return f"{base}feed/{format.name}/{generation}/{number}{self.path}"


ENTRIES_IN_ATOM: Final = Description(media_types((ATOM, *ANY_XML)), (200, 303))
ACTIVITIES: Final = Description(media_types((ACTIVITY, *ANY_JSON)), (200, 303))
STREAM: Final = Description(media_types(ldes.FORMATS), (200, 303))
VERSION: Final = Description(media_types((*ldes.FORMATS, ACTIVITY)), (200, 303, 410))


@blueprint.before_request
def for_people() -> Response | None:
    """Redirect clients that accept only HTML from a feed to the page about feeds."""
    accept = request.headers.get("Accept")
    if request.endpoint == "feeds.overview" or choose(ALL, accept) or not choose((HTML,), accept):
        return None
    response = redirected(site().addresses.local("feed"), 303)
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/feed", described=PAGE)
def overview() -> Response:
    """Show people which feeds there are."""
    here = site()
    return tagged(Response(here.frame.page("feeds.html")), here.snapshot, "feeds")


@blueprint.get("/feed/atom", described=ENTRIES_IN_ATOM)
@blueprint.get("/feed/atom/<path:path>", described=ENTRIES_IN_ATOM)
def atom_feed(path: str = "") -> Response:
    """Serve the newest entries of a feed (RFC 5005, section 4: the subscription document)."""
    _negotiated((ATOM, *ANY_XML))
    here = site()
    with _reading(here) as log:
        feed = _feed(here, log, path)
        entries = log.entries(feed.thing, max(1, feed.size - ENTRIES + 1), feed.size)
        document = _atom(here, log, feed, feed.address(here.addresses.base, ATOM), feed.size // ENTRIES, entries)
        return _send(atom.render(document, entries), ATOM, document.updated)


def _reading(here: Site) -> AbstractContextManager[Changelog]:
    """Return the change log up to the snapshot that answers this request."""
    return reading(here.artefacts, here.snapshot)


@blueprint.get("/feed/atom/<int:generation>/<int:number>", described=ENTRIES_IN_ATOM)
@blueprint.get("/feed/atom/<int:generation>/<int:number>/<path:path>", described=ENTRIES_IN_ATOM)
def atom_archive(generation: int, number: int, path: str = "") -> Response:
    """Serve an archive of a feed, a full page of entries (RFC 5005, section 4)."""
    _negotiated((ATOM, *ANY_XML))
    here = site()
    with _reading(here) as log:
        feed = _feed(here, log, path)
        _check_page(log, generation, number, feed.size // ENTRIES)
        entries = log.entries(feed.thing, (number - 1) * ENTRIES + 1, number * ENTRIES)
        address = feed.page(here.addresses.base, ATOM, generation, number)
        document = _atom(here, log, feed, address, number - 1, entries, archive=True)
        return _send(atom.render(document, entries), ATOM, document.updated, lasting=True)


def _atom(
    here: Site,
    log: Changelog,
    feed: Feed,
    address: str,
    before: int,
    entries: Sequence[Change],
    *,
    archive: bool = False,
) -> atom.Document:
    base = here.addresses.base
    previous = feed.page(base, ATOM, log.generation, before) if before else None
    updated = entries[-1].time if entries else log.time
    return atom.Document(
        feed.address(base, ATOM),
        feed.title,
        feed.thing or base,
        here.settings.publisher,
        address,
        updated,
        here.snapshot.manifest.licences,
        archive,
        previous,
    )


@blueprint.get("/feed/activity", described=ACTIVITIES)
@blueprint.get("/feed/activity/<path:path>", described=ACTIVITIES)
def activity_collection(path: str = "") -> Response:
    """Serve the collection of the activities of a feed."""
    _negotiated((ACTIVITY, *ANY_JSON))
    here = site()
    base = here.addresses.base
    with _reading(here) as log:
        feed = _feed(here, log, path)
        first, last = (
            feed.page(base, ACTIVITY, log.generation, number) for number in (1, max(1, -(-feed.size // ENTRIES)))
        )
        whole = activity.collection(feed.address(base, ACTIVITY), feed.title, feed.size, first, last)
        return _send(activity.render(whole), ACTIVITY, log.time)


@blueprint.get("/feed/activity/<int:generation>/<int:number>", described=ACTIVITIES)
@blueprint.get("/feed/activity/<int:generation>/<int:number>/<path:path>", described=ACTIVITIES)
def activity_page(generation: int, number: int, path: str = "") -> Response:
    """Serve a page of activities; a full page is always followed by another one, which may be empty."""
    _negotiated((ACTIVITY, *ANY_JSON))
    here = site()
    base = here.addresses.base
    with _reading(here) as log:
        feed = _feed(here, log, path)
        full = feed.size // ENTRIES
        _check_page(log, generation, number, full + 1)
        start = (number - 1) * ENTRIES
        changes = log.entries(feed.thing, start + 1, start + ENTRIES)
        address, before, after = (
            feed.page(base, ACTIVITY, generation, one) for one in (number, number - 1, number + 1)
        )
        listed = activity.items(changes, base, feed.thing)
        previous, following = before if number > 1 else None, after if number <= full else None
        found = activity.page(address, feed.address(base, ACTIVITY), start, listed, previous, following)
        updated = changes[-1].time if changes else log.time
        return _send(activity.render(found), ACTIVITY, updated, lasting=number <= full)


@blueprint.get("/feed/ldes", described=STREAM)
def ldes_root() -> Response:
    """Serve the root node of the event stream."""
    here = site()
    chosen = _negotiated(ldes.FORMATS)
    stream = EventStream(here.addresses.base)
    with _reading(here) as log:
        last = -(-log.pages // CHILDREN)
        nodes = ((_index(stream, log, number), _children(log, number)) for number in range(1, last + 1))
        head = stream.describe(here.settings.feed_days, ldes.index_nodes(nodes), here.snapshot.manifest.licences)
        return _send(_tree(here, head, (), chosen), chosen, log.time)


@blueprint.get("/feed/ldes/<int:generation>/index/<int:number>", described=STREAM)
def ldes_index(generation: int, number: int) -> Response:
    """Serve an index node of the event stream."""
    here = site()
    chosen = _negotiated(ldes.FORMATS)
    stream = EventStream(here.addresses.base)
    with _reading(here) as log:
        _check_page(log, generation, number, -(-log.pages // CHILDREN))
        pages = _children(log, number)
        nodes = (
            Node(_page(stream, log, one.number), one.since, one.until if one.number < log.pages else None)
            for one in pages
        )
        head = stream.node(_index(stream, log, number), nodes)
        lasting = number * CHILDREN < log.pages
        return _send(_tree(here, head, (), chosen), chosen, pages[-1].until, lasting=lasting)


@blueprint.get("/feed/ldes/<int:generation>/<int:number>", described=STREAM)
def ldes_page(generation: int, number: int) -> Response:
    """Serve a page of the event stream: versions of resources with what they said."""
    here = site()
    chosen = _negotiated(ldes.FORMATS)
    stream = EventStream(here.addresses.base)
    with _reading(here) as log:
        _check_page(log, generation, number, log.pages)
        (page,) = log.index(number, number)

        def make() -> bytes:
            kept = [change for change in log.page(number) if change.kept]
            states = log.states(page.since, page.until)
            return _tree(here, stream.node(_page(stream, log, number), (), kept, states), kept, chosen)

        body: bytes = here.cached(("ldes", generation, number, chosen.name), make, len)
        return _send(body, chosen, page.until, lasting=number < log.pages)


@blueprint.get("/feed/version/<int(max=9223372036854775807):seq>", described=VERSION)
def version(seq: int) -> Response:
    """Serve one version of a resource, or the activity that made it."""
    here = site()
    stream = EventStream(here.addresses.base)
    chosen = _negotiated((*ldes.FORMATS, ACTIVITY))
    with _reading(here) as log:
        change = log.change(seq)
        if change is None:
            raise NotFoundError(f"there is no version {seq}: the newest is {log.total}")
        if chosen == ACTIVITY:
            found = {"@context": activity.CONTEXT, **activity.activity(change, here.addresses.base)}
            return _send(activity.render(found), ACTIVITY, change.time)
        if not change.kept:
            raise Gone("what this version said is no longer kept")
        return _send(_tree(here, stream.single(change), [change], chosen), chosen, change.time)


def links(here: Site, iri: str) -> list[str]:
    """Return the links from a document to the feeds of the events that name its topic, if these are available.

    Writing the log of a large graph for the first time takes a minute or two.
    """
    path = iri.removeprefix(here.addresses.base)
    if path.partition("/")[0] not in KINDS or here.artefacts.making(CHANGES, here.snapshot):
        return []
    return [
        link(here.addresses.local(f"feed/{one.name}/{path}"), "alternate", type=one.media_type)
        for one in (ATOM, ACTIVITY)
    ]


def _negotiated(formats: Sequence[Format]) -> Format:
    chosen = choose(formats, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, request.path) for one in formats])
    return chosen


def _feed(here: Site, log: Changelog, path: str) -> Feed:
    """Return the feed with a path. Raises NotFoundError if there is no such thing."""
    if not path:
        return Feed(EVENTS, "", log.size(EVENTS) or 0)
    iri = here.addresses.iri(path)
    shown = f"/{iri.removeprefix(here.addresses.base)}"
    size = log.size(iri)
    if size is None and not (path.partition("/")[0] in KINDS and here.workers.ask(Locate((iri,)))):
        raise NotFoundError(f"there is no feed about {path[:200]}: there are feeds about entities and of categories")
    return Feed(iri, shown, size or 0)


def _check_page(log: Changelog, generation: int, number: int, last: int) -> None:
    if 1 <= generation < log.generation:
        raise Gone("this page has another address now, since old versions were removed: begin again at the feed")
    if generation != log.generation or not 1 <= number <= last:
        raise NotFoundError(f"there is no such page: the last one is {last}")


def _children(log: Changelog, number: int) -> list[ChangePage]:
    return log.index((number - 1) * CHILDREN + 1, number * CHILDREN)


def _index(stream: EventStream, log: Changelog, number: int) -> str:
    return f"{stream.root}/{log.generation}/index/{number}"


def _page(stream: EventStream, log: Changelog, number: int) -> str:
    return f"{stream.root}/{log.generation}/{number}"


def _tree(here: Site, head: str, members: Sequence[Change], wanted: Format) -> bytes:
    """Return a page in a format, with the content of its members, which a worker reads."""
    stream = EventStream(here.addresses.base)
    listed = tuple((stream.version(one), one.iri, one.content or None) for one in members if one.kind != "Delete")
    return here.workers.ask(VersionsPage(stream.base, head, listed, wanted, here.settings.result_bytes))


def _send(body: bytes, wanted: Format, updated: str, *, lasting: bool = False) -> Response:
    """Return a response with its validators; one that is ``lasting`` never changes (RFC 8246)."""
    response = Response(body, content_type=wanted.content_type)
    response.headers["Vary"] = "Accept"
    sha256 = base64.b64encode(hashlib.sha256(body).digest()).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{sha256}:"  # RFC 9530, section 3
    caching = f"public, max-age={YEAR}, immutable" if lasting else MINUTE
    return conditional(response, digest(body), _instant(updated), caching)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
