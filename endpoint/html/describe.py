"""Turns descriptions into the content of a document's page; events and their revisions have pages of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from markupsafe import Markup

from endpoint.html import periods, stories
from endpoint.html.head import head, head_of_past
from endpoint.html.place import ShownPlace
from endpoint.html.place import shown as shown_place
from endpoint.html.reader import ListedEvent, Reader, ShownTerm
from endpoint.http.urls import Addresses
from endpoint.rendering.filters import counted, spoken
from endpoint.rendering.language import gettext, message
from endpoint.site.site import Site
from kg.lookup.describe import NEWEST, paged, pages
from kg.rdf.prefixes import compact
from kg.rdf.serialize import Nodes

NAMES: Final = {
    "rdf:type": message("type"),
    "rdfs:seeAlso": message("see also"),
    "skos:exactMatch": message("same in other data"),
    "skos:closeMatch": message("close match"),
    "schema:sameAs": message("same as"),
    "schema:about": message("mentions"),
    "schema:addressCountry": message("country"),
    "schema:containedInPlace": message("contained in"),
    "schema:startDate": message("date"),
    "schema:endDate": message("last day"),
    "schema:subEvent": message("events"),
    "schema:superEvent": message("part of"),
    "dcterms:relation": message("related"),
    "dcterms:temporal": message("day"),
    "dcterms:hasPart": message("entries"),
    "dcterms:identifier": message("also known as"),
    "dcterms:isPartOf": message("lies in"),
    "dcat:startDate": message("first day"),
    "dcat:endDate": message("last day"),
    "wgs:lat": message("latitude"),
    "wgs:long": message("longitude"),
}
KINDS: Final = {
    "ng:Event": message("Event"),
    "ng:Revision": message("Revision"),
    "ng:Page": message("Archive page"),
    "ng:Source": message("Source"),
    "schema:EventSeries": message("Story"),
    "schema:Place": message("Place"),
    "ng:Entity": message("Entity"),
    "schema:Organization": message("Publisher"),
    "skos:Concept": message("Category"),
    "dcterms:PeriodOfTime": message("Period"),
}


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An item of a list on an archive page: its anchor, its position, the printed text, and its link."""

    anchor: str
    position: int
    printed: str
    target: ShownTerm | None


