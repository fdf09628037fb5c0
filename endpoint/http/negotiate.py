"""Chooses a format by the Accept header (RFC 9110, section 12.5.1), in JSON-LD also by its parameter ``profile``.

A client may name several profiles, separated by spaces. Unknown ones are ignored, so they never lead to 406 (JSON-LD
1.1, IANA Considerations).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import QueryResultsFormat

from kg.errors import ParameterError
from kg.rdf.formats import FORMATS, JSONLD_FORMS, PLAIN_JSON, RDF_FORMATS, RESULT_FORMATS, Format, by_name

JSON: Final = PLAIN_JSON
HTML: Final = FORMATS[0]
_FRAMED, *_OTHER_FORMS = JSONLD_FORMS
PAGE_FORMATS: Final = (HTML, *(_FRAMED if one.name == _FRAMED.name else one for one in RDF_FORMATS), JSON)
"""The formats that a page offers; a document has the other forms of JSON-LD too."""
DOCUMENT_FORMATS: Final = (*PAGE_FORMATS[:-1], *_OTHER_FORMS, JSON)
RESULTS: Final = (
    *RESULT_FORMATS,
    Format("json", "application/json", "json", "results", "JSON", results=QueryResultsFormat.JSON),
    Format("xml", "application/xml", "xml", "results", "XML", results=QueryResultsFormat.XML, aliases=("text/xml",)),
    HTML,
)
GRAPHS: Final = (*RDF_FORMATS, JSON, HTML)
ALL: Final = (*FORMATS, *RESULTS, *JSONLD_FORMS, JSON)

_NAME = r"[\w!#$%&'*+.^`|~-]+"
_RANGE = re.compile(rf"\s*({_NAME})/({_NAME})\s*", re.ASCII)
_PROFILES: Final = frozenset(profile for form in JSONLD_FORMS for profile in form.profiles)
_WEIGHT = re.compile(r"(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
LONGEST: Final = 8_192
WILDCARD: Final = 2
"""The specificity of an alias relative to a media type."""
LESS: Final = 0.5


def written(chosen: Format) -> Format:
    """Return the format that the engine writes for the ``chosen`` one: JSON-LD for plain JSON."""
    return by_name("jsonld") if chosen == JSON else chosen


@dataclass(frozen=True, slots=True)
class Range:
    """One media range of an Accept header.

    It has its two names in lower case, the number of its parameters, its weight, and the profiles of JSON-LD
    that it names and that are known here.
    """

    type: str
    subtype: str
    parameters: int
    weight: float
    profiles: frozenset[str] = frozenset()

    def specificity(self, media_type: str, profiles: Sequence[str] = ()) -> int:
        """Return how exactly the range names ``media_type`` in a form that honours ``profiles``.

        The result is 0 for not at all, 1 for ``*/*``, and more for more specific ranges. A type without profiles cannot
        honour one; a range with a profile names it like one without.
        """
        main, _, sub = media_type.partition("/")
        if self.type == "*":
            return 1 if self.subtype == "*" else 0
        if self.type != main:
            return 0
        if self.subtype == "*":
            return 2
        honoured = len(self.profiles.intersection(profiles))
        if self.subtype != sub or (self.profiles and profiles and not honoured):
            return 0
        return 3 + self.parameters + honoured


def choose(formats: Sequence[Format], accept: str | None) -> Format | None:
    """Return the format that the client likes best, or None if it accepts none of them.

    ``formats`` are in the server's order, which decides between equals. If the header has nothing well formed, any
    format is acceptable, and also without a header (RFC 9110, section 12.5.1); but a client without one is a program,
    not a browser, so it gets RDF, if available. Among equal weights, the most specific range wins.
    """
    if not accept:
        return next((one for one in formats if one.rdf and one != JSON), formats[0] if formats else None)
    ranges = list(parse(accept))
    if not ranges:
        return formats[0] if formats else None
    best: Format | None = None
    rank = (0.0, 0.0)
    for candidate in formats:
        weight, exactness = _liking(candidate, ranges)
        if weight > 0 and (weight, exactness) > rank:
            best, rank = candidate, (weight, exactness)
    return best


def _liking(one: Format, ranges: Sequence[Range]) -> tuple[float, float]:
    """Return the weight of a format and the specificity of its range: slightly less for an alias than for a type."""
    found = quality(one.media_type, ranges, one.profiles)
    if found[1] > WILDCARD:
        return found
    aliased = (quality(alias, ranges) for alias in one.aliases if "/" in alias)
    weight, exactness = max(
        ((weight, exactness) for weight, exactness in aliased if exactness > WILDCARD), default=found
    )
    return weight, exactness - LESS


def quality(media_type: str, ranges: Sequence[Range], profiles: Sequence[str] = ()) -> tuple[float, int]:
    """Return the weight and specificity of the most specific range for a media type with profiles."""
    exactness, weight = max(((one.specificity(media_type, profiles), one.weight) for one in ranges), default=(0, 0.0))
    return (weight, exactness) if exactness else (0.0, 0)


def named(accept: str | None, media_type: str) -> bool:
    """Return whether the header names exactly this media type, not only a wildcard."""
    return quality(media_type, list(parse(accept or "")))[1] > WILDCARD


def by_parameter(name: str, values: Iterable[str], formats: Sequence[Format]) -> Format | None:
    """Return the one of ``formats`` named by the values of a parameter, or None if they name others.

    A value is a name, or comma-separated media types. Raises ParameterError for an unknown format, and if two of
    ``formats`` are named.
    """
    found: list[Format] = []
    # A client that does not escape the plus of application/rdf+xml sends a space.
    for value in (part.strip().replace(" ", "+") for text in values for part in text.split(",")):
        if value and not any(_names(one, value) for one in ALL):
            there = list(dict.fromkeys(name for one in formats for name in (one.name, one.media_type)))
            raise ParameterError(
                f"{name}: there is no format {value[:100]!r}; there are {', '.join(there)}", name, there
            )
        found += [one for one in formats if _names(one, value)][:1]
    if len({one.name for one in found}) > 1:
        raise ParameterError(f"{name} says {found[0].name} and {found[-1].name}; say one", name)
    return found[0] if found else None


def _names(one: Format, value: str) -> bool:
    return value.lower() in (one.name, one.media_type, *one.aliases)


def parse(accept: str) -> Iterator[Range]:
    """Yield the media ranges of an Accept header; malformed ones are left out."""
    for element in split(accept[:LONGEST], ","):
        head, *parameters = split(element, ";")
        match = _RANGE.fullmatch(head)
        if not match or (match[1] == "*" and match[2] != "*"):
            continue
        pairs = [_parameter(one) for one in parameters]
        end = next((number for number, (name, _) in enumerate(pairs) if name == "q"), len(pairs))
        weight = pairs[end][1] if end < len(pairs) else "1"
        if not _WEIGHT.fullmatch(weight):
            continue
        named = {profile for name, value in pairs[:end] if name == "profile" for profile in value.split()}
        others = sum(name != "profile" for name, _ in pairs[:end])
        yield Range(match[1].lower(), match[2].lower(), others, float(weight), _PROFILES & named)


def _parameter(text: str) -> tuple[str, str]:
    """Return the name of a parameter, in lower case, and its value without quotes (RFC 9110, section 5.6.6)."""
    name, _, value = (part.strip() for part in text.partition("="))
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _ESCAPED.sub(r"\1", value[1:-1])
    return name.lower(), value


def split(text: str, separator: str) -> list[str]:
    """Split ``text`` at ``separator``, but not inside quoted strings (RFC 9110, section 5.6.4)."""
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
    return head.strip().lower(), dict(_parameter(one) for one in parameters)
