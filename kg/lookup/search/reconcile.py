"""Matches names in a table with things of the graph, and extends the table with their properties.

It implements the Reconciliation Service API 0.2 (W3C Entity Reconciliation Community Group). Identifiers are the paths
of IRIs below the identity base; types and properties are named by their IRIs, or by prefixed names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import islice
from typing import Any, Final

from kg.entities.labels import core, folded, likeness
from kg.lookup.locate import locate
from kg.lookup.search import search
from kg.lookup.search.reconcile_request import Completion, Extension, Query
from kg.lookup.search.search import NAMES, Match
from kg.lookup.search.search_index import KINDS
from kg.rdf import DefaultGraph, Literal, NamedNode, terms
from kg.rdf.graph import Graph, named_node
from kg.rdf.iri import canonical
from kg.rdf.prefixes import PREFIXES, expand

CANDIDATES: Final = 50
LEAST: Final = 50.0
"""Candidates with a lower score are not shown."""
NAME_SHARE: Final = 0.7
"""The share of the name in a score, if properties are given too."""
WORDS_ONLY: Final = (0.6, 0.35)
"""The minimum similarity of a name with all words of the query; it grows as the lengths get closer."""
SAME_CORE: Final = (0.97, 0.98)
"""The similarity of a name that differs only in a qualifier in parentheses, an article or a section."""
OTHER_TYPE: Final = 0.8
"""The factor for a score if a type that should match does not."""
STEM: Final = 4
CELL: Final = 50
DIGITS: Final = 200
NEARLY: Final = 0.01
"""Numbers that differ by less than this agree: a degree of latitude is 111 km."""

DEFAULT: Final = DefaultGraph()
NUMBERS: Final = {terms.DECIMAL.value: float, terms.DOUBLE.value: float, terms.INTEGER.value: int}
# Numbers allowed in JSON: not infinities or invalid texts, which the engine keeps as they are.
_NUMBER = re.compile(r"[+-]?\d{1,200}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Property:
    """A property that is offered: its IRI, its name, the kinds that have it, and the kind of its values, if ours."""

    iri: str
    name: str
    kinds: tuple[str, ...] = NAMES
    values: str = ""


PROPERTIES: Final = (
    Property(terms.LABEL.value, "label"),
    Property(terms.PREF_LABEL.value, "label in another language"),
    Property(terms.ALT_LABEL.value, "alternative label"),
    Property(terms.TYPE.value, "type"),
    Property(terms.START_DATE.value, "first day", ("story",)),
    Property(terms.END_DATE.value, "last day", ("story",)),
    Property(terms.ADDRESS_COUNTRY.value, "country code", ("place",)),
    Property(terms.CONTAINED_IN_PLACE.value, "contained in", ("place",), "place"),
    Property(terms.LATITUDE.value, "latitude", ("place",)),
    Property(terms.LONGITUDE.value, "longitude", ("place",)),
    Property(terms.SAME_AS.value, "same as"),
    Property(terms.EXACT_MATCH.value, "exact match"),
    Property(terms.CLOSE_MATCH.value, "close match"),
)
TYPES: Final = {kind.iri: kind for kind in KINDS if kind.word in NAMES}
_BY_WORD: Final = {kind.word: kind for kind in KINDS}


def iri_of(name: str) -> str:
    """Return the IRI of a prefixed name; any other text unchanged."""
    return expand(name) if name.partition(":")[0] in PREFIXES else name


def reconcile(graph: Graph, index: str, base: str, query: Query) -> list[dict[str, Any]]:
    """Return the candidates for a query, best first, in the form of the API (section 4).

    The score is from 0 to 100. Equal names have 100, without regard to case, accents and punctuation; others less, by
    how many of their letters agree. If properties are given, the name counts for 70 of the 100, and the share of
    agreeing properties for the rest. A candidate is a match if its name is equal, all properties agree, and both hold
    for no other candidate.
    """
    kinds = _kinds(query.types)
    if query.types and not kinds and query.type_strict != "should":
        return []
    if not query.text and not query.properties:
        return []
    scored = [_scored(graph, base, query, one) for one in _candidates(graph, index, base, query, kinds)]
    ranked = sorted(scored, key=lambda one: (-one.score, one.label != query.text, -one.uses, one.iri))
    certain = sum(one.score >= 100.0 for one in ranked) == 1
    shown = [one for one in ranked if one.score >= LEAST][: query.limit]
    return [_candidate(graph, base, one, certain and one.score >= 100.0) for one in shown]


def _kinds(types: Iterable[str]) -> tuple[str, ...]:
    found = (TYPES.get(iri_of(one)) for one in types)
    return tuple(kind.word for kind in found if kind)


def _candidates(graph: Graph, index: str, base: str, query: Query, kinds: tuple[str, ...]) -> list[Match]:
    if query.text:
        wanted = NAMES if query.type_strict == "should" or not kinds else kinds
        found = _unique([*_identified(graph, base, query.text), *_named(index, query.text, wanted)])
    else:
        found = list(islice(_described(graph, base, query), CANDIDATES))
    if query.type_strict == "all":
        return [one for one in found if set(kinds) <= set(one.kinds)]
    if query.type_strict == "should":
        return found
    return [one for one in found if not kinds or set(kinds) & set(one.kinds)]


def _named(index: str, text: str, kinds: tuple[str, ...]) -> list[Match]:
    """Return things with this name, or all its words, or else any of them, or else a word that begins alike."""
    words = search.split(text)
    found = search.called(index, text, kinds, CANDIDATES)
    found += search.matches(index, words, kinds, CANDIDATES)
    if len(found) < CANDIDATES:
        found += search.matches(index, words, kinds, CANDIDATES - len(found), operator="OR")
    for word in words if not found else ():
        if len(word) > STEM:
            found += search.matches(index, [word[: max(STEM, len(word) * 2 // 3)]], kinds, CANDIDATES, prefix=True)
    return list({one.iri: one for one in reversed(found)}.values())


def _unique(found: Iterable[Match]) -> list[Match]:
    """Return the things found, each once, at its first place."""
    first: dict[str, Match] = {}
    for one in found:
        first.setdefault(one.iri, one)
    return list(first.values())


def _identified(graph: Graph, base: str, text: str) -> list[Match]:
    """Return the thing that a text identifies, if it is an identifier."""
    found = _thing(graph, _located(graph, base, text)) if "/" in text else None
    return [found] if found else []


def _located(graph: Graph, base: str, name: str) -> str:
    """Return the IRI that an identifier now stands for: it may be spelled differently, or be a former one."""
    iri = _absolute(base, name)
    spelled = base + canonical(iri[len(base) :]) if iri.startswith(base) else iri
    found = locate(graph, (iri, spelled))
    return found.iri if found else spelled


def _described(graph: Graph, base: str, query: Query) -> Iterator[Match]:
    """Yield the things with a requested value, for queries without a name."""
    seen: set[str] = set()
    for property_, values in query.properties:
        for iri in _subjects(graph, base, iri_of(property_), values):
            found = None if iri in seen else _thing(graph, iri)
            seen.add(iri)
            if found:
                yield found


def _subjects(graph: Graph, base: str, property_: str, values: Iterable[Any]) -> Iterator[str]:
    predicate = named_node(property_)
    for value in values if predicate else ():
        for term in _terms(graph, base, value):
            for quad in islice(graph.quads_for_pattern(None, predicate, term, DEFAULT), 20 * CANDIDATES):
                if isinstance(quad.subject, NamedNode):
                    yield quad.subject.value


def _terms(graph: Graph, base: str, value: Any) -> Iterator[NamedNode | Literal]:
    if isinstance(value, dict) or str(value).startswith(("http://", "https://")):
        node = named_node(_located(graph, base, value["id"] if isinstance(value, dict) else value))
        if node:
            yield node
    elif isinstance(value, bool | int | float):
        text = str(value).lower()
        yield from (Literal(text, datatype=one) for one in (terms.BOOLEAN, terms.INTEGER, terms.DECIMAL))
    else:
        yield Literal(value)
        yield Literal(value, language="en")


def _thing(graph: Graph, iri: str) -> Match | None:
    """Return a thing with its label and the kinds of its classes, or None if it has none of the offered kinds."""
    node = NamedNode(iri)
    objects = (quad.object for quad in graph.quads_for_pattern(node, terms.TYPE, None, DEFAULT))
    classes = {one.value for one in objects if isinstance(one, NamedNode)}
    topic = next(graph.quads_for_pattern(None, terms.TOPIC, node, DEFAULT), None) is not None
    kinds = tuple(
        kind.word for kind in TYPES.values() if classes.intersection(kind.classes) or (topic and not kind.classes)
    )
    label = _label(graph, node)
    return Match(iri, label, "", kinds, "", 0.0) if kinds else None


def _scored(graph: Graph, base: str, query: Query, found: Match) -> Match:
    named = query.text and "/" in query.text and _located(graph, base, query.text) == found.iri
    score = similarity(query.text, found.label) if query.text and not named else 1.0
    if query.properties:
        agreeing = sum(_agrees(graph, base, found, iri_of(name), values) for name, values in query.properties)
        share = agreeing / len(query.properties)
        score = score * NAME_SHARE + share * (1 - NAME_SHARE) if query.text else share
    if query.type_strict == "should" and query.types and not set(_kinds(query.types)) & set(found.kinds):
        score *= OTHER_TYPE
    return replace(found, score=round(100 * score, 1))


def similarity(query: str, label: str) -> float:
    """Return how alike two names are, from 0 to 1; 1 only if they are equal apart from case, accents and punctuation.

    Names that differ in an article, in a qualifier in parentheses, or in a section after ``#`` get nearly 1.
    """
    asked, known = folded(query), folded(label)
    if not asked or not known:
        return 1.0 if query.strip() == label.strip() else 0.0
    if asked == known:
        return 1.0
    if core(query) == core(label):
        return SAME_CORE[likeness(query, label) > 0]
    ratio = SequenceMatcher(None, asked, known, autojunk=False).ratio()
    if set(asked.split()) <= set(known.split()):
        least, more = WORDS_ONLY
        ratio = max(ratio, least + more * len(asked) / len(known))
    return min(ratio, 0.95)


def _agrees(graph: Graph, base: str, found: Match, property_: str, values: Sequence[Any]) -> bool:
    """Return whether a candidate has one of the requested values."""
    known = list(_objects(graph, found.iri, property_))
    return any(_same(graph, base, term, value) for term in known for value in values)


def _same(graph: Graph, base: str, term: NamedNode | Literal, value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(term, NamedNode) and term.value == _located(graph, base, value["id"])
    if isinstance(term, NamedNode):
        objects = (quad.object for quad in graph.quads_for_pattern(term, terms.LABEL, None, DEFAULT))
        names = {folded(one.value) for one in objects if isinstance(one, Literal)}
        return str(value) in (term.value, term.value.removeprefix(base)) or folded(str(value)) in names - {""}
    if term.datatype.value in NUMBERS:
        return _close(term.value, str(value))
    return folded(term.value) == folded(str(value))


def _close(one: str, other: str) -> bool:
    try:
        return abs(float(one) - float(other)) < NEARLY
    except ValueError:
        return False


def _candidate(graph: Graph, base: str, found: Match, match: bool) -> dict[str, Any]:
    kinds = [_BY_WORD[word] for word in found.kinds]
    return {
        "id": found.iri.removeprefix(base),
        "name": found.label,
        "description": _description(graph, found),
        "score": found.score,
        "match": match,
        "type": [{"id": kind.iri, "name": kind.name} for kind in kinds],
    }


def _description(graph: Graph, found: Match) -> str:
    """Return a few words that distinguish namesakes: the kind and, for a place, its container."""
    kind = _BY_WORD[found.kinds[0]].name
    places = [one for one in _objects(graph, found.iri, terms.CONTAINED_IN_PLACE.value) if isinstance(one, NamedNode)]
    names = [_label(graph, one) for one in places] or [
        one.value for one in _objects(graph, found.iri, terms.ADDRESS_COUNTRY.value)
    ]
    return f"{kind} in {', '.join(names)}" if names else kind


def suggest(graph: Graph, index: str, base: str, asked: Completion) -> list[dict[str, Any]]:
    """Return the things with a name, or a word of one, that begins with the prefix, for completion (section 6).

    If the prefix is an identifier, its thing comes first.
    """
    kinds = _kinds(asked.types) if asked.types else NAMES
    found = [one for one in _identified(graph, base, asked.prefix) if set(kinds) & set(one.kinds)]
    found += search.matches(index, search.split(asked.prefix), kinds, asked.skip + asked.limit, prefix=True)
    shown = [_candidate(graph, base, one, False) for one in _unique(found)[asked.skip :][: asked.limit]]
    return [{**{name: one[name] for name in ("id", "name", "description")}, "notable": one["type"]} for one in shown]


def extend(graph: Graph, base: str, asked: Extension) -> dict[str, Any]:
    """Return the values of properties of things, in the form of the API's data extension (section 8)."""
    rows = {
        name: {property_: _cells(graph, base, name, property_) for property_ in asked.properties} for name in asked.ids
    }
    return {"meta": [_meta(one) for one in asked.properties], "rows": rows}


