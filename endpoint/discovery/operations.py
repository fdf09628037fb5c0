"""What the routes of this server do not tell of themselves: parameters in queries and headers, types, statuses.

A route that is not in the table is described by its rule and its docstring alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from endpoint.http.negotiate import DOCUMENT_FORMATS, GRAPHS, HTML, JSON, RESULTS
from endpoint.sparql import graph_store
from endpoint.sparql.request import FORM, QUERY, UPDATE
from kg.rdf.formats import RDF_FORMATS, UPLOAD_FORMATS, Format
from vocab import FRAMES

STATUSES: Final = {
    200: "What was asked for, or what a write changed.",
    201: "The graph that was created.",
    202: "The write is done, but readers do not see it yet.",
    206: "The part that was asked for.",
    302: "Found at the address that Location says.",
    303: "The document about it is at the address that Location says.",
    308: "It is at the address that Location says.",
    410: "It was here, and was withdrawn or is kept no longer.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the query, or in a header."""

    name: str
    description: str
    place: str = "query"
    required: bool = False
    many: bool = False

    def described(self) -> dict[str, Any]:
        """Return the parameter as OpenAPI describes it."""
        text = {"type": "string"}
        return {
            "name": self.name,
            "in": self.place,
            "required": self.required,
            "description": self.description,
            "schema": {"type": "array", "items": text} if self.many else text,
        }


@dataclass(frozen=True, slots=True)
class Operation:
    """What is known of one view, beside its route: ``types`` are those of an answer with the status 200."""

    types: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (200,)
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[str, ...] = ()
    text: str = ""
    values: tuple[str, ...] = ()
    """The values of the only argument of the path, if they are few."""


def _types(formats: Iterable[Format]) -> tuple[str, ...]:
    return tuple(one.media_type for one in formats)


UNKNOWN: Final = Operation()
PAGE: Final = Operation((HTML.media_type,))
XML: Final = Operation(("application/xml",))
TEXT: Final = Operation(("text/plain",))
PLAIN_JSON: Final = Operation((JSON.media_type,))
PART: Final = Parameter("page", "Number of the page of a long description, from 1.")
DOCUMENT: Final = Operation(_types(DOCUMENT_FORMATS), (200, 303, 308, 410), (PART,))
CATALOG: Final = Operation(_types((HTML, *RDF_FORMATS, JSON)))
SUFFIXED: Final = replace(CATALOG, values=tuple(one.suffix for one in (HTML, *RDF_FORMATS, JSON)))
ATOM: Final = Operation(("application/atom+xml",))
ACTIVITY: Final = Operation(("application/activity+json",))
GRAPH: Final = Operation(_types(graph_store.FORMATS), (200, 201, 202), bodies=_types(UPLOAD_FORMATS))
SPARQL: Final = Operation(
    _types((*RESULTS, *GRAPHS)),
    (200, 202),
    (
        Parameter("query", "A SPARQL 1.1 query; without one, the description of the endpoint is sent."),
        Parameter("default-graph-uri", "A graph of the default graph.", many=True),
        Parameter("named-graph-uri", "A named graph.", many=True),
        Parameter("format", "The name of a format, instead of Accept."),
        Parameter("timeout", "Longest time for the answer, in seconds."),
        Parameter("asOf", "Ask the graph as it was at this time (ISO 8601)."),
    ),
    (FORM, QUERY, UPDATE),
)
NAMED_GRAPH: Final = (
    Parameter("graph", "The IRI of the graph."),
    Parameter("default", "Present and empty: the default graph."),
)
COMPLETED: Final = replace(
    PLAIN_JSON,
    parameters=(Parameter("prefix", "Beginning of a name."), Parameter("cursor", "How many results to leave out.")),
)
IDENTIFIER: Final = (Parameter("id", "IRI of a thing, or its path below the base.", required=True),)

OPERATIONS: Final[dict[str, Operation]] = {
    "static": Operation(text="Send a file that the pages use."),
    "browse.home": replace(PAGE, parameters=(Parameter("language", "Language of the events to show."),)),
    "browse.search": Operation(
        ("text/html", "application/json"),
        parameters=(
            Parameter("q", "Words of a title, or of the name of a place, a person or a topic."),
            Parameter("type", "In JSON: only what is of this kind, such as event, place, person or topic."),
            Parameter("limit", "In JSON: how many to list."),
        ),
    ),
    "browse.icon": Operation(("image/svg+xml",)),
    "browse.old_icon": Operation((), (308,)),
    "discovery.robots": TEXT,
    "discovery.security": TEXT,
    "discovery.llms": TEXT,
    "discovery.sitemaps": XML,
    "discovery.sitemap": XML,
    "discovery.opensearch": Operation(("application/opensearchdescription+xml",)),
    "openapi.openapi": PLAIN_JSON,
    "resource.thing": DOCUMENT,
    "resource.page": DOCUMENT,
    "resource.enrichment": DOCUMENT,
    "resource.generic": DOCUMENT,
    "resource.source": DOCUMENT,
    "resource.source_by_parameter": Operation((), (308,), (Parameter("url", "Address of a source.", required=True),)),
    "resource.context_path": Operation((), (308, 410)),
    "memento.timegate": Operation((), (302,), (Parameter("Accept-Datetime", "A time (RFC 9110).", "header"),)),
    "memento.timemap": Operation(("application/link-format",)),
    "memento.timemap_json": PLAIN_JSON,
    "memento.memento": replace(DOCUMENT, statuses=(200,), parameters=()),
    "sparql.sparql": SPARQL,
    "graphstore.indirect": replace(GRAPH, parameters=NAMED_GRAPH),
    "graphstore.direct": GRAPH,
    "vocabulary.generic": CATALOG,
    "vocabulary.by_suffix": SUFFIXED,
    "vocabulary.below": replace(CATALOG, statuses=(200, 303)),
    "context.context": Operation(("application/ld+json",)),
    "context.frame": Operation(("application/ld+json",), values=FRAMES),
    "dumps.index": PAGE,
    "dumps.checksums": TEXT,
    "dumps.dump": Operation(statuses=(200, 206)),
    "dumps.dump_of": Operation(statuses=(200, 206, 410)),
    "snapshots.thing": Operation(statuses=(303, 410)),
    "snapshots.generic": replace(DOCUMENT, statuses=(200, 410), parameters=()),
    "catalog.generic": CATALOG,
    "catalog.well_known": CATALOG,
    "catalog.by_suffix": SUFFIXED,
    "catalog.cite": PAGE,
    "catalog.cite_bib": Operation(("application/x-bibtex",)),
    "reconcile.service": replace(
        PLAIN_JSON,
        parameters=(
            Parameter("queries", "A batch of queries, in JSON."),
            Parameter("extend", "A data extension query, in JSON."),
        ),
        bodies=(FORM,),
    ),
    "reconcile.suggest_entity": COMPLETED,
    "reconcile.suggest_type": COMPLETED,
    "reconcile.suggest_property": COMPLETED,
    "reconcile.properties": replace(
        PLAIN_JSON,
        parameters=(Parameter("type", "IRI of a type."), Parameter("limit", "How many properties at most.")),
    ),
    "reconcile.view": Operation((), (303,), IDENTIFIER),
    "reconcile.preview": replace(PAGE, parameters=IDENTIFIER),
    "feeds.overview": PAGE,
    "feeds.atom_feed": ATOM,
    "feeds.atom_archive": ATOM,
    "feeds.activity_collection": ACTIVITY,
    "feeds.activity_page": ACTIVITY,
}
