"""The Parquet files of a folder of tables in Croissant (MLCommons, version 1.0), as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kg.publish import catalog_texts
from kg.publish.tables import dictionary
from kg.publish.tables.schema import TABLES
from kg.publish.tables.table import Column, Table
from kg.publish.tables.writing import MEDIA_TYPES, WrittenFile
from kg.store.snapshot import Manifest

CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{
        name: f"cr:{name}"
        for name in ("citeAs", "column", "extract", "field", "fileObject", "key", "recordSet", "references", "source")
    },
}
VERSION: Final = "http://mlcommons.org/croissant/1.0"


def croissant(manifest: Manifest, files: Mapping[str, WrittenFile]) -> Mapping[str, Any]:
    """Return the description of the tables; ``files`` are those of the tables, by name."""
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": "newsgraph",
        "description": f"{catalog_texts.DESCRIPTIONS[None]} Snapshot {manifest.id}.",
        "url": manifest.base,
        "version": manifest.id,
        "datePublished": manifest.created,
        **({"license": list(manifest.licences)} if manifest.licences else {}),
        "distribution": [_file(files[f"{table.name}.parquet"]) for table in TABLES],
        "recordSet": [_records(table) for table in TABLES],
    }


def _file(file: WrittenFile) -> Mapping[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": file.name,
        "contentSize": f"{file.size} B",
        "encodingFormat": MEDIA_TYPES["parquet"],
        "sha256": file.sha256,
    }


def _records(table: Table) -> Mapping[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.title[0].upper()}{table.title[1:]}.",
        "key": [{"@id": f"{table.name}/{column.name}"} for column in table.key],
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: Table, column: Column) -> Mapping[str, Any]:
    refers = {"references": {"field": {"@id": _first(column.refers)}}} if column.refers else {}
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": dictionary.description(table, column),
        "dataType": column.kind.value.croissant,
        "source": {"fileObject": {"@id": f"{table.name}.parquet"}, "extract": {"column": column.name}},
        **refers,
    }


def _first(name: str) -> str:
    """Return what names the first column of a table."""
    (table,) = (one for one in TABLES if one.name == name)
    return f"{table.name}/{table.columns[0].name}"
