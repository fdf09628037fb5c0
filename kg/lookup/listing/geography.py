"""Distances on the Earth, taken as a sphere, and bounding boxes of circles."""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin, sqrt
from typing import Final

from kg.lookup.listing.filter import BoundingBox

EARTH: Final = 6371.0
"""Mean radius of the Earth in kilometres."""
ROUNDING: Final = 1e-5
"""Degrees by which boxes are larger than necessary, so that nothing is lost by rounding."""


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance in kilometres between two points, given by latitude and longitude."""
    (lat1, long1), (lat2, long2) = ((radians(lat), radians(long)) for lat, long in (one, other))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((long2 - long1) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def around(centre: tuple[float, float], km: float) -> BoundingBox:
    """Return a box with everything at most ``km`` kilometres from a latitude and longitude.

    Near a pole, it has all longitudes; near the antimeridian, it crosses that.
    """
    latitude, longitude = centre
    margin = degrees(km / EARTH) + ROUNDING
    south, north = latitude - margin, latitude + margin
    if south <= -90 or north >= 90:
        return BoundingBox(-180.0, max(south, -90.0), 180.0, min(north, 90.0))
    wide = degrees(asin(min(1.0, sin(radians(margin)) / cos(radians(latitude))))) + ROUNDING
    return BoundingBox(_wrapped(longitude - wide), south, _wrapped(longitude + wide), north)


def _wrapped(longitude: float) -> float:
    return (longitude + 180.0) % 360.0 - 180.0
