"""Turns descriptions and query results into what the HTML templates show."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from flask import render_template
from markupsafe import Markup

from endpoint import periods
from endpoint.negotiate import PAGE_FORMATS
from endpoint.periods import spoken
from endpoint.urls import Addresses
from kg.lookup.describe import NEWEST, paged, pages
from kg.query.evaluate import Answer
from kg.rdf.prefixes import PREFIXES, compact, expand
from kg.rdf.schema_org import page_about
from kg.rdf.serialize import Nodes

if TYPE_CHECKING:
    from endpoint.operation import Operation
    from endpoint.site import Site

ROWS: Final = 1_000
RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ur")

NAMES: Final = {
    "rdf:type": "type",
    "rdfs:seeAlso": "see also",
    "skos:exactMatch": "same in other data",
    "skos:closeMatch": "close match",
    "schema:sameAs": "same as",
    "schema:about": "mentions",
    "schema:addressCountry": "country",
    "schema:containedInPlace": "contained in",
    "schema:startDate": "date",
    "schema:superEvent": "part of",
    "dcterms:relation": "related",
    "dcterms:temporal": "day",
    "dcterms:hasPart": "entries",
    "dcterms:identifier": "also known as",
    "dcterms:isPartOf": "lies in",
    "dcat:startDate": "first day",
    "dcat:endDate": "last day",
    "wgs:lat": "latitude",
    "wgs:long": "longitude",
}
KINDS: Final = {
    "ng:Event": "Event",
    "ng:Revision": "Revision",
    "ng:Page": "Archive page",
    "ng:Source": "Source",
    "schema:Place": "Place",
    "ng:Entity": "Entity",
    "schema:Organization": "Publisher",
    "skos:Concept": "Category",
    "dcterms:PeriodOfTime": "Period",
}

WIDE: Final = {"schema:Country": 5, "schema:AdministrativeArea": 7}
CLOSE: Final = 9  # how far a map of a place zooms in: less for what is large


@dataclass(frozen=True, slots=True)
class Term:
    """One value as shown: its text, where it leads, if that is elsewhere, its language and datatype."""

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

    source: Term
    publisher: Term | None
    host: str


@dataclass(frozen=True, slots=True)
class Item:
    """An event in a list."""

    title: Term
    date: str
    category: Term | None
    sources: list[Cited]


@dataclass(frozen=True, slots=True)
class Wording:
    """A revision in the history of an event; ``memento`` leads to the event as it stood when it was first seen."""

    title: Term
    observed: str
    memento: str
    current: bool
    origin: Term | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list on an archive page: its anchor, its position, what is printed, and where it leads."""

    anchor: str
    position: int
    printed: str
    target: Term | None


