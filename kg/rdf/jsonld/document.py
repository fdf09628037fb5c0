"""A description as JSON-LD in its four forms (JSON-LD 1.1, JSON-LD 1.1 Framing), with a loader that fetches nothing.

The *framed* form reads like plain JSON: one object about the resource, with what it names nested in it. The others are
the flat forms of the standard: *compacted* with the plain names of the context, *flattened*, and *expanded*.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import vocab
from kg.errors import FormatError
from kg.rdf.jsonld import compaction
from kg.rdf.jsonld.compaction import TYPE, Document, Nodes, context
from kg.rdf.jsonld.framing import Framer, frame
from kg.rdf.prefixes import PREFIXES, expand

INTEGER: Final = PREFIXES["xsd"] + "integer"
BOOLEAN: Final = PREFIXES["xsd"] + "boolean"
LINE: Final = 120
_NAME: Final = re.compile(r'"([A-Za-z]+)(?=([":]))')
_line: Final = json.JSONEncoder(ensure_ascii=False).encode
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")  # longer numbers are not exact in every language

# The frame for a resource is that of the first of these classes that it has.
FRAMES: Final = {
    "ng:Event": "event",
    "ng:Revision": "revision",
    "ng:Page": "page",
    "ng:Source": "source",
    "schema:EventSeries": "story",
    "schema:Place": "entity",
    "ng:Entity": "entity",
    "schema:Organization": "publisher",
    "skos:Concept": "category",
    "dcterms:PeriodOfTime": "period",
}

REVERSED: Final = tuple(map(expand, ("foaf:primaryTopic", "dcterms:hasPart", "dcterms:isPartOf", "schema:subEvent")))
"""The properties that frames follow in reverse; PyLD fails if they have text values."""


def load(url: str, options: object = None) -> dict[str, Any]:
    """Return the context of the vocabulary for its own address, as a PyLD document loader does.

    Nothing is ever fetched. Raises FormatError for any other address.
    """
    if url != vocab.CONTEXT:
        raise FormatError(f"the context {url} is not read: only {vocab.CONTEXT} is known here, and nothing is fetched")
    document = {"@context": context()}
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}


def processor() -> Any:
    """Return PyLD, imported when it is needed: it imports an HTTP client, more than half of a worker's start."""
    from pyld import jsonld

    return jsonld


def expanded(nodes: Nodes) -> list[Document]:
    """Return nodes (see kg.rdf.serialize.nodes) in expanded form, which is also flat: one object for each node."""
    return [_node(name, properties) for name, properties in nodes.items()]


def compacted(nodes: Nodes) -> Document:
    """Return nodes as one document with its context inline (JSON-LD 1.1 API, section 5.6), in their order."""
    if compaction.is_covered(nodes):
        return _finished({"@graph": [compaction.compacted(node) for node in expanded(nodes)]})
    return compacted_by_pyld(nodes)


def compacted_by_pyld(nodes: Nodes) -> Document:
    """Return what ``compacted`` returns, made by PyLD: for nodes that are not covered, and for comparison."""
    document: Document = processor().compact(expanded(nodes), vocab.CONTEXT, _options(graph=True))
    return _finished({"@graph": document["@graph"]})


def flattened(nodes: Nodes) -> Document:
    """Return nodes as one document, sorted by their IRIs (JSON-LD 1.1 API, section 5.7), with its context inline."""
    document: Document = processor().flatten(expanded(nodes), vocab.CONTEXT, _options())
    return _finished({"@graph": document["@graph"]})


def framed(nodes: Nodes) -> Document:
    """Return nodes as one object about the first of them, the others nested in it (JSON-LD 1.1 Framing).

    The frame is that of its kind in ``vocab/frames``. Nothing is lost: nodes without a place in the frame are listed as
    ``included``. Documents that cannot be framed are returned compacted: those with blank nodes, which have no name to
    find them by, or with text where a frame has an object.
    """
    if not nodes or not _framable(nodes):
        return compacted(nodes)
    if not compaction.is_covered(nodes) or _names_itself(nodes):
        return framed_by_pyld(nodes)
    by = frame(_kind(nodes))
    return _completed(compaction.compacted(Framer(expanded(nodes)).framed(next(iter(nodes)), by)), nodes)


def framed_by_pyld(nodes: Nodes) -> Document:
    """Return what ``framed`` returns for nodes that can be framed, made by PyLD (see ``compacted_by_pyld``)."""
    document: Document = processor().frame(expanded(nodes), _frame(nodes), _options(omitGraph=True))
    del document["@context"]
    return _completed(document, nodes)


def _completed(document: Document, nodes: Nodes) -> Document:
    """Return a framed document with the nodes that have no place in the frame."""
    told = set(_told(document))
    others = {name: said for name, said in nodes.items() if name not in told}
    if others:
        document["included"] = compacted(others)["@graph"]
    if "events" in document:
        parts = {one if isinstance(one, str) else one["id"] for one in _listed(document.get("subEvents", []))}
        rest = [one for one in _listed(document.pop("events")) if one["id"] not in parts]
        document |= {"events": sorted(rest, key=_date, reverse=True)} if rest else {}
    return _finished(document)


def plain(nodes: Nodes) -> Document:
    """Return the framed document without its context, to be read with the context named in a Link header."""
    return {name: value for name, value in framed(nodes).items() if name != "@context"}


FORMS: Final[dict[str, Callable[[Nodes], Document | list[Document]]]] = {
    "jsonld": framed,
    "jsonld-compacted": compacted,
    "jsonld-flattened": flattened,
    "jsonld-expanded": expanded,
    "plain-json": plain,
}
"""The forms by format name (see kg.rdf.formats)."""


