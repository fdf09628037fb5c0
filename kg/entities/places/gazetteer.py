"""The offline gazetteer: the place that a title or a printed label names.

The table is made by data/gazetteer/make.py from GeoNames data (CC BY 4.0): countries, divisions and cities. A name
resolves only if it very likely is the place, because persons, firms, clubs and plain words share the names of many
towns (Nokia, Police, Honda). Seas, rivers and the like are known by the words of their titles
(kg/entities/places/names.py), or from a list. Names that only small towns have are in a table of their own
(kg/entities/places/towns.py).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, islice
from pathlib import Path

from kg.entities.places.chinese_names import ChineseNames
from kg.entities.places.names import (
    DIVISION_WORDS,
    QUALIFIERS,
    fold,
    is_acronym,
    is_area,
    is_feature,
    may_be_place,
    plain,
    split,
    state,
    whole,
    without_genitive,
)
from kg.entities.places.place import Place, area, several
from kg.entities.places.towns import Towns
from kg.version import data_folder

#: Countries whose towns have the title "Town, State" in Wikipedia: there, a bare name is
#: mostly something else, unless the city is large.
COMMA_TITLES = frozenset({"US", "CA", "AU", "PH", "ZA"})
LARGE_CITY = 250_000
#: Smaller towns are in the table because the archive links "Town, State".
SMALLEST_CITY = 15_000
#: How much larger than its namesakes a city must be to own the bare name.
DOMINANCE = 2
#: Countries whose divisions own a name shared with a city (Puebla, Oaxaca).
DIVISION_TITLES = frozenset({"US", "CA", "AU", "IN", "MX"})
CITY_WORDS = frozenset({"City", "city", "town"})
CITY_CLUBS = frozenset({"AU", "CA", "GB", "IE", "NZ", "US"})  # "Manchester City" is a club
TABLES = (
    "places.tsv",
    "denied.txt",
    "areas.txt",
    "wordnet.txt",
    "regions.txt",
    "towns.tsv.gz",
    "chinese.tsv",
    "apart.tsv",
)
NO_PLACE = "-"
UNIVERSITY_STATES = frozenset({"US"})  # "Ohio State" is a university


class Gazetteer:
    """Places by title, by label and by GeoNames id."""

    def __init__(
        self,
        lines: Iterable[str],
        denied: Iterable[str] = (),
        areas: Iterable[str] = (),
        towns: Towns | None = None,
        chinese: Iterable[str] = (),
        apart: Iterable[str] = (),
    ) -> None:
        """Index a table.

        Args:
            lines: lines of places.tsv, without the header.
            denied: titles that are not the place of that name.
            areas: titles of places that have no line.
            towns: what further names mean.
            chinese: lines of chinese.tsv.
            apart: lines of apart.tsv, without the header.

        """
        self._apart = {title: within for title, within, _ in (line.split("\t") for line in apart)}
        self.chinese = ChineseNames(chinese)
        self._towns = towns or Towns()
        self._lines: dict[int, str] = {}
        self._places: dict[int, Place] = {}
        self._countries: dict[str, int] = {}
        self._decided: dict[str, int] = {}
        self._named: dict[str, tuple[int, ...]] = {}
        self._denied = frozenset(map(fold, denied))
        self._areas = {fold(title): title for title in areas}
        for line in lines:
            self._index(line)

    def _index(self, line: str) -> None:
        key, kind, name, title, aliases, country, *_, variants = cells = _cells(line)
        geonames = int(key)
        self._lines[geonames] = line
        if kind == "country":
            self._countries[country] = geonames
        reviewed = [fold(known) for known in (title, *several(aliases)) if known]
        self._decided.update(dict.fromkeys(reviewed, geonames))
        given = [] if _known_by_title_only(cells) else map(fold, (name, *several(variants)))
        for known in {*reviewed, *given}:
            self._named[known] = (*self._named.get(known, ()), geonames)

    def __iter__(self) -> Iterator[Place]:
        """Yield every place, by ascending GeoNames id."""
        return filter(None, map(self.by_id, self._lines))

    def by_id(self, geonames: int) -> Place | None:
        """Return the place with a GeoNames id."""
        if geonames not in self._places:
            if geonames not in self._lines:
                return None
            self._places[geonames] = Place.from_cells(_cells(self._lines[geonames]))
        return self._places[geonames]

    def by_title(self, title: str) -> Place | None:
        """Return the place an English Wikipedia title denotes.

        Args:
            title: a title with spaces, such as "Homs Governorate" or "Van, Turkey".

        Returns:
            The place, or None where the title is another thing or ambiguous.

        """
        name = fold(title)
        known = self._known(title, name)
        if known or title in self._apart or not self._may_be(title, name):
            return known
        return self._town(title) or self._worded(title) or self._run_on(title) or self._plain(title)

    def _run_on(self, title: str) -> Place | None:
        """Resolve "Phoenix Arizona": a city and its state, in countries where a comma separates them."""
        words = title.split(" ")
        splits = ((" ".join(words[:-count]), " ".join(words[-count:])) for count in range(1, min(3, len(words))))
        known = ((base, self._all(fold(state), "division")) for base, state in splits)
        found = (self._within(fold(base), fold(states[0].name)) for base, states in known if _is_state(states))
        return next(filter(None, found), None)

    def _plain(self, title: str) -> Place | None:
        """Resolve "Bahamas, The" and "St Lucia" by their usual form."""
        return self.by_title(usual) if (usual := plain(title)) else None

    def by_label(self, label: str) -> Place | None:
        """Return the place a printed label of a Context page names.

        Labels are anchor texts: they come with articles and genitives, and in
        lower case they are common nouns. That a label sounds like the name of a
        valley is not enough: it must be in a table. A Chinese label must be
        the whole name.

        Args:
            label: the printed text, such as "Syria", "the Netherlands", "Homs'" or "叙利亚".

        Returns:
            The place, or None.

        """
        meaning = self.chinese.meaning(label.strip())
        if meaning:
            return self.by_id(int(meaning)) if meaning.isdigit() else self.by_title(meaning)
        if label == label.lower():
            return None
        bare = without_genitive(label.strip())
        shorter = bare.removeprefix("the ").removeprefix("The ")
        return self._known(bare, fold(bare)) or self._known(shorter, fold(shorter))

    def is_name(self, title: str, geonames: int) -> bool:
        """Return whether a title is a place name in the table, even if it denotes something else."""
        name = fold(title)
        known = geonames in self._named.get(name, ())
        return known and title not in self._apart and self._may_be(title, name)

    def _sure(self, title: str) -> Place | None:
        """Return the place that a title denotes by the tables (except that of towns), or by its own words."""
        name = fold(title)
        known = self._known(title, name)
        unknown = known is None and title not in self._apart
        return self._worded(title) if unknown and self._may_be(title, name) else known

    def _known(self, title: str, name: str) -> Place | None:
        """Return the place in the tables for a title or a label; ``name`` is its folded form."""
        if title in self._apart:
            return self._another(title)
        if name in self._decided:
            return self.by_id(self._decided[name])
        if name in self._areas:
            return self._worded(self._areas[name]) or area(self._areas[name])
        if not self._may_be(title, name):
            return None
        return self._bare(name) or self._qualified(name) or self._division(name) or self._republic(name)

    def _another(self, title: str) -> Place | None:
        """Return the area denoted by a title that is kept apart from the place of that name."""
        within = self._apart[title]
        if within == NO_PLACE:
            return None
        return area(title, self.by_id(int(within)) if within else None)

    def _may_be(self, title: str, name: str) -> bool:
        return bool(name) and name not in self._denied and not is_acronym(title)

    def containers(self, place: Place) -> tuple[Place, ...]:
        """Return the containers of a place, smallest first: divisions, then the country."""
        holder = self.by_id(place.division) if place.division else None
        if holder:
            return (holder, *self.containers(holder))
        country = None if place.kind == "country" else self._country(place.country)
        return (country,) if country else ()

    def _country(self, code: str) -> Place | None:
        geonames = self._countries.get(code)
        return None if geonames is None else self.by_id(geonames)

    def _all(self, name: str, kind: str) -> list[Place]:
        """Return the places of one kind with a name, the most populous first."""
        if name not in self._named:
            return []
        places = map(self.by_id, self._named[name])
        kept = (place for place in places if place and place.kind == kind)
        return sorted(kept, key=lambda place: -place.population)

    def _bare(self, name: str) -> Place | None:
        """Resolve an unadorned name: country, then division or city."""
        countries = self._all(name, "country")
        if countries:
            return countries[0]
        city, division = self._city(name), _only(self._all(name, "division"))
        if division and (city is None or division.country in DIVISION_TITLES):
            return division
        return city

    def _city(self, name: str) -> Place | None:
        """Return the city that owns a bare name, if one clearly does."""
        return _dominant([place for place in self._all(name, "city") if _owns_bare_name(place)])

    def _qualified(self, name: str) -> Place | None:
        """Resolve "Georgia (country)", "Tripoli (Lebanon)" and "Van, Turkey"."""
        base, qualifier = split(name)
        if qualifier is None:
            return None
        return self._of_kind(base, QUALIFIERS[qualifier]) if qualifier in QUALIFIERS else self._within(base, qualifier)

    def _of_kind(self, name: str, kind: str) -> Place | None:
        places = self._all(name, kind)
        return _only(places) if kind != "city" else self._city(name) or next(iter(places), None)

    def _within(self, name: str, container: str) -> Place | None:
        """Return the most populous city, or else the division, inside a container."""
        outer = set(self._containers_named(container))
        inside = (
            place
            for kind in ("city", "division")
            for place in self._all(name, kind)
            if not outer.isdisjoint(self.containers(place))
        )
        return next(inside, None) if outer else None

    def _containers_named(self, name: str) -> list[Place]:
        """Return what a title's container may be: Georgia is a country, and a state."""
        decided = self.by_id(self._decided[name]) if name in self._decided else None
        if decided:
            return [decided]
        named = [place for kind in ("country", "division") for place in self._all(name, kind)]
        other = None if named else self._sure(name)
        return [other] if other else named

    def _worded(self, title: str) -> Place | None:
        """Return the area that the words of a title describe: "Gulf of Aden", "Barzeh, Syria", "Northern Italy"."""
        if " " not in title:
            return None
        base, qualifier = split(title)
        if qualifier is None:
            return self._part(title) or self._state(title) or (area(title) if is_feature(title) else None)
        if not may_be_place(base) or " of " in base:
            return None
        if is_area(qualifier):
            return area(title)
        outer = self._containers_named(fold(qualifier))
        telling = not title.endswith(")") or is_feature(base)
        return area(title, _only(outer)) if outer and telling else None

    def _part(self, title: str) -> Place | None:
        """Resolve "Northern Italy" and "Greater Cairo": an area within a larger place."""
        name = whole(title)
        holder = self._sure(name) if name and may_be_place(name) else None
        # "America" may be the United States, but North and South America are not parts of it.
        alias = holder and holder.kind == "country" and fold(name or "") not in map(fold, holder.names[:2])
        return area(title, holder) if holder and not alias else None

    def _state(self, title: str) -> Place | None:
        """Resolve "Kingdom of Nepal": a state, possibly of the past, if there is a country of that name."""
        name = state(title)
        country = _only(self._all(fold(name), "country")) if name else None
        return area(title, country) if country else None

    def _town(self, title: str) -> Place | None:
        """Resolve the name of a town, a lower division or a city, also as "Khar (Pakistan)"."""
        base, container = split(title)
        cells = self._towns.cells(fold(base))
        if cells is None:
            return None
        known = self.by_id(int(cells[0])) if cells[0] else None
        place = replace(known, aliases=(*known.aliases, base)) if known else Place.from_town(cells, base)
        if container is None:
            return place
        outer = self._containers_named(fold(container))
        return None if set(outer).isdisjoint(self.containers(place)) else place

    def _republic(self, name: str) -> Place | None:
        """Resolve "Republic of Ecuador"."""
        base = name.removeprefix("The ").removeprefix("Republic of ").removeprefix("the ")
        return _only(self._all(base, "country"))

    def _division(self, name: str) -> Place | None:
        """Resolve "Homs Province" and "Harbin City": a name and a word for its kind."""
        base, _, word = name.rpartition(" ")
        if word in CITY_WORDS:
            cities = self._all(base, "city")
            return _dominant([city for city in cities if word.islower() or city.country not in CITY_CLUBS])
        if word.capitalize() not in DIVISION_WORDS:
            return None
        division = _only(self._all(base, "division"))
        university = division and word.capitalize() == "State" and division.country in UNIVERSITY_STATES
        return None if university else division


