"""Turns titles into nodes: the one IRI of the thing that a printed title names, as far as the tables know it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from kg.entities import titles
from kg.entities.places import gazetteer as places
from kg.entities.places import naming
from kg.entities.places.gazetteer import Gazetteer
from kg.entities.places.place import Place
from kg.rdf.iri import Minter
from kg.version import data_folder

NO_LANGUAGES: Final = ("geonames", "point")
"""Takes the place of the language in the IRIs of places without an article."""


@dataclass(frozen=True)
class Nodes:
    """The nodes of one dataset.

    Titles share a node if they name the same GeoNames place, or the same thing in the reviewed list. ``separate`` are
    the IRIs that people have split from the node that a table gives them.
    """

    minter: Minter
    gazetteer: Gazetteer
    reviewed: Mapping[str, str] = field(default_factory=dict)
    separate: Collection[str] = frozenset()
    _known: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False, compare=False)

    def iri(self, language: str, title: str) -> str | None:
        """Return the IRI of what a title names in the wiki of a language; None if no article can have the title."""
        name = language, title
        if name not in self._known:
            self._known[name] = self._iri(language, title)
        return self._known[name]

    def _iri(self, language: str, title: str) -> str | None:
        normal = titles.normal(title, language)
        if normal is None:
            return None
        if language != "en" or (self.separate and self.minter.entity(language, normal) in self.separate):
            return self.minter.entity(language, normal)
        known = self.reviewed.get(normal, normal)
        place = self.place(language, known)
        canonical = naming.title_of(place, self.gazetteer) if place else None
        return self.minter.entity(language, canonical or known)

    def place(self, language: str, title: str) -> Place | None:
        """Return the place with a GeoNames id that a title names, if it names one."""
        known = naming.of_title(self.reviewed.get(title, title), self.gazetteer) if language == "en" else None
        return known if known and known.geonames else None

    def article(self, iri: str) -> tuple[str, str] | None:
        """Return the language and title of the article that names an entity, None if there is none."""
        language, slash, title = iri.removeprefix(f"{self.minter.base}entity/").partition("/")
        is_article = slash and iri.startswith(f"{self.minter.base}entity/") and language not in NO_LANGUAGES
        return (language, unquote(title).replace("_", " ")) if is_article else None

    def geonames(self, iri: str) -> int | None:
        """Return the GeoNames id of an entity that is a place by its title or IRI, None if it is not."""
        if article := self.article(iri):
            place = self.place(*article)
            return place.geonames if place else None
        identifier = iri.removeprefix(f"{self.minter.base}entity/geonames/")
        return int(identifier) if identifier.isdecimal() else None

    def reason(self, language: str, title: str) -> str:
        """Return in a few words why a title has a node other than its own."""
        normal = titles.normal(title, language) or title
        if place := self.place(language, normal):
            return f"GeoNames {place.geonames}"
        return "the same thing, reviewed" if normal in self.reviewed else "the same title to MediaWiki"


@cache
def reviewed() -> dict[str, str]:
    """Return the titles that people found to name the same thing as another title, which is given; read once.

    Raises ConfigurationError if the list is not installed.
    """
    return {title: canonical for canonical, title, *_ in _rows(same_file())}


@cache
def former_titles() -> dict[str, int]:
    """Return the former titles of places in the gazetteer, each with the GeoNames id; read once.

    Raises ConfigurationError if the list is not installed.
    """
    return {title: int(geonames) for geonames, title in _rows(data_folder("entities") / "former.tsv")}


def same_file() -> Path:
    """Return the file of the reviewed list. Raises ConfigurationError if it is not installed."""
    return data_folder("entities") / "same.tsv"


def _rows(file: Path) -> Iterator[list[str]]:
    """Yield the rows of a list, without its header."""
    return (line.split("\t") for line in islice(places.entries(file), 1, None))
