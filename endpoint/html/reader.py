"""Reads a description for a page: terms as people see them, sources with their publishers, events in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from endpoint.http.urls import Addresses
from kg.rdf import terms
from kg.rdf.prefixes import compact, expand
from kg.rdf.serialize import Nodes

RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ur")


@dataclass(frozen=True, slots=True)
class ShownTerm:
    """One value as shown: its text, its address, whether that is external, its language and datatype."""

    text: str
    href: str | None = None
    external: bool = False
    language: str | None = None
    datatype: str = ""
    iri: str | None = None

    @property
    def direction(self) -> str:
        """Writing direction for the HTML attribute ``dir``."""
        return "rtl" if (self.language or "").partition("-")[0] in RIGHT_TO_LEFT else "auto"


@dataclass(frozen=True, slots=True)
class Cited:
    """A source with its publisher."""

    source: ShownTerm
    publisher: ShownTerm | None
    host: str


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event in a list."""

    title: ShownTerm
    date: str
    category: ShownTerm | None
    sources: list[Cited]
    located: bool = False
    """Whether it happened at the place that the list is of."""


class Reader:
    """Reads the nodes of a description by prefixed names."""

    def __init__(self, nodes: Nodes, addresses: Addresses) -> None:
        self.nodes = nodes
        self.addresses = addresses

    def values(self, iri: str, name: str) -> list[dict[str, str]]:
        """Return the objects of a property."""
        return self.nodes.get(iri, {}).get(expand(name), [])

    def value(self, iri: str, name: str) -> str:
        """Return the text or IRI of the first object of a property, or an empty string."""
        found = self.values(iri, name)
        return found[0].get("value", found[0].get("iri", "")) if found else ""

    def number(self, iri: str, name: str) -> int:
        """Return the first object of a property as a whole number, or 0."""
        return terms.whole(self.value(iri, name))

    def iris(self, iri: str, name: str) -> list[str]:
        """Return the objects of a property that are resources."""
        return [one["iri"] for one in self.values(iri, name) if "iri" in one]

    def term(self, value: Mapping[str, str]) -> ShownTerm:
        """Return an object as shown."""
        if "iri" in value:
            return self.resource(value["iri"])
        datatype = compact(value.get("datatype", ""))
        return ShownTerm(value["value"], language=value.get("language"), datatype=datatype)

    def resource(self, iri: str) -> ShownTerm:
        """Return a resource as shown: by its label, or else by the readable part of its IRI."""
        labels = [one for one in self.values(iri, "rdfs:label") if "value" in one]
        language = labels[0].get("language") if labels else None
        text = labels[0]["value"] if labels else self._readable(iri)
        href = self.addresses.href(iri)
        if compact(iri).startswith("ng:"):
            href = f"{self.addresses.local('vocab')}#{compact(iri)[3:]}"
        external = bool(href) and href == iri
        return ShownTerm(text, href, external, language, iri=iri)

    def _readable(self, iri: str) -> str:
        if iri.startswith(self.addresses.base):
            path = unquote(iri[len(self.addresses.base) :])
            return path.split("/", 2)[-1].replace("_", " ") if path.startswith("entity/") else path
        return unquote(compact(iri))

    def cited(self, source: str) -> Cited:
        """Return a source with its publisher; the link leads to the document about it."""
        publishers = self.iris(source, "dcterms:publisher")
        publisher = self.resource(publishers[0]) if publishers else None
        return Cited(ShownTerm(unquote(source), self.addresses.href(source), True, iri=source), publisher, host(source))

    def item(self, event: str, place: str = "") -> ListedEvent:
        """Return an event as listed, optionally among those of a place."""
        categories = self.iris(event, "ng:category")
        return ListedEvent(
            self.resource(event),
            self.value(event, "schema:startDate"),
            self.resource(categories[0]) if categories else None,
            [self.cited(source) for source in self.iris(event, "ng:source")],
            place in self.iris(event, "schema:location"),
        )

    def is_a(self, iri: str, name: str) -> bool:
        """Return whether a resource is of a class."""
        return expand(name) in self.iris(iri, "rdf:type")


def host(iri: str) -> str:
    """Return the host of an address without ``www.``, or an empty string."""
    try:
        return (urlsplit(iri).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
