"""The one table of formats: the name, media type and file suffix of each, and what it can hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pyoxigraph import QueryResultsFormat, RdfFormat

from kg.errors import FormatError
from kg.rdf.prefixes import PREFIXES

Kind = Literal["graph", "dataset", "results", "page", "list"]

NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Matches a character not allowed in XML 1.0 (section 2.2), so that RDF/XML cannot hold a literal with it."""


def xml_text(text: str) -> str:
    """Return a text for XML, with U+FFFD for each character that XML 1.0 does not allow."""
    return NOT_IN_XML.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    ``name`` is its name on the command line; ``media_type`` is the registered type (RFC 6838) without parameters;
    ``suffix`` the file name ending without the dot; ``kind`` says what it holds: one graph, a dataset, the results of a
    SELECT or ASK query, a page for people, or a list of events. ``rdf`` and ``results`` are the engine's own names for
    it. ``profiles`` are the forms of JSON-LD that it honours, its own first (JSON-LD 1.1, appendix C: IANA
    Considerations). ``aliases`` are other names that clients use for it, some of them media types that were never
    registered, or are superseded.
    """

    name: str
    media_type: str
    suffix: str
    kind: Kind
    label: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    profiles: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @classmethod
    def from_name(cls, name: str) -> Format:
        """Return the format with a name, as ``by_name`` does; processes only send each other the name."""
        return by_name(name)

    @property
    def content_type(self) -> str:
        """Value for a Content-Type header, with the charset or profile if the type has that parameter."""
        if self.profiles:
            return f'{self.media_type}; profile="{self.profiles[0]}"'
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


_TURTLE = ("text/n3", "text/rdf+n3", "application/n3", "application/turtle", "application/x-turtle", "n3", "ttl")
_JSON_LD = ("application/x-json+ld", "application/x-ld+json", "json-ld")

FORMATS: tuple[Format, ...] = (
    Format("html", "text/html", "html", "page", "HTML"),
    Format("turtle", "text/turtle", "ttl", "graph", "Turtle", rdf=RdfFormat.TURTLE, aliases=_TURTLE),
    Format("jsonld", "application/ld+json", "jsonld", "graph", "JSON-LD", rdf=RdfFormat.JSON_LD, aliases=_JSON_LD),
    Format(
        "rdfxml",
        "application/rdf+xml",
        "rdf",
        "graph",
        "RDF/XML",
        rdf=RdfFormat.RDF_XML,
        aliases=("application/xml", "text/xml", "rdf+xml", "rdf", "xml"),
    ),
    Format("ntriples", "application/n-triples", "nt", "graph", "N-Triples", rdf=RdfFormat.N_TRIPLES, aliases=("nt",)),
    Format("trig", "application/trig", "trig", "dataset", "TriG", rdf=RdfFormat.TRIG, aliases=("application/x-trig",)),
    Format(
        "nquads",
        "application/n-quads",
        "nq",
        "dataset",
        "N-Quads",
        rdf=RdfFormat.N_QUADS,
        aliases=("text/x-nquads", "nq"),
    ),
    Format(
        "json",
        "application/sparql-results+json",
        "srj",
        "results",
        "SPARQL JSON",
        results=QueryResultsFormat.JSON,
    ),
    Format(
        "xml",
        "application/sparql-results+xml",
        "srx",
        "results",
        "SPARQL XML",
        results=QueryResultsFormat.XML,
    ),
    Format("csv", "text/csv", "csv", "results", "CSV", results=QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", "tsv", "results", "TSV", results=QueryResultsFormat.TSV),
)

RDF_FORMATS = tuple(f for f in FORMATS if f.rdf)
RESULT_FORMATS = tuple(f for f in FORMATS if f.results)
UPLOAD_FORMATS = RDF_FORMATS
"""The formats of uploads; in a dataset format, the upload must not name a graph."""

PROFILE: Final = "http://www.w3.org/ns/json-ld#"


def _form(name: str, form: str, *others: str) -> Format:
    label = "JSON-LD" if name == "jsonld" else f"JSON-LD {form}"
    suffix = "jsonld" if name == "jsonld" else f"{form}.jsonld"
    profiles = tuple(PROFILE + one for one in (form, *others))
    return Format(
        name,
        "application/ld+json",
        suffix,
        "graph",
        label,
        rdf=RdfFormat.JSON_LD,
        profiles=profiles,
        aliases=_JSON_LD if name == "jsonld" else (),
    )


JSONLD_FORMS: tuple[Format, ...] = (
    _form("jsonld", "framed"),
    _form("jsonld-compacted", "compacted"),
    _form("jsonld-flattened", "flattened", "compacted"),
    _form("jsonld-expanded", "expanded", "flattened"),
)
"""The forms of a document in JSON-LD; the first is the default without a profile."""

PLAIN_JSON: Final = Format("plain-json", "application/json", "json", "graph", "JSON", rdf=RdfFormat.JSON_LD)
"""The framed document without its context, for clients that do not know JSON-LD."""


ATOM: Final = Format("atom", "application/atom+xml", "atom", "page", "Atom")
LIST_FORMATS: tuple[Format, ...] = (
    Format("json", "application/json", "json", "list", "JSON"),
    Format("csv", "text/csv", "csv", "list", "CSV"),
    Format("ndjson", "application/x-ndjson", "ndjson", "list", "NDJSON", aliases=("application/jsonl",)),
    Format("geojson", "application/geo+json", "geojson", "list", "GeoJSON"),
    JSONLD_FORMS[0],
    FORMATS[1],
    Format("icalendar", "text/calendar", "ics", "list", "iCalendar"),
    ATOM,
)
"""The formats of lists of events."""


def by_name(name: str) -> Format:
    """Return the format with a command-line name. Raises FormatError, which lists the names, if there is none."""
    for candidate in (*FORMATS, *JSONLD_FORMS, PLAIN_JSON):
        if candidate.name == name:
            return candidate
    raise FormatError(f"there is no format {name!r}; there are {', '.join(f.name for f in FORMATS)}")


def by_suffix(suffix: str) -> Format | None:
    """Return the format with this file suffix (without dot), or None."""
    return next((f for f in FORMATS if f.suffix == suffix), None)


def by_media_type(media_type: str) -> Format | None:
    """Return the format of this media type (lower case, without parameters), or None."""
    return next((f for f in FORMATS if f.media_type == media_type), None)


def prefixes_for(format: RdfFormat) -> dict[str, str] | None:
    """Return the prefix table for formats that write prefixes, None for others."""
    return PREFIXES if format in (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML) else None
