"""Finds the places that an item names, and the entity that each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kg.dialects.item import Item, StatedPlace
from kg.entities.location import chinese, english
from kg.entities.places.gazetteer import Gazetteer
from kg.entities.places.names import without_marks
from kg.entities.places.place import Place, names_place
from kg.rdf.iri import Minter

WORD = re.compile(r"\w")
HYPHENS = "-\u2010\u2011"
# What joins a name to another word: the hyphen before "flagged", or after "anti". "Russia-Ukraine" names both.
BOUND = re.compile(r"[-\u2010\u2011][^\W\d_A-Z]")
BOUND_BEFORE = re.compile(r"\b(?:anti|pro|non|ex|mid|trans|pan|post|pre|inter|intra|un)[-\u2010\u2011]$", re.IGNORECASE)
LONGEST_PREFIX = 8
SHORT = 2
"""The length of a Chinese name that may be part of a word: only a large city counts."""
LARGE_CITY = 1_000_000
# Countries whose English titles keep the macrons of their names: Kōchi, Jūrmala, Šiauliai, Whangārei.
MARKED_TITLES = frozenset({"JP", "LT", "LV", "NZ"})


# A name in plain text: words with a capital, and what may join them. "Syria's Homs" is two.
RUN = re.compile(r"(?<![\w’'-])[^\W\d_a-z][\w-]*(?: (?:of |of the |al-|el-)?[^\W\d_a-z][\w-]*)*")
FIRST_WORDS = re.compile(r"(?:In|At|Near|Outside|Inside|Across|The|A|An|Off|Around|Throughout|Within) ")
FAR_APART = 1.0
"""Degrees between a stated point and a city of the stated name; further away, it is a different one."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that an item names: its English article title, if known, and the words that name it."""

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
    """Return the title of a place's English article: the one in the table, or its name if that leads back to it.

    The marks of a transliteration are not part of a title: Ḩamāh has the article Hamah.
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
        if place and names_place(place, link.anchor, link.trail) and not _is_compound(link.anchor, item.title):
            found.append(NamedPlace(place, link.title, link.anchor))
    topics = ((title, of_title(title, gazetteer)) for title in item.topics)
    return found + [NamedPlace(place, title) for title, place in topics if place]


def _is_compound(anchor: str, text: str) -> bool:
    """Return whether a hyphen joins the words to another word wherever they occur: "Togo-flagged", "anti-Syria"."""
    if not any(f"{anchor}{hyphen}" in text or f"{hyphen}{anchor}" in text for hyphen in HYPHENS):
        return False
    starts = list(_occurrences(anchor, text))
    return bool(starts) and all(
        BOUND.match(text, at + len(anchor)) or BOUND_BEFORE.search(text[max(0, at - LONGEST_PREFIX) : at])
        for at in starts
    )


def named_by_labels(labels: Iterable[str], gazetteer: Gazetteer) -> list[NamedPlace]:
    """Return the places that printed labels name."""
    places = ((label, of_label(label, gazetteer)) for label in labels)
    return [NamedPlace(place, title_of(place, gazetteer), label) for label, place in places if place]


def named_by_text(item: Item, gazetteer: Gazetteer) -> list[NamedPlace]:
    """Return the places where an English sentence without links says that the event happened, by whole names in it.

    Without links, a name proves little: only words that say where something happened count.
    """
    if not item.is_plain or item.language.partition("-")[0] != "en":
        return []
    found = []
    for run in RUN.finditer(item.title):
        first = FIRST_WORDS.match(run[0])
        start = run.start() + (first.end() if first else 0)
        name = item.title[start : run.end()]
        place = of_label(name, gazetteer)
        if place and english.is_located(item.title, start, run.end()):
            found.append(NamedPlace(place, title_of(place, gazetteer), name))
    return found


def stated(place: StatedPlace, gazetteer: Gazetteer) -> Place | None:
    """Return the place in the gazetteer for a stated one: by its GeoNames id or, without a point, by its names."""
    if place.geonames is not None:
        return gazetteer.by_id(place.geonames)
    return None if place.latitude else _of_names(place.names, gazetteer)


def around(place: StatedPlace, gazetteer: Gazetteer) -> Place | None:
    """Return the smallest place that the names of a stated point denote, if it contains the point."""
    names = place.names
    found = (_of_names(names[start:], gazetteer) for start in range(len(names)))
    return next((one for one in found if one and not _is_elsewhere(one, place)), None)


def _of_names(names: tuple[str, ...], gazetteer: Gazetteer) -> Place | None:
    """Return the place with the first of some names, in one with the last, if that is a country's."""
    if not names:
        return None
    country = of_label(names[-1], gazetteer)
    known = (of_label(name, gazetteer) for name in (", ".join(names[:2]), names[0]))
    return next((one for one in known if one and _is_within(one, country)), None)


