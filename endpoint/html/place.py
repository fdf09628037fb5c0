"""A place as pages show it: its point, and a map of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from endpoint.html.reader import Reader
from endpoint.rendering.figures.maps import locator
from endpoint.rendering.language import gettext

WIDE: Final = {"schema:Country": 5, "schema:AdministrativeArea": 7}
CLOSE: Final = 9  # how far a map of a place zooms in: less for large places
SEEN: Final = {5: 40.0, 7: 20.0, CLOSE: 12.0}
"""Degrees of latitude that a map shows around a place, by how far it zooms in."""
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place with a point in the graph: its name, latitude and longitude as stated there."""

    name: str
    latitude: str
    longitude: str
    zoom: int = CLOSE

    @property
    def wide(self) -> bool:
        """Whether it is a country or a division, with the coordinates of one point inside."""
        return self.zoom < CLOSE

    @property
    def map(self) -> Markup:
        """The map with its point; "" if that is not a point on the globe."""
        if not all(map(_DEGREES.fullmatch, (self.latitude, self.longitude))):
            return Markup()
        latitude, longitude = float(self.latitude), float(self.longitude)
        if abs(latitude) > 90 or abs(longitude) > 180:
            return Markup()
        return locator(latitude, longitude, gettext("Map: where %(place)s is", place=self.name), SEEN[self.zoom])


def shown(reader: Reader, iri: str) -> ShownPlace | None:
    """Return the place that a description is about, None if it has no point."""
    latitude, longitude = reader.value(iri, "wgs:lat"), reader.value(iri, "wgs:long")
    if not latitude or not longitude:
        return None
    zoom = next((zoom for name, zoom in WIDE.items() if reader.is_a(iri, name)), CLOSE)
    return ShownPlace(reader.resource(iri).text, latitude, longitude, zoom)
