"""The description of a snapshot in a format, and as a citation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pyoxigraph import RdfFormat

from kg.errors import FormatError
from kg.publish.catalog import Catalog
from kg.publish.catalog_terms import PREFIXES
from kg.publish.catalog_texts import TITLES
from kg.publish.dump_files import WHOLE
from kg.publish.reference import LiteratureReference
from kg.rdf import Quad, conforming
from kg.rdf.formats import Format
from kg.rdf.jsonld.document import expanded, load, processor
from kg.rdf.serialize import nodes


def represent(quads: Iterable[Quad], wanted: Format) -> bytes:
    """Return the quads of a catalogue in a format, never through a store, which would rewrite some literals.

    Raises FormatError for a format that does not hold RDF.
    """
    if wanted.rdf is None:
        raise FormatError(f"{wanted.label} cannot hold a catalogue")
    if wanted.rdf == RdfFormat.JSON_LD:
        return (json.dumps(document(quads), ensure_ascii=False, indent=2) + "\n").encode()
    return conforming.text(quads, wanted.rdf, PREFIXES)


def document(quads: Iterable[Quad]) -> dict[str, Any]:
    """Return the quads as JSON-LD, compacted with the prefixes (JSON-LD 1.1 API, section 5.6)."""
    options = {"documentLoader": load, "graph": True, "processingMode": "json-ld-1.1"}
    found: dict[str, Any] = processor().compact(expanded(nodes(quads)), {"@context": dict(PREFIXES)}, options)
    return found


def citation(catalog: Catalog) -> str:
    """Return a sentence that cites the snapshot: who, when, what, where, and the SHA-256 of the whole dump."""
    day = catalog.manifest.created[:10]
    return (
        f"{catalog.publisher.name} ({day[:4]}). {TITLES[None]} [Data set]. Snapshot {catalog.manifest.id}, {day}. "
        f"{catalog.manifest.base}{_checksum(catalog, ' SHA-256 of {}: {}.')}"
    )


def reference(catalog: Catalog) -> LiteratureReference:
    """Return the reference to the snapshot, for bibliographies."""
    manifest = catalog.manifest
    return LiteratureReference(
        f"newsgraph-{manifest.id}",
        catalog.publisher.name,
        TITLES[None],
        datetime.fromisoformat(manifest.created).date(),
        manifest.id,
        manifest.base,
        f"Data set, made on {manifest.created[:10]}.{_checksum(catalog, ' SHA-256 of {}: {}.')}",
    )


def _checksum(catalog: Catalog, sentence: str) -> str:
    found = next((one for one in catalog.made if one.file == WHOLE), None)
    return sentence.format(WHOLE.name, found.sha256) if found else ""
