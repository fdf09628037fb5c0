"""The outlines of land and the borders of countries, from Natural Earth, as the paths of a map.

The files are made by ``tools/assets``, which documents their content.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, chain, groupby, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from endpoint.rendering.figures.view import ASPECT, View

COARSE: Final = 50.0
"""From this many degrees of latitude on, a map has the outlines of the smaller scale."""
_HUNDREDTHS: Final = 100.0
_STRETCH: Final = 32
"""How many points of a line are examined together: most stretches are far from what a map shows."""
_NEAR: Final = 3
"""The distance in units below which the second of two points is left out."""
_BESIDE: Final = 0.03
"""The margin around a map, as a fraction of its width, with unsimplified lines, so that no end of a stretch is seen."""

Point = tuple[float, float]


class Outlines(NamedTuple):
    """The paths of a map, for the attribute ``d`` (SVG 2, section 9.3), and its size in their units."""

    land: str
    borders: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some points of a line, longitudes and latitudes in degrees, and their bounding box."""

    points: Sequence[Point]
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A line or a ring in stretches, and as a whole, whose box tells whether any of it can be visible."""

    stretches: Sequence[Stretch]
    whole: Stretch


@lru_cache(maxsize=1_000)
def outlines(view: View, width: int) -> Outlines:
    """Return the paths of the land and of the borders that a view shows, in whole units, given the number of units.

    The last ones are remembered, since most maps are of the world, and most places have several pages.
    """
    lines = _lines("110m" if view.north - view.south >= COARSE else "50m")
    size = (width, round(width / ASPECT))
    return Outlines(_path(lines["land"], view, size, ring=True), _path(lines["borders"], view, size, ring=False), *size)


def read_outlines() -> None:
    """Read the outlines of both scales, so that no map has to wait for them."""
    for scale in ("110m", "50m"):
        _lines(scale)


@cache
def _lines(scale: str) -> dict[str, list[Outline]]:
    read = json.loads((Path(__file__).parent / f"outlines-{scale}.json").read_bytes())
    return {name: [_line(one) for one in found] for name, found in read.items()}


def _line(steps: Sequence[int]) -> Outline:
    longitudes, latitudes = (accumulate(one / _HUNDREDTHS for one in steps[first::2]) for first in (0, 1))
    points = list(zip(longitudes, latitudes, strict=True))
    stretches = [_stretch(points[first : first + _STRETCH]) for first in range(0, len(points), _STRETCH)]
    return Outline(stretches, _stretch(points))


def _stretch(points: Sequence[Point]) -> Stretch:
    x, y = zip(*points, strict=True)
    return Stretch(points, min(x), min(y), max(x), max(y))


def _path(lines: Sequence[Outline], view: View, size: tuple[int, int], *, ring: bool) -> str:
    """Return the path of lines, which may be rings, at each turn around the world that the view shows."""
    least, end = (3, "z") if ring else (2, "")
    turns = [turn for turn in (-360, 0, 360) if view.west < turn + 180 and turn - 180 < view.east]
    seen = ((line, turn) for turn in turns for line in lines if not _side(line.whole, view, turn))
    found = (_drawn(line, view, size, turn, ring=ring) for line, turn in seen)
    return "".join(_commands(points) + end for points in found if len(points) >= least)


def _drawn(line: Outline, view: View, size: tuple[int, int], turn: int, *, ring: bool) -> list[tuple[int, int]]:
    """Return the points of a line in units of the map; empty if nothing of it is visible.

    A ring can go around the map.
    """
    runs = [(side, list(run)) for side, run in groupby(line.stretches, lambda one: _side(one, view, turn))]
    sides = {side for side, _ in runs}
    if "" not in sides and (not ring or len(sides) == 1):
        return []
    across, down = size[0] / (view.east - view.west), size[1] / (view.north - view.south)
    drawn: list[tuple[int, int]] = []
    for longitude, latitude in chain.from_iterable(_kept(*run) for run in runs):
        point = (round((longitude + turn - view.west) * across), round((view.north - latitude) * down))
        if not drawn or abs(point[0] - drawn[-1][0]) + abs(point[1] - drawn[-1][1]) >= _NEAR:
            drawn.append(point)
    return drawn


def _kept(side: str, run: Sequence[Stretch]) -> Iterable[Point]:
    """Return the points of some stretches; for those entirely on one side of the map, only the two ends.

    A straight line between two points on one side of a rectangle leaves the rectangle on the same side as any other
    line between them that stays there, so the visible part of a shape does not change.
    """
    if side:
        return (run[0].points[0], run[-1].points[-1])
    return chain.from_iterable(one.points for one in run)


def _side(stretch: Stretch, view: View, turn: int) -> str:
    """Return on which side of a view a stretch lies as a whole; "" if it may be visible."""
    margin = _BESIDE * (view.east - view.west)
    if stretch.east + turn < view.west - margin:
        return "west"
    if stretch.west + turn > view.east + margin:
        return "east"
    if stretch.north < view.south - margin:
        return "south"
    return "north" if stretch.south > view.north + margin else ""


def _commands(points: Sequence[tuple[int, int]]) -> str:
    """Return the commands that draw a line: the start, and then each step."""
    steps = (f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(points))
    return f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}".replace(" -", "-")
