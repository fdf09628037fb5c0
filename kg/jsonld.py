"""A description as JSON-LD that reads like plain JSON: compacted with the context of the vocabulary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NoReturn

from pyld import jsonld

import vocab
from kg.errors import FormatError
from kg.prefixes import PREFIXES

TYPE: Final = PREFIXES["rdf"] + "type"
INTEGER: Final = PREFIXES["xsd"] + "integer"

Nodes = Mapping[str, Mapping[str, list[dict[str, str]]]]


def compacted(nodes: Nodes) -> dict[str, Any]:
    """Return nodes (see kg.represent.nodes) as one document with its context inline (JSON-LD 1.1 API, section 5.6).

    The order of the nodes is kept. Nothing is ever fetched: a context by reference is refused.
    """
    expanded = [_node(name, properties) for name, properties in nodes.items()]
    options = {"documentLoader": _refuse, "graph": True, "processingMode": "json-ld-1.1", "ordered": False}
    document: dict[str, Any] = jsonld.compact(expanded, {"@context": _context()}, options)
    return {"@context": _used(document["@graph"]), "@graph": document["@graph"]}


def text(document: Mapping[str, Any]) -> str:
    """Return a document of ``compacted`` as JSON, indented, with one line for each term of the context."""
    terms = ",\n".join(f"    {json.dumps(name)}: {json.dumps(what)}" for name, what in document["@context"].items())
    graph = json.dumps(document["@graph"], ensure_ascii=False, indent=2).replace("\n", "\n  ")
    return f'{{\n  "@context": {{\n{terms}\n  }},\n  "@graph": {graph}\n}}\n'


@cache
def _context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vocab.context())["@context"]
    return found


def _refuse(url: str, options: object) -> NoReturn:
    raise FormatError(f"the context {url} is not read: contexts by reference are refused")


def _used(graph: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the part of the context that the graph needs: its terms, and the prefixes that they or IRIs use."""
    text = json.dumps(graph)
    terms = {name: what for name, what in _context().items() if name.startswith("@") or f'"{name}"' in text}
    text += json.dumps(terms)
    return {name: what for name, what in _context().items() if name in terms or f'"{name}:' in text}


def _node(name: str, properties: Mapping[str, list[dict[str, str]]]) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": name}
    for predicate, values in properties.items():
        if predicate == TYPE:
            node["@type"] = [one["iri"] for one in values]
        else:
            node[predicate] = [_value(one) for one in values]
    return node


def _value(term: Mapping[str, str]) -> dict[str, Any]:
    if "iri" in term:
        return {"@id": term["iri"]}
    if "language" in term:
        return {"@value": term["value"], "@language": term["language"]}
    if "datatype" not in term:
        return {"@value": term["value"]}
    if term["datatype"] == INTEGER and str(int(term["value"])) == term["value"]:
        return {"@value": int(term["value"])}
    return {"@value": term["value"], "@type": term["datatype"]}
