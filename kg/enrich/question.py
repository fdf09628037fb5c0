"""The queries for an endpoint: SPARQL text made of constants and of terms checked and serialized by the engine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from kg.errors import ConfigurationError
from kg.rdf import DefaultGraph, Literal, NamedNode, terms
from kg.rdf.graph import Graph
from kg.rdf.iri import PATH_CHARACTERS
from kg.settings import LANGUAGE_TAG

ASKED: Final = "$ASKED"
LANGUAGES: Final = "$LANGUAGES"

#: The path between the address of a DBpedia and the title of an article.
RESOURCE: Final = "/resource/"
WIKIDATA: Final = "http://www.wikidata.org/entity/"
#: MediaWiki leaves these as they are in the path of an article (its function wfUrlencode).
MEDIAWIKI_CHARACTERS: Final = ";@$!*(),/~:"

# The properties are filtered and not given as VALUES: Oxigraph 0.5 would read its whole store, and Virtuoso 7.2 finds
# nothing for VALUES within a UNION if there are others outside of it.

# A DBpedia is asked about the entity itself. Of its hundred sameAs links, one is wanted. The filters refuse what
# OPTIONAL leaves unbound; with OPTIONAL, Oxigraph 0.5 looks up each entity.
_DBPEDIA: Final = """\
PREFIX dbo: <http://dbpedia.org/ontology/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
SELECT DISTINCT ?asked ?property ?value WHERE {
  VALUES ?asked { $ASKED }
  OPTIONAL { ?asked ?property ?value }
  FILTER (?property IN
    (rdf:type, rdfs:label, skos:prefLabel, skos:altLabel, owl:sameAs, skos:exactMatch, wgs:lat, wgs:long,
     dbo:wikiPageRedirects))
  FILTER (?property NOT IN (owl:sameAs, skos:exactMatch) || STRSTARTS(STR(?value), "http://www.wikidata.org/entity/"))
  FILTER (!isLiteral(?value) || LANG(?value) = "" || LCASE(LANG(?value)) IN ($LANGUAGES))
}
"""

# A Wikibase such as Wikidata is asked about the item of a Wikipedia article.
_WIKIPEDIA: Final = """\
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <http://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
SELECT DISTINCT ?asked ?property ?value WHERE {
  VALUES ?asked { $ASKED }
  { ?asked schema:about ?value . BIND (owl:sameAs AS ?property) }
  UNION {
    ?asked schema:about ?item .
    ?item ?property ?value .
    FILTER (?property IN (wdt:P31, wdt:P625, rdfs:label, skos:altLabel))
    FILTER (!isLiteral(?value) || LANG(?value) = "" || LCASE(LANG(?value)) IN ($LANGUAGES))
  }
}
"""


def _decoded(iri: str) -> tuple[str, ...]:
    """Return how a DBpedia may spell an IRI: as we do, or with letters of other scripts unescaped (RFC 3987)."""
    head, _, title = iri.partition(RESOURCE)
    decoded = "".join(quote(one, safe=PATH_CHARACTERS) if one.isascii() else one for one in unquote(title))
    try:
        return iri, NamedNode(f"{head}{RESOURCE}{decoded}").value
    except ValueError:  # not every Unicode character is allowed in an IRI
        return (iri,)


def _of_mediawiki(iri: str) -> tuple[str, ...]:
    """Return how a wiki may spell the address of an article: as we do, or as MediaWiki does."""
    head, _, title = iri.partition("/wiki/")
    return iri, f"{head}/wiki/{quote(unquote(title), safe=MEDIAWIKI_CHARACTERS)}"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask: which link of an entity names it at the endpoint, its possible spellings, and the query."""

    name: str
    link: NamedNode
    pattern: re.Pattern[str]
    spellings: Callable[[str], tuple[str, ...]]
    query: str


FORMS: Final = {
    one.name: one
    for one in (
        Form("dbpedia", terms.CLOSE_MATCH, re.compile(r"http://dbpedia\.org/resource/.+"), _decoded, _DBPEDIA),
        Form(
            "wikipedia",
            terms.SAME_AS,
            re.compile(r"https://[a-z-]+\.wikipedia\.org/wiki/.+"),
            _of_mediawiki,
            _WIKIPEDIA,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class EnrichmentQuestion:
    """A form, and the languages of the wanted labels."""

    form: Form
    languages: tuple[str, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the query without the entities: answers to another question do not count."""
        return hashlib.sha256(self.template.encode()).hexdigest()

    @property
    def template(self) -> str:
        """The query with ``$ASKED`` in place of the entities."""
        return self.form.query.replace(LANGUAGES, ", ".join(str(Literal(tag)) for tag in self.languages))

    def text(self, names: Iterable[str]) -> str:
        """Return the query about entities, given by their names at the endpoint.

        Raises ValueError for a name that is not an IRI.
        """
        spellings = dict.fromkeys(spelling for name in names for spelling in self.form.spellings(name))
        return self.template.replace(ASKED, " ".join(str(NamedNode(one)) for one in spellings))

    def names(self, graph: Graph) -> dict[str, str]:
        """Return the entities of a graph that can be asked about, in order, each with its name at the endpoint."""
        found: dict[str, str] = {}
        for quad in graph.quads_for_pattern(None, self.form.link, None, DefaultGraph()):
            subject, value = quad.subject, quad.object
            if (
                isinstance(subject, NamedNode)
                and isinstance(value, NamedNode)
                and self.form.pattern.fullmatch(value.value)
            ):
                found[subject.value] = value.value
        return dict(sorted(found.items()))


def question(form: str, languages: str) -> EnrichmentQuestion:
    """Return the question of a form (a key of FORMS) with labels in ``languages``, language tags separated by commas.

    Raises ConfigurationError for an unknown form or an invalid tag.
    """
    if form not in FORMS:
        raise ConfigurationError(f"entities are asked for by {' or '.join(FORMS)}, not by {form}")
    tags = tuple(dict.fromkeys(tag.strip().lower() for tag in languages.split(",")))
    wrong = [tag for tag in tags if not LANGUAGE_TAG.fullmatch(tag)]
    if wrong:
        raise ConfigurationError(f"enrich_languages must be language tags separated by commas, not {languages!r}")
    return EnrichmentQuestion(FORMS[form], tags)
