"""Clusters: points on a map that are too close to each other to be distinguished, drawn as one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from endpoint.rendering.figures.view import ASPECT, View, eastward
from kg.lookup.listing.filter import BoundingBox
from kg.lookup.listing.listing import MapPoint

APART: Final = 0.045
"""The least distance between two clusters, as a fraction of the width of the map: 40 pixels of 880."""


@dataclass(slots=True)
class Cluster:
    """Points around the one with the most events; ``x`` and ``y`` are its position as fractions of the width."""

    x: float
    y: float
    points: list[MapPoint] = field(default_factory=list)

    @property
    def most(self) -> MapPoint:
        """The point with the most events."""
        return self.points[0]

    @property
    def events(self) -> int:
        """The number of events of all its points."""
        return sum(one.events for one in self.points)

    @property
    def box(self) -> BoundingBox:
        """The box of its points, which span less than half of the world, in hundredths of a degree."""
        longitudes = [self.most.longitude + eastward(self.most.longitude, one.longitude) for one in self.points]
        latitudes = [one.latitude for one in self.points]
        south, north = max(_down(min(latitudes)), -90.0), min(-_down(-max(latitudes)), 90.0)
        return BoundingBox(_turned(_down(min(longitudes))), south, _turned(-_down(-max(longitudes))), north)


def clusters(points: Sequence[MapPoint], view: View, apart: float = APART) -> list[Cluster]:
    """Return the points of a view in clusters, those with the most events first; no two are too close.

    A point belongs to the first cluster closer than ``apart``; a grid of cells of that size gives the candidates.
    """
    cells: dict[tuple[int, int], list[Cluster]] = defaultdict(list)
    for point in sorted(points, key=lambda one: (-one.events, one.iri)):
        x, y = view.x(point.longitude), view.y(point.latitude) / ASPECT
        if not (0 <= x <= 1 and 0 <= y <= 1 / ASPECT):
            continue
        column, row = int(x / apart), int(y / apart)
        near = (one for one in _around(cells, column, row) if (one.x - x) ** 2 + (one.y - y) ** 2 < apart**2)
        found = next(near, None)
        if not found:
            found = Cluster(x, y)
            cells[column, row].append(found)
        found.points.append(point)
    return sorted((one for cell in cells.values() for one in cell), key=lambda one: -one.events)


def _around(cells: dict[tuple[int, int], list[Cluster]], column: int, row: int) -> Iterator[Cluster]:
    for across in (column, column - 1, column + 1):
        for down in (row, row - 1, row + 1):
            yield from cells.get((across, down), ())


def _down(degrees: float) -> float:
    return math.floor(degrees * 100) / 100


def _turned(longitude: float) -> float:
    """Return a longitude between -180 and 180."""
    return longitude if -180 <= longitude <= 180 else round((longitude + 180) % 360 - 180, 2)