def _cells(graph: Graph, base: str, name: str, property_: str) -> list[dict[str, Any]]:
    found = islice(_objects(graph, _located(graph, base, name), iri_of(property_)), CELL)
    return [_cell(graph, base, term) for term in found]


def _cell(graph: Graph, base: str, term: NamedNode | Literal) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        ours = term.value.startswith(base)
        return {"id": term.value.removeprefix(base), "name": _label(graph, term)} if ours else {"str": term.value}
    kind = NUMBERS.get(term.datatype.value)
    if kind is int and term.value.lstrip("+-").isdigit() and len(term.value) < DIGITS:
        return {"int": int(term.value)}
    if kind is float and _NUMBER.fullmatch(term.value):
        return {"float": float(term.value)}
    instant = term.datatype == terms.DATE_TIME and _INSTANT.fullmatch(term.value)
    return {"date" if instant else "str": term.value}


def _meta(name: str) -> dict[str, Any]:
    known = next((one for one in PROPERTIES if one.iri == iri_of(name)), None)
    meta: dict[str, Any] = {"id": name, "name": known.name if known else name}
    if known and known.values:
        kind = _BY_WORD[known.values]
        meta["type"] = {"id": kind.iri, "name": kind.name}
    return meta


def proposed(type_: str | None) -> list[Property]:
    """Return the properties that things of a type have; all properties if no type is given."""
    words = _kinds([type_]) if type_ else NAMES
    return [one for one in PROPERTIES if set(words) & set(one.kinds)]


def _objects(graph: Graph, iri: str, property_: str) -> Iterator[NamedNode | Literal]:
    subject, predicate = named_node(iri), named_node(property_)
    if subject is None or predicate is None:
        return
    for quad in sorted(graph.quads_for_pattern(subject, predicate, None, DEFAULT), key=str):
        if isinstance(quad.object, NamedNode | Literal):
            yield quad.object


def _label(graph: Graph, node: NamedNode) -> str:
    labels = [quad.object for quad in graph.quads_for_pattern(node, terms.LABEL, None, DEFAULT)]
    found = sorted((str(one.language != "en"), one.value) for one in labels if isinstance(one, Literal))
    return found[0][1] if found else node.value


def _absolute(base: str, name: str) -> str:
    return name if name.startswith(("http://", "https://")) else base + name
