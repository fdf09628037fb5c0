"""What a list of events is asked for: one filter for every list."""

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
        """Return what is called so; raises ParameterError, which names all that there are, if nothing is."""
        try:
            return cls(name)
        except ValueError:
            known = tuple(one.value for one in cls)
            parameter = cls.__name__.lower()
            raise ParameterError(f"{parameter} must be one of {', '.join(known)}", parameter, known) from None


class Relation(Choice):
    """What ties an event to a place."""

    IN = "in"
    """It happened there, or at a place that it contains."""
    NEAR = "near"
    """It happened at a town within some kilometres of its point, itself included."""
    NAMES = "names"
    """Its sentence names the place."""


class Sort(Choice):
    """In which order events are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    MATCH = "match"
    """By how well words fit: all titles have them, so the shorter a title is, the better. The newest first without."""


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
        """Return the one or two ranges of longitudes, from west to east, that it has."""
        if self.west <= self.east:
            return [(self.west, self.east)]
        return [(self.west, 180.0), (-180.0, self.east)]

    def has(self, latitude: float, longitude: float) -> bool:
        """Return whether a point is in it."""
        return self.south <= latitude <= self.north and any(west <= longitude <= east for west, east in self.spans())


KM: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the events of a list have in common; empty fields and None filter nothing.

    ``words`` are those of a title (see ``kg.lookup.search.search.split``). ``place`` is tied to the event by
    ``relation``, within ``km`` kilometres if that is NEAR. ``category``, ``topic``, ``entity`` (which it names in
    any way), ``story`` and ``publisher`` are IRIs, ``language`` is a tag. The event is of the day ``first`` or a later
    one, and of ``last`` or an earlier one, ISO dates both; and it happened at a point in ``box``.
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
        """Yield the values that events must have, beside a place, with their facets."""
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
        """Yield the things that are named, which have IRIs, with the facets in which they are counted."""
        if self.place:
            yield Facet.NAMES if self.relation == Relation.NAMES else Facet.IN, self.place
        yield from (found for found in self.values() if found[0] != Facet.LANGUAGE)
