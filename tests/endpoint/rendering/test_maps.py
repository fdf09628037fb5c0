from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from endpoint.rendering.figures.clusters import APART, clusters
from endpoint.rendering.figures.maps import WIDTH, event_map, locator
from endpoint.rendering.figures.outlines import Outlines, outlines
from endpoint.rendering.figures.view import ASPECT, GLOBE, LEAST, WORLD, View, around, fitted
from kg.lookup.listing.filter import BoundingBox
from kg.lookup.listing.listing import MapPoint
from tests.endpoint.rendering.reading import HOSTILE, links, of_class, parsed
from tests.examples import most

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
PLACES = st.tuples(LATITUDES, LONGITUDES)
SYRIA = (
    MapPoint("homs", "Homs", 34.73, 36.72, 130),
    MapPoint("aleppo", "Aleppo", 36.2, 37.16, 520),
    MapPoint("talbiseh", "Talbiseh", 34.84, 36.73, 10),
)


def place(point: MapPoint) -> str:
    return f"/events?place={point.iri}"


def area(box: BoundingBox) -> str:
    return f"/events?bbox={box.west},{box.south},{box.east},{box.north}"


def shown(points: tuple[MapPoint, ...], *, whole: bool = False) -> ElementTree.Element:
    return parsed(event_map(points, "Where events happened", place, area, whole=whole))


def test_a_point_is_where_the_projection_of_snyder_has_it() -> None:
    """Chapter 12: x is the longitude from the middle, times the cosine of the true parallel; y is the latitude."""
    view = around(34.73, 36.72, 16)
    scale = 1 / (16 * ASPECT)
    assert view.x(42.72) - view.x(36.72) == pytest.approx(6 * math.cos(math.radians(34.73)) * scale)
    assert (view.y(34.73) - view.y(40.73)) / ASPECT == pytest.approx(6 * scale)
    assert (view.x(36.72), view.y(34.73)) == (0.5, 0.5)


def test_the_scale_of_the_world_is_true_close_to_39_degrees() -> None:
    across, down = 360 / ASPECT, WORLD.north - WORLD.south
    assert math.degrees(math.acos(down / across)) == pytest.approx(39, abs=0.1)


@given(st.lists(PLACES, min_size=1, max_size=6))
def test_every_point_is_in_the_view_that_is_fitted_to_it(points: list[tuple[float, float]]) -> None:
    view = fitted(points)
    assert view.north - view.south >= LEAST
    assert -90 <= view.south < view.north <= 90
    for latitude, longitude in points:
        assert -1e-9 <= view.x(longitude) <= 1 + 1e-9
        assert -1e-9 <= view.y(latitude) <= 1 + 1e-9


def test_points_on_both_sides_of_the_antimeridian_are_close_to_each_other() -> None:
    view = fitted([(-17.8, 177.9), (-13.8, -171.8)])
    assert view.east - view.west < 30
    assert view.west < -180 < view.east
    assert view.box.west > 150
    assert view.box.east < -150


def test_the_box_of_a_view_of_the_world_has_all_longitudes() -> None:
    assert (WORLD.box.west, WORLD.box.east) == (-180, 180)
    assert fitted([(10, 0), (-10, 120), (0, -120)]) == WORLD
    assert fitted([]) == WORLD
    assert fitted([(10, 0), (-80, 120), (0, -120)]) == GLOBE


def test_signs_lead_to_a_place_or_to_the_box_of_several() -> None:
    figure = shown(SYRIA, whole=True)
    assert links(figure, "place") == {"Aleppo and 2 other places: 660 events": "/events?bbox=36.72,34.72,37.16,36.21"}
    assert len(links(shown(SYRIA), "place")) == 2
    assert links(shown(SYRIA), "place")["Aleppo: 520 events"] == "/events?place=aleppo"


def test_remote_outliers_are_counted_and_not_drawn() -> None:
    near = tuple(MapPoint(f"{n}", f"{n}", 33 + n / 4, 36 + n / 5, 20) for n in range(12))
    figure = shown((*near, MapPoint("london", "London", 51.5, 0, 1)))
    assert [one.text for one in figure.iter("figcaption")] == ["1 place with 1 event outside this map."]
    assert not any("London" in name for name in links(figure, "place"))
    assert "London" in links(figure)
    few = shown((*near[:3], MapPoint("london", "London", 51.5, 0, 1)))
    assert any("London" in name for name in links(few, "place"))


def test_every_point_is_in_the_list_below_the_map() -> None:
    figure = shown(SYRIA, whole=True)
    listed = {one.get("href") for item in figure.iter("li") for one in item.iter("a")}
    assert listed == {place(one) for one in SYRIA}


def test_the_area_of_a_sign_is_proportional_to_its_events() -> None:
    points = tuple(MapPoint(f"{n}", f"{n}", 0, 30.0 * n, n * n * 100) for n in (1, 2, 3))
    radii = [float(one.get("r", "")) for one in of_class(shown(points), "value")]
    assert [one / radii[0] for one in radii] == pytest.approx([1, 2, 3], rel=0.02)


