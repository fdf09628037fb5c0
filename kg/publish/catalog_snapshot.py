"""Describes a snapshot and its dumps in DCAT, VoID and PROV-O. Pure.

A snapshot is a version of the data set that the catalogue describes (DCAT 3, section 11). It and its dumps have IRIs of
their own, ``snapshot/<id>`` and ``snapshot/<id>/dump/<file>``, which are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from kg.publish import catalog_terms
from kg.publish.catalog_terms import IANA, Value, literal, node, say
from kg.publish.catalog_texts import DESCRIPTIONS, GAZETTEER, TITLES, Publisher, documents, rights, sources
from kg.publish.dump_files import NAME, MadeDump
from kg.rdf import NamedNode, Quad
from kg.rdf.prefixes import expand
from kg.store.snapshot import Manifest

PATH: Final = "catalog"
FOLDER: Final = "snapshot"
COUNTED: Final[Mapping[str, str]] = {
    "events": "ng:Event",
    "revisions": "ng:Revision",
    "captures": "ng:Page",
    "entities": "ng:Entity",
    "places": "schema:Place",
    "categories": "skos:Concept",
    "sources": "ng:Source",
    "publishers": "schema:Organization",
}
"""The counts of a manifest that count the resources of a class."""


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A kept snapshot, its existing (``made``) dumps, and the id of the kept one ``before`` it.

    ``root`` is the root of its hash tree (see kg.derived.hash_tree), "" if not known.
    """

    manifest: Manifest
    publisher: Publisher
    made: tuple[MadeDump, ...] = ()
    before: str | None = None
    root: str = ""

    @property
    def iri(self) -> str:
        """IRI of the snapshot."""
        return f"{self.manifest.base}{FOLDER}/{self.manifest.id}"

    def part(self, name: str) -> NamedNode:
        """Return the IRI of something described with the snapshot."""
        return NamedNode(f"{self.iri}#{name}")

    def in_catalog(self, name: str) -> NamedNode:
        """Return the IRI of something described in the catalogue."""
        return NamedNode(f"{self.manifest.base}{PATH}#{name}")

    def dump(self, made: MadeDump) -> NamedNode:
        """Return the IRI of a dump, which is not the address of its bytes."""
        return NamedNode(f"{self.iri}/dump/{made.file.name}")

    @property
    def licences(self) -> tuple[NamedNode, ...]:
        """The licences of what is published; none if none is known."""
        return tuple(map(NamedNode, self.manifest.licences))

    @property
    def counts(self) -> dict[str, int]:
        """The number of resources of each class; not known for a snapshot made by a write."""
        known = {} if self.manifest.build else self.manifest.counts
        return {name: known[name] for name in COUNTED if name in known}


def quads(version: DatasetVersion, document: str) -> list[Quad]:
    """Return the description of a snapshot, with its dumps, by the document with the IRI ``document``."""
    described = chain(
        summary(version),
        _details(version),
        provenance(version),
        chain.from_iterable(distribution(version, one) for one in version.made),
        _surroundings(version, document, NamedNode(version.iri)),
        catalog_terms.languages(version.manifest.languages),
    )
    return list(dict.fromkeys(described))


def dump_quads(version: DatasetVersion, made: MadeDump, document: str) -> list[Quad]:
    """Return the description of one dump of a snapshot, by the document with the IRI ``document``."""
    dump = version.dump(made)
    described = chain(
        distribution(version, made),
        say(NamedNode(version.iri), {"dcat:distribution": dump}),
        summary(version),
        _surroundings(version, document, dump),
    )
    return list(dict.fromkeys(described))


