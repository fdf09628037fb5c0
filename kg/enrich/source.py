"""A source: what one endpoint said at one date, as a file of N-Triples in a snapshot, with its provenance.

The file ``enrichment/dbpedia.org/2026-11-23.nt.gz`` of a snapshot holds everything taken from the answers, and becomes
the graph ``{base}enrichment/dbpedia.org/2026-11-23`` of its database, as far as ``adopt`` accepts it.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final, cast
from urllib.parse import urlsplit

from pyoxigraph import RdfFormat, parse, serialize

from kg.mapping.event import instant
from kg.rdf import Literal, NamedNode, Triple, terms

FOLDER: Final = "enrichment"
SUFFIX: Final = ".nt.gz"
GZIP_LEVEL: Final = 6
NAME_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance of a source: who was asked what, from when to when, and how many entities it describes."""

    endpoint: str
    query: str
    licence: str = ""
    started: datetime = datetime.max
    ended: datetime = datetime.min
    entities: int = 0


def name_of(endpoint: str) -> str:
    """Return the name of an endpoint's source: its host, and what distinguishes its address on that host."""
    parts = urlsplit(endpoint)
    path = re.sub(r"/(?:sparql|query)/?$", "", parts.path)
    text = f"{parts.hostname}-{parts.port or ''}-{path}-{parts.query}".lower()
    name = re.sub(r"[^a-z0-9.]+", "-", text).strip("-.")
    return (
        name
        if len(name) <= NAME_LENGTH
        else f"{name[: NAME_LENGTH - 11]}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
    )


def path_of(endpoint: str, moment: datetime) -> Path:
    """Return the path in a snapshot of the file of an endpoint's source."""
    return Path(FOLDER, name_of(endpoint), f"{moment.date().isoformat()}{SUFFIX}")


def graph_of(base: str, file: Path) -> NamedNode:
    """Return the IRI of the graph for a source's file, given by its path in the snapshot."""
    return NamedNode(base + file.as_posix().removesuffix(SUFFIX))


def provenance(graph: NamedNode, known: Provenance) -> Iterator[Triple]:
    """Yield the description of the graph of a source (PROV-O; VoID, section 2)."""
    asking, query = NamedNode(f"{graph.value}#asking"), NamedNode(f"{graph.value}#query")
    title = f"What {urlsplit(known.endpoint).hostname} says about entities, {known.ended.date().isoformat()}"
    yield Triple(graph, terms.TYPE, terms.VOID_DATASET)
    yield Triple(graph, terms.TYPE, terms.PROV_ENTITY)
    yield Triple(graph, terms.LABEL, Literal(title, language="en"))
    yield Triple(graph, terms.STATED_BY, NamedNode(known.endpoint))
    if known.licence:
        yield Triple(graph, terms.LICENSE, NamedNode(known.licence))
    yield Triple(graph, terms.VOID_ENTITIES, Literal(known.entities))
    yield Triple(graph, terms.GENERATED_AT, instant(known.ended))
    yield Triple(graph, terms.GENERATED_BY, asking)
    yield Triple(asking, terms.TYPE, terms.ACTIVITY)
    yield Triple(asking, terms.STARTED_AT, instant(known.started))
    yield Triple(asking, terms.ENDED_AT, instant(known.ended))
    yield Triple(asking, terms.USED, NamedNode(known.endpoint))
    yield Triple(asking, terms.USED, query)
    yield Triple(query, terms.TYPE, terms.PROV_ENTITY)
    yield Triple(query, terms.IDENTIFIER, Literal(f"sha256:{hashlib.sha256(known.query.encode()).hexdigest()}"))
    yield Triple(query, terms.VALUE, Literal(known.query))


def write(file: Path, triples: Iterable[Triple]) -> None:
    """Write triples to the file of a source, in order; the same triples give the same bytes."""
    with file.open("wb") as raw, gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0) as packed:
        serialize(triples, cast("IO[bytes]", packed), format=RdfFormat.N_TRIPLES)


def read(file: Path) -> Iterator[Triple]:
    """Yield the triples of a source, in the order of its file."""
    with gzip.open(file) as unpacked:
        for quad in parse(cast("IO[bytes]", unpacked), format=RdfFormat.N_TRIPLES):
            yield quad.triple


def files(snapshot: Path) -> list[Path]:
    """Return the files of the sources of a snapshot, by path, sorted."""
    return sorted(file.relative_to(snapshot) for file in (snapshot / FOLDER).glob(f"*/*{SUFFIX}"))


def carry(snapshot: Path, draft: Path) -> None:
    """Carry the sources of a snapshot over into a draft, as links to the same files."""
    for file in files(snapshot):
        (draft / file).parent.mkdir(parents=True, exist_ok=True)
        os.link(snapshot / file, draft / file)


def remove(draft: Path, endpoint: str) -> None:
    """Remove the source of an endpoint, of whatever date, from a draft."""
    shutil.rmtree(draft / FOLDER / name_of(endpoint), ignore_errors=True)
