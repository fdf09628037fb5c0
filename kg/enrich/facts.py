"""Turns rows of an answer into statements about an entity. Pure; invalid values are refused and counted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar
from urllib.parse import unquote

from kg.enrich.answer import AnswerRow, Value
from kg.enrich.question import RESOURCE
from kg.entities import titles
from kg.errors import ValueRefusedError
from kg.rdf import Literal, NamedNode, terms
from kg.rdf.iri import URL_LENGTH, spell
from kg.rdf.prefixes import expand

LABEL_LENGTH: Final = 200
LANGUAGES: Final = 100
ALTERNATIVES: Final = 20
TYPES: Final = 40
PRECISION: Final = Decimal("0.000001")
LATITUDES: Final = Decimal(90)
LONGITUDES: Final = Decimal(180)

Statement = tuple[NamedNode, NamedNode | Literal]
Point = tuple[str, str]
T = TypeVar("T", NamedNode, Literal)

_WIKIDATA: Final = re.compile(r"https?://www\.wikidata\.org/(?:entity|wiki)/(Q[1-9]\d{0,11})")
# WGS84 points have no prefix for a reference system; points on the Moon do (GeoSPARQL 1.0, section 8.5.1).
_POINT: Final = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

#: Classes that this graph states itself: others do not decide what is an event or a place here.
OWN: Final = frozenset(
    one.value
    for one in (
        terms.SCHEMA_EVENT,
        terms.SCHEMA_PLACE,
        terms.CITY,
        terms.ADMINISTRATIVE_AREA,
        terms.COUNTRY,
        terms.ORGANIZATION,
        terms.CONCEPT,
        terms.PERIOD_OF_TIME,
        terms.PROV_ENTITY,
    )
)
_OWN_NAMESPACE: Final = expand("ng:")
#: Classes that everything belongs to.
UNIVERSAL: Final = frozenset((terms.THING.value, terms.RESOURCE.value, terms.NAMED_INDIVIDUAL.value))

_KINDS: Final = {
    terms.TYPE.value: "type",
    "http://www.wikidata.org/prop/direct/P31": "type",
    terms.LABEL.value: "label",
    terms.PREF_LABEL.value: "label",
    terms.ALT_LABEL.value: "alternative",
    terms.OWL_SAME_AS.value: "wikidata",
    terms.EXACT_MATCH.value: "wikidata",
    terms.LATITUDE.value: "latitude",
    terms.LONGITUDE.value: "longitude",
    "http://www.wikidata.org/prop/direct/P625": "point",
    terms.REDIRECTS.value: "redirect",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The statements about an entity from its rows, and the number of refused values by reason."""

    statements: list[Statement] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Values:
    """The accepted values by kind, each once."""

    types: set[NamedNode] = field(default_factory=set)
    labels: set[Literal] = field(default_factory=set)
    alternatives: set[Literal] = field(default_factory=set)
    wikidata: set[NamedNode] = field(default_factory=set)
    latitudes: set[str] = field(default_factory=set)
    longitudes: set[str] = field(default_factory=set)
    points: set[Point] = field(default_factory=set)
    redirects: set[NamedNode] = field(default_factory=set)


def facts(rows: Iterable[AnswerRow]) -> Facts:
    """Return the statements that the rows about one entity give, in an order that does not depend on theirs.

    There is at most one Wikidata id, one pair of coordinates, one redirect, and one label in each language; if an
    endpoint gives several ids, points or redirects, none is taken, since nothing says which is right. Further labels
    become alternative ones.
    """
    found, values = Facts(), _Values()
    for row in rows:
        try:
            _gather(row, values)
        except ValueRefusedError as reason:
            found.refused[str(reason)] += 1
    for part in (_types, _labels, _identity, _position, _redirection):
        found.statements.extend(part(values, found.refused))
    return found


def _gather(row: AnswerRow, values: _Values) -> None:
    kind = _KINDS.get(row.property)
    if kind is None:
        raise ValueRefusedError("a property that was not asked for")
    if kind == "redirect":
        values.redirects.add(_redirect(row))
    else:
        _GATHER[kind](row.value, values)


_GATHER: Final[dict[str, Callable[[Value, _Values], None]]] = {
    "type": lambda value, values: values.types.add(_type(value)),
    "label": lambda value, values: values.labels.add(_label(value)),
    "alternative": lambda value, values: values.alternatives.add(_label(value)),
    "wikidata": lambda value, values: values.wikidata.add(_wikidata(value)),
    "latitude": lambda value, values: values.latitudes.add(_degrees(_text(value), LATITUDES)),
    "longitude": lambda value, values: values.longitudes.add(_degrees(_text(value), LONGITUDES)),
    "point": lambda value, values: values.points.add(_point(value)),
}


def _type(value: Value) -> NamedNode:
    iri = value["value"]
    if value.get("type") != "uri" or not iri.startswith(("http://", "https://")) or len(iri) > URL_LENGTH:
        raise ValueRefusedError("a type that is not an http(s) IRI")
    if iri in UNIVERSAL:
        raise ValueRefusedError("a type that everything has")
    if iri in OWN or iri.startswith(_OWN_NAMESPACE):
        raise ValueRefusedError("a type that this graph states itself")
    try:
        return NamedNode(iri)
    except ValueError:
        raise ValueRefusedError("a type that is not an http(s) IRI") from None


