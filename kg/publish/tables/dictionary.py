"""The data dictionary of the tables: what the vocabulary's shapes say about the properties in their columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Final

from pyoxigraph import RdfFormat

import vocab
from kg.publish.tables.table import Column, TableSchema
from kg.query import evaluate
from kg.store.embedded import EmbeddedGraph

MESSAGES: Final = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?class ?property ?message {
  ?shape sh:targetClass ?class ; sh:property [ sh:path ?property ; sh:message ?message ] FILTER(isIRI(?property))
} ORDER BY DESC(STR(?message))
"""


def description(table: TableSchema, column: Column) -> str:
    """Return the description of a column: what the shapes say about it, then what the column adds."""
    told = _messages().get((table.of.value, column.property.value), "") if column.property else ""
    return " ".join(filter(None, (told, column.about)))


@cache
def _messages() -> Mapping[tuple[str, str], str]:
    """Return what the shapes say about a property of a class, by the IRIs of both; only its first sentence."""
    graph = EmbeddedGraph()
    graph.load(vocab.shapes().encode(), format=RdfFormat.TURTLE)
    rows = json.loads(evaluate.answer(graph, MESSAGES).body)["results"]["bindings"]
    return {(row["class"]["value"], row["property"]["value"]): row["message"]["value"] for row in rows}
