"""Manifest, statistics and dumps of a snapshot -> its description in DCAT (with DCAT-AP 3.0.1) and VoID. Pure.

https://www.w3.org/TR/vocab-dcat-3/, https://semiceu.github.io/DCAT-AP/releases/3.0.1/, https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad

from kg import catalog_terms
from kg.catalog_terms import IANA, expand, literal, node
from kg.dump_files import NAME, Made
from kg.dump_parts import Part
from kg.snapshot import Manifest

Term = NamedNode | Literal
Value = Term | None | Iterable[Term | None]

PATH: Final = "catalog"
WIKIPEDIA: Final = "https://en.wikipedia.org/wiki/Portal:Current_events"
GEONAMES: Final = "https://www.geonames.org/"
BY_SA_3: Final = "https://creativecommons.org/licenses/by-sa/3.0/"
BY_SA_4: Final = "https://creativecommons.org/licenses/by-sa/4.0/"
BY_4: Final = "https://creativecommons.org/licenses/by/4.0/"
LICENCES: Final = {BY_SA_3: "CC BY-SA 3.0", BY_SA_4: "CC BY-SA 4.0", BY_4: "CC BY 4.0"}

TITLES: Final[Mapping[Part | None, str]] = {
    None: "newsgraph: news events as linked data",
    "core": "Events, revisions, entities and sources",
    "captures": "Pages and their entries",
    "enrichment": "What other data sets say about the entities",
}
DESCRIPTIONS: Final[Mapping[Part | None, str]] = {
    None: "Dated news events of an archive, with their places, sources and wordings over time.",
    "core": "The events with their wordings over time, the places and other entities they name, and what they cite.",
    "captures": "The captures of the archive's pages, each with the entries that it prints.",
    "enrichment": "Coordinates, types, labels and links of entities, asked from other data sets on the day that each "
    "of its graphs says.",
}
RIGHTS: Final = (
    "Text by the contributors of Wikipedia's Current events portal, and of the Context, which was made from it; "
    "modified: taken apart into statements, with links resolved, and places and revisions added. Each capture of a "
    "wiki page names the page history that lists its authors, and its licence: CC BY-SA 3.0, from June 2023 on "
    "CC BY-SA 4.0. Names, containment and coordinates of places: GeoNames, CC BY 4.0, modified. Descriptions and "
    "images that pages of the Context print belong to their publishers."
)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the data: a name, and an address (``mailto:`` or ``https:``) or nothing."""

    name: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The description of one snapshot. ``statistics`` are those of kg.statistics, ``made`` the dumps there are."""

    manifest: Manifest
    statistics: Mapping[str, Any]
    made: tuple[Made, ...]
    publisher: Publisher

    @property
    def iri(self) -> str:
        """IRI of the catalogue, which is its document too."""
        return f"{self.manifest.base}{PATH}"

    def part(self, name: str) -> NamedNode:
        """Return the IRI of something that the document describes."""
        return NamedNode(f"{self.iri}#{name}")

    @property
    def complete(self) -> list[Made]:
        """The dumps that hold all of the data set or of a part; those of a year or of changes do not."""
        return [one for one in self.made if one.file.year is None and one.file.since is None]

    @property
    def triples(self) -> dict[Part, int]:
        """How many triples of the default graph each part has that there is."""
        enriched = self.manifest.counts.get("enriched", 0)
        captures = self.statistics["captures"]
        found: dict[Part, int] = {"core": self.statistics["triples"] - captures - enriched, "captures": captures}
        return found | ({"enrichment": enriched} if enriched else {})


def quads(catalog: Catalog) -> list[Quad]:
    """Return the description of a snapshot, each statement once."""
    described = chain(
        _catalog(catalog),
        _whole(catalog),
        chain.from_iterable(_subset(catalog, part) for part in catalog.triples),
        _partitions(catalog),
        _linksets(catalog),
        chain.from_iterable(_distribution(catalog, one) for one in catalog.complete),
        _service(catalog),
        _provenance(catalog),
        _agents(catalog),
        _documents(),
    )
    # What is said of licences and languages in several places is said once.
    return list(dict.fromkeys((*described, *catalog_terms.languages(catalog.manifest.languages))))


def say(subject: NamedNode, statements: Mapping[str, Value]) -> Iterator[Quad]:
    """Yield the statements, by prefixed names of properties, about a subject; None says nothing."""
    for name, value in statements.items():
        for one in (value,) if isinstance(value, NamedNode | Literal) else value or ():
            if one is not None:
                yield Quad(subject, NamedNode(expand(name)), one)


def _catalog(one: Catalog) -> Iterator[Quad]:
    created = literal(one.manifest.created, "xsd:dateTime")
    yield from say(
        NamedNode(one.iri),
        {
            "rdf:type": (node("dcat:Catalog"), node("void:DatasetDescription"), node("foaf:Document")),
            "dcterms:title": literal("Catalogue of newsgraph", language="en"),
            "dcterms:description": literal("What this server publishes, in DCAT and VoID.", language="en"),
            "dcterms:publisher": one.part("publisher"),
            "dcterms:language": catalog_terms.language("en"),
            "dcterms:license": NamedNode(BY_SA_4),
            "dcterms:modified": created,
            "dcterms:issued": created,
            "dcat:themeTaxonomy": catalog_terms.THEMES,
            "foaf:homepage": NamedNode(one.manifest.base),
            "foaf:primaryTopic": one.part(NAME),
            "dcat:dataset": (one.part(NAME), *(one.part(part) for part in one.triples)),
            "dcat:service": one.part("sparql"),
        },
    )


def _dataset(one: Catalog, part: Part | None) -> dict[str, Value]:
    """Return what is said of the whole data set and of each of its parts."""
    created = literal(one.manifest.created, "xsd:dateTime")
    files = [made for made in one.complete if made.file.part == part]
    return {
        "rdf:type": (node("dcat:Dataset"), node("void:Dataset"), node("prov:Entity")),
        "dcterms:title": literal(TITLES[part], language="en"),
        "dcterms:description": literal(DESCRIPTIONS[part], language="en"),
        "dcterms:publisher": one.part("publisher"),
        "dcterms:creator": one.part("publisher"),
        "dcat:contactPoint": one.part("contact") if one.publisher.contact else None,
        "dcterms:issued": created,
        "dcterms:modified": created,
        "dcat:version": literal(one.manifest.id),
        "dcterms:accrualPeriodicity": catalog_terms.IRREGULAR,
        "dcterms:accessRights": catalog_terms.PUBLIC,
        "dcterms:temporal": one.part("period") if one.statistics["first"] else None,
        "dcterms:language": [catalog_terms.language(tag) for tag in one.manifest.languages],
        "dcterms:license": NamedNode(BY_SA_4),
        "dcterms:rights": one.part("rights"),
        "dcat:theme": catalog_terms.NEWS,
        "dcat:keyword": [literal(word, language="en") for word in ("news", "events", "knowledge graph")],
        "dcat:distribution": [one.part(made.file.name) for made in files],
        "void:dataDump": [_download(one, made) for made in files],
        "prov:wasGeneratedBy": one.part("build"),
    }


def _whole(one: Catalog) -> Iterator[Quad]:
    base, found = one.manifest.base, one.statistics
    vocabularies = sorted({catalog_terms.namespace(row[0]) for row in (*found["classes"], *found["properties"])})
    yield from say(one.part(NAME), _dataset(one, None))
    yield from say(
        one.part(NAME),
        {
            "dcterms:identifier": literal(f"{base}{PATH}#{NAME}"),
            "dcat:landingPage": NamedNode(base),
            "foaf:homepage": NamedNode(base),
            "void:uriSpace": literal(base),
            "void:sparqlEndpoint": NamedNode(f"{base}sparql"),
            "void:feature": catalog_terms.FEATURES,
            "void:vocabulary": [NamedNode(name) for name in vocabularies],
            "void:triples": literal(found["triples"]),
            "void:distinctSubjects": literal(found["subjects"]),
            "void:distinctObjects": literal(found["objects"]),
            "void:classes": literal(len(found["classes"])),
            "void:properties": literal(len(found["properties"])),
            "void:subset": [one.part(part) for part in one.triples],
            "dcterms:hasPart": [one.part(part) for part in one.triples],
        },
    )


def _subset(one: Catalog, part: Part) -> Iterator[Quad]:
    yield from say(one.part(part), _dataset(one, part))
    yield from say(
        one.part(part),
        {
            "dcterms:identifier": literal(f"{one.iri}#{part}"),
            "dcterms:isPartOf": one.part(NAME),
            "void:triples": literal(one.triples[part]),
        },
    )


def _partitions(one: Catalog) -> Iterator[Quad]:
    """Yield how many resources of each class and how many triples with each property there are (VoID, section 4.5)."""
    for kind, count in (("class", "entities"), ("property", "triples")):
        for iri, number in one.statistics["classes" if kind == "class" else "properties"]:
            partition = one.part(f"{kind}-{catalog_terms.fragment(iri)}")
            yield from say(one.part(NAME), {f"void:{kind}Partition": partition})
            yield from say(
                partition,
                {
                    "rdf:type": node("void:Dataset"),
                    f"void:{kind}": NamedNode(iri),
                    f"void:{count}": literal(number),
                },
            )


def _linksets(one: Catalog) -> Iterator[Quad]:
    for predicate, space, number in one.statistics["links"]:
        host = catalog_terms.fragment(space.partition("://")[2].strip("/"))
        linkset, target = one.part(f"{catalog_terms.fragment(predicate)}-{host}"), one.part(f"at-{host}")
        yield from say(one.part(NAME), {"void:subset": linkset})
        yield from say(
            linkset,
            {
                "rdf:type": node("void:Linkset"),
                "void:linkPredicate": NamedNode(predicate),
                "void:subjectsTarget": one.part(NAME),
                "void:objectsTarget": target,
                "void:triples": literal(number),
            },
        )
        yield from say(target, {"rdf:type": node("void:Dataset"), "void:uriSpace": literal(space)})


def _download(one: Catalog, made: Made) -> NamedNode:
    return NamedNode(f"{one.manifest.base}dump/{made.file.name}")


def _distribution(one: Catalog, made: Made) -> Iterator[Quad]:
    distribution, file = one.part(made.file.name), made.file
    checksum = one.part(f"{file.name}-sha256")
    media_type, gzip = NamedNode(IANA + file.format.media_type), NamedNode(f"{IANA}application/gzip")
    yield from say(
        distribution,
        {
            "rdf:type": node("dcat:Distribution"),
            "dcterms:title": literal(file.name),
            "dcterms:description": literal(f"{TITLES[file.part]}, as {file.format.label}", language="en"),
            "dcat:accessURL": NamedNode(f"{one.manifest.base}dump/"),
            "dcat:downloadURL": _download(one, made),
            "dcat:mediaType": media_type,
            "dcterms:format": catalog_terms.FILE_TYPES.get(file.format.name),
            "dcat:compressFormat": gzip if file.packed else None,
            "dcat:byteSize": literal(made.size, "xsd:nonNegativeInteger"),
            "spdx:checksum": checksum,
            "dcterms:issued": literal(one.manifest.created, "xsd:dateTime"),
            "dcterms:modified": literal(one.manifest.created, "xsd:dateTime"),
            "dcterms:license": NamedNode(BY_SA_4),
            "dcterms:rights": one.part("rights"),
            "dcatap:availability": catalog_terms.AVAILABLE,
        },
    )
    yield from say(
        checksum,
        {
            "rdf:type": node("spdx:Checksum"),
            "spdx:algorithm": node("spdx:checksumAlgorithm_sha256"),
            "spdx:checksumValue": literal(made.sha256, "xsd:hexBinary"),
        },
    )
    for kind in (media_type, gzip if file.packed else None):
        yield from say(kind, {"rdf:type": node("dcterms:MediaType")}) if kind else ()
    yield from catalog_terms.file_type(file.format.name)


def _service(one: Catalog) -> Iterator[Quad]:
    base = one.manifest.base
    yield from say(
        one.part("sparql"),
        {
            "rdf:type": node("dcat:DataService"),
            "dcterms:title": literal("SPARQL endpoint", language="en"),
            "dcterms:description": literal("Answers SPARQL 1.1 queries over the whole graph.", language="en"),
            "dcterms:publisher": one.part("publisher"),
            "dcat:contactPoint": one.part("contact") if one.publisher.contact else None,
            "dcat:endpointURL": NamedNode(f"{base}sparql"),
            "dcat:endpointDescription": NamedNode(f"{base}sparql"),
            "dcat:servesDataset": one.part(NAME),
            "dcterms:conformsTo": catalog_terms.SPARQL,
            "dcterms:accessRights": catalog_terms.PUBLIC,
            "dcterms:license": NamedNode(BY_SA_4),
            "dcat:theme": catalog_terms.NEWS,
            "dcat:keyword": literal("SPARQL", language="en"),
        },
    )


def _provenance(one: Catalog) -> Iterator[Quad]:
    """Yield from what the snapshot was made, when, and by which program (PROV-O)."""
    archives = {one.part(f"archive-{number}"): facts for number, facts in enumerate(one.manifest.archives, 1)}
    yield from say(
        one.part("build"),
        {
            "rdf:type": node("prov:Activity"),
            "prov:endedAtTime": literal(one.manifest.created, "xsd:dateTime"),
            "prov:wasAssociatedWith": one.part("program"),
            "prov:used": (*archives, NamedNode(GEONAMES)),
        },
    )
    yield from say(
        one.part("program"), {"rdf:type": node("prov:SoftwareAgent"), "rdfs:label": literal(one.manifest.tool)}
    )
    for archive, facts in archives.items():
        commit = facts.get("commit")
        yield from say(
            archive,
            {
                "rdf:type": node("prov:Entity"),
                "rdfs:label": literal(facts["name"]),
                "dcterms:identifier": literal(f"git:{commit}") if commit else None,
            },
        )
    yield from say(one.part(NAME), {"prov:wasDerivedFrom": (*archives, NamedNode(WIKIPEDIA), NamedNode(GEONAMES))})


def _agents(one: Catalog) -> Iterator[Quad]:
    first, last, contact = one.statistics["first"], one.statistics["last"], one.publisher.contact
    yield from say(
        one.part("publisher"),
        {"rdf:type": node("foaf:Agent"), "foaf:name": literal(one.publisher.name)},
    )
    if contact:
        how = "vcard:hasEmail" if contact.startswith("mailto:") else "vcard:hasURL"
        name = literal(one.publisher.name)
        yield from say(one.part("contact"), {"rdf:type": node("vcard:Kind"), "vcard:fn": name, how: NamedNode(contact)})
    if first:
        yield from say(
            one.part("period"),
            {
                "rdf:type": node("dcterms:PeriodOfTime"),
                "dcat:startDate": literal(first, "xsd:date"),
                "dcat:endDate": literal(last, "xsd:date"),
            },
        )
    yield from say(
        one.part("rights"),
        {"rdf:type": node("dcterms:RightsStatement"), "rdfs:label": literal(RIGHTS, language="en")},
    )
    yield from say(NamedNode(one.manifest.base), {"rdf:type": node("foaf:Document")})


def _documents() -> Iterator[Quad]:
    """Yield what is said of the sources and licences, wherever they are named."""
    yield from say(
        NamedNode(WIKIPEDIA),
        {
            "rdf:type": node("prov:Entity"),
            "dcterms:title": literal("Wikipedia: Current events portal", language="en"),
            "dcterms:license": (NamedNode(BY_SA_3), NamedNode(BY_SA_4)),
        },
    )
    yield from say(
        NamedNode(GEONAMES),
        {
            "rdf:type": node("prov:Entity"),
            "dcterms:title": literal("GeoNames"),
            "dcterms:license": NamedNode(BY_4),
        },
    )
    for iri, name in LICENCES.items():
        yield from catalog_terms.licence(iri, name)
    yield from catalog_terms.concepts()
