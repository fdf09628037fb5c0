"""Reads the redirects in sources, which tell the next build that two titles name one thing."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from pyoxigraph import RdfFormat, parse

from kg.enrich import source
from kg.enrich.question import RESOURCE
from kg.entities.aliases import Redirect
from kg.rdf import NamedNode, Triple, terms

LANGUAGE = "en"
"""The language of the Wikipedia behind http://dbpedia.org/resource/."""


def redirects(snapshot: Path) -> list[Redirect]:
    """Return the redirects in the sources of a snapshot, one for each entity; if two disagree, the first counts."""
    found: dict[str, Redirect] = {}
    for file in source.files(snapshot):
        stated_by = f"{file.parent.name} on {file.name.removesuffix(source.SUFFIX)}"
        for one in _triples(snapshot / file):
            if isinstance(one.subject, NamedNode) and isinstance(one.object, NamedNode):
                title = unquote(one.object.value.partition(RESOURCE)[2]).replace("_", " ")
                iri = one.subject.value
                found.setdefault(iri, Redirect(iri, LANGUAGE, title, stated_by))
    return list(found.values())


def _triples(file: Path) -> Iterator[Triple]:
    """Yield the redirects of a source; the few candidate lines are found without parsing all of it as RDF."""
    name = str(terms.REDIRECTS).encode()
    with gzip.open(file) as lines:
        some = b"".join(line for line in lines if name in line)
    for quad in parse(some, format=RdfFormat.N_TRIPLES):
        if quad.predicate == terms.REDIRECTS:
            yield quad.triple
