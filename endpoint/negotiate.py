"""Chooses a format by the Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat

from kg.formats import FORMATS, RDF_FORMATS, RESULT_FORMATS, Format

JSON: Final = Format("plain-json", "application/json", "json", "graph", "JSON", rdf=RdfFormat.JSON_LD)
"""JSON-LD under the media type and suffix that clients ask for who do not know of JSON-LD."""

HTML: Final = FORMATS[0]
DOCUMENT_FORMATS: Final = (HTML, *RDF_FORMATS, JSON)
RESULTS: Final = (
    *RESULT_FORMATS,
    Format("json", "application/json", "json", "results", "JSON", results=QueryResultsFormat.JSON),
    Format("xml", "application/xml", "xml", "results", "XML", results=QueryResultsFormat.XML),
    HTML,
)
GRAPHS: Final = (*RDF_FORMATS, JSON, HTML)

_NAME = r"[\w!#$%&'*+.^`|~-]+"
_RANGE = re.compile(rf"\s*({_NAME})/({_NAME})\s*", re.ASCII)
_WEIGHT = re.compile(r"(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)", re.ASCII)
LONGEST: Final = 8_192


@dataclass(frozen=True, slots=True)
class Range:
    """One media range of an Accept header: its two names in lower case, how many parameters, its weight."""

    type: str
    subtype: str
    parameters: int
    weight: float

    def specificity(self, media_type: str) -> int:
        """Return how exactly the range names ``media_type``: 0 not at all, 1 for ``*/*``, more for more."""
        main, _, sub = media_type.partition("/")
        if self.type == "*":
            return 1 if self.subtype == "*" else 0
        if self.type != main:
            return 0
        if self.subtype == "*":
            return 2
        return 3 + self.parameters if self.subtype == sub else 0


def choose(formats: Sequence[Format], accept: str | None) -> Format | None:
    """Return the format that the client likes best, or None if it accepts none of them.

    ``formats`` are in the server's order, which decides between equals; without a header, or with one that
    has nothing well formed, any format is acceptable. Of equal weights the one named more exactly wins.
    """
    ranges = list(parse(accept or ""))
    if not ranges:
        return formats[0] if formats else None
    best: Format | None = None
    rank = (0.0, 0)
    for candidate in formats:
        weight, exactness = quality(candidate.media_type, ranges)
        if weight > 0 and (weight, exactness) > rank:
            best, rank = candidate, (weight, exactness)
    return best


def quality(media_type: str, ranges: Sequence[Range]) -> tuple[float, int]:
    """Return the weight of the range that names ``media_type`` most exactly, and how exactly it does."""
    exactness, weight = max(((one.specificity(media_type), one.weight) for one in ranges), default=(0, 0.0))
    return (weight, exactness) if exactness else (0.0, 0)


def named(accept: str | None, media_type: str) -> bool:
    """Return whether the header asks for exactly this media type, not only by a wildcard."""
    return quality(media_type, list(parse(accept or "")))[1] > 2


def parse(accept: str) -> Iterator[Range]:
    """Yield the media ranges of an Accept header; what is malformed is left out."""
    for element in split(accept[:LONGEST], ","):
        head, *parameters = split(element, ";")
        match = _RANGE.fullmatch(head)
        if not match or (match[1] == "*" and match[2] != "*"):
            continue
        weight, others = _parameters(parameters)
        if weight is not None:
            yield Range(match[1].lower(), match[2].lower(), others, weight)


def _parameters(parameters: Sequence[str]) -> tuple[float | None, int]:
    """Return the weight, None if it is malformed, and the number of parameters before it."""
    for number, parameter in enumerate(parameters):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            text = value.strip()
            return (float(text) if _WEIGHT.fullmatch(text) else None), number
    return 1.0, len(parameters)


def split(text: str, separator: str) -> list[str]:
    """Split ``text`` at ``separator``, but not inside of quoted strings (RFC 9110, section 5.6.4)."""
    parts: list[str] = []
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def media_type(content_type: str | None) -> tuple[str, dict[str, str]]:
    """Return the media type of a Content-Type header, in lower case, and its parameters."""
    head, *parameters = split(content_type or "", ";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return head.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