@dataclass(frozen=True, slots=True)
class Described:
    """What the page of a document shows."""

    title: Term
    kind: str
    iri: str
    date: str = ""
    gone: str = ""
    facts: list[tuple[Term, list[Term]]] = field(default_factory=list)
    groups: dict[str, list[Term]] = field(default_factory=dict)
    events: list[Item] = field(default_factory=list)
    total: int = 0
    sources: list[Cited] = field(default_factory=list)
    history: list[Wording] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    instant: str = ""
    number: int = 1
    turns: tuple[str, str] = ("", "")
    place: tuple[str, str] | None = None
    zoom: int = CLOSE
    neighbours: Sequence[periods.Link | None] = (None, None)
    whole: periods.Link | None = None
    parts: list[periods.Link] = field(default_factory=list)

    @property
    def wide(self) -> bool:
        """Whether the place is a country or a division, of which the coordinates are those of one point inside."""
        return self.zoom < CLOSE


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

    def iris(self, iri: str, name: str) -> list[str]:
        """Return the objects of a property that are resources."""
        return [one["iri"] for one in self.values(iri, name) if "iri" in one]

    def term(self, value: Mapping[str, str]) -> Term:
        """Return an object as shown."""
        if "iri" in value:
            return self.resource(value["iri"])
        datatype = compact(value.get("datatype", ""))
        return Term(value["value"], language=value.get("language"), datatype=datatype)

    def resource(self, iri: str) -> Term:
        """Return a resource as shown: by its label, else by the readable part of its IRI."""
        labels = self.values(iri, "rdfs:label")
        language = labels[0].get("language") if labels else None
        text = labels[0]["value"] if labels else self._readable(iri)
        href = self.addresses.href(iri)
        if compact(iri).startswith("ng:"):
            href = f"{self.addresses.local('vocab')}#{compact(iri)[3:]}"
        external = bool(href) and href == iri
        return Term(text, href, external, language, iri=iri)

    def _readable(self, iri: str) -> str:
        if iri.startswith(self.addresses.base):
            path = unquote(iri[len(self.addresses.base) :])
            return path.split("/", 2)[-1].replace("_", " ") if path.startswith("entity/") else path
        return unquote(compact(iri))

    def cited(self, source: str) -> Cited:
        """Return a source with its publisher; the link leads to the document about it."""
        publishers = self.iris(source, "dcterms:publisher")
        publisher = self.resource(publishers[0]) if publishers else None
        return Cited(Term(unquote(source), self.addresses.href(source), True, iri=source), publisher, host(source))

    def item(self, event: str) -> Item:
        """Return an event as listed."""
        categories = self.iris(event, "ng:category")
        return Item(
            self.resource(event),
            self.value(event, "schema:startDate"),
            self.resource(categories[0]) if categories else None,
            [self.cited(source) for source in self.iris(event, "ng:source")],
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


#: The languages that we know archives in, by their own names.
LANGUAGES: Final = {"en": "English", "zh": "中文"}


def listing(addresses: Addresses, listed: Mapping[str, Any], nodes: Nodes) -> list[Item]:
    """Return the events among ``listed``, newest first, as the templates show them."""
    reader = Reader(nodes, addresses)
    items = [reader.item(iri) for iri in listed if reader.is_a(iri, "ng:Event")]
    return sorted(items, key=lambda item: (item.date, item.title.iri or ""), reverse=True)


def describe(iri: str, nodes: Nodes, addresses: Addresses, document: str) -> Described:
    """Return what the page about ``iri`` shows, from the nodes of its description."""
    reader = Reader(nodes, addresses)
    kind = next((label for name, label in KINDS.items() if reader.is_a(iri, name)), "Resource")
    kind = periods.kind(iri.removeprefix(addresses.base)) or kind
    title = reader.resource(iri)
    event = kind == "Event"
    others = {name: nodes[name] for name in nodes if name != iri}
    latitude, longitude = reader.value(iri, "wgs:lat"), reader.value(iri, "wgs:long")
    return Described(
        title=Term(title.text, language=title.language),
        kind=kind,
        iri=iri,
        date=reader.value(iri, "schema:startDate"),
        gone=reader.value(iri, "prov:invalidatedAtTime"),
        facts=_facts(reader, iri),
        groups=_groups(reader, iri) if event else {},
        events=[] if event or kind == "Revision" else listing(addresses, others, nodes),
        total=int(reader.value(document, "hydra:totalItems") or 0),
        sources=[reader.cited(one) for one in reader.iris(iri, "ng:source")],
        history=_history(reader, iri),
        entries=_entries(reader, iri),
        place=(latitude, longitude) if latitude and longitude else None,
        zoom=next((zoom for name, zoom in WIDE.items() if reader.is_a(iri, name)), CLOSE),
        whole=periods.whole(reader, iri),
        parts=periods.parts(reader, iri),
    )


def _facts(reader: Reader, iri: str) -> list[tuple[Term, list[Term]]]:
    facts = []
    for property_, values in reader.nodes.get(iri, {}).items():
        name = compact(property_)
        if name == "dcterms:hasPart":
            continue  # shown as entries
        shown = reader.resource(property_)
        text = NAMES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split(r"[/#:]", name)[-1]).lower()
        facts.append((Term(text, shown.href, shown.external, iri=property_), [reader.term(one) for one in values]))
    return facts


def _entries(reader: Reader, page: str) -> list[Entry]:
    entries = []
    for iri in reader.iris(page, "dcterms:hasPart"):
        position = reader.value(iri, "schema:position")
        printed = reader.value(iri, "ng:printedText") or reader.value(iri, "ng:printedLabel")
        targets = reader.iris(iri, "ng:target")
        target = reader.resource(targets[0]) if targets else None
        entries.append(Entry(iri.partition("#")[2], int(position or 0), printed, target))
    return sorted(entries, key=lambda one: (one.anchor.partition("-")[0], one.position))


def _groups(reader: Reader, event: str) -> dict[str, list[Term]]:
    """Return what an event names, by how it names it; a place is not shown again as a mention."""
    names = {"Places": "ng:place", "Topics": "ng:topic", "Mentions": "schema:about"}
    names |= {"Part of": "schema:superEvent", "Related events": "dcterms:relation"}
    groups: dict[str, list[Term]] = {}
    seen: set[str] = set()
    for heading, name in names.items():
        fresh = [iri for iri in reader.iris(event, name) if iri not in seen]
        seen.update(fresh)
        groups[heading] = [reader.resource(iri) for iri in fresh]
    groups["Topics"] += [reader.term(one) for one in reader.values(event, "ng:topicLabel")]
    groups["Mentions"] += [reader.term(one) for one in reader.values(event, "ng:mentionLabel")]
    return {heading: terms for heading, terms in groups.items() if terms}


