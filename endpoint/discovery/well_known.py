"""Files at well-known addresses for programs: sitemaps, robots.txt, security.txt, OpenSearch, llms.txt.

All addresses in them are absolute, as their specifications require, and are those of the identity base.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Response

from endpoint.html.newest import newest
from endpoint.http.conditional import by_content
from endpoint.http.negotiate import PAGE_FORMATS
from endpoint.http.routes import IN_TEXT, IN_XML, Description, Routes
from endpoint.rendering.language import LANGUAGES
from endpoint.site.site import Site, site, tagged
from kg.derived.kinds import SITEMAPS
from kg.errors import NotFoundError
from kg.lookup.sitemap import Section, documents
from kg.lookup.sitemap import sections as sections_of
from kg.publish.dump_files import NAME
from kg.rdf.formats import RESULT_FORMATS, xml_text
from kg.rdf.prefixes import PREFIXES

blueprint = Routes("discovery", __name__)

XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
SCHEMA: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
CLOSED: Final = (
    *("sparql", "answer", "search", "events", "embed", "questions/", "linkset", f"dump/{NAME}"),
    *(f"{tag}/" for tag in LANGUAGES),
)
"""Paths that crawlers should not fetch: they are computed on request, very large, or also found elsewhere."""
VALID_DAYS: Final = 180
"""How long security.txt is valid; RFC 9116 (section 2.5.5) recommends less than a year."""
PROJECT: Final = "https://w3id.org/newsgraph"
"""The address of the project, whose SECURITY.md says how to report a vulnerability."""
SCHEMES: Final = ("mailto:", "https:", "tel:")  # form of contacts, RFC 9116, section 2.5.3


@blueprint.get("/robots.txt", described=IN_TEXT)
def robots() -> Response:
    """Tell crawlers what not to fetch, and where the sitemaps are (RFC 9309)."""
    here = site()
    closed = "".join(f"Disallow: {here.addresses.mount}/{path}\n" for path in CLOSED)
    return _text(f"User-agent: *\n{closed}\nSitemap: {here.addresses.base}sitemap.xml\n")


@blueprint.get("/sitemap.xml", described=IN_XML)
def sitemaps() -> Response:
    """List the sitemaps, with when a document of each changed last (sitemaps.org, "Sitemap index files").

    If the archive has no times, that is when the snapshot was made.
    """
    here = site()
    base, created = here.addresses.base, here.snapshot.manifest.created
    rows = (
        ("sitemap", f"{base}sitemap/{name}.xml", one.changed or created) for name, (one, _) in _sitemaps(here).items()
    )
    return tagged(_xml(_listing("sitemapindex", rows)), here.snapshot, "sitemap")


@blueprint.get("/sitemap/<name>.xml", described=IN_XML)
def sitemap(name: str) -> Response:
    """List documents of one year or of one kind of things, with when each changed last."""
    here = site()
    found = _sitemaps(here).get(name)
    if found is None:
        raise NotFoundError(f"there is no sitemap {name[:100]!r}; /sitemap.xml lists all sitemaps")
    section, part = found
    body: str = here.cached(("sitemap", name), lambda: _sitemap(here, section, part), len)
    return tagged(_xml(body), here.snapshot, f"sitemap-{name}")


@blueprint.get("/.well-known/security.txt", described=IN_TEXT)
def security() -> Response:
    """Say whom to tell about a vulnerability (RFC 9116); without a contact, that is the project."""
    here = site()
    contact = here.settings.contact if here.settings.contact.startswith(SCHEMES) else PROJECT
    fields = {
        "Contact": quote(contact, safe="/:?#[]@!$&'()*+,;=%-._~"),
        "Expires": f"{_expires(datetime.now(UTC).date()):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "en",
    }
    if here.addresses.base.startswith("https:"):  # section 2.5.2 allows no other web address
        fields["Canonical"] = f"{here.addresses.base}.well-known/security.txt"
    return _text("".join(f"{name}: {value}\n" for name, value in fields.items()))


@blueprint.get("/opensearch.xml", described=Description(("application/opensearchdescription+xml",)))
def opensearch() -> Response:
    """Describe the search to browsers (OpenSearch 1.1, draft 6)."""
    here = site()
    body = here.frame.page("opensearch.xml", base=here.addresses.base, publisher=xml_text(here.settings.publisher))
    return by_content(Response(body, content_type="application/opensearchdescription+xml"))


@blueprint.get("/llms.txt", described=IN_TEXT)
def llms() -> Response:
    """Tell language models what there is on this server and how to get it (llmstxt.org)."""
    here = site()
    found = here.snapshot.manifest
    body = here.frame.page(
        "llms.txt",
        base=here.addresses.base,
        counts=found.counts,
        languages=list(found.languages),
        origins=[one.origin or one.title for one in found.publications if one.origin or one.title],
        licences=found.licences,
        day=_example(here),
        formats=PAGE_FORMATS,
        results=RESULT_FORMATS,
        prefixes={prefix: PREFIXES[prefix] for prefix in ("ng", "schema", "dcterms", "rdfs")},
    )
    return tagged(_text(body), here.snapshot, "llms")


def _example(here: Site) -> str | None:
    """Return the address of the document of the newest day."""
    days = newest(here, None)["days"]
    return here.addresses.base + here.addresses.document(days[0]["iri"]) if days else None


def _sitemaps(here: Site) -> dict[str, tuple[Section, int]]:
    """Return the sitemaps by name, such as 2011-1 or entity-1: each lists a part of the documents of a section."""
    sections: list[Section] = here.cached(
        ("sitemap",), lambda: sections_of(_file(here)), lambda value: 200 * (1 + len(value))
    )
    return {f"{one.name}-{part}": (one, part) for one in sections for part in range(1, one.parts + 1)}


def _file(here: Site) -> Path:
    return here.artefacts.obtain(SITEMAPS, here.snapshot)


def _sitemap(here: Site, section: Section, part: int) -> str:
    addresses = here.addresses
    rows = documents(_file(here), section.name, part)
    return _listing("urlset", (("url", addresses.base + addresses.document(iri), changed) for iri, changed in rows))


def _listing(root: str, rows: Iterable[tuple[str, str, str | None]]) -> str:
    lines = (f"<{name}><loc>{escape(url)}</loc>{_lastmod(changed)}</{name}>\n" for name, url, changed in rows)
    return f'{XML}<{root} xmlns="{SCHEMA}">\n{"".join(lines)}</{root}>\n'


def _lastmod(changed: str | None) -> str:
    return f"<lastmod>{escape(changed)}</lastmod>" if changed else ""


def _expires(today: date) -> datetime:
    """Return the same time all day, so that caches and validators do not see a new one each second."""
    return datetime.combine(today + timedelta(days=VALID_DAYS), time_of_day(), UTC)


def _xml(body: str) -> Response:
    return Response(body, content_type="application/xml; charset=utf-8")


def _text(body: str) -> Response:
    response = Response(body, content_type="text/plain; charset=utf-8")
    response.cache_control.public = True
    response.cache_control.max_age = 3_600
    return response
