"""Describes a snapshot in DCAT (with DCAT-AP 3.0.1) and VoID, from its manifest, statistics and dumps. Pure.

https://www.w3.org/TR/vocab-dcat-3/, https://semiceu.github.io/DCAT-AP/releases/3.0.1/, https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from kg.dialects.publication import Publication
from kg.publish import catalog_snapshot, catalog_terms
from kg.publish.catalog_snapshot import PATH, DatasetVersion
from kg.publish.catalog_terms import Value, literal, node, say
from kg.publish.catalog_texts import DESCRIPTIONS, SERVICES, TITLES, Publisher, documents, rights
from kg.publish.dump_files import NAME, MadeDump
from kg.publish.dump_parts import Part
from kg.rdf import NamedNode, Quad
from kg.store.snapshot import Manifest


@dataclass(frozen=True, slots=True)
class Catalog:
    """The description of one snapshot.

    ``statistics`` are those of kg.lookup.statistics, ``made`` the existing dumps, ``kept`` all kept snapshots, which
    need not include the described one. ``root`` is the root of its hash tree.
    """

    manifest: Manifest
    statistics: Mapping[str, Any]
    made: tuple[MadeDump, ...]
    publisher: Publisher
    kept: tuple[DatasetVersion, ...] = ()
    root: str = ""

    @property
    def version(self) -> DatasetVersion:
        """The snapshot with its complete dumps."""
        before = next((one.before for one in self.kept if one.manifest.id == self.manifest.id), None)
        return DatasetVersion(self.manifest, self.publisher, tuple(self.complete), before, self.root)

    @property
    def iri(self) -> str:
        """IRI of the catalogue, which is also its document."""
        return f"{self.manifest.base}{PATH}"

    def part(self, name: str) -> NamedNode:
        """Return the IRI of something that the document describes."""
        return NamedNode(f"{self.iri}#{name}")

    @property
    def complete(self) -> list[MadeDump]:
        """The dumps that hold all of the data set or of a part; dumps of a year or of changes do not."""
        return [one for one in self.made if one.file.year is None and one.file.since is None]

    @property
    def triples(self) -> dict[Part, int]:
        """The number of default-graph triples in each existing part."""
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
        chain.from_iterable(catalog_snapshot.distribution(catalog.version, one) for one in catalog.complete),
        _services(catalog),
        _versions(catalog),
        _agents(catalog),
        documents(_publications(catalog)),
    )
    # Statements about licences and languages occur in several places: each is made once.
    return list(dict.fromkeys((*described, *catalog_terms.languages(catalog.manifest.languages))))


def _publications(one: Catalog) -> Iterator[Publication]:
    """Yield the descriptions of the archives of all snapshots in the catalogue."""
    for version in (one.version, *one.kept):
        yield from version.manifest.publications


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
            "dcterms:license": one.version.licences,
            "dcterms:modified": created,
            "dcterms:issued": created,
            "dcat:themeTaxonomy": catalog_terms.THEMES,
            "foaf:homepage": NamedNode(one.manifest.base),
            "foaf:primaryTopic": one.part(NAME),
            "dcat:dataset": (one.part(NAME), *(one.part(part) for part in one.triples)),
            "dcat:service": tuple(one.part(name) for name in SERVICES),
        },
    )


def _dataset(one: Catalog, part: Part | None) -> dict[str, Value]:
    """Return the descriptions of the whole data set and of each of its parts."""
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
        "dcterms:license": one.version.licences,
        "dcterms:rights": one.part("rights"),
        "dcat:theme": catalog_terms.NEWS,
        "dcat:keyword": catalog_terms.keywords(),
        "dcat:distribution": [one.version.dump(made) for made in files],
        "void:dataDump": [catalog_snapshot.download(one.version, made) for made in files if made.file.format.rdf],
        "prov:wasGeneratedBy": one.version.part("build"),
    }


def _whole(one: Catalog) -> Iterator[Quad]:
    base, found = one.manifest.base, one.statistics
    spaces = {catalog_terms.namespace(row[0]) for row in (*found["classes"], *found["properties"])}
    vocabularies = sorted(spaces - {""})  # a name such as urn:x has no namespace
    yield from say(one.part(NAME), _dataset(one, None))
    yield from say(
        one.part(NAME),
        {
            "dcterms:identifier": literal(f"{base}{PATH}#{NAME}"),
            "spdx:checksum": one.version.part("root") if one.root else None,
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
    """Yield the number of resources of each class and of triples with each property (VoID, section 4.5)."""
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


def _services(one: Catalog) -> Iterator[Quad]:
    for name, service in SERVICES.items():
        yield from say(
            one.part(name),
            {
                "rdf:type": node("dcat:DataService"),
                "dcterms:title": literal(service.title, language="en"),
                "dcterms:description": literal(service.description, language="en"),
                "dcterms:publisher": one.part("publisher"),
                "dcat:contactPoint": one.part("contact") if one.publisher.contact else None,
                "dcat:endpointURL": NamedNode(f"{one.manifest.base}{name}"),
                "dcat:endpointDescription": NamedNode(f"{one.manifest.base}{name}"),
                "dcat:servesDataset": one.part(NAME),
                "dcterms:conformsTo": service.standard,
                "dcterms:accessRights": catalog_terms.PUBLIC,
                "dcterms:license": one.version.licences,
                "dcat:theme": catalog_terms.NEWS,
                "dcat:keyword": literal(service.keyword, language="en"),
            },
        )


def _versions(one: Catalog) -> Iterator[Quad]:
    """Yield the snapshots that are kept, and the provenance of the described one (DCAT 3, section 11)."""
    current = one.version
    known = {current.iri: current} | {version.iri: version for version in one.kept}
    yield from chain.from_iterable(map(catalog_snapshot.summary, known.values()))
    yield from catalog_snapshot.provenance(current)
    derived = [quad.object for quad in catalog_snapshot.provenance(current) if quad.predicate == catalog_terms.DERIVED]
    yield from say(
        one.part(NAME),
        {
            "dcat:hasVersion": [NamedNode(iri) for iri in known],
            "dcat:hasCurrentVersion": NamedNode(current.iri),
            "prov:wasDerivedFrom": [source for source in derived if isinstance(source, NamedNode)],
        },
    )


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
        {
            "rdf:type": node("dcterms:RightsStatement"),
            "rdfs:label": literal(rights(one.manifest.publications), language="en"),
        },
    )
    yield from say(NamedNode(one.manifest.base), {"rdf:type": node("foaf:Document")})
