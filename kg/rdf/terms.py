"""The RDF terms that newsgraph writes, each a constant, so that a misspelt one cannot be written."""

from __future__ import annotations

from typing import Final

import vocab
from kg.rdf import NamedNode
from kg.rdf.prefixes import expand


def _ng(name: str) -> NamedNode:
    return NamedNode(vocab.term(name))


def _term(name: str) -> NamedNode:
    return NamedNode(expand(name))


EVENT: Final = _ng("Event")
REVISION_CLASS: Final = _ng("Revision")
PAGE: Final = _ng("Page")
ENTRY: Final = _ng("Entry")
ENTITY: Final = _ng("Entity")
SOURCE_CLASS: Final = _ng("Source")
CATEGORY: Final = _ng("category")
CURRENT_REVISION: Final = _ng("currentRevision")
DEPTH: Final = _ng("depth")
LAST_WRITTEN: Final = _ng("lastWritten")
MENTION_LABEL: Final = _ng("mentionLabel")
OBSERVED_FROM: Final = _ng("observedFrom")
OBSERVED_UNTIL: Final = _ng("observedUntil")
PLACE: Final = _ng("place")
PRINTED_LABEL: Final = _ng("printedLabel")
PRINTED_TEXT: Final = _ng("printedText")
REVISION: Final = _ng("revision")
SOURCE: Final = _ng("source")
TARGET: Final = _ng("target")
TOPIC: Final = _ng("topic")
TOPIC_LABEL: Final = _ng("topicLabel")

TYPE: Final = _term("rdf:type")
LABEL: Final = _term("rdfs:label")
BOOLEAN: Final = _term("xsd:boolean")
DATE: Final = _term("xsd:date")
DATE_TIME: Final = _term("xsd:dateTime")
DECIMAL: Final = _term("xsd:decimal")
INTEGER: Final = _term("xsd:integer")

ABOUT: Final = _term("schema:about")
ADDRESS_COUNTRY: Final = _term("schema:addressCountry")
ADMINISTRATIVE_AREA: Final = _term("schema:AdministrativeArea")
CITY: Final = _term("schema:City")
CONTAINED_IN_PLACE: Final = _term("schema:containedInPlace")
COUNTRY: Final = _term("schema:Country")
IMAGE: Final = _term("schema:image")
LOCATION: Final = _term("schema:location")
NAME: Final = _term("schema:name")
ORGANIZATION: Final = _term("schema:Organization")
POSITION: Final = _term("schema:position")
SAME_AS: Final = _term("schema:sameAs")
SCHEMA_EVENT: Final = _term("schema:Event")
SCHEMA_PLACE: Final = _term("schema:Place")
START_DATE: Final = _term("schema:startDate")
SUPER_EVENT: Final = _term("schema:superEvent")

AVAILABLE: Final = _term("dcterms:available")
CREATED: Final = _term("dcterms:created")
DESCRIPTION: Final = _term("dcterms:description")
FORMAT: Final = _term("dcterms:format")
HAS_PART: Final = _term("dcterms:hasPart")
IDENTIFIER: Final = _term("dcterms:identifier")
IS_PART_OF: Final = _term("dcterms:isPartOf")
LANGUAGE: Final = _term("dcterms:language")
LICENSE: Final = _term("dcterms:license")
PERIOD_OF_TIME: Final = _term("dcterms:PeriodOfTime")
PUBLISHER: Final = _term("dcterms:publisher")
RELATION: Final = _term("dcterms:relation")
REPLACED_BY: Final = _term("dcterms:isReplacedBy")
STATED_BY: Final = _term("dcterms:source")
TABLE_OF_CONTENTS: Final = _term("dcterms:tableOfContents")
TEMPORAL: Final = _term("dcterms:temporal")

PERIOD_START: Final = _term("dcat:startDate")
PERIOD_END: Final = _term("dcat:endDate")

DEPRECATED: Final = _term("owl:deprecated")

DERIVED_FROM: Final = _term("prov:wasDerivedFrom")
ACTIVITY: Final = _term("prov:Activity")
ENDED_AT: Final = _term("prov:endedAtTime")
GENERATED_AT: Final = _term("prov:generatedAtTime")
GENERATED_BY: Final = _term("prov:wasGeneratedBy")
INVALIDATED_AT: Final = _term("prov:invalidatedAtTime")
PROV_ENTITY: Final = _term("prov:Entity")
SPECIALIZATION_OF: Final = _term("prov:specializationOf")
STARTED_AT: Final = _term("prov:startedAtTime")
USED: Final = _term("prov:used")
VALUE: Final = _term("prov:value")

ALT_LABEL: Final = _term("skos:altLabel")
CLOSE_MATCH: Final = _term("skos:closeMatch")
CONCEPT: Final = _term("skos:Concept")
EXACT_MATCH: Final = _term("skos:exactMatch")
PREF_LABEL: Final = _term("skos:prefLabel")
LATITUDE: Final = _term("wgs:lat")
LONGITUDE: Final = _term("wgs:long")
VOID_DATASET: Final = _term("void:Dataset")
VOID_ENTITIES: Final = _term("void:entities")
