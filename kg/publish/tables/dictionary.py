"""The data dictionary of the tables: what the vocabulary's shapes and terms say of the properties in their columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import rdflib
from rdflib import SH, URIRef

import vocab
from kg.publish.tables.table import Column, TableSchema


def description(table: TableSchema, column: Column) -> str:
    """Return what the cells of a column are, in sentences: what the shapes say of it, then what the column adds."""
    told = _descriptions().get((table.of.value, column.property.value), "") if column.property else ""
    return " ".join(filter(None, (told, column.about)))


@cache
def _descriptions() -> Mapping[tuple[str, str], str]:
    """Return by class and property what the message of a shape says of it, else the comment of the vocabulary."""
    shapes = rdflib.Graph().parse(data=vocab.shapes(), format="turtle")
    found: dict[tuple[str, str], str] = {}
    for shape, class_ in shapes.subject_objects(SH.targetClass):
        for property_shape in sorted(shapes.objects(shape, SH.property), key=str):
            path, message = shapes.value(property_shape, SH.path), shapes.value(property_shape, SH.message)
            if isinstance(path, URIRef) and message is not None:
                found.setdefault((str(class_), str(path)), str(message))
    return found
