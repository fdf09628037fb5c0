"""Loads the graph of a snapshot into a service, beside those that it has, and verifies it.

It gets a named graph of its own, named by the hash of its content, and is sent part by part. A part that the service
already has is not sent again, so that a load stopped on either side continues where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, parse

from kg.errors import RemoteStoreError
from kg.rdf import NamedNode
from kg.rdf.graph import Pattern
from kg.store.layout import Store
from kg.store.remote import RemoteGraph
from kg.store.service.client import SparqlService
from kg.store.service.loaded import LoadedGraphs
from kg.store.service.parts import GraphPart, GraphPlan, parts, plan
from kg.store.snapshot import Snapshot

AT_ONCE: Final = 50
"""The number of samples in one query."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FinishedLoad:
    """A finished load: the graph, its number of triples, and how many of how many parts were sent."""

    graph: str
    triples: int
    sent: int
    parts: int


def load(
    store: Store,
    snapshot: Snapshot,
    into: LoadedGraphs,
    service: SparqlService,
    progress: Progress = lambda done, total: None,
    *,
    sending: bool = True,
) -> FinishedLoad:
    """Load a snapshot, verify it, note it, and remove graphs no longer needed.

    ``progress`` is called with how many of how many triples are loaded. Without ``sending``, it was loaded by other
    means, and is only verified and noted. Raises RemoteStoreError, and StoreError if the snapshot cannot be read;
    whatever is loaded stays, for the next try.
    """
    planned = plan(snapshot.manifest.base, parts(store, snapshot))
    graph = planned.name
    into = into.beginning(graph)
    into.write(store)
    done = put(service, planned, lambda: parts(store, snapshot), progress, sending=sending)
    into = into.with_graph(snapshot.id, graph)
    into.write(store)
    for one in into.begun:
        service.drop(one)
        into = into.without(one)
        into.write(store)
    return done


def put(
    service: SparqlService,
    planned: GraphPlan,
    found: Callable[[], Iterable[GraphPart]],
    progress: Progress,
    *,
    sending: bool = True,
) -> FinishedLoad:
    """Put a graph into a service, as far as it is not there, from the parts that ``found`` yields, and verify it.

    Raises RemoteStoreError.
    """
    graph, total = planned.name, planned.triples
    count, sent = service.count(graph), 0
    if sending and count != total:
        sent = _sent(service, graph, found(), total, progress, is_new=count == 0)
        count = service.count(graph)
    if count != total:
        raise RemoteStoreError(f"the remote store has {count:,} triples in {graph}, which has {total:,}")
    _verify(service, planned)
    return FinishedLoad(graph, total, sent, planned.parts)


def _sent(
    service: SparqlService, graph: str, found: Iterable[GraphPart], total: int, progress: Progress, *, is_new: bool
) -> int:
    """Send the parts that a graph lacks, and check that they arrived; return how many were sent."""
    sent = done = 0
    for part in found:
        subjects = [NamedNode(one) for one in part.subjects]
        if is_new or service.count(graph, subjects) != part.count:
            service.add(graph, part.content)
            sent += 1
            if (count := service.count(graph, subjects)) != part.count:
                raise RemoteStoreError(
                    f"the remote store has {count:,} triples of a part that has {part.count:,} (SHA-256 {part.sha256})"
                )
        done += part.count
        progress(done, total)
    return sent


def _verify(service: SparqlService, planned: GraphPlan) -> None:
    """Compare the service's answers about the samples of a graph, term by term."""
    graph, subjects = RemoteGraph.held(service, planned.name), list(planned.samples)
    for some in (subjects[start : start + AT_ONCE] for start in range(0, len(subjects), AT_ONCE)):
        lines = b"".join(planned.samples[one] for one in some)
        ours = {quad.triple for quad in parse(lines, RdfFormat.N_TRIPLES)}
        theirs = {quad.triple for quads in graph.match([Pattern(one) for one in some]) for quad in quads}
        if wrong := sorted(map(str, ours ^ theirs)):
            raise RemoteStoreError(f"the remote store says something else than it was given, such as {wrong[0][:300]}")


def write_files(store: Store, snapshot: Snapshot, folder: Path) -> tuple[str, int]:
    """Write the parts of a snapshot as files for a server's bulk loader; return the name of its graph, and the parts.

    Besides ``part-*.nt``, it writes ``load.sql`` for Virtuoso and ``load.sh`` for the Oxigraph server, and runs
    neither.
    """
    graph = plan(snapshot.manifest.base, parts(store, snapshot)).name
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for number, part in enumerate(parts(store, snapshot), start=1):
        (folder / f"part-{number:06}.nt").write_bytes(part.content)
    place = str(folder.resolve())
    quoted = place.replace("'", "''")
    sql = f"ld_dir('{quoted}', 'part-%.nt', '{graph}');\nrdf_loader_run();\ncheckpoint;\n"
    (folder / "load.sql").write_text(sql, encoding="utf-8")
    shell = f'oxigraph load --location "$1" --lenient --graph "{graph}" --file "$(dirname "$0")"/part-*.nt\n'
    (folder / "load.sh").write_text(f"#!/bin/sh\nset -eu\n{shell}", encoding="utf-8")
    return graph, number
