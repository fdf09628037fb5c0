"""Describes categories and publishers in quads, with the IRIs that they had before.

An IRI once made from a printed form of a name is an alias of the node that the name means.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import vocab
from kg.entities import categories
from kg.entities.aliases import Aliases
from kg.entities.nodes import Nodes, former_titles
from kg.entities.places import naming
from kg.entities.publishers import organizations, publishers
from kg.mapping.event import NamedThings
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter


def formerly(named: NamedThings, nodes: Nodes) -> Iterator[tuple[str, str, str]]:
    """Yield each former IRI of a heading, label or place, with its current node and the reason."""
    minter = nodes.minter
    for _, heading in named.categories:
        yield minter.category(heading), minter.category(categories.load().name(heading)), "a printed heading"
    for old, key in organizations.aliases(named.publishers, publishers.load()).items():
        yield minter.organization(old), minter.organization(key), "a printed label"
    yield from _former_titles(named, nodes)


def _former_titles(named: NamedThings, nodes: Nodes) -> Iterator[tuple[str, str, str]]:
    """Yield the IRIs that former titles in the gazetteer gave to named places and their containers."""
    gazetteer, live = nodes.gazetteer, {nodes.iri(*name) for name in named.entities}
    titled = {place for name in named.entities if (place := nodes.place(*name))}
    places = titled.union(named.known_places(gazetteer))
    described = {one.geonames for place in places for one in (place, *gazetteer.containers(place))}
    for title, geonames in former_titles().items():
        place, former = gazetteer.by_id(geonames), nodes.minter.entity("en", title)
        if place and geonames in described and former not in live:
            yield former, naming.iri(place, nodes.minter, gazetteer), "a title that the place had before"


def category_quads(headings: Mapping[tuple[str, str], int], minter: Minter, aliases: Aliases) -> Iterator[Quad]:
    """Yield categories, given how often each heading (language, text) is printed; the most printed one is the label.

    A category that is a concept of the vocabulary's scheme has the concept's labels.
    """
    nodes: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for (language, heading), count in sorted(headings.items()):
        name = categories.load().name(heading)
        nodes[aliases.of(minter.category(name))].setdefault(language, Counter())[heading] += count
    for iri, found in sorted(nodes.items()):
        yield Quad(NamedNode(iri), terms.TYPE, terms.CONCEPT)
        yield from _category(NamedNode(iri), found)


def _category(subject: NamedNode, printed: Mapping[str, Counter[str]]) -> Iterator[Quad]:
    """Yield the labels of a category, given how often each of its headings is printed in each language."""
    concept = categories.load().concept(next(heading for counts in printed.values() for heading in counts))
    preferred = concept.labels if concept else {}
    for language, counts in printed.items():
        ranked = [one for one, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
        label = preferred.get(language, ranked[0])
        yield Quad(subject, terms.LABEL, Literal(label, language=language))
        for other in ranked:
            if other != label:
                yield Quad(subject, terms.ALT_LABEL, Literal(other, language=language))
    if concept is None:
        return
    yield Quad(subject, terms.IN_SCHEME, NamedNode(vocab.SCHEME))
    yield Quad(subject, terms.EXACT_MATCH, NamedNode(concept.iri))
    for language, label in concept.labels.items():
        yield Quad(subject, terms.PREF_LABEL, Literal(label, language=language))


def publisher_quads(printed: organizations.Printed, minter: Minter, aliases: Aliases) -> Iterator[Quad]:
    """Yield the organisations that publish or wrote sources, given how often each has each label."""
    for one in organizations.describe(printed, publishers.load()):
        subject = NamedNode(aliases.of(minter.organization(one.key)))
        yield Quad(subject, terms.TYPE, terms.ORGANIZATION)
        yield Quad(subject, terms.LABEL, Literal(one.name))
        for name in one.other_names:
            yield Quad(subject, terms.ALT_LABEL, Literal(name))
        if one.home:
            yield Quad(subject, terms.URL, NamedNode(one.home))


def unmapped(headings: Mapping[tuple[str, str], int]) -> list[tuple[str, str, int]]:
    """Return the headings that are not concepts of the scheme, the most printed first: language, text, how often."""
    found = [(language, heading, count) for (language, heading), count in headings.items()]
    alone = (one for one in found if categories.load().concept(one[1]) is None)
    return sorted(alone, key=lambda one: (-one[2], one[1], one[0]))