def summary(version: DatasetVersion) -> Iterator[Quad]:
    """Yield the summary of a snapshot that is given wherever it is named."""
    manifest = version.manifest
    created = literal(manifest.created, "xsd:dateTime")
    shows = f"It shows the archive as it was at {manifest.as_of}." if manifest.as_of else ""
    yield from say(
        NamedNode(version.iri),
        {
            "rdf:type": (node("dcat:Dataset"), node("void:Dataset"), node("prov:Entity")),
            "rdfs:label": literal(f"newsgraph, snapshot {manifest.id}", language="en"),
            "dcterms:title": literal(f"newsgraph, snapshot {manifest.id}", language="en"),
            "dcterms:description": literal(f"{DESCRIPTIONS[None]} {shows}".strip(), language="en"),
            "dcat:version": literal(manifest.id),
            "dcat:isVersionOf": version.in_catalog(NAME),
            "dcat:previousVersion": NamedNode(f"{manifest.base}{FOLDER}/{version.before}") if version.before else None,
            "dcterms:issued": created,
            "dcterms:publisher": version.in_catalog("publisher"),
            "dcterms:license": version.licences,
            "dcterms:accessRights": catalog_terms.PUBLIC,
            "dcat:theme": catalog_terms.NEWS,
            "dcat:keyword": catalog_terms.keywords(),
            "void:triples": literal(manifest.counts["triples"]) if "triples" in manifest.counts else None,
            "spdx:checksum": version.part("root") if version.root else None,
        },
    )
    if version.root:
        label = literal("the root of the hash tree of all that the snapshot says", language="en")
        yield from say(version.part("root"), {"rdfs:label": label})
        yield from _checksum(version.part("root"), version.root)


def _details(version: DatasetVersion) -> Iterator[Quad]:
    """Yield the rest about a snapshot: its dumps, its vocabulary, and the number of resources of each class."""
    manifest = version.manifest
    said: dict[str, Value] = {
        "dcterms:identifier": literal(version.iri),
        "dcterms:creator": version.in_catalog("publisher"),
        "dcterms:modified": literal(manifest.created, "xsd:dateTime"),
        "dcterms:rights": version.in_catalog("rights"),
        "dcterms:conformsTo": NamedNode(manifest.vocabulary) if manifest.vocabulary else None,
        "dcterms:language": [catalog_terms.language(tag) for tag in manifest.languages],
        "dcterms:temporal": version.part("shown") if manifest.as_of else None,
        "dcat:distribution": [version.dump(one) for one in version.made],
        "void:uriSpace": literal(manifest.base),
        "void:dataDump": [download(version, one) for one in version.made if one.file.format.rdf],
        "void:classPartition": [version.part(name) for name in version.counts],
    }
    yield from say(NamedNode(version.iri), said)
    for name, count in version.counts.items():
        partition: dict[str, Value] = {
            "rdf:type": node("void:Dataset"),
            "void:class": NamedNode(expand(COUNTED[name])),
            "void:entities": literal(count),
        }
        yield from say(version.part(name), partition)
    if manifest.as_of:
        until = literal(manifest.as_of, "xsd:dateTime")
        yield from say(version.part("shown"), {"rdf:type": node("dcterms:PeriodOfTime"), "dcat:endDate": until})


def provenance(version: DatasetVersion) -> Iterator[Quad]:
    """Yield the provenance of a snapshot: sources, time and program (PROV-O)."""
    manifest, ledger = version.manifest, version.part("ledger")
    archives = {version.part(f"archive-{number}"): facts for number, facts in enumerate(manifest.archives, 1)}
    yield from say(
        NamedNode(version.iri),
        {
            "prov:wasGeneratedBy": version.part("build"),
            "prov:wasDerivedFrom": (*archives, *sources(manifest.publications), *GAZETTEER),
        },
    )
    yield from say(
        version.part("build"),
        {
            "rdf:type": node("prov:Activity"),
            "prov:endedAtTime": literal(manifest.created, "xsd:dateTime"),
            "prov:wasAssociatedWith": version.part("program"),
            "prov:used": (*archives, *GAZETTEER, ledger if manifest.ledger else None),
        },
    )
    program: dict[str, Value] = {"rdf:type": node("prov:SoftwareAgent"), "rdfs:label": literal(manifest.tool)}
    yield from say(version.part("program"), program)
    for archive, facts in archives.items():
        commit = facts.get("commit")
        said: dict[str, Value] = {
            "rdf:type": node("prov:Entity"),
            "rdfs:label": literal(facts["name"]),
            "dcterms:identifier": literal(f"git:{commit}") if commit else None,
        }
        yield from say(archive, said)
    if manifest.ledger:
        label = literal("the ledger, which keeps the IRIs of events", language="en")
        checksum = version.part("ledger-sha256")
        yield from say(ledger, {"rdf:type": node("prov:Entity"), "rdfs:label": label, "spdx:checksum": checksum})
        yield from _checksum(checksum, manifest.ledger["sha256"])