def _history(reader: Reader, event: str) -> list[Wording]:
    current = reader.value(event, "ng:currentRevision")
    wordings = []
    for iri in reader.iris(event, "ng:revision"):
        origins = [one.partition("#")[0] for one in reader.iris(iri, "prov:wasDerivedFrom")]
        origin = reader.resource(origins[0]) if origins else None
        observed = reader.value(iri, "ng:observedFrom")
        past = f"memento/{re.sub(r'[^0-9]', '', observed)}/{event.removeprefix(reader.addresses.base)}"
        wordings.append(Wording(reader.resource(iri), observed, reader.addresses.local(past), iri == current, origin))
    return sorted(wordings, key=lambda one: (one.observed, one.current), reverse=True)


def document_page(site: Site, iri: str, nodes: Nodes, path: str = "", instant: str = "", page: int = 1) -> str:
    """Return the HTML document about a resource, with what search engines read of it embedded.

    ``path`` is that of the document, if it is not the generic one but that of the state at ``instant``; ``page`` is
    the number of the page, where there are more events than one page has.
    """
    addresses = site.addresses
    path = path or addresses.document(iri)
    formats = [(one, addresses.local(paged(f"{path}.{one.suffix}", page))) for one in PAGE_FORMATS]
    shown = describe(iri, nodes, addresses, addresses.base + path)
    shown = replace(shown, number=page, turns=_turns(addresses.local(path), page, pages(shown.total)))
    if instant:
        shown = replace(shown, instant=instant)
    elif shown.kind in periods.KINDS.values():
        shown = replace(shown, neighbours=periods.neighbours(site, iri))
    return render_template(
        "document.html",
        site=site,
        addresses=addresses,
        page=shown,
        formats=formats,
        data=None if instant else embedded(page_about(iri, nodes, addresses.base + path)),
    )


def _turns(path: str, page: int, last: int) -> tuple[str, str]:
    """Return the addresses of the page with newer and of that with older events, empty where there is none."""
    return (paged(path, page - 1) if page > 1 else "", paged(path, page + 1) if page < last else "")


def embedded(data: Any) -> Markup:
    """Return JSON that is safe inside of a script element."""
    text = json.dumps(data, ensure_ascii=False)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704


def results_page(site: Site, operation: Operation, answer: Answer) -> str:
    """Return the page with the query form and the results below it."""
    shown: dict[str, Any] = {"query": operation.query, "form": answer.form}
    if answer.form == "construct":
        shown["turtle"] = answer.body.decode()
    else:
        shown |= _table(json.loads(answer.body), site.addresses)
    return render_template("sparql.html", site=site, addresses=site.addresses, prefixes=PREFIXES, **shown)


def _table(results: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    if "boolean" in results:
        return {"boolean": results["boolean"]}
    names: list[str] = results["head"]["vars"]
    bindings: list[Mapping[str, Any]] = results["results"]["bindings"]
    rows = [[_cell(row.get(name), addresses) for name in names] for row in bindings[:ROWS]]
    return {"names": names, "rows": rows, "count": len(bindings)}


def _cell(binding: Mapping[str, Any] | None, addresses: Addresses) -> Term | None:
    if binding is None:
        return None
    if binding["type"] == "uri":
        href = addresses.href(binding["value"])
        text = binding["value"].removeprefix(addresses.base)
        shown = compact(binding["value"]) if text == binding["value"] else text
        return Term(unquote(shown), href, href == binding["value"], iri=binding["value"])
    if binding["type"] not in ("literal", "typed-literal"):
        return Term(_text(binding))
    return Term(binding["value"], language=binding.get("xml:lang"), datatype=compact(binding.get("datatype", "")))


def _text(binding: Mapping[str, Any]) -> str:
    value = binding["value"]
    return f"_:{value}" if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def install(filters: dict[str, Any]) -> None:
    """Add the filters that the templates use."""
    filters["spoken"] = spoken
    filters["language"] = lambda tag: LANGUAGES.get(tag, tag)
    filters["position"] = lambda index, page: (page - 1) * NEWEST + index
    filters["number"] = lambda value: f"{value:,}"
