"""Gathers what the graph says about events for the index: a collector of blocks (see kg.rdf.lines.blocks)."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from kg.lookup.listing.facet import SAID, Facet
from kg.rdf import terms
from kg.rdf.lines.blocks import Block, is_iri, text, token

TYPE: Final = token(terms.TYPE)
EVENT: Final = token(terms.EVENT)
LABEL: Final = token(terms.LABEL)
START_DATE: Final = token(terms.START_DATE)
LANGUAGE: Final = token(terms.LANGUAGE)
SOURCE: Final = token(terms.SOURCE)
PUBLISHER: Final = token(terms.PUBLISHER)
SUB_EVENT: Final = token(terms.SUB_EVENT)
CONTAINED_IN_PLACE: Final = token(terms.CONTAINED_IN_PLACE)
PLACE: Final = token(terms.SCHEMA_PLACE)
COUNTRY: Final = token(terms.COUNTRY)
ADMINISTRATIVE_AREA: Final = token(terms.ADMINISTRATIVE_AREA)
AREAS: Final = frozenset((ADMINISTRATIVE_AREA, COUNTRY))
"""The classes of places with the coordinates of some point inside: nothing happened exactly there."""
PLACES: Final = {COUNTRY: "country", ADMINISTRATIVE_AREA: "division", token(terms.CITY): "city", PLACE: "place"}
"""Words for the classes of places, the most specific first."""
COORDINATES: Final = ((token(terms.LATITUDE), 90.0), (token(terms.LONGITUDE), 180.0))
NAMING: Final = {token(property_): facets for property_, facets in SAID.items()}

Value = int
"""A facet and the number of a thing, packed into one number (see ``packed``)."""


class Point(NamedTuple):
    """The coordinates, in degrees, of a place that is not an area."""

    latitude: float
    longitude: float


class Gathered(NamedTuple):
    """An event in index order: its IRI, its day ("" if it has none) and its values."""

    iri: str
    day: str
    values: array[int]


class Events:
    """A collector of what a graph says about events, with numbers for the things that they name.

    An event is anything with the class, a label and a day; a day that is not in the calendar counts as unknown.
    """

    def __init__(self) -> None:
        self.things: dict[bytes, int] = {}
        self.points: dict[int, Point] = {}
        self.places: dict[int, str] = {}
        self._events: list[tuple[str, bytes]] = []
        self._said = array("Q")  # values of all events; those of each end at its offset in _ends
        self._ends = array("Q", [0])
        self._cited: dict[int, list[int]] = {}  # hashes of sources by event: with 64 bits, collisions are very unlikely
        self._published: dict[int, list[int]] = {}
        self._parts: list[tuple[int, bytes]] = []
        self._containers: dict[int, list[int]] = {}

    def thing(self, term: bytes) -> int:
        """Return the number of a thing, assigning one if it has none yet."""
        return self.things.setdefault(term, len(self.things))

    def add(self, block: Block) -> None:
        """Collect what a block says about an event, or what a place, source or story adds to its events."""
        said, subject = block.said, block.subject
        if not is_iri(subject):
            return
        classes = block.values(TYPE)
        if EVENT in classes and START_DATE in said and any(one.startswith(b'"') for one in block.values(LABEL)):
            self._event(block)
        if PUBLISHER in said:
            self._published[hash(subject)] = self._things(said[PUBLISHER])
        if SUB_EVENT in said:
            story = self.thing(subject)
            self._parts += [(story, term) for term in filter(is_iri, said[SUB_EVENT])]
        if CONTAINED_IN_PLACE in said:
            self._containers[self.thing(subject)] = self._things(said[CONTAINED_IN_PLACE])
        if PLACE in classes:
            self._place(block, classes)

    def _event(self, block: Block) -> None:
        number = len(self._events)
        days = filter(terms.is_day, map(text, block.said[START_DATE]))
        self._events.append((max(days, default=""), block.subject))
        for name in block.said.keys() & NAMING.keys():
            for thing in self._things(block.said[name]):
                self._said.extend(packed(facet, thing) for facet in NAMING[name])
        for term in block.values(LANGUAGE):
            if term.startswith(b'"'):
                self._said.append(packed(Facet.LANGUAGE, self.thing(language(text(term)))))
        self._ends.append(len(self._said))
        if SOURCE in block.said:
            self._cited[number] = [hash(term) for term in block.said[SOURCE]]

    def _place(self, block: Block, classes: Collection[bytes]) -> None:
        number = self.thing(block.subject)
        self.places[number] = next(word for class_, word in PLACES.items() if class_ in classes)
        if AREAS.isdisjoint(classes) and (point := _point(block)):
            self.points[number] = point

    def _things(self, found: Iterable[bytes]) -> list[int]:
        return [self.thing(term) for term in filter(is_iri, found)]

    def gathered(self) -> Iterator[Gathered]:
        """Yield the events, oldest first, those of one day sorted by IRI."""
        numbers = {iri: number for number, (_, iri) in enumerate(self._events)}
        stories = defaultdict[int, list[int]](list)
        for story, term in self._parts:
            if term in numbers:
                stories[numbers[term]].append(story)
        containing = cache(self._containing)
        for number in sorted(range(len(self._events)), key=self._events.__getitem__):
            day, iri = self._events[number]
            values = set(self._said[self._ends[number] : self._ends[number + 1]])
            values.update(packed(Facet.STORY, story) for story in stories.get(number, ()))
            values.update(packed(Facet.PUBLISHER, one) for one in self._publishers(number))
            places = [thing for facet, thing in map(unpacked, values) if facet == Facet.IN]
            values.update(packed(Facet.IN, one) for place in places for one in containing(place))
            values.update(packed(Facet.POINT, place) for place in places if place in self.points)
            yield Gathered(iri[1:-1].decode(), day, array("Q", values))

    def _publishers(self, number: int) -> Iterator[int]:
        for source in self._cited.get(number, ()):
            yield from self._published.get(source, ())

    def _containing(self, place: int) -> frozenset[int]:
        """Return a place with all its containers, even if they form a circle."""
        found, fresh = {place}, [place]
        while fresh:
            fresh = [one for place in fresh for one in self._containers.get(place, ()) if one not in found]
            found.update(fresh)
        return frozenset(found)


def language(tag: str) -> bytes:
    """Return the key of a language among the things; all other keys are IRIs."""
    return f'"{tag}"'.encode()


def packed(facet: Facet, thing: int) -> Value:
    """Pack a facet and a thing into one number."""
    return thing << 4 | facet


def unpacked(value: Value) -> tuple[int, int]:
    """Unpack a facet and a thing from one number."""
    return value & 15, value >> 4


def _point(block: Block) -> Point | None:
    found = [_degrees(block.values(name), most) for name, most in COORDINATES]
    return Point(*found) if not any(map(math.isnan, found)) else None


def _degrees(found: Iterable[bytes], most: float) -> float:
    """Return the smallest of some latitudes or longitudes within a limit in degrees, or NaN."""
    numbers = (_number(text(term)) for term in found if term.startswith(b'"'))
    return min((one for one in numbers if abs(one) <= most), default=math.nan)


def _number(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:
        return math.nan