def _is_within(place: Place, country: Place | None) -> bool:
    return country is None or country.kind != "country" or not place.country or place.country == country.country


def _is_elsewhere(found: Place, stated: StatedPlace) -> bool:
    if found.kind != "city" or not (found.lat and stated.latitude):
        return False
    apart = (float(found.lat) - float(stated.latitude), float(found.long) - float(stated.longitude))
    return max(map(abs, apart)) > FAR_APART


def is_location(named: NamedPlace, item: Item, gazetteer: Gazetteer) -> bool:
    """Return whether the sentence, in English or Chinese, says that the event happened at the place."""
    if not named.anchor:
        return False
    if item.language == "en":
        return any(english.is_located(item.title, *span) for span in _spans(named, item))
    if item.language.partition("-")[0] == "zh":
        return _is_chinese_location(named.place, item.title, gazetteer)
    return False


def _spans(named: NamedPlace, item: Item) -> Iterator[tuple[int, int]]:
    """Yield the positions of the words that name a place: not the "Sudan" of another link's "South Sudan"."""
    anchor = named.anchor
    longer = [link.anchor for link in item.mentions if anchor in link.anchor and anchor != link.anchor]
    for at in _occurrences(anchor, item.title):
        end = at + len(anchor)
        if not any(0 <= item.title.find(name, max(0, end - len(name))) <= at for name in longer):
            yield at, end


def _is_chinese_location(place: Place, text: str, gazetteer: Gazetteer) -> bool:
    """Return whether a Chinese sentence says that the event happened at a place, or at a part that it names."""
    found = list(_chinese_names(place, text, gazetteer))
    letters = list(text)
    for start, end, _ in found:
        letters[start:end] = chinese.marked(text[start:end])
    named = "".join(letters)
    within = ((start, end) for start, end, one in found if one == place or place in gazetteer.containers(one))
    return any(chinese.is_located(named, start, end) for start, end in within)


def _chinese_names(place: Place, text: str, gazetteer: Gazetteer) -> Iterator[tuple[int, int, Place]]:
    """Yield the positions of place names in a sentence without spaces, longest first: not the India of Indonesia.

    Short names of small towns are taken as parts of other words, except the requested one.
    """
    at = 0
    while at < len(text):
        name = gazetteer.chinese.longest_at(text, at)
        named = of_label(name, gazetteer) if name else None
        if named and (named == place or len(name) > SHORT or named.kind != "city" or named.population > LARGE_CITY):
            yield at, at + len(name), named
        at += len(name) or 1


def _occurrences(name: str, text: str) -> Iterator[int]:
    """Yield where ``name`` occurs in ``text`` as a whole: not the "Niger" of "Nigeria"."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        whole = not WORD.match(text, end)
        if whole:
            yield at
        at = text.find(name, end if whole else at + 1)


def stated_iri(place: StatedPlace, minter: Minter) -> str | None:
    """Return the IRI of a stated place that is not in the gazetteer; None if only its names are known."""
    if place.geonames is not None:
        return minter.geonames(place.geonames)
    return minter.point(place.latitude, place.longitude) if place.latitude else None


def iri(place: Place, minter: Minter, gazetteer: Gazetteer) -> str:
    """Return the IRI of a place: that of its article's entity, or else one made from its GeoNames id."""
    title = title_of(place, gazetteer)
    if title is None and place.geonames is not None:
        return minter.geonames(place.geonames)
    return minter.entity("en", title or place.name)
