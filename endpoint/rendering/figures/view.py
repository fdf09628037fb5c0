"""The part of the world that a map shows, in an equirectangular projection (Snyder, Map Projections, chapter 12)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kg.lookup.listing.filter import BoundingBox

ASPECT: Final = 2.0
"""The aspect ratio (width to height) of a map, as in the style sheet."""
LEAST: Final = 6.0
"""The fewest degrees of latitude that a map shows."""
WIDE: Final = 240.0
"""Above this many degrees of longitude, a map shows the whole world instead, cut at the usual meridian."""
MARGIN: Final = 1.25
"""The size of a map relative to the box of its points."""
POLE: Final = 75.0
"""The highest latitude at which the scale of a map is true: at a pole, nothing has width."""


@dataclass(frozen=True, slots=True)
class View:
    """A box of longitudes and latitudes in degrees, mapped onto a rectangle from (0, 0), top left, to (1, 1).

    ``east`` is greater than ``west``; if the view crosses the antimeridian, one of them is beyond 180 or -180.
    """

    west: float
    south: float
    east: float
    north: float

    def x(self, longitude: float) -> float:
        """Return the horizontal position of a longitude, taking the nearest turn around the world."""
        turn = 360 * math.floor((longitude - (self.west + self.east) / 2) / 360 + 0.5)
        return (longitude - turn - self.west) / (self.east - self.west)

    def y(self, latitude: float) -> float:
        """Return the vertical position of a latitude, from the top."""
        return (self.north - latitude) / (self.north - self.south)

    @property
    def box(self) -> BoundingBox:
        """The view with longitudes from -180 to 180."""
        if self.east - self.west >= 360:
            return BoundingBox(-180, self.south, 180, self.north)
        return BoundingBox(_within(self.west), self.south, _within(self.east), self.north)


WORLD: Final = View(-169, -57, 191, 83)
"""The inhabited world: cut in the Bering Strait, with true scale at about 39 degrees."""
GLOBE: Final = View(-169, -90, 191, 90)
"""The whole world, up to the poles."""


def around(latitude: float, longitude: float, degrees: float) -> View:
    """Return the view around a point with a number of degrees of latitude; close to a pole, it is off-centre.

    It is the whole world if that is not wider.
    """
    half = degrees / 2
    width = degrees * ASPECT / math.cos(math.radians(min(abs(latitude), POLE)))
    if width >= 360:
        return GLOBE
    south = max(-90.0, min(latitude - half, 90 - degrees))
    return View(longitude - width / 2, south, longitude + width / 2, south + degrees)


def fitted(points: Sequence[tuple[float, float]]) -> View:
    """Return the smallest view of all points, latitudes and longitudes in degrees, with a margin; the world if none.

    It takes the shorter of the two ways around the world.
    """
    if not points:
        return WORLD
    south, north = min(one for one, _ in points), max(one for one, _ in points)
    west, east = _arc([longitude for _, longitude in points])
    middle = (south + north) / 2
    across = (east - west) * math.cos(math.radians(min(abs(middle), POLE))) / ASPECT
    degrees = max(LEAST, MARGIN * (north - south), MARGIN * across)
    view = around(middle, (west + east) / 2, degrees)
    if view.east - view.west < WIDE:
        return view
    return WORLD if WORLD.south <= south and north <= WORLD.north else GLOBE


def eastward(longitude: float, other: float) -> float:
    """Return the difference of two longitudes in degrees, positive to the east, the shorter way."""
    return (other - longitude + 180) % 360 - 180


def _arc(longitudes: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the shortest arc, from west to east, with all longitudes: the widest gap is outside."""
    ordered = sorted(set(longitudes))
    gaps = [(after - before, before, after) for before, after in pairwise([*ordered, ordered[0] + 360])]
    _, east, west = max(gaps)
    return (west - 360 if west > east else west), east


def _within(longitude: float) -> float:
    return (longitude + 180) % 360 - 180
