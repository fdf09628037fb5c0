"""Which places an item names, and which entity each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kg.dialects.item import Item
from kg.entities.gazetteer import Gazetteer
from kg.entities.location import english
from kg.entities.names import without_marks
from kg.entities.place import Place, names_place
from kg.rdf.iri import Minter

# What stands before a name when the sentence says that something happened there.
LOCATED = re.compile(
    r"\b(?:in|at|near|outside|inside|around|across|throughout)\s+(?:the\s+)?"
    r"(?:(?:[\w'’-]+\s+){0,2}(?:city|town|village|capital|port|province|state|district|region|governorate|suburb)\s+(?:of\s+)?)?$",
    re.IGNORECASE,
)
# What stands behind the name of a country that something belongs to, wherever it is.
ABROAD = re.compile(r"(?:['’]s?)?\s+(?:embassy|consulate|ambassador|high\s+commission)\b", re.IGNORECASE)
WORD = re.compile(r"\w")
# Countries whose English titles keep the macrons of their names: Kōchi, Jūrmala, Šiauliai, Whangārei.
MARKED_TITLES = frozenset({"JP", "LT", "LV", "NZ"})


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that an item names: its English article title where known, and the words that name it."""

    place: Place
    title: str | None
    anchor: str = field(default="", compare=False)


@lru_cache(maxsize=131_072)
def of_title(title: str, gazetteer: Gazetteer) -> Place | None:
    """Return the place that the English article ``title`` is about, if it is about one."""
    return gazetteer.by_title(title)


@lru_cache(maxsize=65_536)
def of_label(label: str, gazetteer: Gazetteer) -> Place | None:
    """Return the place that a printed label names, if the rules for labels are sure of it."""
    return gazetteer.by_label(label)


def title_of(place: Place, gazetteer: Gazetteer) -> str | None:
    """Return the title of a place's English article: the one in the table, or its name where that leads back to it.

    The marks of a transliteration are no part of a title: Ḩamāh has the article Hamah.
    """
    if place.title:
        return place.title
    name = place.name if place.country in MARKED_TITLES else without_marks(place.name)
    return name if of_title(name, gazetteer) == place else None


def named_by(item: Item, gazetteer: Gazetteer) -> list[NamedPlace]:
    """Return the places that an item's links name; a link shown as a demonym ("Indian") names none."""
    found = []
    for link in item.mentions:
        place = of_title(link.title, gazetteer)
        if place and names_place(place, link.anchor, link.trail):
            found.append(NamedPlace(place, link.title, link.anchor))
    topics = ((title, of_title(title, gazetteer)) for title in item.topics)
    return found + [NamedPlace(place, title) for title, place in topics if place]


def named_by_labels(labels: Iterable[str], gazetteer: Gazetteer) -> list[NamedPlace]:
    """Return the places that printed labels name."""
    places = ((label, of_label(label, gazetteer)) for label in labels)
    return [NamedPlace(place, title_of(place, gazetteer), label) for label, place in places if place]


def is_location(named: NamedPlace, item: Item) -> bool:
    """Whether the sentence says, with a preposition, that the event happened at the place."""
    if not named.anchor:
        return False
    longer = [link.anchor for link in item.mentions if named.anchor in link.anchor and named.anchor != link.anchor]
    spans = ((at, at + len(named.anchor)) for at in _occurrences(named.anchor, item.title))
    return any(
        english.is_located(item.title, start, end)
        for start, end in spans
        if not any(_is_part(item.title, start, end, name) for name in longer)
    )


def _is_part(text: str, start: int, end: int, name: str) -> bool:
    """Whether what stands from ``start`` to ``end`` is part of a longer name there."""
    at = text.find(name, max(0, end - len(name)))
    return 0 <= at <= start


def _occurrences(name: str, text: str) -> Iterator[int]:
    """Yield where ``name`` begins in ``text`` as a whole: not the "Niger" of "Nigeria"."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        whole = not WORD.match(text, end)
        if whole:
            yield at
        at = text.find(name, end if whole else at + 1)


def iri(place: Place, minter: Minter, gazetteer: Gazetteer) -> str:
    """Return the IRI of a place: that of its article's entity, else one made from its GeoNames id."""
    title = title_of(place, gazetteer)
    if title is None and place.geonames is not None:
        return minter.geonames(place.geonames)
    return minter.entity("en", title or place.name)