@dataclass(frozen=True, slots=True)
class Described:
    """The content of a document's page."""

    title: ShownTerm
    kind: str
    iri: str
    date: str = ""
    facts: list[tuple[ShownTerm, list[ShownTerm]]] = field(default_factory=list)
    events: list[ListedEvent] = field(default_factory=list)
    total: int = 0
    story: stories.ShownStory | None = None
    entries: list[ShownEntry] = field(default_factory=list)
    instant: str = ""
    number: int = 1
    turns: tuple[str, str] = ("", "")
    place: ShownPlace | None = None
    neighbours: Sequence[periods.PeriodLink | None] = (None, None)
    whole: periods.PeriodLink | None = None
    parts: list[periods.PeriodLink] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The position, in the whole list, of the first of the events that are shown."""
        return (self.number - 1) * NEWEST + 1


def listing(addresses: Addresses, listed: Mapping[str, Any], nodes: Nodes, place: str = "") -> list[ListedEvent]:
    """Return the events among ``listed``, newest first, as the templates show them; optionally those of a place."""
    reader = Reader(nodes, addresses)
    items = [reader.item(iri, place) for iri in listed if reader.is_a(iri, "ng:Event")]
    return sorted(items, key=lambda item: (item.date, item.title.iri or ""), reverse=True)


def describe(iri: str, nodes: Nodes, addresses: Addresses, document: str) -> Described:
    """Return the content of the page about ``iri``, from the nodes of its description."""
    reader = Reader(nodes, addresses)
    kind = next((label for name, label in KINDS.items() if reader.is_a(iri, name)), message("Resource"))
    kind = periods.kind(iri.removeprefix(addresses.base)) or kind
    title = reader.resource(iri)
    others = {name: nodes[name] for name in nodes if name != iri}
    story = stories.shown(reader, iri) if kind == "Story" else None
    for part in reader.iris(iri, "schema:subEvent"):
        others.pop(part, None)
    return Described(
        title=ShownTerm(title.text, language=title.language),
        kind=kind,
        iri=iri,
        date=reader.value(iri, "schema:startDate"),
        facts=facts(reader, iri),
        events=listing(addresses, others, nodes, iri),
        total=reader.number(document, "hydra:totalItems"),
        story=story,
        entries=_entries(reader, iri),
        place=shown_place(reader, iri),
        whole=periods.whole(reader, iri),
        parts=periods.parts(reader, iri),
    )


def facts(reader: Reader, iri: str) -> list[tuple[ShownTerm, list[ShownTerm]]]:
    """Return all statements about a resource: their properties, each with its values."""
    found = []
    for property_, values in reader.nodes.get(iri, {}).items():
        name = compact(property_)
        if name in ("dcterms:hasPart", "schema:subEvent", "hydra:totalItems"):
            continue  # these are shown as entries, as events, or with them
        shown = reader.resource(property_)
        href, external = shown.href, shown.external
        if name in NAMES:
            term = ShownTerm(gettext(NAMES[name]), href, external, iri=property_)
        else:
            text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split(r"[/#:]", name)[-1]).lower()
            term = ShownTerm(text, href, external, "en", iri=property_)
        found.append((term, [reader.term(one) for one in values]))
    return found


def _entries(reader: Reader, page: str) -> list[ShownEntry]:
    entries = []
    for iri in reader.iris(page, "dcterms:hasPart"):
        position = reader.number(iri, "schema:position")
        printed = reader.value(iri, "ng:printedText") or reader.value(iri, "ng:printedLabel")
        targets = reader.iris(iri, "ng:target")
        target = reader.resource(targets[0]) if targets else None
        entries.append(ShownEntry(iri.partition("#")[2], position, printed, target))
    return sorted(entries, key=lambda one: (one.anchor.partition("-")[0], one.position))


def document_page(
    site: Site, iri: str, nodes: Nodes, path: str = "", instant: str = "", page: int = 1, days: int = 0
) -> str:
    """Return the HTML document about a resource without a page of its own kind.

    ``path`` is the path of the document if it is not the generic one but the state at ``instant``; ``page`` is the
    number of the page, if there are more events than fit on one; ``days`` is the number of days on which a story has
    events.
    """
    addresses = site.addresses
    path = path or addresses.document(iri)
    shown = describe(iri, nodes, addresses, addresses.base + path)
    shown = replace(shown, number=page, turns=_turns(addresses.local(path), page, pages(shown.total)))
    if shown.story:
        shown = replace(shown, story=stories.paged_story(shown.story, addresses.local(path), page, days))
    title, summary = _title(shown), _summary(shown)
    if instant:
        shown, own = replace(shown, instant=instant), head_of_past(site.frame, path, title, summary)
        return site.frame.page("document.html", page=shown, head=own)
    if shown.kind in periods.KINDS.values():
        shown = replace(shown, neighbours=periods.neighbours(site, iri))
    calendar = periods.days_of_year(site, iri) if shown.kind == "Year" else Markup()
    week = periods.week(site, iri) if shown.kind == "Day" else []
    return site.frame.page(
        "document.html",
        page=shown,
        bars=periods.bars(shown.kind, shown.parts),
        calendar=calendar,
        week=week,
        day=iri.rpartition("/")[2],
        head=head(site.frame, iri, nodes, title, summary, page),
    )


def _title(shown: Described) -> str:
    return spoken(shown.title.text) if shown.kind in ("Day", "Month") else shown.title.text


def _summary(shown: Described) -> str:
    """Return the kind of a resource and the number of events about it, for a description of the page."""
    total = shown.story.events if shown.story else shown.total
    kind, title = gettext(shown.kind), _title(shown)
    if not total:
        return gettext("%(kind)s: %(title)s.", kind=kind, title=title)
    return gettext("%(kind)s: %(title)s, %(events)s.", kind=kind, title=title, events=counted(total, "event"))


def _turns(path: str, page: int, last: int) -> tuple[str, str]:
    """Return the addresses of the page with newer and of that with older events, "" if there is none."""
    return (paged(path, page - 1) if page > 1 else "", paged(path, page + 1) if page < last else "")
