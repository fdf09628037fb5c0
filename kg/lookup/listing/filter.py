"""The filter of a list of events, the same for every list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from kg.errors import ParameterError
from kg.lookup.listing.facet import Facet


class Choice(StrEnum):
    """One of a few words that a parameter can have, which has the name of the class."""

    @classmethod
    def from_name(cls, name: str) -> Self:
        """Return the member with a name. Raises ParameterError, which lists all names, if there is none."""
        try:
            return cls(name)
        except ValueError:
            known = tuple(one.value for one in cls)
            parameter = cls.__name__.lower()
            raise ParameterError(f"{parameter} must be one of {', '.join(known)}", parameter, known) from None


class Relation(Choice):
    """The relation of an event to a place."""

    IN = "in"
    """It happened there, or at a place that it contains."""
    NEAR = "near"
    """It happened at a point within some kilometres of the place, or at the place."""
    NAMES = "names"
    """Its sentence names the place."""


class Sort(Choice):
    """The order in which events are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    MATCH = "match"
    """By relevance to the words: all titles have them, so shorter titles come first. Without words, newest first."""


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A box of longitudes and latitudes in degrees, in the order of RFC 7946 (section 5).

    One whose west is greater than its east crosses the antimeridian.
    """

    west: float
    south: float
    east: float
    north: float

    def spans(self) -> list[tuple[float, float]]:
        """Return the ranges of longitudes of the box, each from west to east.

        A box that ends at the antimeridian has points on it by both of its longitudes, 180 and -180.
        """
        if self.west > self.east:
            return [(self.west, 180.0), (-180.0, self.east)]
        spans = [(self.west, self.east)]
        if self.west == -180 and self.east < 180:
            spans.append((180.0, 180.0))
        elif self.east == 180 and self.west > -180:
            spans.append((-180.0, -180.0))
        return spans

    def has(self, latitude: float, longitude: float) -> bool:
        """Return whether a point is in it."""
        return self.south <= latitude <= self.north and any(west <= longitude <= east for west, east in self.spans())


KM: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the events of a list have in common; empty fields and None filter nothing.

    ``words`` must be in the title (see ``kg.lookup.search.search.split``). ``place`` has the ``relation`` to the event,
    within ``km`` kilometres if that is NEAR. ``category``, ``topic``, ``entity`` (which it names in any way), ``story``
    and ``publisher`` are IRIs, ``language`` is a tag. The event is on a day from ``first`` to ``last`` (ISO dates), and
    happened at a point in ``box``.
    """

    words: str = ""
    place: str = ""
    relation: Relation = Relation.IN
    km: float = KM
    category: str = ""
    topic: str = ""
    entity: str = ""
    story: str = ""
    publisher: str = ""
    language: str = ""
    first: str = ""
    last: str = ""
    box: BoundingBox | None = None

    def values(self) -> Iterator[tuple[Facet, str]]:
        """Yield the values that events must have, apart from a place, with their facets."""
        found = {
            Facet.CATEGORY: self.category,
            Facet.TOPIC: self.topic,
            Facet.ENTITY: self.entity,
            Facet.STORY: self.story,
            Facet.PUBLISHER: self.publisher,
            Facet.LANGUAGE: self.language,
        }
        return ((facet, value) for facet, value in found.items() if value)

    def things(self) -> Iterator[tuple[Facet, str]]:
        """Yield the things named by IRI, with the facets in which they are counted."""
        if self.place:
            yield Facet.NAMES if self.relation == Relation.NAMES else Facet.IN, self.place
        yield from (found for found in self.values() if found[0] != Facet.LANGUAGE)
