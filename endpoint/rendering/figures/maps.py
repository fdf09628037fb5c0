"""Maps: where events happened, and where one place is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from markupsafe import Markup

from endpoint.rendering.figures.clusters import Cluster, clusters
from endpoint.rendering.figures.outlines import outlines
from endpoint.rendering.figures.view import ASPECT, WORLD, View, around, eastward, fitted
from endpoint.rendering.page_frame import TEMPLATES
from kg.lookup.listing.filter import BoundingBox
from kg.lookup.listing.listing import MapPoint

WIDTH: Final = 880
"""The width in pixels for which signs and names are laid out; the style sheet makes them smaller on narrow screens."""
_LOCATOR: Final = 600
"""The width of a locator map in the units of its outlines, about two for each pixel."""
_LARGEST, _SMALLEST = 22.0, 3.0
"""Radii in pixels."""
_LETTER, _WIDE, _LINE, _GAP = 7.0, 14.0, 18.0, 5.0
"""The width of a letter in a name, also of a Chinese one, its height, and the gap before a name, in pixels."""
_MOST, _FEW = 0.95, 10
"""The share of the events that a map may be limited to, and the number of points up to which it shows all."""
_SIDES: Final = ("after", "before", "above", "below")
_NAMES: Final = 14
_LONGEST: Final = 26


@dataclass(frozen=True, slots=True)
class Sign:
    """A circle on a map: its position in per cent, its size, its address, and the name beside it, if there is room.

    ``points`` is the number of places that it represents.
    """

    x: float
    y: float
    radius: float
    href: str
    label: str
    points: int
    events: int
    name: str = ""
    side: str = ""
    """The side of the circle with the name."""


def event_map(
    points: Sequence[MapPoint],
    title: str,
    place: Callable[[MapPoint], str],
    area: Callable[[BoundingBox], str],
    *,
    whole: bool = False,
    unit: str = "event",
) -> Markup:
    """Return a map of where events happened, which covers the points, or the whole inhabited world.

    If a few events happened far from all others, it covers the others, and says what is outside. Points that are close
    to each other are one circle. Its area is proportional to how many events happened there, down to a smallest circle.
    ``place`` returns the address for a point, ``area`` the address for everything in a box, which it has as ``bbox``.
    The list of all points, for those who cannot see the map, is in the element ``details`` below it. ``unit`` is the
    word for what is counted. Signs without an address are not links.
    """
    view = WORLD if whole else _view(points)
    found = clusters(points, view)
    return Markup(  # noqa: S704 - of a template that escapes
        TEMPLATES.get_template("figures/map.html").render(
            title=title,
            unit=unit,
            view=view,
            area=area(view.box),
            outlines=outlines(view, 2 * WIDTH),
            signs=_named(list(_signs(found, place, area))),
            points=[(one, place(one)) for one in points],
            outside=len(points) - sum(len(one.points) for one in found),
            left_out=sum(one.events for one in points) - sum(one.events for one in found),
        )
    )


def locator(latitude: float, longitude: float, title: str, degrees: float = 16) -> Markup:
    """Return a small map around one point that shows a number of degrees of latitude."""
    view = around(latitude, longitude, degrees)
    return Markup(  # noqa: S704 - of a template that escapes
        TEMPLATES.get_template("figures/locator.html").render(
            title=title,
            x=round(100 * view.x(longitude), 2),
            y=round(100 * view.y(latitude), 2),
            outlines=outlines(view, _LOCATOR),
        )
    )


def _view(points: Sequence[MapPoint]) -> View:
    """Return the view of all points, or, if it is much smaller, of those around the one with the most events."""
    every = fitted([(one.latitude, one.longitude) for one in points])
    if len(points) < _FEW:
        return every
    centre = max(points, key=lambda one: one.events)
    ordered = sorted(points, key=lambda one: _degrees(centre, one))
    so_far = accumulate(one.events for one in ordered)
    least = _MOST * sum(one.events for one in points)
    near = [(one.latitude, one.longitude) for one, events in zip(ordered, so_far, strict=True) if events <= least]
    most = fitted(near or [(centre.latitude, centre.longitude)])
    return most if 2 * (most.north - most.south) <= every.north - every.south else every


def _degrees(one: MapPoint, other: MapPoint) -> float:
    """Return the approximate distance of two points in degrees of latitude."""
    across = eastward(one.longitude, other.longitude) * math.cos(math.radians(one.latitude))
    return math.hypot(other.latitude - one.latitude, across)


def _signs(
    found: Sequence[Cluster], place: Callable[[MapPoint], str], area: Callable[[BoundingBox], str]
) -> Iterator[Sign]:
    most = max((one.events for one in found), default=1)
    for one in found:
        yield Sign(
            x=round(100 * one.x, 2),
            y=round(100 * ASPECT * one.y, 2),
            radius=round(max(_SMALLEST, _LARGEST * math.sqrt(one.events / most)), 1),
            href=place(one.most) if len(one.points) == 1 else area(one.box),
            label=one.most.label or one.most.iri,
            points=len(one.points),
            events=one.events,
        )


def _named(signs: Sequence[Sign]) -> list[Sign]:
    """Return the signs, with names for those with the most events where no name covers another or a circle."""
    taken = [_Box.of_circle(one) for one in signs[: 3 * _NAMES]]
    named = []
    for one in signs[:_NAMES]:
        name = one.label if len(one.label) <= _LONGEST else f"{one.label[: _LONGEST - 1]}…"
        name += f" +{one.points - 1}" if one.points > 1 else ""
        places = {side: _Box.of_name(one, f"{name} {one.events:,}", side) for side in _SIDES}
        free = [side for side, box in places.items() if box.inside() and not any(map(box.touches, taken))]
        if free:
            taken.append(places[free[0]])
            one = replace(one, name=name, side=free[0])
        named.append(one)
    return named + list(signs[_NAMES:])


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle on a map in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of_circle(cls, sign: Sign) -> _Box:
        x, y = sign.x / 100 * WIDTH, sign.y / 100 * WIDTH / ASPECT
        return cls(x - sign.radius, y - sign.radius, x + sign.radius, y + sign.radius)

    @classmethod
    def of_name(cls, sign: Sign, name: str, side: str) -> _Box:
        circle = cls.of_circle(sign)
        width = _GAP + sum(_WIDE if letter >= "\u2e80" else _LETTER for letter in name)
        x, y = (circle.left + circle.right) / 2, (circle.top + circle.bottom) / 2
        left = {"before": circle.left - width, "after": circle.right + 1}.get(side, x - width / 2)
        top = {"above": circle.top - _LINE, "below": circle.bottom + 1}.get(side, y - _LINE / 2)
        return cls(left, top, left + width - 1, top + _LINE - 1)

    def inside(self) -> bool:
        return self.left >= 0 and self.right <= WIDTH and self.top >= 0 and self.bottom <= WIDTH / ASPECT

    def touches(self, other: _Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom
