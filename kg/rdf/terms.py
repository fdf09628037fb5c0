"""The RDF terms that newsgraph writes, each a constant, so that a misspelt one cannot be written."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import Final

import vocab
from kg.rdf import Literal, NamedNode
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
TRUE: Final = Literal("true", datatype=BOOLEAN)
DATE: Final = _term("xsd:date")
DATE_TIME: Final = _term("xsd:dateTime")
DECIMAL: Final = _term("xsd:decimal")
INTEGER: Final = _term("xsd:integer")
STRING: Final = _term("xsd:string")


ABOUT: Final = _term("schema:about")
AUTHOR: Final = _term("schema:author")
ADDRESS_COUNTRY: Final = _term("schema:addressCountry")
ADMINISTRATIVE_AREA: Final = _term("schema:AdministrativeArea")
CITY: Final = _term("schema:City")
CONTAINED_IN_PLACE: Final = _term("schema:containedInPlace")
COUNTRY: Final = _term("schema:Country")
END_DATE: Final = _term("schema:endDate")
EVENT_SERIES: Final = _term("schema:EventSeries")
IMAGE: Final = _term("schema:image")
LOCATION: Final = _term("schema:location")
NAME: Final = _term("schema:name")
ORGANIZATION: Final = _term("schema:Organization")
POSITION: Final = _term("schema:position")
SAME_AS: Final = _term("schema:sameAs")
SCHEMA_EVENT: Final = _term("schema:Event")
SCHEMA_PLACE: Final = _term("schema:Place")
START_DATE: Final = _term("schema:startDate")
SUB_EVENT: Final = _term("schema:subEvent")
SUPER_EVENT: Final = _term("schema:superEvent")
URL: Final = _term("schema:url")

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

REDIRECTS: Final = _term("dbo:wikiPageRedirects")

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
WAS_REVISION_OF: Final = _term("prov:wasRevisionOf")

ALT_LABEL: Final = _term("skos:altLabel")
CLOSE_MATCH: Final = _term("skos:closeMatch")
CONCEPT: Final = _term("skos:Concept")
EXACT_MATCH: Final = _term("skos:exactMatch")
IN_SCHEME: Final = _term("skos:inScheme")
PREF_LABEL: Final = _term("skos:prefLabel")
LATITUDE: Final = _term("wgs:lat")
LONGITUDE: Final = _term("wgs:long")
VOID_DATASET: Final = _term("void:Dataset")
VOID_ENTITIES: Final = _term("void:entities")

GRAPH: Final = frozenset(one for one in list(vars().values()) if isinstance(one, NamedNode))
"""The terms that graphs are written with. Those below occur only in documents and in descriptions of services."""

HIDDEN_LABEL: Final = _term("skos:hiddenLabel")
IS_VERSION_OF: Final = _term("dcterms:isVersionOf")
ISSUED: Final = _term("dcterms:issued")
VALID: Final = _term("dcterms:valid")
DOCUMENT: Final = _term("foaf:Document")
FOAF_PERSON: Final = _term("foaf:Person")
HOMEPAGE: Final = _term("foaf:homepage")
PRIMARY_TOPIC: Final = _term("foaf:primaryTopic")
PARTIAL_COLLECTION_VIEW: Final = _term("hydra:PartialCollectionView")
TOTAL_ITEMS: Final = _term("hydra:totalItems")
VIEW: Final = _term("hydra:view")
NAMED_INDIVIDUAL: Final = _term("owl:NamedIndividual")
THING: Final = _term("owl:Thing")
OWL_SAME_AS: Final = _term("owl:sameAs")
RESOURCE: Final = _term("rdfs:Resource")
SEE_ALSO: Final = _term("rdfs:seeAlso")
PERSON: Final = _term("schema:Person")
SHA256: Final = _term("schema:sha256")
SD_DATASET: Final = _term("sd:Dataset")
SD_GRAPH: Final = _term("sd:Graph")
SD_NAMED_GRAPH: Final = _term("sd:NamedGraph")
SD_SERVICE: Final = _term("sd:Service")
DEFAULT_DATASET: Final = _term("sd:defaultDataset")
DEFAULT_ENTAILMENT_REGIME: Final = _term("sd:defaultEntailmentRegime")
DEFAULT_GRAPH: Final = _term("sd:defaultGraph")
ENDPOINT: Final = _term("sd:endpoint")
EXTENSION_FUNCTION: Final = _term("sd:extensionFunction")
SD_FEATURE: Final = _term("sd:feature")
INPUT_FORMAT: Final = _term("sd:inputFormat")
SD_NAME: Final = _term("sd:name")
NAMED_GRAPH: Final = _term("sd:namedGraph")
RESULT_FORMAT: Final = _term("sd:resultFormat")
SUPPORTED_LANGUAGE: Final = _term("sd:supportedLanguage")
VOID_FEATURE: Final = _term("void:feature")
SPARQL_ENDPOINT: Final = _term("void:sparqlEndpoint")
TRIPLES: Final = _term("void:triples")
URI_SPACE: Final = _term("void:uriSpace")
VOCABULARY: Final = _term("void:vocabulary")
DOUBLE: Final = _term("xsd:double")
DURATION: Final = _term("xsd:duration")


DIGITS: Final = 18
"""The most digits of an integer that is read; Python refuses thousands of digits."""
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def whole(text: str, otherwise: int = 0) -> int:
    """Parse a text as an integer, or return ``otherwise``: a graph may contain anything."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= DIGITS else otherwise


def is_instant(text: str) -> bool:
    """Return whether a text is an instant as newsgraph writes it: an xsd:dateTime in seconds of UTC."""
    if _INSTANT.fullmatch(text):
        with suppress(ValueError):
            return bool(datetime.fromisoformat(text))
    return False


def is_day(text: str) -> bool:
    """Return whether a text is a day as newsgraph writes it: an xsd:date without a time zone."""
    return is_instant(f"{text}T00:00:00Z")
