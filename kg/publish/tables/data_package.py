"""The CSV files of a folder of tables as a data package (Frictionless, specs.frictionlessdata.io)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg.publish import catalog_texts
from kg.publish.tables import dictionary
from kg.publish.tables.schema import TABLES
from kg.publish.tables.table import CellKind, Column, TableSchema
from kg.publish.tables.writing import MEDIA_TYPES, TIME_FORMAT, WrittenFile
from kg.store.snapshot import Manifest


def data_package(manifest: Manifest, files: Mapping[str, WrittenFile]) -> Mapping[str, Any]:
    """Return the descriptor of the package; ``files`` are those of the tables, by name."""
    sources = [one for one in manifest.publications if one.source]
    return {
        "profile": "tabular-data-package",
        "name": "newsgraph",
        "id": manifest.id,
        "title": catalog_texts.TITLES[None],
        "description": catalog_texts.DESCRIPTIONS[None],
        "created": manifest.created,
        **_given("licenses", [{"path": iri} for iri in manifest.licences]),
        **_given("sources", [{"title": one.title or one.source, "path": one.source} for one in sources]),
        "resources": [_resource(table, files[f"{table.name}.csv"]) for table in TABLES],
    }


def _given(name: str, value: Sequence[Any]) -> Mapping[str, Any]:
    """Return a member of a document, which is left out if it is empty."""
    return {name: value} if value else {}


def _resource(table: TableSchema, file: WrittenFile) -> Mapping[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "path": file.name,
        "format": "csv",
        "mediatype": MEDIA_TYPES["csv"],
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "schema": {
            "fields": [_field(table, column) for column in table.columns],
            "primaryKey": [column.name for column in table.key],
        },
    }


def _field(table: TableSchema, column: Column) -> Mapping[str, Any]:
    return {
        "name": column.name,
        "type": column.kind.value.table_schema,
        **({"format": TIME_FORMAT} if column.kind is CellKind.TIME else {}),
        **({"trueValues": ["true"], "falseValues": ["false"]} if column.kind is CellKind.TRUTH else {}),
        "description": dictionary.description(table, column),
        **({"rdfType": column.property.value} if column.property else {}),
    }
