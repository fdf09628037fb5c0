"""Reads every representation of random resources with PyLD, rdflib and pyoxigraph, and compares the graphs.

    python tests/kg/rdf/roundtrip.py STORE --resources 500 --seed 1

Each document is requested from the whole application, by its media type and profile, in every format except HTML, and
read by each of the three that can read the format. All must give the same canonical N-Quads (RDF Dataset
Canonicalization, algorithm URDNA2015). Some resources of each kind are read; the others are drawn from all.
Prints what differs, and how much was read; the exit status is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import rdflib
from pyld import jsonld
from pyoxigraph import NamedNode, RdfFormat, parse, serialize
from werkzeug.test import Client

import vocab
from endpoint.app import create_app
from endpoint.http.negotiate import DOCUMENT_FORMATS, HTML, JSON
from endpoint.http.urls import Addresses
from kg.rdf.formats import Format
from kg.rdf.jsonld.document import FRAMES, load
from kg.rdf.prefixes import compact, expand
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.workers.workers import Workers

rdflib.NORMALIZE_LITERALS = False  # else rdflib rewrites the text of numbers and dates

EACH = 10
QUADS = "application/n-quads"
RDFLIB_NAMES = {"turtle": "turtle", "rdfxml": "xml", "ntriples": "nt", "trig": "trig", "nquads": "nquads"}

Reader = Callable[[bytes, Format], str]


@lru_cache(maxsize=64)
def canonical(quads: str) -> str:
    """Return N-Quads in their canonical form."""
    options = {"algorithm": "URDNA2015", "inputFormat": QUADS, "format": QUADS}
    return str(jsonld.normalize(quads, options))


def by_pyoxigraph(body: bytes, one: Format) -> str:
    """Return the N-Quads that pyoxigraph reads."""
    assert one.rdf is not None
    return (serialize(parse(body, format=one.rdf), format=RdfFormat.N_QUADS) or b"").decode()


def by_rdflib(body: bytes, one: Format) -> str:
    """Return the N-Quads that rdflib reads."""
    dataset, graph = rdflib.Dataset(default_union=True), rdflib.Graph()
    dataset.parse(data=body, format=RDFLIB_NAMES.get(one.name, "json-ld"))
    for subject, predicate, value, _ in dataset.quads((None, None, None, None)):
        graph.add((subject, predicate, value))
    return graph.serialize(format="nt")


def by_pyld(body: bytes, one: Format) -> str:
    """Return the N-Quads that PyLD reads; it is given the context of plain JSON, and loads nothing else."""
    if one.rdf != RdfFormat.JSON_LD:
        return str(jsonld.to_rdf(jsonld.from_rdf(body.decode(), {"format": QUADS}), {"format": QUADS}))
    options: dict[str, Any] = {"format": QUADS, "documentLoader": load}
    if one == JSON:
        options["expandContext"] = vocab.CONTEXT
    return str(jsonld.to_rdf(json.loads(body), options))


def readers(one: Format) -> list[Reader]:
    """Return the parser of a format. Only PyLD accepts the context that plain JSON has in its Link header."""
    if one == JSON:
        return [by_pyld]
    if one.rdf == RdfFormat.JSON_LD or one.name == "ntriples":
        return [by_pyoxigraph, by_rdflib, by_pyld]
    return [by_pyoxigraph, by_rdflib]


def drawn(graph: EmbeddedGraph, number: int, seed: int) -> list[str]:
    """Return random resources that have a document: some of each kind, the others from all."""
    kinds: dict[str, set[str]] = {name: set() for name in FRAMES}
    for name, found in kinds.items():
        for quad in graph.quads_for_pattern(None, NamedNode(expand("rdf:type")), NamedNode(expand(name))):
            found.add(quad.subject.value)
    chance = random.Random(seed)
    every = sorted(set().union(*kinds.values()))
    each = min(EACH, max(1, number // len(kinds)))
    first = [one for found in kinds.values() for one in chance.sample(sorted(found), min(each, len(found)))]
    rest = chance.sample(every, min(len(every), number))
    return list(dict.fromkeys([*first, *rest]))[:number]


def differences(client: Client, address: str) -> Iterator[tuple[str, bool]]:
    """Yield each reading of a document, as the names of format and reader, and whether it differs from the first."""
    expected: str | None = None
    for one in DOCUMENT_FORMATS:
        if one == HTML:
            continue
        reply = client.get(address, headers={"Accept": one.content_type})
        assert (reply.status_code, reply.headers["Content-Type"]) == (200, one.content_type), address
        for reader in readers(one):
            found = canonical("\n".join(sorted(reader(reply.data, one).splitlines())))
            expected = expected or found
            yield f"{one.name} read {reader.__name__.replace('_', ' ')}", found != expected


def run(folder: Path, number: int, seed: int) -> int:
    """Compare ``number`` resources of a store, print what differs, and return how many readings do."""
    started = time.perf_counter()
    graph = Store(folder).current().open()
    resources = drawn(graph, number, seed)
    del graph
    settings = replace(Settings(), store=str(folder), query_seconds=60.0)
    readings: Counter[bool] = Counter()
    with Workers(Store(folder), settings) as workers:
        client = Client(create_app(settings, workers))
        addresses = Addresses(workers.snapshot.manifest.base)
        for iri in resources:
            for name, differs in differences(client, f"/{addresses.document(iri)}"):
                readings[differs] += 1
                if differs:
                    print(f"{compact(iri)}: {name} differs")
    seconds = time.perf_counter() - started
    print(f"seed {seed}: {len(resources)} resources, {readings.total():,} readings in {seconds:.0f} s,", end=" ")
    print(f"{readings[True]} differ")
    return readings[True]


def main() -> int:
    """Run the comparison that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--resources", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's own parser uses names that rdflib deprecates
    return 1 if run(arguments.store, arguments.resources, arguments.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