def download(version: DatasetVersion, made: MadeDump) -> NamedNode:
    """Return the address of the bytes of a dump, which exists as long as the snapshot is kept."""
    return NamedNode(f"{version.manifest.base}dump/{version.manifest.id}/{made.file.name}")


def distribution(version: DatasetVersion, made: MadeDump) -> Iterator[Quad]:
    """Yield the description of a dump."""
    dump, file = version.dump(made), made.file
    checksum = NamedNode(f"{dump.value}#sha256")
    media_type, gzip = NamedNode(IANA + file.format.media_type), NamedNode(f"{IANA}application/gzip")
    created = literal(version.manifest.created, "xsd:dateTime")
    yield from say(
        dump,
        {
            "rdf:type": node("dcat:Distribution"),
            "rdfs:label": literal(file.name),
            "dcterms:title": literal(file.name),
            "dcterms:description": literal(what(made), language="en"),
            "dcat:accessURL": NamedNode(f"{version.manifest.base}dump/"),
            "dcat:downloadURL": download(version, made),
            "dcat:mediaType": media_type,
            "dcterms:format": catalog_terms.FILE_TYPES.get(file.format.name),
            "dcat:compressFormat": gzip if file.packed else None,
            "dcat:byteSize": literal(made.size, "xsd:nonNegativeInteger"),
            "spdx:checksum": checksum,
            "dcterms:issued": created,
            "dcterms:modified": created,
            "dcterms:license": version.licences,
            "dcterms:rights": version.in_catalog("rights"),
            "dcatap:availability": catalog_terms.AVAILABLE,
        },
    )
    yield from _checksum(checksum, made.sha256)
    for kind in (media_type, gzip if file.packed else None):
        yield from say(kind, {"rdf:type": node("dcterms:MediaType")}) if kind else ()
    yield from catalog_terms.file_type(file.format.name)


def what(made: MadeDump) -> str:
    """Return the content of a dump in words."""
    file = made.file
    year = f", {file.year}" if file.year else ""
    since = f", changed since snapshot {file.since}" if file.since else ""
    return f"{TITLES[file.part]}{year}{since}, as {file.format.label}"


def _checksum(subject: NamedNode, sha256: str) -> Iterator[Quad]:
    yield from say(
        subject,
        {
            "rdf:type": node("spdx:Checksum"),
            "spdx:algorithm": node("spdx:checksumAlgorithm_sha256"),
            "spdx:checksumValue": literal(sha256, "xsd:hexBinary"),
        },
    )


def _surroundings(version: DatasetVersion, document: str, subject: NamedNode) -> Iterator[Quad]:
    """Yield what is said about the document itself, and about what a description only names."""
    about: dict[str, Value] = {
        "rdf:type": node("foaf:Document"),
        "foaf:primaryTopic": subject,
        "dcterms:license": version.licences,
    }
    yield from say(NamedNode(document), about)
    agent: dict[str, Value] = {"rdf:type": node("foaf:Agent"), "foaf:name": literal(version.publisher.name)}
    yield from say(version.in_catalog("publisher"), agent)
    statement: dict[str, Value] = {
        "rdf:type": node("dcterms:RightsStatement"),
        "rdfs:label": literal(rights(version.manifest.publications), language="en"),
    }
    yield from say(version.in_catalog("rights"), statement)
    yield from documents(version.manifest.publications)
