"""Describes what events name in quads: entities, places and their containers, each once, and former IRIs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from kg.dialects.item import StatedPlace
from kg.entities.aliases import Aliases
from kg.entities.nodes import Nodes
from kg.entities.places import naming
from kg.entities.places.place import Place
from kg.mapping.event import NamedThings
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import spell

PLACE_CLASSES: Final = {"country": terms.COUNTRY, "division": terms.ADMINISTRATIVE_AREA, "city": terms.CITY}
"""The class of each kind of place in the gazetteer; an area is only known to be a place."""


def entity_quads(named: NamedThings, nodes: Nodes, aliases: Aliases) -> Iterator[Quad]:
    """Yield the descriptions of all entities that events name, each once, and of the places that contain places.

    The canonical title of an entity is its label. A title that no article can have is only a label.
    """
    entities = _Entities(nodes, aliases, _titles(named, nodes, aliases))
    places: dict[str, Place] = {}
    for iri in sorted(entities.titles):
        yield from entities.describe(iri)
        if found := entities.place(iri):
            places[iri] = found
            yield from entities.located(iri, found)
    yield from _others(entities, [*places.values(), *named.known_places(nodes.gazetteer)], places)
    yield from _stated(entities, named.stated)
    yield from alias_quads(aliases.canonical)
    for language, title, words in sorted(named.topic_words):
        topic = nodes.iri(language, title)
        if topic and nodes.article(aliases.of(topic)) != (language, words):
            yield Quad(NamedNode(aliases.of(topic)), terms.ALT_LABEL, Literal(words, language=language))
    for language, title in sorted(named.entities):
        if nodes.iri(language, title) is None:
            former = NamedNode(nodes.minter.entity(language, title))
            yield Quad(former, terms.LABEL, Literal(title, language=language))


def _stated(entities: _Entities, stated: Iterable[tuple[str, StatedPlace]]) -> Iterator[Quad]:
    """Yield the places that archives state and the gazetteer lacks, each with all of its names."""
    found: dict[str, list[tuple[str, StatedPlace]]] = defaultdict(list)
    for language, place in sorted(stated, key=repr):
        if iri := naming.stated_iri(place, entities.nodes.minter):
            found[iri].append((language, place))
        elif iri := entities.nodes.iri(language, place.article):
            yield from entities.article(NamedNode(entities.aliases.of(iri)), place)
    for iri, places in sorted(found.items()):
        yield from entities.stated(NamedNode(iri), places)


def alias_quads(canonical: Mapping[str, str]) -> Iterator[Quad]:
    """Yield the descriptions of alias IRIs: where they lead, and that they are no longer used."""
    for alias, iri in sorted(canonical.items()):
        yield Quad(NamedNode(alias), terms.REPLACED_BY, NamedNode(iri))
        yield Quad(NamedNode(alias), terms.DEPRECATED, terms.TRUE)


def former_quads(names: Mapping[str, str], nodes: Nodes) -> Iterator[Quad]:
    """Yield the labels, by IRI, of things that events named in the past.

    A label of an entity has the language that ``describe`` gives it; that of a place which an archive stated is not
    known any more ("und", RFC 5646).
    """
    for iri, label in sorted(names.items()):
        article = nodes.article(iri)
        if iri.startswith(f"{nodes.minter.base}entity/"):
            yield Quad(NamedNode(iri), terms.TYPE, terms.ENTITY)
            language = article[0] if article else "en" if nodes.geonames(iri) else "und"
            yield Quad(NamedNode(iri), terms.LABEL, Literal(label, language=language))
        else:
            yield Quad(NamedNode(iri), terms.LABEL, Literal(label))


def _titles(named: NamedThings, nodes: Nodes, aliases: Aliases) -> dict[str, set[str]]:
    """Return the titles under which every entity is known, by its canonical IRI."""
    found: dict[str, set[str]] = defaultdict(set)
    for language, title in named.entities:
        if iri := nodes.iri(language, title):
            found[aliases.of(iri)].add(title)
    for alias, iri in aliases.canonical.items():
        if article := nodes.article(alias):
            found[iri].add(article[1])
    return found


def _others(entities: _Entities, places: Iterable[Place], told: Mapping[str, Place]) -> Iterator[Quad]:
    """Yield places that no title of the archive leads to: those named by a label, and containers of others."""
    containers = chain.from_iterable(map(entities.nodes.gazetteer.containers, places))
    described = {entities.iri(found): found for found in (*places, *containers)}
    for iri, found in sorted(described.items()):
        if iri not in told:
            if iri not in entities.titles:
                yield from entities.describe(iri, found)
            yield from entities.located(iri, found)


@dataclass(frozen=True)
class _Entities:
    """Describes entities; ``titles`` has the titles of each."""

    nodes: Nodes
    aliases: Aliases
    titles: Mapping[str, set[str]]

    def iri(self, place: Place) -> str:
        """Return the canonical IRI of a place."""
        return self.aliases.of(naming.iri(place, self.nodes.minter, self.nodes.gazetteer))

    def describe(self, iri: str, place: Place | None = None) -> Iterator[Quad]:
        """Yield the labels of an entity, and its article."""
        subject = NamedNode(iri)
        yield Quad(subject, terms.TYPE, terms.ENTITY)
        article = self.nodes.article(iri)
        language, title = article or ("en", place.name if place else iri)
        yield Quad(subject, terms.LABEL, Literal(title, language=language))
        for other in sorted(self.titles.get(iri, set()) - {title}):
            yield Quad(subject, terms.ALT_LABEL, Literal(other, language=language))
        if article:
            page = spell(title.replace(" ", "_"))
            yield Quad(subject, terms.SAME_AS, NamedNode(f"https://{language}.wikipedia.org/wiki/{page}"))
            if language == "en":
                yield Quad(subject, terms.CLOSE_MATCH, NamedNode(f"http://dbpedia.org/resource/{page}"))

    def place(self, iri: str) -> Place | None:
        """Return the place that any title of an entity denotes; its GeoNames id belongs to one entity only."""
        article = self.nodes.article(iri)
        if article is None or article[0] != "en":
            return None
        known = (naming.of_title(title, self.nodes.gazetteer) for title in (article[1], *sorted(self.titles[iri])))
        found = next((place for place in known if place), None)
        return replace(found, geonames=None) if found and found.geonames and self.iri(found) != iri else found

    def located(self, iri: str, found: Place) -> Iterator[Quad]:
        """Yield what is known about a place: its kind, where it is, and what contains it."""
        subject = NamedNode(iri)
        yield Quad(subject, terms.TYPE, terms.SCHEMA_PLACE)
        if found.kind in PLACE_CLASSES:
            yield Quad(subject, terms.TYPE, PLACE_CLASSES[found.kind])
        if found.geonames:
            yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"https://sws.geonames.org/{found.geonames}/"))
        if found.country:
            yield Quad(subject, terms.ADDRESS_COUNTRY, Literal(found.country))
        if found.wikidata:
            yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"http://www.wikidata.org/entity/{found.wikidata}"))
        if found.lat and found.long:
            yield Quad(subject, terms.LATITUDE, Literal(found.lat, datatype=terms.DECIMAL))
            yield Quad(subject, terms.LONGITUDE, Literal(found.long, datatype=terms.DECIMAL))
        for container in self.nodes.gazetteer.containers(found):
            yield Quad(subject, terms.CONTAINED_IN_PLACE, NamedNode(self.iri(container)))

    def article(self, subject: NamedNode, place: StatedPlace) -> Iterator[Quad]:
        """Yield that the subject of an article is a place, as an archive states, and its containers."""
        yield Quad(subject, terms.TYPE, terms.SCHEMA_PLACE)
        holder = naming.around(replace(place, names=place.names[1:]), self.nodes.gazetteer)
        if holder and self.iri(holder) != subject.value:
            yield Quad(subject, terms.CONTAINED_IN_PLACE, NamedNode(self.iri(holder)))

    def stated(self, subject: NamedNode, places: list[tuple[str, StatedPlace]]) -> Iterator[Quad]:
        """Yield what archives say about a place that the gazetteer lacks: names, point, and containers."""
        yield Quad(subject, terms.TYPE, terms.ENTITY)
        yield Quad(subject, terms.TYPE, terms.SCHEMA_PLACE)
        labels: dict[str, str] = {}
        for language, place in places:
            name = place.names[0] if place.names else subject.value.rpartition("/")[2]
            known = labels.setdefault(language, name)
            predicate = terms.LABEL if known == name else terms.ALT_LABEL
            yield Quad(subject, predicate, Literal(name, language=language))
        first = next((place for _, place in places if place.latitude), None)
        if first:
            yield Quad(subject, terms.LATITUDE, Literal(first.latitude, datatype=terms.DECIMAL))
            yield Quad(subject, terms.LONGITUDE, Literal(first.longitude, datatype=terms.DECIMAL))
        if places[0][1].geonames is not None:
            yield Quad(subject, terms.EXACT_MATCH, NamedNode(f"https://sws.geonames.org/{places[0][1].geonames}/"))
        holders = (naming.around(place, self.nodes.gazetteer) for _, place in places)
        around = list(dict.fromkeys(filter(None, holders)))
        if around and around[0].country:
            yield Quad(subject, terms.ADDRESS_COUNTRY, Literal(around[0].country))
        for holder in around:
            yield Quad(subject, terms.CONTAINED_IN_PLACE, NamedNode(self.iri(holder)))