@given(st.lists(PLACES, max_size=60))
def test_no_two_clusters_are_close_and_no_point_is_lost(found: list[tuple[float, float]]) -> None:
    points = [MapPoint(str(n), "", latitude, longitude, 1 + n % 7) for n, (latitude, longitude) in enumerate(found)]
    made = clusters(points, GLOBE)
    assert sorted(one.iri for cluster in made for one in cluster.points) == sorted(one.iri for one in points)
    assert sum(one.events for one in made) == sum(one.events for one in points)
    apart = [math.hypot(one.x - other.x, one.y - other.y) for one in made for other in made if one is not other]
    assert min(apart, default=APART) >= APART - 1e-9


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-6, 6)), min_size=1, max_size=9), LONGITUDES, st.floats(-80, 80))
@example([(0.0, 1.0), (0.0, 0.0)], 180.0, 0.0)
def test_the_box_of_a_cluster_has_its_points(
    found: list[tuple[float, float]], longitude: float, latitude: float
) -> None:
    points = [MapPoint("", "", latitude + down, _turned(longitude + across), 1) for down, across in found]
    for one in clusters(points, fitted([(one.latitude, one.longitude) for one in points]), apart=1):
        assert all(one.box.has(point.latitude, point.longitude) for point in one.points)
        assert max(abs(one.box.west), abs(one.box.east)) <= 180


def _turned(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


@settings(max_examples=most(30))
@given(st.lists(st.tuples(HOSTILE, PLACES, st.integers(1, 10**6)), max_size=9), st.booleans())
def test_signs_and_names_are_inside_the_map_and_hostile_names_are_escaped(
    found: list[tuple[str, tuple[float, float], int]], whole: bool
) -> None:
    points = tuple(MapPoint(f"/{n}", name, *at, events) for n, (name, at, events) in enumerate(found))
    figure = shown(points, whole=whole)
    for one in figure.iter("circle"):
        assert 0 <= float(one.get("cx", "").rstrip("%")) <= 100
        assert 0 <= float(one.get("cy", "").rstrip("%")) <= 100
    for item, point in zip(figure.iter("li"), points, strict=True):
        assert next(item.iter("a")).text == (point.label or point.iri)
    assert not list(figure.iter("script"))


def numbers(path: str) -> Iterator[tuple[float, float]]:
    """Yield the points of a path in absolute coordinates."""
    for part in re.findall(r"M([^lzM]*)l([^zM]*)", path):
        x, y = map(int, re.findall(r"-?\d+", part[0]))
        steps = list(map(int, re.findall(r"-?\d+", part[1])))
        yield x, y
        for across, down in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + across, y + down
            yield x, y


def covered(drawn: Outlines, x: float, y: float) -> bool:
    """Return whether a point is on land: a ray from it crosses the outlines an odd number of times."""
    crossings = 0
    for ring in drawn.land.split("z")[:-1]:
        points = list(numbers(ring))
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
            crossings += (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("latitude", "longitude", "land"),
    [
        (34.73, 36.72, True),
        (35.0, 33.3, True),
        (34.5, 34.6, False),
        (42.0, 50.5, False),
        (66.5, 179.0, True),
        (66.0, -177.0, True),
        (-80.0, 0.0, True),
        (0.0, -150.0, False),
        (47.0, 8.0, True),
    ],
)
def test_outlines_have_land_where_land_is_in_every_view(latitude: float, longitude: float, land: bool) -> None:
    for view in (GLOBE, around(latitude, longitude, 40), around(latitude, longitude + 360, 12)):
        drawn = outlines(view, 1000)
        assert covered(drawn, view.x(longitude) * drawn.width, view.y(latitude) * drawn.height) == land


def test_outlines_outside_the_view_are_not_drawn() -> None:
    near, world = outlines(around(35, 37, 8), 1000), outlines(WORLD, 1000)
    assert len(near.land) < len(world.land) / 4
    assert outlines(View(-150, -20, -140, -15), 1000).borders == ""


def test_maps_are_small_enough_for_a_page() -> None:
    drawn = outlines(WORLD, 2 * WIDTH)
    assert len(gzip.compress((drawn.land + drawn.borders).encode())) < 12_000
    assert len(gzip.compress(locator(50.1, 8.7, "Frankfurt").encode())) < 6_000
    many = [
        MapPoint(f"entity/en/Place_{n}", f"Place {n}", 60 * math.sin(n), 180 * math.sin(3 * n), n) for n in range(500)
    ]
    assert len(gzip.compress(event_map(many, "", place, area, whole=True).encode())) < 40_000


@pytest.mark.parametrize(("latitude", "longitude"), [(34.73, 36.72), (90, 0), (-90, 180), (0, -180)])
def test_the_point_of_a_locator_is_in_it(latitude: float, longitude: float) -> None:
    figure = parsed(locator(latitude, longitude, "Where it is"))
    for one in figure.iter("circle"):
        assert 0 <= float(one.get("cx", "").rstrip("%")) <= 100
        assert 0 <= float(one.get("cy", "").rstrip("%")) <= 100
    assert next(figure.iter("svg")).get("aria-label") == "Where it is"
