"""Replaces aliases in the quads of months by canonical nodes, once all months together have revealed them.

A month is converted with the nodes that tables give. If it names an alias, its file is rewritten; the replacements are
noted with a kept month, so that the next build only makes new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from kg.entities import categories
from kg.entities.nodes import Nodes
from kg.entities.places import naming
from kg.pipeline.kept_months import ConvertedMonth
from kg.rdf import NamedNode, Quad


def renamed(quads: Iterable[Quad], canonical: Mapping[str, str]) -> Iterator[Quad]:
    """Yield quads with aliases replaced by canonical nodes (given by the IRIs of aliases)."""
    for quad in quads:
        iri = quad.object.value if isinstance(quad.object, NamedNode) else ""
        yield Quad(quad.subject, quad.predicate, NamedNode(canonical[iri])) if iri in canonical else quad


def stale(month: ConvertedMonth, known: Mapping[str, str]) -> bool:
    """Return whether a kept month replaced an alias by a node other than the ledger's present one; both by IRIs."""
    return any(known.get(alias) != iri for alias, iri in month.renamed.items())


def pending(month: ConvertedMonth, nodes: Nodes, canonical: Mapping[str, str]) -> dict[str, str]:
    """Return the aliases that a month still names, with their canonical nodes."""
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
