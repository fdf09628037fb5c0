"""The Parquet files of a folder of tables in Croissant (MLCommons, version 1.0), as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kg.publish import catalog_texts
from kg.publish.tables import dictionary
from kg.publish.tables.schema import TABLES
from kg.publish.tables.table import Column, TableSchema
from kg.publish.tables.writing import MEDIA_TYPES, WrittenFile
from kg.store.snapshot import Manifest

NAMES: Final[tuple[str, ...]] = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format"),
    *("includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in NAMES},
}
"""The context that the specification requires (appendix 1), even for terms not used here."""
FORMER_TYPE: Final = "application/x-parquet"
"""The media type of Parquet before it was registered, which Croissant uses."""
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
        "citeAs": f"newsgraph: snapshot {manifest.id} of {manifest.base}, made at {manifest.created}",
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
        "encodingFormat": [MEDIA_TYPES["parquet"], FORMER_TYPE],
        "sha256": file.sha256,
    }


def _records(table: TableSchema) -> Mapping[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.title[0].upper()}{table.title[1:]}.",
        "key": [{"@id": f"{table.name}/{column.name}"} for column in table.key],
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: TableSchema, column: Column) -> Mapping[str, Any]:
    key = _key_before(table, column.refers)
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": dictionary.description(table, column),
        "dataType": column.kind.value.croissant,
        "source": {"fileObject": {"@id": f"{table.name}.parquet"}, "extract": {"column": column.name}},
        **({"references": {"field": {"@id": key}}} if key else {}),
    }


def _key_before(table: TableSchema, name: str) -> str:
    """Return the reference to the first column of another table, "" if that comes later: no circular references."""
    before = TABLES[: TABLES.index(table)]
    return next((f"{one.name}/{one.columns[0].name}" for one in before if one.name == name), "")
