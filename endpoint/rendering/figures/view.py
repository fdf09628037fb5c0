"""The part of the world that a map shows, in an equirectangular projection (Snyder, Map Projections, chapter 12)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kg.lookup.listing.filter import BoundingBox

ASPECT: Final = 2.0
"""How many times as wide as high a map is; the style sheet says so too."""
LEAST: Final = 6.0
"""Degrees of latitude that a map shows at least."""
WIDE: Final = 240.0
"""Degrees of longitude above which a map shows the whole world instead, cut where it always is."""
MARGIN: Final = 1.25
"""How many times as large as the box of its points a map is."""
POLE: Final = 75.0
"""The latitude up to which the middle of a map is the parallel where its scale is true: at a pole nothing has width."""


@dataclass(frozen=True, slots=True)
class View:
    """A box of longitudes and latitudes in degrees, mapped onto a rectangle from (0, 0), top left, to (1, 1).

    ``east`` is greater than ``west``; where the view crosses the antimeridian, one of them is beyond 180 or -180.
    """

    west: float
    south: float
    east: float
    north: float

    def x(self, longitude: float) -> float:
        """Return how far from the left a longitude is; of the turns around the world that which is the next."""
        turn = 360 * math.floor((longitude - (self.west + self.east) / 2) / 360 + 0.5)
        return (longitude - turn - self.west) / (self.east - self.west)

    def y(self, latitude: float) -> float:
        """Return how far from the top a latitude is."""
        return (self.north - latitude) / (self.north - self.south)

    @property
    def box(self) -> BoundingBox:
        """The view with longitudes from -180 to 180."""
        if self.east - self.west >= 360:
            return BoundingBox(-180, self.south, 180, self.north)
        return BoundingBox(_within(self.west), self.south, _within(self.east), self.north)


WORLD: Final = View(-169, -57, 191, 83)
"""The inhabited world: it is cut in the Bering Strait, and its scale is true at about 39 degrees."""
GLOBE: Final = View(-169, -90, 191, 90)
"""The whole world, as far as the poles."""


def around(latitude: float, longitude: float, degrees: float) -> View:
    """Return the view around a point that shows a number of degrees of latitude; close to a pole, beside the point.

    It is the whole world if that is not wider.
    """
    half = degrees / 2
    width = degrees * ASPECT / math.cos(math.radians(min(abs(latitude), POLE)))
    if width >= 360:
        return GLOBE
    south = max(-90.0, min(latitude - half, 90 - degrees))
    return View(longitude - width / 2, south, longitude + width / 2, south + degrees)


def fitted(points: Sequence[tuple[float, float]]) -> View:
    """Return the smallest view of all points, latitudes and longitudes in degrees, with a margin; of none the world.

    Of the two ways around the world it takes the shorter.
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
    """Return how many degrees another longitude is to the east, less than 0 to the west, the shorter way."""
    return (other - longitude + 180) % 360 - 180


def _arc(longitudes: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the shortest arc, from west to east, that has all longitudes: outside is the widest gap."""
    ordered = sorted(set(longitudes))
    gaps = [(after - before, before, after) for before, after in pairwise([*ordered, ordered[0] + 360])]
    _, east, west = max(gaps)
    return (west - 360 if west > east else west), east


def _within(longitude: float) -> float:
    return (longitude + 180) % 360 - 180
