"""The schema of the graph as text, made from the vocabulary and its shapes, with example queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Final

import vocab
from endpoint.agents.replies import SchemaReply
from endpoint.agents.tool import Tool, ToolContext
from endpoint.documents.ontology import VocabularyTerm, ontology
from kg.query.questions import question
from kg.rdf import Literal, NamedNode
from kg.rdf.prefixes import PREFIXES, compact
from kg.shapes.shape import Constraint, Shape, load

URI: Final = "newsgraph://schema"
EXAMPLES: Final = ("in-a-place", "by-a-publisher", "one-day")
"""Questions with queries shown as examples."""
KINDS: Final = ("datatype", "class")
"""Constraints on the kind of a property's values."""


@cache
def schema() -> str:
    """Return the text: prefixes, the terms of the vocabulary, the properties of each class, and example queries."""
    known = ontology(vocab.VERSION)
    properties = known.terms("rdf:Property")
    lines = [
        f"# The graph of newsgraph (vocabulary {vocab.VERSION})",
        "",
        "## Prefixes, which queries need not declare",
        *(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items()),
        "",
        "## Classes of its own",
        *map(_term, known.terms("rdfs:Class")),
        "",
        "## Properties of its own",
        *map(_term, properties),
        "",
        "## Terms of others",
        *(f"{one.link.name}: {one.note}" for used in known.used().values() for one in used if one.note),
        "",
        "## What things of a class have, and how many of it",
        *(line for shape in load(vocab.shapes()) for line in _shape(shape)),
        "",
        "## Queries",
        *(line for name in EXAMPLES for line in ("", question(name).text.rstrip())),
    ]
    return "\n".join(lines) + "\n"


def _term(one: VocabularyTerm) -> str:
    return f"ng:{one.name}: {one.comment}"


def _shape(shape: Shape) -> Iterator[str]:
    """Yield a line for each property of a shape, below the classes that it is about."""
    classes = [compact(one.term.value) for one in shape.targets if one.kind == "targetClass"]
    found: dict[str, list[Constraint]] = defaultdict(list)
    for one in shape.constraints:
        if one.path and not one.path.inverse:
            found[compact(one.path.predicate.value)].append(one)
    if classes and found:
        yield ", ".join(classes)
        for name, constraints in sorted(found.items()):
            yield f"  {name} {_count(constraints)}{_kind(constraints)}"


def _count(constraints: list[Constraint]) -> str:
    """Return the cardinality in UML notation."""
    said = {one.parameter: _text(one.values[0]) for one in constraints if one.parameter in ("minCount", "maxCount")}
    least, most = said.get("minCount", "0"), said.get("maxCount", "*")
    return least if least == most else f"{least}..{most}"


def _kind(constraints: list[Constraint]) -> str:
    kinds = [compact(_text(value)) for one in constraints if one.parameter in KINDS for value in one.values]
    return f" {' or '.join(kinds)}" if kinds else ""


def _text(value: object) -> str:
    assert isinstance(value, NamedNode | Literal)  # noqa: S101 - no constraint that is read here has others
    return value.value


def _answer(_: ToolContext, __: object) -> SchemaReply:
    return SchemaReply(schema())


SCHEMA: Final = Tool(
    "schema",
    "Read the schema of the graph",
    "Say in text which prefixes, classes and properties there are, how many values they have, and what queries look "
    "like. It is the resource newsgraph://schema.",
    (),
    SchemaReply,
    _answer,
)