def _cells(line: str) -> list[str]:
    return line.rstrip("\n").split("\t")


def _is_state(divisions: list[Place]) -> bool:
    return bool(divisions) and divisions[0].country in COMMA_TITLES


def _only(places: list[Place]) -> Place | None:
    return places[0] if len(places) == 1 else None


def _dominant(cities: list[Place]) -> Place | None:
    """Return the first (most populous) of some cities, if it is by far the largest."""
    if len(cities) > 1 and cities[0].population < DOMINANCE * cities[1].population:
        return None
    return cities[0] if cities else None


def _known_by_title_only(cells: list[str]) -> bool:
    """Return whether a place is so small that its bare name usually means something else."""
    _, kind, _, title, _, _, division, _, _, population, *_ = cells
    if not title or kind == "country":
        return False
    return bool(division) if kind == "division" else int(population) < SMALLEST_CITY


def _owns_bare_name(city: Place) -> bool:
    return city.country not in COMMA_TITLES or city.population >= LARGE_CITY


@cache
def load() -> Gazetteer:
    """Read the shipped table, once per process.

    Raises:
        ConfigurationError: the tables are not installed.

    """
    places, denied, areas, wordnet, regions, towns, chinese, apart = files()
    with places.open(encoding="utf-8", newline="") as file:
        next(file)
        named = chain(entries(wordnet), entries(regions), entries(areas))
        table, names = Towns(gzip.decompress(towns.read_bytes())), entries(chinese)
        return Gazetteer(file, entries(denied), named, table, names, islice(entries(apart), 1, None))


def files() -> tuple[Path, ...]:
    """Return the files that the gazetteer is read from, in the order of TABLES.

    Raises:
        ConfigurationError: the tables are not installed.

    """
    directory = data_folder("gazetteer")
    return tuple(directory / name for name in TABLES)


def entries(path: Path) -> Iterator[str]:
    """Yield the lines of a list, without comments."""
    for line in path.read_text(encoding="utf-8").splitlines():
        title = line.partition("#")[0].strip()
        if title:
            yield title
