"""Aliases, which only all months together tell -> the months' quads, with the canonical nodes in their places.

A month is converted with the nodes that tables tell. Where it names an alias, its file is written once more; what was
put in place is noted with a kept month, so that the next build need only do what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path
from typing import Final

from kg.entities import categories
from kg.entities.nodes import Nodes
from kg.entities.places import naming
from kg.pipeline.kept_months import ConvertedMonth
from kg.pipeline.moves import Converted
from kg.process.parallel import each
from kg.rdf import NamedNode, Quad
from kg.shapes.shards import CheckedShard, check_shard

_END: Final = b"> .\n"
Renamed = tuple[bytes, bytes]
"""A line of N-Triples, and the one in its place."""


def renamed(quads: Iterable[Quad], canonical: Mapping[str, str]) -> Iterator[Quad]:
    """Yield quads with the canonical nodes (by the IRIs of aliases) where they name aliases."""
    for quad in quads:
        iri = quad.object.value if isinstance(quad.object, NamedNode) else ""
        yield Quad(quad.subject, quad.predicate, NamedNode(canonical[iri])) if iri in canonical else quad


def stale(month: ConvertedMonth, known: Mapping[str, str]) -> bool:
    """Return whether a kept month names by another node what the ledger has now as another thing; both by IRIs."""
    return any(known.get(alias) != iri for alias, iri in month.renamed.items())


def pending(month: ConvertedMonth, nodes: Nodes, canonical: Mapping[str, str]) -> dict[str, str]:
    """Return the aliases that a month names, with their canonical nodes, but for those that it has no more."""
    named, minter = month.outcome.named, nodes.minter
    labelled = chain(
        (minter.organization(key) for key, _ in named.publishers),
        (minter.category(categories.load().name(heading)) for _, heading in named.categories),
    )
    places = (naming.iri(place, minter, nodes.gazetteer) for place in named.known_places(nodes.gazetteer))
    found = chain(
        month.renamed.values(), places, labelled, (nodes.iri(language, title) for language, title in named.entities)
    )
    return {iri: canonical[iri] for iri in found if iri and iri in canonical and iri not in month.renamed}


def finished(
    converted: Iterable[Converted], nodes: Nodes, canonical: Mapping[str, str], scratch: Path, jobs: int
) -> Iterator[tuple[ConvertedMonth, list[Renamed]]]:
    """Yield converted months with canonical nodes in the places of aliases, checked, and the lines that this changes.

    What has to be written once more lies in ``scratch``. Raises StoreError if a process dies.
    """
    parts = [part for _, part in converted]
    aliases = [pending(part, nodes, canonical) for part in parts]
    files = [scratch / f"renamed-{number}.nt" if some else parts[number].file for number, some in enumerate(aliases)]
    every = list(zip(parts, aliases, files, strict=True))
    work = [(part.file, some, file) for part, some, file in every if some or part.checked is None]
    found = each(_finish, work, jobs)
    for part, some, file in every:
        if not some and part.checked:
            yield part, []
            continue
        changed, checked = next(found)
        renamed = {alias: canonical.get(iri, iri) for alias, iri in (part.renamed | some).items()}
        yield replace(part, file=file, renamed=renamed if some else part.renamed, checked=checked), changed


def _finish(file: Path, aliases: Mapping[str, str], target: Path) -> tuple[list[Renamed], CheckedShard]:
    changed = rename(file, aliases, target) if aliases else []
    return changed, check_shard(target)


def rename(file: Path, aliases: Mapping[str, str], target: Path) -> list[Renamed]:
    """Write the file of a month to another one with canonical nodes in the places of aliases, in order, each line once.

    Returns the lines that have others in their places now, each with that.
    """
    by_bytes = {alias.encode(): iri.encode() for alias, iri in aliases.items()}
    with file.open("rb") as lines:
        found = list(lines)
    changed = []
    for number, line in enumerate(found):
        if fresh := _renamed(line, by_bytes):
            changed.append((line, fresh))
            found[number] = fresh
    found.sort()  # which is quick, since nearly all lines are in order
    with target.open("wb") as output:
        output.writelines(line for line, _ in groupby(found))
    return changed


def _renamed(line: bytes, aliases: Mapping[bytes, bytes]) -> bytes | None:
    """Return a line of N-Triples with another object where that is an alias, else None."""
    if not line.endswith(_END):
        return None
    start = line.rfind(b"<") + 1
    iri = aliases.get(line[start : -len(_END)])
    return None if iri is None else line[:start] + iri + _END
