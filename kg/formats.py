"""The one table of formats: what each is called, its media type, its file suffix, and what it can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyoxigraph import QueryResultsFormat, RdfFormat

from kg.errors import FormatError

Kind = Literal["graph", "dataset", "results", "page"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    ``name`` is what the command line calls it; ``media_type`` is the registered type (RFC 6838) without
    parameters; ``suffix`` the file name ending without the dot; ``kind`` says what it holds: one graph, a
    dataset, the results of a SELECT or ASK query, or a page for people. ``rdf`` and ``results`` are the
    engine's own names for it.
    """

    name: str
    media_type: str
    suffix: str
    kind: Kind
    label: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None

    @property
    def content_type(self) -> str:
        """Value for a Content-Type header, with the charset where the type has that parameter."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


FORMATS: tuple[Format, ...] = (
    Format("html", "text/html", "html", "page", "HTML"),
    Format("turtle", "text/turtle", "ttl", "graph", "Turtle", rdf=RdfFormat.TURTLE),
    Format("jsonld", "application/ld+json", "jsonld", "graph", "JSON-LD", rdf=RdfFormat.JSON_LD),
    Format("rdfxml", "application/rdf+xml", "rdf", "graph", "RDF/XML", rdf=RdfFormat.RDF_XML),
    Format("ntriples", "application/n-triples", "nt", "graph", "N-Triples", rdf=RdfFormat.N_TRIPLES),
    Format("trig", "application/trig", "trig", "dataset", "TriG", rdf=RdfFormat.TRIG),
    Format("nquads", "application/n-quads", "nq", "dataset", "N-Quads", rdf=RdfFormat.N_QUADS),
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


def by_name(name: str) -> Format:
    """Return the format that the command line calls ``name``; raise FormatError listing the names if none is."""
    for candidate in FORMATS:
        if candidate.name == name:
            return candidate
    raise FormatError(f"there is no format {name!r}; there are {', '.join(f.name for f in FORMATS)}")


def by_suffix(suffix: str) -> Format | None:
    """Return the format whose file suffix (without dot) this is, or None."""
    return next((f for f in FORMATS if f.suffix == suffix), None)


def by_media_type(media_type: str) -> Format | None:
    """Return the format of this media type (lower case, without parameters), or None."""
    return next((f for f in FORMATS if f.media_type == media_type), None)
