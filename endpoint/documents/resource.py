"""Dereferencing: things redirect to documents, documents are negotiated (RFC 9110; W3C Note "Cool URIs").

``/event/…`` and the other things answer 303 to ``/doc/event/…``, which negotiates and has a suffix for every format;
``/event/….ttl`` redirects to ``/doc/event/….ttl``. Revisions and pages are documents themselves. A source is its own
address, so there is a document about it at ``/source/`` and that address, percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import Response, request

from endpoint.documents import context
from endpoint.documents.memento import original_links
from endpoint.documents.pages import page_of, page_of_thing
from endpoint.feeds import views
from endpoint.html import periods
from endpoint.http.conditional import digest
from endpoint.http.headers import alternates, licensed, link
from endpoint.http.negotiate import DOCUMENT_FORMATS, HTML, JSON, choose
from endpoint.http.parameters import page_number
from endpoint.http.redirects import redirected
from endpoint.http.routes import DOCUMENT, MOVED, Description, Parameter, Routes
from endpoint.http.signposting import signposts
from endpoint.http.urls import THINGS, is_document, readable, without_suffix
from endpoint.site.problems import acceptable, problem, reported
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SEARCH
from kg.entities.labels import likeness
from kg.errors import FormatError, NewsgraphError, NotFoundError, ParameterError, StoreError, WithdrawnError
from kg.lookup.describe import paged, pages
from kg.lookup.locate import Location
from kg.lookup.search.search import NAMES
from kg.query.evaluate import Answer
from kg.rdf.formats import Format
from kg.rdf.iri import canonical, spell
from kg.store.snapshot import Snapshot
from kg.workers.operations import Describe, DescribePage, FindText, Locate

blueprint = Routes("resource", __name__)

CALLED: Final = 20
"""How many things with the words of a title are searched for the one with that title."""
Describer = Callable[[Site, str, Format, int], Answer]
Tag = Callable[[Response, Snapshot, str], Response]


@dataclass(frozen=True, slots=True)
class FoundResource:
    """The resource at a path: its IRI, the format of the suffix, and whether the path is only an alias."""

    iri: str
    format: Format | None = None
    alias: bool = False


@blueprint.get(f"/<any({', '.join(THINGS)}):kind>/<path:rest>", described=DOCUMENT)
def thing(kind: str, rest: str) -> Response:
    """Redirect from a thing to its document, or from a readable name to the event; serve revisions."""
    path = f"{kind}/{rest}"
    found = locate(site(), path)
    if found.alias:
        return _to_event(found)
    return document(found) if is_document(path) else see_document(found)


def see_document(found: FoundResource) -> Response:
    """Redirect from a thing to the document about it, in the format of its suffix if it has one."""
    addresses = site().addresses
    target = addresses.local(addresses.document(found.iri)) + _dotted(found.format)
    response = _redirect(paged(target, _page()), 303)
    response.headers["Link"] = link(target, "describedby")
    return response


@blueprint.get("/news/<path:rest>", described=Description((), (308, 410)))
def context_path(rest: str) -> Response:
    """Redirect from a path of the Context to the event that its page is about."""
    return _to_event(locate(site(), f"news/{rest}"))


@blueprint.get("/page/<path:rest>", described=DOCUMENT)
def page(rest: str) -> Response:
    """Serve the document about one capture of an archive page."""
    return generic(f"page/{rest}", "")


@blueprint.get("/enrichment/<path:rest>", described=DOCUMENT)
def enrichment(rest: str) -> Response:
    """Serve the document about what another endpoint said on a date, which is a graph of its own."""
    return generic(f"enrichment/{rest}", "")


@blueprint.get("/doc/<path:path>", described=DOCUMENT)
def generic(path: str, folder: str = "doc/") -> Response:
    """Serve the document about a thing; redirect a request for the document of a document to the document."""
    found, addresses = locate(site(), path), site().addresses
    if found.alias or (folder and is_document(path)):
        return _redirect(paged(addresses.local(addresses.document(found.iri)) + _dotted(found.format), _page()), 308)
    return document(found)


@blueprint.get("/source/<path:iri>", described=DOCUMENT)
def source(iri: str) -> Response:
    """Serve what the graph says about a source, whose IRI is an address elsewhere."""
    found = _source(site(), iri)
    if found.alias:
        return _redirect(site().addresses.local(site().addresses.document(found.iri)), 308)
    return document(found)


def _source(here: Site, iri: str) -> FoundResource:
    """Return the source with an address. Raises NotFoundError if the graph has none."""
    stem, suffix = without_suffix(iri)
    found = _find(here, [iri, stem] if suffix else [iri], [])
    if not found and (unfolded := _unfolded(iri)):
        return FoundResource(unfolded, alias=True)
    if not found or found.iri.startswith(here.addresses.base):
        raise NotFoundError("the graph has no such source")
    return FoundResource(found.iri, suffix if found.iri != iri else None)


def described_at(here: Site, path: str) -> str:
    """Return the IRI that the generic document at a path is about. Raises NotFoundError if there is none."""
    folder, _, rest = path.partition("/")
    found = _source(here, rest) if folder == "source" else locate(here, path.removeprefix("doc/"))
    own = folder == "source" or here.addresses.document(found.iri) == spell(path)
    if found.alias or found.format or not own:
        raise NotFoundError(f"there is no document at {path[:200]}")
    return found.iri


def _unfolded(iri: str) -> str | None:
    """Return an address with the two slashes that a client or proxy has folded, None for any other kind of address."""
    return re.sub(r"^([a-z]+):/(?=[^/])", r"\1://", iri) if re.match(r"[a-z]+:/[^/]", iri) else None


@blueprint.get(
    "/source",
    described=replace(
        MOVED,
        parameters=(Parameter("iri", "Address of a source."), Parameter("url", "The same, as older links have it.")),
    ),
)
def source_by_parameter() -> Response:
    """Redirect from ``/source?iri=…`` to the document about that source.

    That is for clients and proxies that fold the two slashes of an address in a path.
    """
    given = [value for value in map(request.args.get, ("iri", "url")) if value]
    if not given:
        raise NotFoundError("give the address of a source: /source?iri=…")
    if len(given) > 1:
        raise ParameterError("give the address of one source, as iri or as url", "iri", ("iri", "url"))
    addresses = site().addresses
    return _redirect(addresses.local(addresses.document(given[0])), 308)


def locate(here: Site, path: str) -> FoundResource:
    """Return the resource at a path below the base.

    The exact IRI wins over the one without a suffix, since titles may end in ``.html``, and both over equivalent
    spellings (see kg.rdf.iri.canonical); readable names of events come last. A merged event is an alias of the
    survivor, and a title in another spelling (see ``_called``) an alias of the entity with the title. Raises
    NotFoundError if there is no such resource, WithdrawnError if it was withdrawn, and ServiceBusyError while this
    cannot be decided.
    """
    addresses = here.addresses
    stem, suffix = without_suffix(path.rstrip("/"))
    exact, bare = addresses.iri(path), addresses.iri(stem)
    whole, spelled = (addresses.base + canonical(one) for one in (path, stem))
    location = _find(here, [exact, *([bare] * bool(suffix)), whole, spelled], [*readable(path), *readable(stem)])
    location = location or _called(here, stem)
    if location is None:
        raise NotFoundError(f"there is nothing here about {path[:200]}")
    found = location.iri
    if location.withdrawn:
        raise WithdrawnError(found, location.withdrawn, suffix.suffix if suffix else None)
    if found in (exact, whole):
        return FoundResource(found, alias=found != exact)
    if found == bare:
        return FoundResource(found, suffix, alias=path.endswith("/"))
    return FoundResource(found, suffix, alias=True)


def _find(here: Site, iris: Sequence[str], identifiers: Sequence[str]) -> Location | None:
    def look() -> tuple[Location | None]:
        return (here.workers.ask(Locate(tuple(iris), tuple(identifiers))),)

    found: tuple[Location | None] = here.cached(("find", *iris, *identifiers), look, lambda _: 1_000)
    return found[0]


def _called(here: Site, path: str) -> Location | None:
    """Return the entity whose title a path has with other case, accents, dashes or spaces, or with a section.

    Among several, it is the one that the most events name.
    """
    kind, _, rest = path.partition("/")
    language, _, title = rest.strip("/").partition("/")
    if kind != "entity" or not title:
        return None

    def look() -> tuple[str | None]:
        try:
            index = here.artefacts.obtain(SEARCH, here.snapshot)
        except StoreError:  # there is none where SQLite has no full-text search
            return (None,)
        found = here.workers.ask(FindText(index, title, NAMES, CALLED))
        root = here.addresses.iri(f"entity/{language}/")
        same = (one["iri"] for one in found if one["iri"].startswith(root) and likeness(title, one["label"]) > 1)
        return (next(same, None),)

    found: tuple[str | None] = here.cached(("called", path), look, lambda _: 1_000)
    return Location(found[0]) if found[0] else None


def _to_event(found: FoundResource) -> Response:
    return _redirect(paged(site().addresses.here(found.iri) + _dotted(found.format), _page()), 308)


def _dotted(suffix: Format | None) -> str:
    return f".{suffix.suffix}" if suffix else ""


def _redirect(target: str, status: int) -> Response:
    response = redirected(target, status)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@blueprint.errorhandler(WithdrawnError)
def withdrawn(error: WithdrawnError) -> Response:
    """Answer 410 (RFC 9110, section 15.5.11): in RDF with the remaining triples, or else with a problem document."""
    named = next((one for one in DOCUMENT_FORMATS if one.suffix == error.suffix), None)
    chosen = named or choose(DOCUMENT_FORMATS, request.headers.get("Accept"))
    if chosen is None or chosen in (HTML, JSON):
        return problem(410, str(error), {})
    try:
        answer = described(site(), error.iri, chosen)
    except FormatError:  # that format cannot hold what remains
        return problem(410, str(error), {})
    except NewsgraphError as failed:  # errors raised in a handler are not handled by another
        return reported(failed)
    response = Response(answer.body, 410, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def document(found: FoundResource, describe: Describer | None = None, tag: Tag = tagged) -> Response:
    """Return the document about a resource, in the format of its suffix or else the one negotiated.

    ``describe`` makes the description, if the graph does not have it; ``tag`` gives the response its validators.
    """
    here = site()
    addresses = here.addresses
    path, number = addresses.document(found.iri), _page()
    choices = _choices(here, path, number)
    chosen = found.format or choose(DOCUMENT_FORMATS, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable(choices)
    here.shows(paged(path, number))
    answer = (describe or described)(here, found.iri, chosen, number)
    response = Response(answer.body, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = dict(choices)[chosen]
    around = _neighbours(addresses.local(path), number, pages(answer.rows or 0))
    response.headers["Link"] = ", ".join([*links(here, found.iri, chosen, number), *around])
    # While the index is being made, some pages are different; RDF depends on the snapshot only.
    kind = f"{chosen.suffix}-{digest(answer.body)[:8]}" if chosen == HTML else chosen.suffix
    return tag(response, here.snapshot, kind if number == 1 else f"{kind}-{number}")


def _page() -> int:
    """Return the requested page of a document."""
    return page_number(request.args.get("page", "1"))


def _neighbours(path: str, number: int, last: int) -> list[str]:
    """Return the links from a page to those around it (RFC 8288, with the relations of RFC 5005)."""
    if last == 1:
        return []
    targets = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    return [link(paged(path, page), rel) for rel, page in targets.items() if 1 <= page <= last]


def _choices(here: Site, path: str, number: int = 1) -> list[tuple[Format, str]]:
    return [(one, here.addresses.local(paged(f"{path}.{one.suffix}", number))) for one in DOCUMENT_FORMATS]


def links(here: Site, iri: str, chosen: Format | None, number: int = 1) -> list[str]:
    """Return the links of the document about a resource, in a format or, if that is None, of the generic one.

    They are the other formats, its canonical address, the vocabulary, the licences, past versions, feeds, and
    signposts.
    """
    addresses = here.addresses
    path = addresses.document(iri)
    return [
        *alternates(_choices(here, path, number), chosen),
        *(context.links(chosen) if chosen else ()),
        link(addresses.base + paged(path, number), "canonical"),
        link(addresses.local("vocab.ttl"), "describedby", type="text/turtle"),
        *licensed(here.snapshot.manifest.licences),
        *original_links(here, iri),
        *views.links(here, iri),
        *signposts(addresses, iri, path),
    ]


def described(here: Site, iri: str, format: Format, page: int = 1) -> Answer:
    """Return the description of a resource in a format, from the cache or from a worker; for a hub, one page of it."""
    if format == HTML and page == 1 and (shown := page_of_thing(here, iri)):
        return Answer("describe", format, shown.encode())
    key = ("document", iri, format.name, page, *here.seen(format))

    def make() -> Answer:
        document_iri, limit = here.addresses.base + here.addresses.document(iri), here.settings.result_bytes
        licences = here.snapshot.manifest.licences
        if format != HTML:
            return here.workers.ask(Describe(iri, format, limit, document_iri, page, licences))
        found = here.workers.ask(DescribePage(iri, limit, document_iri, page, licences, periods.index(here, iri)))
        return Answer("describe", format, page_of(here, iri, found, page).encode(), rows=found.events)

    found: Answer = here.cached(key, make, lambda answer: len(answer.body) + 1_000)
    return found
