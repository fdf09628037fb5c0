"""Adds sources to the graph: each adopted statement is in the default graph and in the named graph of its source.

A named graph has no statements from the archive or the gazetteer, so removing the triples of the named graphs from the
default graph restores it. Statements that contradict the default graph are in neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from kg.enrich import source
from kg.rdf import DefaultGraph, Literal, NamedNode, Quad, Triple, terms
from kg.rdf.prefixes import compact
from kg.store.embedded import EmbeddedGraph

#: Folder of the database without the sources in a snapshot: taking hundreds of thousands of statements out of a
#: database takes twice as long as putting them in, and doubles its size until it is compacted.
BARE: Final = "bare"

DEFAULT: Final = DefaultGraph()
POSITION: Final = (terms.LATITUDE, terms.LONGITUDE)
LABELS: Final = (terms.LABEL, terms.PREF_LABEL)
WIKIDATA: Final = "http://www.wikidata.org/"

#: The name in a manifest's counts of the triples that are in the default graph only because of sources.
ENRICHED: Final = "enriched"

# Why a statement is not adopted.
SAID: Final = "said already"
OTHER_POSITION: Final = "other coordinates are known"
OTHER_ITEM: Final = "another Wikidata id is known"
OTHER_REDIRECT: Final = "another redirect is known"
OTHER_LABEL: Final = "another label in the language is known"
GONE: Final = "the entity is no longer in the graph"
ALIAS: Final = "the entity is an alias of another one"

Said = frozenset[tuple[NamedNode, object]]


@dataclass(slots=True)
class Fate:
    """What became of the statements of one source: how many were adopted, by property, and held back, by reason."""

    adopted: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Adopted:
    """What became of each source, by the IRI of its graph.

    ``triples`` is the number of triples added to the default graph, ``quads`` the number in the named graphs.
    """

    sources: defaultdict[str, Fate] = field(default_factory=lambda: defaultdict(Fate))
    triples: int = 0
    quads: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What the default graph says about an entity: ``own`` without sources, ``all`` with those already adopted."""

    own: Said
    all: Said

    def has(self, *predicates: NamedNode) -> bool:
        return any(predicate in predicates for predicate, _ in self.all)

    def languages(self) -> set[str | None]:
        return {value.language for term, value in self.all if term in LABELS and isinstance(value, Literal)}

    def items(self) -> list[NamedNode]:
        matches = (value for term, value in self.all if term == terms.EXACT_MATCH)
        return [one for one in matches if isinstance(one, NamedNode) and one.value.startswith(WIKIDATA)]


def adopt(database: EmbeddedGraph, snapshot: Path, base: str) -> Adopted:
    """Load the sources in the folder of a snapshot into its database, which has none yet, sorted by name.

    If two sources disagree, the first one counts. A database without the sources is kept beside it, sharing its files
    where possible. Returns what became of the statements.
    """
    done, files = Adopted(), source.files(snapshot)
    if files:
        database.backup(str(snapshot / BARE))
    for file in files:
        graph = source.graph_of(base, file)
        database.bulk_extend(_quads(database, source.read(snapshot / file), graph, done))
    return done


def counts(counted: dict[str, int], adopted: Adopted) -> dict[str, int]:
    """Return the counts of a manifest with the sources in ``adopted`` instead of the earlier ones."""
    triples = counted["triples"] - counted.get(ENRICHED, 0) + adopted.triples
    others = {name: count for name, count in counted.items() if name != ENRICHED}
    return others | {"triples": triples} | ({ENRICHED: adopted.triples} if adopted.triples else {})


def clear(database: EmbeddedGraph, base: str) -> None:
    """Take all sources out of a database, leaving what the archive and the gazetteer say."""
    for graph in graphs(database, base):
        database.update(f"DELETE {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
        database.remove_graph(graph)


def graphs(database: EmbeddedGraph, base: str) -> list[NamedNode]:
    """Return the graphs of the sources in a database, sorted."""
    named = (one for one in database.named_graphs() if isinstance(one, NamedNode))
    return sorted((one for one in named if one.value.startswith(f"{base}{source.FOLDER}/")), key=str)


def _quads(database: EmbeddedGraph, triples: Iterable[Triple], graph: NamedNode, done: Adopted) -> Iterator[Quad]:
    fate = done.sources[graph.value]
    for subject, some in groupby(triples, key=lambda triple: triple.subject):
        if not isinstance(subject, NamedNode):
            continue
        statements = list(some)
        known = _known(database, subject)
        if subject.value.partition("#")[0] == graph.value:
            adopted = statements  # the provenance of the source
        elif (terms.TYPE, terms.ENTITY) in known.own:
            adopted = list(_adopted(statements, known, fate))
        else:
            fate.held_back[ALIAS if known.has(terms.REPLACED_BY) else GONE] += len(statements)
            continue
        for triple in adopted:
            done.quads += 1
            yield Quad(triple.subject, triple.predicate, triple.object, graph)
            if (triple.predicate, triple.object) not in known.all:
                done.triples += 1
                yield Quad(triple.subject, triple.predicate, triple.object)


def _known(database: EmbeddedGraph, subject: NamedNode) -> _Known:
    quads = list(database.quads_for_pattern(subject, None, None, None))
    everything = {(quad.predicate, quad.object) for quad in quads if quad.graph_name == DEFAULT}
    enriched = {(quad.predicate, quad.object) for quad in quads if quad.graph_name != DEFAULT}
    return _Known(frozenset(everything - enriched), frozenset(everything))


def _adopted(statements: list[Triple], known: _Known, fate: Fate) -> Iterator[Triple]:
    position = {(one.predicate, one.object) for one in statements if one.predicate in POSITION}
    apart = known.has(*POSITION) and not position <= known.all
    for one in statements:
        reason = OTHER_POSITION if apart and one.predicate in POSITION else _objection(one, known)
        if reason:
            fate.held_back[reason] += 1
        else:
            fate.adopted[compact(one.predicate.value)] += 1
            yield one


def _objection(one: Triple, known: _Known) -> str | None:
    """Return why a statement is not adopted, or None if it is."""
    term, value = one.predicate, one.object
    if (term, value) in known.own or (
        term in (terms.PREF_LABEL, terms.ALT_LABEL) and (terms.LABEL, value) in known.own
    ):
        return SAID
    if (term, value) in known.all:
        return None
    if term == terms.EXACT_MATCH and known.items():
        return OTHER_ITEM
    if term == terms.REDIRECTS and known.has(terms.REDIRECTS):
        return OTHER_REDIRECT
    if term == terms.PREF_LABEL and isinstance(value, Literal) and value.language in known.languages():
        return OTHER_LABEL
    # Preferred and alternative labels are disjoint (SKOS Reference, section 5.4, S13).
    return SAID if term == terms.ALT_LABEL and (terms.PREF_LABEL, value) in known.all else None
