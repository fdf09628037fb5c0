"""The offline gazetteer: the place that a title or a printed label names.

The table is made by data/gazetteer/make.py from GeoNames data (CC BY 4.0):
countries, first-level divisions and cities. A name resolves only where it very
likely is the place, because persons, firms, clubs and plain words share the
names of many towns (Nokia, Police, Honda).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import filterfalse
from pathlib import Path

from kg.errors import ConfigurationError

#: Where a wheel and a checkout keep the table, in the order they are tried.
DIRECTORIES = (
    Path(__file__).parent / "_data" / "gazetteer",
    Path(__file__).parents[1] / "data" / "gazetteer",
)

#: Countries whose towns Wikipedia titles "Town, State": there a bare name is
#: mostly another thing, unless the city is large.
COMMA_TITLES = frozenset({"US", "CA", "AU", "PH", "ZA"})
LARGE_CITY = 250_000
#: Smaller towns are in the table because the archive links "Town, State".
SMALLEST_CITY = 15_000
#: How much larger than its namesakes a city must be to own the bare name.
DOMINANCE = 2
#: Countries whose division owns the name it shares with a city (Puebla, Oaxaca).
DIVISION_TITLES = frozenset({"US", "CA", "AU", "IN", "MX"})
#: All-capital labels up to this length are acronyms (UN, SARS), not towns.
LONGEST_ACRONYM = 6

DIVISION_WORDS = frozenset(
    {"Canton", "Department", "Emirate", "Governorate", "Krai", "Oblast", "Okrug"}
    | {"Prefecture", "Province", "Region", "State", "Territory", "Voivodeship"}
)
QUALIFIERS = {
    "country": "country",
    "city": "city",
    "town": "city",
    "state": "division",
    "U.S. state": "division",
    "province": "division",
    "governorate": "division",
    "region": "division",
    "department": "division",
}
UNIVERSITY_STATES = frozenset({"US"})  # "Ohio State" is a university
GENERIC_PREFIXES = ("the ", "republic of ", "state of ", "city of ", "town of ", "province of ", "al ")
GENERIC_SUFFIXES = DIVISION_WORDS | {"City", "County", "District"}

_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "ß": "ss"}
    | {"ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "ə": "a", "Ə": "A"}
    | dict.fromkeys("-‐–_", " ")
    | dict.fromkeys("'’‘ʻʼ`´ʿʾ", None)
)


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a first-level division or a city, as GeoNames describes it.

    Attributes:
        geonames: GeoNames id.
        kind: "country", "division" or "city".
        name: GeoNames name.
        title: English Wikipedia title where it is certain.
        aliases: other printed names of the place.
        country: ISO 3166-1 alpha-2 code.
        division: GeoNames id of the division that holds a city.
        lat: latitude, WGS84, canonical xsd:decimal; empty except for cities.
        long: longitude, likewise.
        population: inhabitants; 0 where the source has none.
        wikidata: Wikidata id from the reviewed table, never from a name.

    """

    geonames: int
    kind: str
    name: str
    title: str | None
    aliases: tuple[str, ...]
    country: str
    division: int | None
    lat: str
    long: str
    population: int
    wikidata: str | None

    @classmethod
    def from_cells(cls, cells: list[str]) -> Place:
        """Make a place from one line of places.tsv."""
        geonames, kind, name, title, aliases, country, division, *rest = cells
        lat, long, population, wikidata, variants = rest
        return cls(
            geonames=int(geonames),
            kind=kind,
            name=name,
            title=title or None,
            aliases=(*_split(aliases), *_split(variants)),
            country=country,
            division=int(division) if division else None,
            lat=lat,
            long=long,
            population=int(population),
            wikidata=wikidata or None,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the place: title, name and aliases."""
        return (self.title or self.name, self.name, *self.aliases)


def fold(name: str) -> str:
    """Reduce a name to what spellings share: no accents, apostrophes, hyphens.

    Case is kept: it tells Police from police and Of from of.
    """
    if not name.isascii():
        decomposed = unicodedata.normalize("NFKD", name)
        name = "".join(filterfalse(unicodedata.combining, decomposed))
    if not (name.isascii() and name.isalpha()):
        name = " ".join(name.translate(_LETTERS).split())
    return name[:1].upper() + name[1:]


def is_acronym(label: str) -> bool:
    """Say whether a label is short and all capitals, such as UN, MP or SARS."""
    return label.isupper() and len(label) <= LONGEST_ACRONYM


class Gazetteer:
    """Places by title, by label and by GeoNames id."""

    def __init__(self, lines: Iterable[str], denied: Iterable[str] = ()) -> None:
        """Index a table.

        Args:
            lines: lines of places.tsv, without the header.
            denied: titles that are not the place of that name.

        """
        self._lines: dict[int, str] = {}
        self._places: dict[int, Place] = {}
        self._countries: dict[str, int] = {}
        self._decided: dict[str, int] = {}
        self._named: dict[str, tuple[int, ...]] = {}
        self._denied = frozenset(map(fold, denied))
        for line in lines:
            self._index(line)

    def _index(self, line: str) -> None:
        key, kind, name, title, aliases, country, *_, variants = cells = _cells(line)
        geonames = int(key)
        self._lines[geonames] = line
        if kind == "country":
            self._countries[country] = geonames
        reviewed = [fold(known) for known in (title, *_split(aliases)) if known]
        self._decided.update(dict.fromkeys(reviewed, geonames))
        given = [] if _known_by_title_only(cells) else map(fold, (name, *_split(variants)))
        for known in {*reviewed, *given}:
            self._named[known] = (*self._named.get(known, ()), geonames)

    def __iter__(self) -> Iterator[Place]:
        """Give every place, by ascending GeoNames id."""
        return filter(None, map(self.by_id, self._lines))

    def by_id(self, geonames: int) -> Place | None:
        """Give the place with a GeoNames id."""
        if geonames not in self._places:
            if geonames not in self._lines:
                return None
            self._places[geonames] = Place.from_cells(_cells(self._lines[geonames]))
        return self._places[geonames]

    def by_title(self, title: str) -> Place | None:
        """Give the place an English Wikipedia title denotes.

        Args:
            title: a title with spaces, such as "Homs Governorate" or "Van, Turkey".

        Returns:
            The place, or None where the title is another thing or ambiguous.

        """
        name = fold(title)
        if name in self._decided:
            return self.by_id(self._decided[name])
        if not name or name in self._denied or is_acronym(title):
            return None
        found = self._bare(name) or self._qualified(name) or self._division(name)
        return found or self._republic(name)

    def by_label(self, label: str) -> Place | None:
        """Give the place a printed label of a Context page names.

        Labels are anchor texts: they come with articles and genitives, and in
        lower case they are common nouns.

        Args:
            label: the printed text, such as "Syria", "the Netherlands" or "Homs'".

        Returns:
            The place, or None.

        """
        if label == label.lower():
            return None
        bare = _without_genitive(label.strip())
        shorter = bare.removeprefix("the ").removeprefix("The ")
        found = (self.by_title(form) for form in (bare, shorter))
        return next(filter(None, found), None)

    def containers(self, place: Place) -> tuple[Place, ...]:
        """Give what contains a place, the smallest first: division, then country."""
        division = self.by_id(place.division) if place.division else None
        country = None if place.kind == "country" else self._country(place.country)
        return tuple(filter(None, (division, country)))

    def _country(self, code: str) -> Place | None:
        geonames = self._countries.get(code)
        return None if geonames is None else self.by_id(geonames)

    def _all(self, name: str, kind: str) -> list[Place]:
        """Give the places of one kind with a name, the most populous first."""
        places = map(self.by_id, self._named.get(name, ()))
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
        """Give the city that owns a bare name, if one clearly does."""
        cities = [place for place in self._all(name, "city") if _owns_bare_name(place)]
        if len(cities) > 1 and cities[0].population < DOMINANCE * cities[1].population:
            return None
        return cities[0] if cities else None

    def _qualified(self, name: str) -> Place | None:
        """Resolve "Georgia (country)", "Tripoli (Lebanon)" and "Van, Turkey"."""
        if name.endswith(")") and " (" in name:
            base, _, qualifier = name[:-1].rpartition(" (")
            if qualifier in QUALIFIERS:
                return self._of_kind(base, QUALIFIERS[qualifier])
            return self._within(base, qualifier)
        base, comma, container = name.rpartition(", ")
        return self._within(base, container) if comma else None

    def _of_kind(self, name: str, kind: str) -> Place | None:
        places = self._all(name, kind)
        return places[0] if kind == "city" and places else _only(places)

    def _within(self, name: str, container: str) -> Place | None:
        """Give the most populous city, else the division, inside a container."""
        outer = self._container(container)
        inside = [
            place for kind in ("city", "division") for place in self._all(name, kind) if outer in self.containers(place)
        ]
        return inside[0] if outer and inside else None

    def _container(self, name: str) -> Place | None:
        decided = self._decided.get(name)
        place = self.by_id(decided) if decided else None
        if place and place.kind != "city":
            return place
        return _only(self._all(name, "country")) or _only(self._all(name, "division"))

    def _republic(self, name: str) -> Place | None:
        """Resolve "Republic of Ecuador"."""
        base = name.removeprefix("Republic of ").removeprefix("the ")
        return _only(self._all(base, "country"))

    def _division(self, name: str) -> Place | None:
        """Resolve "Homs Province": a division's name and a word for its kind."""
        base, _, word = name.rpartition(" ")
        if word.capitalize() not in DIVISION_WORDS:
            return None
        division = _only(self._all(base, "division"))
        university = division and word.capitalize() == "State" and division.country in UNIVERSITY_STATES
        return None if university else division


def _cells(line: str) -> list[str]:
    return line.rstrip("\n").split("\t")


def _split(names: str) -> list[str]:
    return names.split("|") if names else []


def _only(places: list[Place]) -> Place | None:
    return places[0] if len(places) == 1 else None


def _known_by_title_only(cells: list[str]) -> bool:
    """Say whether a place is so small that its bare name is mostly another thing."""
    _, kind, _, title, _, _, division, _, _, population, *_ = cells
    if not title or kind == "country":
        return False
    return bool(division) if kind == "division" else int(population) < SMALLEST_CITY


def _owns_bare_name(city: Place) -> bool:
    return city.country not in COMMA_TITLES or city.population >= LARGE_CITY


def _without_genitive(text: str) -> str:
    for ending in ("'s", "’s", "'", "’"):
        text = text.removesuffix(ending)
    return text


def names_place(place: Place, anchor: str, trail: str = "") -> bool:
    """Say whether the visible text of a link names the place.

    Args:
        place: what the link's target denotes.
        anchor: the visible text inside the brackets, such as "city of Homs".
        trail: letters glued on behind the brackets, the n of "[[India]]n".

    Returns:
        True for a name of the place; False for a demonym ("Indian", "Homsi")
        and for anything else ("Prime Minister of Italy").

    """
    text = _without_genitive(f"{anchor}{trail}".replace("''", "").strip())
    if text.count(", ") > 1:  # "Palatine, Illinois, school district"
        return False
    return _core(text) in map(_core, place.names)


def _core(name: str) -> str:
    """Strip a name of qualifiers and of words for the kind of place."""
    core = fold(name).casefold().partition(" (")[0].partition(", ")[0]
    for prefix in GENERIC_PREFIXES:
        core = core.removeprefix(prefix)
    base, _, word = core.rpartition(" ")
    return base if base and word.capitalize() in GENERIC_SUFFIXES else core


@cache
def load() -> Gazetteer:
    """Read the shipped table, once per process.

    Raises:
        ConfigurationError: no directory holds the table.

    """
    places, denied = files()
    with places.open(encoding="utf-8", newline="") as file:
        next(file)
        return Gazetteer(file, _entries(denied))


def files() -> tuple[Path, Path]:
    """Give the files that the gazetteer is read from.

    Raises:
        ConfigurationError: no directory holds the table.

    """
    directory = _directory()
    return directory / "places.tsv", directory / "denied.txt"


def _directory() -> Path:
    for directory in DIRECTORIES:
        if (directory / "places.tsv").is_file():
            return directory
    tried = " or ".join(map(str, DIRECTORIES))
    raise ConfigurationError(f"The gazetteer table places.tsv is not in {tried}; install again.")


def _entries(path: Path) -> Iterator[str]:
    """Give the lines of a list, without comments."""
    for line in path.read_text(encoding="utf-8").splitlines():
        title = line.partition("#")[0].strip()
        if title:
            yield title