def _text(value: Value) -> str:
    """Return the text of a literal; SPARQL services of 2008 call one with a datatype a typed-literal."""
    if value.get("type") not in ("literal", "typed-literal"):
        raise ValueRefusedError("no literal where there should be one")
    return value["value"]


def _label(value: Value) -> Literal:
    text, language = unicodedata.normalize("NFC", " ".join(_text(value).split())), value.get("xml:lang", "")
    if not language:
        raise ValueRefusedError("a label without a language")
    if not _LANGUAGE.fullmatch(language):
        raise ValueRefusedError("a label whose language is not a language tag")
    if not text or len(text) > LABEL_LENGTH:
        raise ValueRefusedError(f"a label that is empty or longer than {LABEL_LENGTH} characters")
    if any(unicodedata.category(one) in ("Cc", "Cs") or one in "\ufffe\uffff" for one in text):
        raise ValueRefusedError("a label with control characters")
    try:
        return Literal(text, language=language.lower())
    except ValueError:
        raise ValueRefusedError("a label whose language is not a language tag") from None


def _wikidata(value: Value) -> NamedNode:
    match = _WIKIDATA.fullmatch(value["value"])
    if not match:
        raise ValueRefusedError("a link that is not to an item of Wikidata")
    return NamedNode(f"http://www.wikidata.org/entity/{match[1]}")


def _redirect(row: AnswerRow) -> NamedNode:
    """Return the article that this one redirects to, in the same DBpedia, in our spelling."""
    (head, title), (elsewhere, target) = (_article(iri) for iri in (row.asked, row.value["value"]))
    if row.value.get("type") != "uri" or elsewhere != head or target is None:
        raise ValueRefusedError("a redirect to something that is not an article there")
    if target == title:
        raise ValueRefusedError("a redirect to the article itself")
    return NamedNode(f"{head}{RESOURCE}{spell(target.replace(' ', '_'))}")


def _article(iri: str) -> tuple[str, str | None]:
    """Return the prefix of a DBpedia resource and the title of its article, None if it has none."""
    head, _, name = iri.partition(RESOURCE)
    title = unquote(name).replace("_", " ")
    return head, None if "#" in title else titles.normal(title)


def _degrees(text: str, most: Decimal) -> str:
    """Return degrees as a canonical xsd:decimal of at most six places, which is a tenth of a metre."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueRefusedError("a coordinate that is not a number")
    try:
        number = Decimal(text.strip())
        if abs(number) > most:
            raise ValueRefusedError("a coordinate out of range")
        rounded = number.quantize(PRECISION).normalize() + 0  # adding 0 turns -0 into 0
    except InvalidOperation:
        raise ValueRefusedError("a coordinate that is not a number") from None
    return f"{rounded:f}"


def _point(value: Value) -> Point:
    match = _POINT.fullmatch(_text(value).strip())
    if not match:
        raise ValueRefusedError("a geometry that is not a point of WGS84")
    return _degrees(match[2], LATITUDES), _degrees(match[1], LONGITUDES)


def _types(values: _Values, refused: Counter[str]) -> Iterator[Statement]:
    for one in _first(values.types, TYPES, f"more than {TYPES} types", refused):
        yield terms.TYPE, one


def _labels(values: _Values, refused: Counter[str]) -> Iterator[Statement]:
    preferred: dict[str, Literal] = {}
    for one in sorted(values.labels, key=str):
        preferred.setdefault(str(one.language), one)
    for one in _first(set(preferred.values()), LANGUAGES, f"labels in more than {LANGUAGES} languages", refused):
        yield terms.PREF_LABEL, one
    # An alternative label must not also be a preferred one (SKOS Reference, section 5.4, S13).
    others = (values.labels | values.alternatives) - set(preferred.values())
    for one in _first(others, ALTERNATIVES, f"more than {ALTERNATIVES} alternative labels", refused):
        yield terms.ALT_LABEL, one


def _first(values: set[T], most: int, reason: str, refused: Counter[str]) -> list[T]:
    if len(values) > most:
        refused[reason] += len(values) - most
    return sorted(values, key=str)[:most]


def _identity(values: _Values, refused: Counter[str]) -> Iterator[Statement]:
    if len(values.wikidata) > 1:
        refused["several Wikidata ids for one entity"] += len(values.wikidata)
        return
    for one in values.wikidata:
        yield terms.EXACT_MATCH, one


def _redirection(values: _Values, refused: Counter[str]) -> Iterator[Statement]:
    if len(values.redirects) > 1:
        refused["several redirects of one entity"] += len(values.redirects)
        return
    for one in values.redirects:
        yield terms.REDIRECTS, one


def _position(values: _Values, refused: Counter[str]) -> Iterator[Statement]:
    pairs = {(lat, long) for lat in values.latitudes for long in values.longitudes} | values.points
    if len(pairs) > 1:
        refused["several coordinates for one entity"] += len(pairs)
        return
    if not pairs and (values.latitudes or values.longitudes):
        refused["a latitude without a longitude, or the other way"] += 1
    for lat, long in pairs:
        yield terms.LATITUDE, Literal(lat, datatype=terms.DECIMAL)
        yield terms.LONGITUDE, Literal(long, datatype=terms.DECIMAL)