def text(document: Document | list[Document], indent: str = "") -> str:
    """Return a document as JSON in which everything that fits on one line is on one line."""
    line = _line(document)
    if len(line) + len(indent) <= LINE or not isinstance(document, dict | list) or not document:
        return line
    inner = indent + "  "
    if isinstance(document, list):
        return "[\n" + ",\n".join(inner + text(one, inner) for one in document) + f"\n{indent}]"
    pairs = (f"{inner}{_line(name)}: {text(one, inner)}" for name, one in document.items())
    return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"


def _options(**more: Any) -> dict[str, Any]:
    return {"documentLoader": load, "processingMode": "json-ld-1.1", "ordered": False, **more}


def _kind(nodes: Nodes) -> str | None:
    """Return the name of the frame for the first of the nodes, None if there is none."""
    types = {one.get("iri") for one in nodes[next(iter(nodes))].get(TYPE, ())}
    return next((name for class_, name in FRAMES.items() if expand(class_) in types), None)


def _frame(nodes: Nodes) -> Document:
    """Return the frame of a resource, which selects it by its IRI instead of its class."""
    name = _kind(nodes)
    said = json.loads(vocab.frame(name)) if name else {"@context": vocab.CONTEXT, "document": {}}
    return {"@context": said["@context"], "id": next(iter(nodes))} | {key: said[key] for key in said if key != "type"}


def _framable(nodes: Nodes) -> bool:
    links = (one for said in nodes.values() for name in REVERSED for one in said.get(name, ()))
    return not any(name.startswith("_:") for name in nodes) and all("iri" in one for one in links)


def _names_itself(nodes: Nodes) -> bool:
    """Return whether a node names itself by a property that frames follow in reverse, and so is nested in itself."""
    return any(one.get("iri") == name for name, said in nodes.items() for by in REVERSED for one in said.get(by, ()))


def _told(value: Any) -> Iterator[str]:
    """Yield the IRI of every node object with properties."""
    for one in _listed(value):
        if isinstance(one, dict):
            if "id" in one and len(one) > 1:
                yield one["id"]
            for inner in one.values():
                yield from _told(inner)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _date(event: Document) -> tuple[str, str]:
    return str(event.get("date", "")), event["id"]


def _finished(document: Document) -> Document:
    """Return a document with its keys in the order of the context, and with the part of it that it needs."""
    ordered = _ordered(document)
    return {"@context": _used(ordered), **ordered}


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "@value" in value:
        return _literal(value)
    names = sorted(value, key=lambda name: (_rank().get(name, len(_rank())), name))
    return {name: _types(value[name]) if name == "type" else _ordered(value[name]) for name in names}


@cache
def _rank() -> dict[str, int]:
    return {name: position for position, name in enumerate(context())}


def _types(types: list[str]) -> list[str]:
    """Return types with those that have a plain name first."""
    return sorted(types, key=lambda name: (":" in name, name))


def _literal(value: Document) -> Document:
    """Return a value with its datatype under the keyword: rdflib does not read it for a term with a container."""
    return {"@type" if name == "type" else name: said for name, said in value.items()}


def _used(document: Document) -> dict[str, Any]:
    """Return the part of the context that a document needs: its terms, and the prefixes used by these or by IRIs."""
    written = _line(document)
    terms = {name: what for name, what in context().items() if name[0] == "@"} | _named(written, '"')
    prefixes = _named(written + _line(terms), ":")
    return {name: what for name, what in context().items() if name in terms or name in prefixes}


def _named(written: str, end: str) -> dict[str, Any]:
    """Return the part of the context with names that occur in JSON between a quotation mark and ``end``."""
    found = {name for name, behind in _NAME.findall(written) if behind == end}
    return {name: what for name, what in context().items() if name in found}


def _node(name: str, properties: Mapping[str, list[dict[str, str]]]) -> Document:
    node: Document = {"@id": name}
    for predicate, values in properties.items():
        if predicate == TYPE:
            _say_types(node, values)
        else:
            native = predicate not in _texts()
            node[predicate] = [_native(one) if native and _is_native(one) else _value(one) for one in values]
    return node


def _say_types(node: Document, values: list[dict[str, str]]) -> None:
    """Add the types of a node; the keyword takes only IRIs, rdf:type any other type in a graph."""
    types = [one["iri"] for one in values if "iri" in one]
    others = [_value(one) for one in values if "iri" not in one]
    node.update(({"@type": types} if types else {}) | ({TYPE: others} if others else {}))


@cache
def _texts() -> frozenset[str]:
    """Return the properties with values by language, which are only text in JSON."""
    maps = (what for what in context().values() if isinstance(what, dict) and what.get("@container") == "@language")
    return frozenset(expand(what["@id"]) for what in maps)


def _is_native(term: Mapping[str, str]) -> bool:
    """Return whether a value is native in JSON: a boolean, or an integer in JSON's form."""
    if term.get("datatype") == BOOLEAN:
        return term["value"] in ("true", "false")
    return term.get("datatype") == INTEGER and bool(_WHOLE.fullmatch(term["value"]))


def _native(term: Mapping[str, str]) -> dict[str, Any]:
    return {"@value": json.loads(term["value"])}


def _value(term: Mapping[str, str]) -> dict[str, Any]:
    if "iri" in term:
        return {"@id": term["iri"]}
    if "language" in term:
        return {"@value": term["value"], "@language": term["language"]}
    if "datatype" not in term:
        return {"@value": term["value"]}
    return {"@value": term["value"], "@type": term["datatype"]}
