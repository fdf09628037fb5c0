"""Signposts: the topic, the author and further links of a document, for programs that do not read HTML.

The relations are those of https://signposting.org/ (FAIR Signposting Profile): in Link headers, in the heads of pages,
and for the whole document as a link set (RFC 9264).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from endpoint.http.headers import link
from endpoint.http.negotiate import PAGE_FORMATS
from endpoint.http.urls import Addresses
from kg.rdf.prefixes import expand

LINKSET: Final = "application/linkset"
LINKSET_JSON: Final = "application/linkset+json"
FOLDER: Final = "linkset"
ABOUT_PAGE: Final = expand("schema:AboutPage")
KINDS: Final = {
    "event": expand("schema:Event"),
    "entity": expand("schema:Thing"),
    "category": expand("skos:Concept"),
    "publisher": expand("schema:Organization"),
    "day": expand("dcterms:PeriodOfTime"),
    "month": expand("dcterms:PeriodOfTime"),
    "year": expand("dcterms:PeriodOfTime"),
    "page": expand("schema:WebPage"),
    "catalog": expand("schema:DataCatalog"),
    "snapshot": expand("schema:Dataset"),
    "source": expand("schema:Article"),
}
"""The class of a document's topic, by the first segment of its path without ``doc/``."""
PROGRAMS: Final = tuple(one for one in PAGE_FORMATS if one.name in ("turtle", "jsonld"))
"""The formats linked as a document's content and metadata; links to alternates name all."""
_LINK: Final = re.compile(r'<(?P<target>[^>]*)>; rel="(?P<rel>[^"]*)"(?P<attributes>(?:; \w+="[^"]*")*)')

_ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class ReadLink:
    """A link read back: its target, its relation, and its attributes."""

    href: str
    rel: str
    attributes: dict[str, str]


def signposts(addresses: Addresses, iri: str, path: str) -> list[str]:
    """Return the links of the document at a path below the base about ``iri``, except those to licences."""
    kind = KINDS.get(path.removeprefix("doc/").partition("/")[0])
    document = addresses.local(path)
    return [
        link(iri, "cite-as"),
        *(link(one, "type") for one in (ABOUT_PAGE, kind) if one),
        link(f"{addresses.base}catalog#publisher", "author"),
        *(link(f"{document}.{one.suffix}", "item describedby", type=one.media_type) for one in PROGRAMS),
        *(link(addresses.local(f"{FOLDER}/{path}"), "linkset", type=one) for one in (LINKSET_JSON, LINKSET)),
    ]


def targets(links: Iterable[str]) -> list[ReadLink]:
    """Return links of a Link header, as ``link`` writes them, taken apart."""
    found = filter(None, map(_LINK.fullmatch, links))
    return [ReadLink(one["target"], one["rel"], dict(_ATTRIBUTE.findall(one["attributes"]))) for one in found]


def in_page(links: Iterable[str], addresses: Addresses) -> list[ReadLink]:
    """Return links as the head of a page has them: like all links of pages, they lead to the same server."""
    return [replace(one, href=addresses.href(one.href) or one.href) for one in targets(links)]


def linkset(anchor: str, links: Iterable[str], addresses: Addresses) -> dict[str, Any]:
    """Return links as a link set in JSON (RFC 9264, section 4.2), with absolute addresses."""
    context: dict[str, Any] = {"anchor": anchor}
    for one in targets(links):
        for rel in one.rel.split():
            context.setdefault(rel, []).append({"href": _whole(one.href, addresses), **one.attributes})
    return {"linkset": [context]}


def linkset_text(anchor: str, links: Iterable[str], addresses: Addresses) -> str:
    """Return links as a link set in the form of a Link header (RFC 9264, section 4.1)."""
    lines = (link(_whole(one.href, addresses), one.rel, **one.attributes, anchor=anchor) for one in targets(links))
    return ",\n".join(lines) + "\n"


def _whole(href: str, addresses: Addresses) -> str:
    local = href.startswith("/")
    return addresses.absolute(href.removeprefix(f"{addresses.mount}/")) if local else href
