"""Expanded JSON-LD to compacted, with the context of the vocabulary (JSON-LD 1.1 API, section 5.6).

The context has for each property one term, with a type, a set, a map of languages or nothing; and some reverse terms. A
table is enough for this small part of the standard; the tests compare the result with PyLD's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import vocab
from kg.rdf.prefixes import PREFIXES

TYPE: Final = PREFIXES["rdf"] + "type"
IRIS: Final = 20_000
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):.")

Nodes = Mapping[str, Mapping[str, list[dict[str, str]]]]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the context; ``type`` is ``@id`` or the IRI of a datatype, ``container`` ``@set`` or ``@language``."""

    name: str
    iri: str
    type: str | None = None
    container: str | None = None
    reverse: bool = False

    def takes(self, value: Document) -> bool:
        """Return whether the term is used for its property with this value (section 6.6, term selection)."""
        if self.container == "@language":
            return "@id" not in value and "@type" not in value
        return self.type is None or self.type == ("@id" if "@id" in value else value.get("@type"))


@cache
def context() -> dict[str, Any]:
    """Return the context of the vocabulary: its terms, in the order in which documents have them."""
    found: dict[str, Any] = json.loads(vocab.context())["@context"]
    return found


@cache
def terms() -> dict[str, Term]:
    """Return the terms of the context by name; a prefix is also a term, for the IRI of its namespace."""
    return {name: _term(name, what) for name, what in context().items() if name[0] != "@"}


def _term(name: str, what: Any) -> Term:
    said = what if isinstance(what, dict) else {"@id": what}
    iri, kind = said.get("@id") or said["@reverse"], said.get("@type")
    return Term(name, _full(iri), _full(kind) if kind else None, said.get("@container"), "@reverse" in said)


def _is_prefix(what: Any) -> bool:
    return isinstance(what, str) and what.endswith(("/", "#"))


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{context()[prefix]}{local}" if prefix in context() else name


@cache
def _properties(reverse: bool) -> dict[str, Term]:
    return {term.iri: term for term in terms().values() if term.reverse == reverse and not term.iri.startswith("@")}


@cache
def _prefixes() -> dict[str, str]:
    return {name: what for name, what in context().items() if _is_prefix(what)}


def is_covered(nodes: Nodes) -> bool:
    """Return whether this module can compact nodes; others have IRIs that the context would read differently."""
    types = (one["iri"] for said in nodes.values() for one in said.get(TYPE, ()) if "iri" in one)
    return all(_is_simple(one) for one in types) and all(map(_is_absolute, _iris(nodes)))


def _iris(nodes: Nodes) -> Iterable[str]:
    for name, said in nodes.items():
        yield name
        yield from said
        for values in said.values():
            for one in values:
                yield one.get("iri") or one.get("datatype") or TYPE


@lru_cache(IRIS)
def _is_absolute(iri: str) -> bool:
    match = _SCHEME.match(iri)
    return match is not None and match[1] not in context()


def _is_simple(iri: str) -> bool:
    term = _properties(False).get(iri)
    return term is None or not (term.type or term.container)


@lru_cache(IRIS)
def compact_iri(iri: str) -> str:
    """Return an IRI with the prefix of the context that makes it shortest."""
    spaces = {name: one for name, one in _prefixes().items() if iri.startswith(one) and iri != one}
    found = (f"{name}:{iri[len(one) :]}" for name, one in spaces.items())
    return min(found, key=lambda name: (len(name), name), default=iri)


def compacted(node: Document) -> Document:
    """Return a node object, expanded or framed, in compacted form, including what is nested in it."""
    found: Document = {}
    for name, said in node.items():
        if name == "@id":
            found["id"] = compact_iri(said)
        elif name == "@type":
            found["type"] = [_vocabulary(one) for one in said]
        elif name == "@included":
            found["events"] = [compacted(one) for one in said]
        elif name == "@reverse":
            _turn(found, said)
        else:
            for value in said:
                _say(found, name, value)
    return found


def _vocabulary(iri: str) -> str:
    term = _properties(False).get(iri)
    return term.name if term else compact_iri(iri)


def _turn(found: Document, said: Mapping[str, list[Document]]) -> None:
    """Add what refers to a node."""
    for iri, nodes in said.items():
        term = _properties(True)[iri]
        if not nodes and term.container:
            found[term.name] = []
        for one in nodes:
            _add(found, term.name, _reference(one, term), many=term.container == "@set")


def _say(found: Document, iri: str, value: Document) -> None:
    """Add one value of a property."""
    term = _properties(False).get(iri)
    if term is None or not term.takes(value):
        _add(found, compact_iri(iri), _value(value, None), many=False)
    elif term.container == "@language":
        _add(found.setdefault(term.name, {}), value.get("@language", "none").lower(), value["@value"], many=False)
    else:
        _add(found, term.name, _value(value, term), many=term.container == "@set")


def _value(value: Document, term: Term | None) -> Any:
    if "@id" in value:
        return _reference(value, term)
    if "@language" in value:
        return {"@language": value["@language"].lower(), "@value": value["@value"]}
    if "@type" not in value or (term and term.type):
        return value["@value"]
    return {"type": _vocabulary(value["@type"]), "@value": value["@value"]}


def _reference(node: Document, term: Term | None) -> Any:
    """Return a node object, or only its IRI if it has no properties and the type of the term is an IRI."""
    if len(node) > 1:
        return compacted(node)
    return compact_iri(node["@id"]) if term and term.type else {"id": compact_iri(node["@id"])}


def _add(found: Document, name: str, value: Any, *, many: bool) -> None:
    if name not in found:
        found[name] = [value] if many else value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]
