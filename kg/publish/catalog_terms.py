"""The terms used in a catalogue: its prefixes, and the authority tables of the European Union.

DCAT-AP requires languages, file types and the like from https://publications.europa.eu/resource/authority/, each with
its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from kg.rdf import Literal, NamedNode, Quad, prefixes
from kg.rdf.licences import NAMES

PREFIXES: Final[Mapping[str, str]] = {
    **{name: prefixes.PREFIXES[name] for name in ("dcterms", "foaf", "owl", "prov", "rdf", "rdfs", "schema", "skos")},
    **{name: prefixes.PREFIXES[name] for name in ("ng", "xsd", "dcat", "spdx", "void")},
    "dcatap": "http://data.europa.eu/r5r/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
IANA: Final = "https://www.iana.org/assignments/media-types/"
AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
LICENCE_TYPES: Final = "http://purl.org/adms/licencetype/"
LANGUAGES: Final = {
    "ar": "ARA",
    "de": "DEU",
    "en": "ENG",
    "es": "SPA",
    "fr": "FRA",
    "it": "ITA",
    "ja": "JPN",
    "pt": "POR",
    "ru": "RUS",
    "zh": "ZHO",
}
_PRIMARY: Final = re.compile("[a-z]+")


Term = NamedNode | Literal
Value = Term | None | Iterable[Term | None]


def expand(name: str) -> str:
    """Return the IRI of a prefixed name. Raises KeyError for a prefix not in the table."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def node(name: str) -> NamedNode:
    """Return the term with this prefixed name."""
    return NamedNode(expand(name))


def literal(value: str | int, datatype: str | None = None, language: str | None = None) -> Literal:
    """Return a literal; ``datatype`` is a prefixed name."""
    if language:
        return Literal(str(value), language=language)
    return Literal(str(value), datatype=node(datatype)) if datatype else Literal(value)


def say(subject: NamedNode, statements: Mapping[str, Value]) -> Iterator[Quad]:
    """Yield the statements, by prefixed names of properties, about a subject; None gives no statement."""
    for name, value in statements.items():
        for one in (value,) if isinstance(value, NamedNode | Literal) else value or ():
            if one is not None:
                yield Quad(subject, NamedNode(expand(name)), one)


def namespace(iri: str) -> str:
    """Return an IRI up to its last ``#`` or ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def fragment(iri: str) -> str:
    """Return a readable name for a term, for use in a fragment: ``schema-about`` for that of schema.org."""
    for prefix, space in PREFIXES.items():
        if iri.startswith(space):
            iri = f"{prefix}-{iri.removeprefix(space)}"
    return re.sub(r"[^A-Za-z0-9._-]+", "-", iri.partition("://")[2] or iri)


def _authority(path: str) -> NamedNode:
    return NamedNode(AUTHORITY + path)


FILE_TYPES: Final = {
    "turtle": _authority("file-type/RDF_TURTLE"),
    "ntriples": _authority("file-type/RDF_N_TRIPLES"),
    "rdfxml": _authority("file-type/RDF_XML"),
    "jsonld": _authority("file-type/JSON_LD"),
    "trig": _authority("file-type/RDF_TRIG"),
    "nquads": _authority("file-type/RDF_N_QUADS"),
    "tables": _authority("file-type/ZIP"),
}
FEATURES: Final = tuple(
    NamedNode(f"http://www.w3.org/ns/formats/{name}")
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads")
)
AVAILABLE: Final = _authority("planned-availability/AVAILABLE")
IRREGULAR: Final = _authority("frequency/IRREG")
NEWS: Final = _authority("data-theme/INTR")
PUBLIC: Final = _authority("access-right/PUBLIC")
SPARQL: Final = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
RECONCILIATION: Final = NamedNode("https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/")
THEMES: Final = _authority("data-theme")

TYPE: Final = node("rdf:type")
IN_SCHEME: Final = node("skos:inScheme")
DERIVED: Final = node("prov:wasDerivedFrom")


def language(tag: str) -> NamedNode | None:
    """Return the language of a tag (RFC 5646), by its first part, or None if it is not in this table."""
    match = _PRIMARY.match(tag.lower())
    code = LANGUAGES.get(match[0]) if match else None
    return _authority(f"language/{code}") if code else None


def languages(tags: Iterable[str]) -> Iterator[Quad]:
    """Yield the descriptions of the languages with these tags, and of English, the language of the catalogue."""
    for tag in ("en", *tags):
        if found := language(tag):
            yield Quad(found, TYPE, node("dcterms:LinguisticSystem"))
            yield Quad(found, IN_SCHEME, _authority("language"))


def keywords() -> list[Literal]:
    """Return the keywords for a data set."""
    return [literal(word, language="en") for word in ("news", "events", "knowledge graph")]


def file_type(name: str) -> Iterator[Quad]:
    """Yield the description of the file type of a format."""
    if found := FILE_TYPES.get(name):
        yield Quad(found, TYPE, node("dcterms:MediaTypeOrExtent"))
        yield Quad(found, IN_SCHEME, _authority("file-type"))


def licence(iri: str) -> Iterator[Quad]:
    """Yield the description of a licence: its type, and its name if known."""
    document, name = NamedNode(iri), NAMES.get(iri)
    if name is None:
        yield Quad(document, TYPE, node("dcterms:LicenseDocument"))
        return
    told = (("SA", "ViralEffect-ShareAlike"), ("BY", "Attribution"), ("Public", "PublicDomain"))
    type_ = next(type_ for words, type_ in told if words in name)
    kind = NamedNode(LICENCE_TYPES + type_)
    yield Quad(document, TYPE, node("dcterms:LicenseDocument"))
    yield Quad(document, node("rdfs:label"), literal(name))
    yield Quad(document, node("dcterms:type"), kind)
    yield Quad(kind, TYPE, node("skos:Concept"))
    yield Quad(kind, node("skos:prefLabel"), literal(type_, language="en"))
    yield Quad(kind, IN_SCHEME, NamedNode(f"{LICENCE_TYPES}1.0"))


def concepts() -> Iterator[Quad]:
    """Yield the class and table of the concepts that every catalogue names."""
    for concept, class_, table in (
        (AVAILABLE, "skos:Concept", "planned-availability"),
        (IRREGULAR, "dcterms:Frequency", "frequency"),
        (NEWS, "skos:Concept", "data-theme"),
        (PUBLIC, "dcterms:RightsStatement", "access-right"),
    ):
        yield Quad(concept, TYPE, node(class_))
        yield Quad(concept, IN_SCHEME, _authority(table))
    yield Quad(AVAILABLE, node("skos:prefLabel"), literal("available", language="en"))
    yield Quad(NEWS, node("skos:prefLabel"), literal("International issues", language="en"))
    yield Quad(THEMES, TYPE, node("skos:ConceptScheme"))
    yield Quad(THEMES, node("dcterms:title"), literal("Data theme", language="en"))
    for standard in (SPARQL, RECONCILIATION):
        yield Quad(standard, TYPE, node("dcterms:Standard"))
    yield Quad(node("spdx:checksumAlgorithm_sha256"), TYPE, node("spdx:ChecksumAlgorithm"))
