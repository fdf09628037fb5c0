"""A place as the gazetteer describes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.entities.places.names import is_name


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a division or a city, as GeoNames describes it, or an area of which only the title is known.

    Attributes:
        geonames: GeoNames id; None for an area.
        kind: "country", "division", "city" or "area".
        name: GeoNames name; the title of an area.
        title: English Wikipedia title where it is certain.
        aliases: other printed names of the place.
        country: ISO 3166-1 alpha-2 code; empty where it is not known.
        division: GeoNames id of what holds the place, but for a country.
        lat: latitude, WGS84, canonical xsd:decimal; empty where it is not known. Of a country or a division, a
            point inside of it.
        long: longitude, likewise.
        population: inhabitants; 0 where the source has none.
        wikidata: Wikidata id from the reviewed table, never from a name.
        point: of a country or a division, what its point is of: "outline", its middle, or "town", one in its middle.

    """

    geonames: int | None
    kind: str
    name: str
    title: str | None
    aliases: tuple[str, ...] = field(default=(), compare=False)
    country: str = ""
    division: int | None = None
    lat: str = ""
    long: str = ""
    population: int = 0
    wikidata: str | None = None
    point: str | None = None

    @classmethod
    def from_cells(cls, cells: list[str]) -> Place:
        """Make a place from one line of places.tsv."""
        geonames, kind, name, title, aliases, country, division, *rest = cells
        lat, long, population, wikidata, point, variants = rest
        return cls(
            geonames=int(geonames),
            kind=kind,
            name=name,
            title=title or None,
            aliases=(*several(aliases), *several(variants)),
            country=country,
            division=int(division) if division else None,
            lat=lat,
            long=long,
            population=int(population),
            wikidata=wikidata or None,
            point=point or None,
        )

    @classmethod
    def from_town(cls, cells: list[str], name: str) -> Place:
        """Make a place from the cells of a row of towns.tsv.gz, under the name that led to it."""
        geonames, kind, own, country, division, lat, long, population = cells
        return cls(
            geonames=int(geonames) if geonames else None,
            kind=kind or "area",
            name=own or name,
            title=None if geonames else name,
            aliases=(name,),
            country=country,
            division=int(division) if division else None,
            lat=lat,
            long=long,
            population=int(population or 0),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the place: title, name and aliases."""
        return (self.title or self.name, self.name, *self.aliases)


def area(title: str, holder: Place | None = None) -> Place:
    """Make a place of which only the title is known, and possibly its container."""
    country, division = (holder.country, holder.geonames or holder.division) if holder else ("", None)
    return Place(None, "area", title, title, country=country, division=division)


def names_place(place: Place, anchor: str, trail: str = "") -> bool:
    """Return whether the visible text of a link names the place.

    Args:
        place: what the link's target denotes.
        anchor: the visible text inside the brackets, such as "city of Homs".
        trail: letters that directly follow the brackets, the n of "[[India]]n".

    """
    return is_name(f"{anchor}{trail}", place.names)


def several(names: str) -> list[str]:
    """Return the names in a cell of places.tsv."""
    return names.split("|") if names else []
