"""The catalogue at ``/catalog`` and ``/.well-known/void``, in DCAT and VoID, and how to cite the data at ``/cite``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response, request

from endpoint.catalog import dumps, snapshots
from endpoint.documents.pages import told
from endpoint.documents.resource import locate
from endpoint.event.citation import reference as of_event
from endpoint.http.conditional import by_content
from endpoint.http.headers import alternates, licensed, link
from endpoint.http.negotiate import HTML, JSON, choose
from endpoint.http.routes import CATALOG, PAGE, SUFFIXED, Description, Parameter, Routes
from endpoint.http.signposting import in_page, signposts
from endpoint.rendering.filters import embedded
from endpoint.site.problems import acceptable
from endpoint.site.site import Site, site
from endpoint.sparql import answers
from kg.derived.hash_tree import known_root
from kg.derived.kinds import STATISTICS
from kg.errors import NotFoundError, ParameterError
from kg.lookup import statistics as counts
from kg.publish import ro_crate
from kg.publish.catalog import Catalog, quads
from kg.publish.catalog_represent import citation, document, reference, represent
from kg.publish.catalog_snapshot import PATH
from kg.publish.catalog_texts import DESCRIPTIONS, SERVICES, TITLES, Publisher, rights
from kg.publish.dump_files import MadeDump
from kg.publish.reference import LiteratureReference
from kg.rdf.formats import RDF_FORMATS, Format, by_name
from kg.rdf.prefixes import compact

blueprint = Routes("catalog", __name__)

FORMATS: Final = (HTML, *RDF_FORMATS, JSON)
VOID: Final = (by_name("turtle"), *(one for one in FORMATS if one.name != "turtle"))
"""Programs that request the well-known address accept anything or name no formats; they read Turtle."""
CITED: Final = Description(
    parameters=(Parameter("iri", "IRI, or its path, of an event or a revision to cite."), *answers.ASKED)
)
RIS: Final = "application/x-research-info-systems"


@blueprint.get(f"/{PATH}", described=CATALOG)
def generic() -> Response:
    """Serve the catalogue in the negotiated format."""
    return _negotiated(FORMATS)


@blueprint.get("/.well-known/void", described=CATALOG)
def well_known() -> Response:
    """Serve the catalogue where VoID (section 7.2) and RFC 8615 say that it is found."""
    return _negotiated(VOID)


@blueprint.get(f"/{PATH}.<suffix>", described=SUFFIXED)
def by_suffix(suffix: str) -> Response:
    """Serve the catalogue in one format."""
    chosen = next((one for one in FORMATS if one.suffix == suffix), None)
    if chosen is None:
        raise NotFoundError("the catalogue does not come in this format")
    return _serve(chosen)


@blueprint.get("/cite", described=PAGE)
def cite() -> Response:
    """Show how to cite the data."""
    here = site()
    found = catalog(here)
    page = here.frame.page(
        "cite.html",
        citation=citation(found),
        bibtex=reference(found).bibtex(),
        made=[one for one in found.complete if one.file.part is None],
        rights=rights(found.manifest.publications),
    )
    return by_content(Response(page, content_type=HTML.content_type))


@blueprint.get("/cite.bib", described=replace(CITED, types=("application/x-bibtex",)))
def cite_bib() -> Response:
    """Send the citation of the snapshot, of an event, a revision or an answer, as BibTeX."""
    return by_content(Response(_reference(site()).bibtex(), content_type="application/x-bibtex; charset=utf-8"))


@blueprint.get("/cite.ris", described=replace(CITED, types=(RIS,)))
def cite_ris() -> Response:
    """Send the citation of the snapshot, of an event, a revision or an answer, as RIS."""
    return by_content(Response(_reference(site()).ris(), content_type=f"{RIS}; charset=utf-8"))


def _reference(here: Site) -> LiteratureReference:
    asked = request.args.get("iri")
    if any(one.name in request.args for one in answers.ASKED):
        if asked:
            raise ParameterError("give an iri, or the parameters of an answer", "iri")
        return answers.cited_reference(here)
    if not asked:
        return reference(catalog(here))
    found = locate(here, asked.removeprefix(here.addresses.base))
    return of_event(told(here, found.iri), found.iri, here.settings.publisher, here.snapshot.id)


def _negotiated(formats: tuple[Format, ...]) -> Response:
    chosen = choose(formats, request.headers.get("Accept"))
    if chosen is None:
        raise acceptable([(one, _local(one)) for one in FORMATS])
    return _serve(chosen)


def _serve(chosen: Format) -> Response:
    here = site()
    here.shows(PATH)
    found = catalog(here)
    listed = (found.root, *(one.file.name for one in found.complete), *(one.iri for one in found.kept))
    body: bytes = here.cached(("catalog", chosen.name, listed, *here.seen(chosen)), lambda: _body(found, chosen), len)
    modified = snapshots.changed(here, here.snapshot)
    response = Response(body, content_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Location"] = _local(chosen)
    response.headers["Link"] = ", ".join(links(here, chosen))
    return by_content(response, modified)


def links(here: Site, chosen: Format | None) -> list[str]:
    """Return the links of the catalogue, in a format or, if that is None, of the generic document."""
    iri = f"{here.addresses.base}{PATH}"
    return [
        *alternates([(one, _local(one)) for one in FORMATS], chosen),
        link(iri, "canonical"),
        link(here.addresses.local("vocab.ttl"), "describedby", type="text/turtle"),
        link(
            here.addresses.local(f"dump/{ro_crate.FILE}"),
            "describedby",
            type=by_name("jsonld").media_type,
            profile=ro_crate.PROFILE,
        ),
        *licensed(here.snapshot.manifest.licences),
        *signposts(here.addresses, iri, PATH),
        *(link(here.addresses.local(f"dump/{one.file.name}"), "item", type=_type(one)) for one in dumps.made(here)),
    ]


def _type(one: MadeDump) -> str:
    return "application/gzip" if one.file.packed else one.file.format.media_type


def _local(one: Format) -> str:
    return site().addresses.local(f"{PATH}.{one.suffix}")


def catalog(here: Site) -> Catalog:
    """Return the description of the current snapshot, with the dumps made so far."""
    publisher = Publisher(here.settings.publisher, here.settings.contact)
    made, kept = tuple(dumps.made(here)), snapshots.kept(here)
    root = known_root(here.artefacts.place(here.snapshot))
    return Catalog(here.snapshot.manifest, statistics(here), made, publisher, kept, root)


def statistics(here: Site) -> dict[str, Any]:
    """Return the statistics of the current snapshot; raises the errors of kg.derived.artefacts.Artefacts.obtain."""

    def read() -> dict[str, Any]:
        return counts.read(here.artefacts.obtain(STATISTICS, here.snapshot))

    found: dict[str, Any] = here.cached(("statistics",), read, lambda _: 100_000)
    return found


def _body(found: Catalog, chosen: Format) -> bytes:
    described = quads(found)
    if chosen != HTML:
        return represent(described, chosen)
    here, counted = site(), found.statistics
    page = here.frame.page(
        "catalog.html",
        catalog=found,
        titles=TITLES,
        descriptions=DESCRIPTIONS,
        rights=rights(found.manifest.publications),
        classes=[(compact(iri), iri, number) for iri, number in counted["classes"]],
        properties=[(compact(iri), iri, number) for iri, number in counted["properties"]],
        services=SERVICES,
        links=[(compact(predicate), space, number) for predicate, space, number in counted["links"]],
        formats=RDF_FORMATS,
        path=PATH,
        data=embedded(document(described)),
        signposts=in_page(links(here, HTML), here.addresses),
    )
    return page.encode()
