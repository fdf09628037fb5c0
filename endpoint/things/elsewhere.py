"""Links from a thing to encyclopedias and other data sets, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from endpoint.html.reader import Reader, host
from endpoint.listing.page import ListLink
from endpoint.rendering.filters import language_name
from endpoint.rendering.language import gettext

LINKING: Final = ("schema:sameAs", "skos:exactMatch", "skos:closeMatch", "rdfs:seeAlso", "owl:sameAs")
SITES: Final = {
    "wikidata.org": "Wikidata",
    "geonames.org": "GeoNames",
    "dbpedia.org": "DBpedia",
    "viaf.org": "VIAF",
}
_WIKIPEDIA: Final = re.compile(r"([a-z-]+)\.wikipedia\.org", re.ASCII)


def elsewhere(reader: Reader, iri: str) -> list[ListLink]:
    """Return the links from a thing to its counterparts elsewhere on the web, each once."""
    return list({one.href: one for one in _links(reader, iri)}.values())


def _links(reader: Reader, iri: str) -> Iterator[ListLink]:
    for name in LINKING:
        for target in reader.iris(iri, name):
            if target.startswith(("http://", "https://")) and not target.startswith(reader.addresses.base):
                yield ListLink(_called(target), target)


def _called(target: str) -> str:
    found = host(target)
    if wikipedia := _WIKIPEDIA.fullmatch(found):
        return gettext("Wikipedia, %(language)s", language=language_name(wikipedia[1]))
    return next((name for site, name in SITES.items() if found == site or found.endswith(f".{site}")), found)
