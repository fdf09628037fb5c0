"""Describes published files as an RO-Crate: what they are, their provenance, publisher and licence. Pure.

https://www.researchobject.org/ro-crate/specification/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.publish.catalog_snapshot import what
from kg.publish.catalog_texts import DESCRIPTIONS, Publisher, rights, sources
from kg.publish.dump_files import MadeDump
from kg.rdf.licences import label
from kg.store.snapshot import Manifest

FILE: Final = "ro-crate-metadata.json"
PROFILE: Final = "https://w3id.org/ro/crate"
VERSION: Final = f"{PROFILE}/1.1"
PROGRAM: Final = "https://w3id.org/newsgraph"

Entity = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CrateFile:
    """A file of a crate: its name, a sentence about it, its media type, its size in bytes, its SHA-256 in hex."""

    name: str
    what: str
    media_type: str
    size: int
    sha256: str

    @classmethod
    def of(cls, made: MadeDump) -> CrateFile:
        """Return a dump as a file of a crate."""
        type_ = "application/gzip" if made.file.packed else made.file.format.media_type
        return cls(made.file.name, what(made), type_, made.size, made.sha256)


def ro_crate(manifest: Manifest, publisher: Publisher, files: Iterable[CrateFile]) -> str:
    """Return the metadata of a folder with these files of a snapshot, as JSON-LD."""
    listed = sorted(files, key=lambda one: one.name)
    graph = [
        {"@id": FILE, "@type": "CreativeWork", "conformsTo": {"@id": VERSION}, "about": {"@id": "./"}},
        _dataset(manifest, publisher, listed),
        *map(_file, listed),
        _publisher(publisher),
        *_provenance(manifest),
        *_licences(manifest),
    ]
    return json.dumps({"@context": f"{VERSION}/context", "@graph": graph}, indent=1, ensure_ascii=False) + "\n"


def _dataset(manifest: Manifest, publisher: Publisher, files: list[CrateFile]) -> Entity:
    licences = [{"@id": iri} for iri in manifest.licences]
    return {
        "@id": "./",
        "@type": "Dataset",
        "identifier": f"{manifest.base}snapshot/{manifest.id}",
        "name": f"newsgraph, snapshot {manifest.id}",
        "description": DESCRIPTIONS[None],
        "datePublished": manifest.created,
        "version": manifest.id,
        "publisher": {"@id": _agent(publisher)},
        "license": licences or rights(manifest.publications),
        "usageInfo": rights(manifest.publications),
        "hasPart": [{"@id": one.name} for one in files],
        "mentions": {"@id": "#build"},
    }


def _file(one: CrateFile) -> Entity:
    return {
        "@id": one.name,
        "@type": "File",
        "name": one.name,
        "description": one.what,
        "encodingFormat": one.media_type,
        "contentSize": str(one.size),
        "sha256": one.sha256,
    }


def _agent(publisher: Publisher) -> str:
    return publisher.contact if publisher.contact.startswith("https:") else "#publisher"


def _publisher(publisher: Publisher) -> Entity:
    mail = {"email": publisher.contact} if publisher.contact.startswith("mailto:") else {}
    return {"@id": _agent(publisher), "@type": "Organization", "name": publisher.name, **mail}


def _provenance(manifest: Manifest) -> Iterator[Entity]:
    """Yield the build, the program that made it, and the archives that it read."""
    archives = {f"#archive-{number}": facts for number, facts in enumerate(manifest.archives, 1)}
    read = [{"@id": name} for name in archives] + [{"@id": one.value} for one in sources(manifest.publications)]
    yield {
        "@id": "#build",
        "@type": "CreateAction",
        "name": f"Build of snapshot {manifest.id}",
        "endTime": manifest.created,
        "instrument": {"@id": PROGRAM},
        "object": read,
        "result": {"@id": "./"},
    }
    yield {
        "@id": PROGRAM,
        "@type": "SoftwareApplication",
        "name": "newsgraph",
        "version": manifest.tool,
        "url": PROGRAM,
    }
    for name, facts in archives.items():
        commit = {"version": facts["commit"]} if facts.get("commit") else {}
        yield {"@id": name, "@type": "Dataset", "name": f"The archive {facts['name']}", **commit}
    for one in manifest.publications:
        if one.source:
            yield {"@id": one.source, "@type": "CreativeWork", "name": one.title or one.source, "url": one.source}


def _licences(manifest: Manifest) -> Iterator[Entity]:
    for iri in manifest.licences:
        yield {"@id": iri, "@type": "CreativeWork", "name": label(iri), "description": "A licence.", "url": iri}
