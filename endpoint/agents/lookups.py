"""The tools that look up: words in titles and names, lists of events, descriptions, histories, changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from endpoint.agents.quoting import quoted
from endpoint.agents.replies import (
    ChangesReply,
    CountedValue,
    DescriptionReply,
    EventResult,
    EventsReply,
    FoundThing,
    HistoryReply,
    QuotedEvent,
    ReportedChange,
    SearchReply,
    Wording,
)
from endpoint.agents.tool import NUMBER, Tool, ToolContext
from endpoint.feeds import changes
from endpoint.feeds.changes import BEGINNING, instant
from endpoint.http.routes import Parameter
from endpoint.listing import asked as lists
from endpoint.listing.asked import LENGTH, asked_list
from kg.derived.changelog import EVENTS as EVERY_EVENT
from kg.derived.changes import reading
from kg.derived.event_changes import EventChange, changed_events, page
from kg.derived.kinds import SEARCH as INDEX
from kg.errors import NotFoundError, ParameterError, WithdrawnError
from kg.events.comparison import Comparison
from kg.lookup.history import EventHistory, ShownWording, compared
from kg.lookup.listing.listing import Extent
from kg.lookup.locate import Location
from kg.lookup.search.search import WORDS_OF_KINDS
from kg.lookup.search.search_index import EVENT
from kg.rdf.iri import canonical
from kg.rdf.prefixes import compact
from kg.workers.list_operations import ListEvents
from kg.workers.operations import DescribePage, History, Locate, Search

FOUND: Final = 10
EVENTS: Final = 20
"""The size of a page: much more would fill a model's context."""
VALUES: Final = 5
QUOTATIONS: Final = 20
"""How many events of a description are quoted; the tool events lists all."""
PAGE: Final = Parameter("page", "Number of a page, from 1.", schema=NUMBER)
IRI: Final = Parameter("iri", "An IRI of the graph, or its path below the base.", required=True)


def _search(context: ToolContext, given: Mapping[str, str]) -> SearchReply:
    text, kind = " ".join(given["q"].split()), given.get("type", "")
    if len(text) > LENGTH:
        raise ParameterError(f"q may have {LENGTH} characters", "q")
    if kind and kind not in WORDS_OF_KINDS:
        raise ParameterError(f"type must be one of {', '.join(WORDS_OF_KINDS)}", "type", tuple(WORDS_OF_KINDS))
    index = context.artefacts.obtain(INDEX, context.snapshot)
    first = FOUND * (int(given.get("page", "1")) - 1)
    found = context.workers.ask(Search(index, text, (kind,) if kind else (), first, FOUND))
    events = quoted(context, (one["iri"] for one in found["matches"] if EVENT in one["kinds"]))
    totals = {kind: number for kind, number in found["totals"].items() if number}
    things = [_found(one, events) for one in found["matches"]]
    return SearchReply(context.snapshot.id, found["total"], totals, found["meant"], things)


def _found(one: Mapping[str, Any], events: Mapping[str, QuotedEvent]) -> FoundThing:
    iri, kind = one["iri"], one["kinds"][0]
    return FoundThing(iri, kind, one["label"], one["language"], one["score"], one["uses"], events.get(iri))


def _events(context: ToolContext, given: Mapping[str, str]) -> EventsReply:
    asked = asked_list(given, context.base, context.snapshot.manifest.languages)
    page = asked.page or 1
    index = context.artefacts.obtain(INDEX, context.snapshot)
    listed = ListEvents(index, asked.filter, asked.sort, Extent(EVENTS * (page - 1), EVENTS, VALUES))
    found = json.loads(context.workers.ask(listed))
    quotations = quoted(context, (one["iri"] for one in found["events"]))
    return EventsReply(
        context.snapshot.id,
        found["total"],
        page,
        -(-found["total"] // EVENTS),
        [_listed(one, quotations.get(one["iri"]) or _unread(context, one)) for one in found["events"]],
        found["years"],
        {name: list(map(_counted, values)) for name, values in found["facets"].items() if values},
    )


def _listed(one: Mapping[str, Any], quotation: QuotedEvent) -> EventResult:
    categories, places, publishers = (
        [thing["label"] or thing["iri"] for thing in one[name]] for name in ("categories", "places", "publishers")
    )
    return EventResult(quotation, categories, places, publishers)


def _unread(context: ToolContext, one: Mapping[str, Any]) -> QuotedEvent:
    """Return what the index says about an event with an IRI that the engine rejects."""
    return QuotedEvent(one["iri"], "", one["date"], one["title"], one["language"], [], context.snapshot.id)


def _counted(one: Mapping[str, Any]) -> CountedValue:
    return CountedValue(one["value"], one["label"], one["events"])


def located(context: ToolContext, text: str) -> str:
    """Return the IRI that a name of a thing now stands for.

    Raises NotFoundError if the graph says nothing about it, WithdrawnError if it was withdrawn.
    """
    iri = context.iri(text)
    path = iri.removeprefix(context.base)
    names = (iri, context.base + canonical(path)) if path != iri else (iri,)
    found: Location | None = context.workers.ask(Locate(names))
    if found is None:
        raise NotFoundError(f"there is nothing here about {text[:LENGTH]}")
    if found.withdrawn:
        raise WithdrawnError(found.iri, found.withdrawn, None)
    return found.iri


def _describe(context: ToolContext, given: Mapping[str, str]) -> DescriptionReply:
    iri, page = located(context, given["iri"]), int(given.get("page", "1"))
    document = f"{context.base}doc/{iri.removeprefix(context.base)}"
    found = context.workers.ask(DescribePage(iri, context.settings.result_bytes, document, page))
    nodes = found.nodes
    said = {compact(name): [_value(one) for one in values] for name, values in nodes.get(iri, {}).items()}
    others = [one for one in nodes if one not in (iri, document)]
    events = quoted(context, [iri, *others])
    names = {one: label for one in others if one not in events and (label := _label(nodes[one]))}
    quotations = list(events.values())[:QUOTATIONS]
    return DescriptionReply(context.snapshot.id, iri, said, names, found.events or 0, quotations)


def _value(one: Mapping[str, str]) -> str:
    return one.get("iri", one.get("value", "")) + (f"@{one['language']}" if "language" in one else "")


def _label(said: Mapping[str, Iterable[Mapping[str, str]]]) -> str:
    found = (one["value"] for name, values in said.items() if compact(name) == "rdfs:label" for one in values)
    return next(found, "")


def _history(context: ToolContext, given: Mapping[str, str]) -> HistoryReply:
    told = context.workers.ask(History(located(context, given["iri"])))
    quotations = quoted(context, (one.revision for one in told.wordings))
    return HistoryReply(context.snapshot.id, told.event, told.day, told.gone, list(_wordings(told, quotations)))


def _wordings(told: EventHistory, quotations: Mapping[str, QuotedEvent]) -> Iterator[Wording]:
    for number, one in enumerate(told.wordings):
        former = told.former(number)
        yield _wording(one, quotations[one.revision], compared(former, one) if former else None)


def _wording(one: ShownWording, quotation: QuotedEvent, changed: Comparison | None) -> Wording:
    words = {
        kind: [edit.text for edit in changed.words if edit.op == kind] if changed else []
        for kind in ("insert", "delete")
    }
    values = changed.values if changed else {}
    return Wording(
        quotation,
        one.start,
        one.end,
        one.written,
        one.current,
        words["insert"],
        words["delete"],
        {aspect: found.added for aspect, found in values.items() if found.added},
        {aspect: found.removed for aspect, found in values.items() if found.removed},
    )


def _changes(context: ToolContext, given: Mapping[str, str]) -> ChangesReply:
    place, number = given.get("place", ""), int(given.get("page", "1"))
    feed = located(context, place) if place else EVERY_EVENT
    with reading(context.artefacts, context.snapshot) as log:
        since = instant("from", given.get("from", ""), "T00:00:00Z") or BEGINNING
        until = instant("to", given.get("to", ""), "T23:59:59Z") or log.time
        if since > until:
            raise ParameterError(f"from is later than to: {since}, {until}", "from")
        found = changed_events(log, feed, since, until)
        listed = page(log, found, EVENTS * (number - 1), EVENTS)
    quotations = quoted(context, (one.one.iri for one in listed))
    return ChangesReply(
        context.snapshot.id,
        since,
        until,
        found.added,
        found.changed,
        found.removed,
        number,
        -(-found.total // EVENTS),
        [_reported(one, quotations.get(one.one.iri)) for one in listed],
    )


def _reported(one: EventChange, quotation: QuotedEvent | None) -> ReportedChange:
    before, after = ((end.revision if end else "") or "" for end in (one.before, one.after))
    return ReportedChange(one.kind, one.one.iri, one.one.time, one.one.title or "", before, after, quotation)


SEARCH: Final = Tool(
    "search",
    "Search titles and names",
    "Find events by words of their titles, and places, people, topics, stories, publishers and categories by their "
    "names. Use it first to turn a name into an IRI, which the other tools take.",
    (
        Parameter("q", "Words of a title, or of a name.", required=True),
        Parameter("type", "Only what is of this kind.", schema={"type": "string", "enum": list(WORDS_OF_KINDS)}),
        PAGE,
    ),
    SearchReply,
    _search,
)
LIST: Final = Tool(
    "events",
    "List and count events",
    "List events by words, place, category, topic, entity, story, publisher, language, time and box, alone or "
    "together, with how many there are in all, in each year, and of each place, category and so on. It counts, too.",
    tuple(PAGE if one.name == "page" else one for one in lists.PARAMETERS if one.name != "km"),
    EventsReply,
    _events,
)
DESCRIBE: Final = Tool(
    "describe",
    "Describe a thing",
    "Say what the graph has about an event, a revision, a place, a person, a source, a day, or anything with an IRI.",
    (IRI, PAGE),
    DescriptionReply,
    _describe,
)
WORDINGS: Final = Tool(
    "history",
    "Show the wordings of an event",
    "Show how the wording of an event, or of the event of a revision, changed over time: when each wording was shown, "
    "which words and values came and went.",
    (IRI,),
    HistoryReply,
    _history,
)
CHANGED: Final = Tool(
    "changes",
    "Show what changed in the graph",
    "Show which events were added, reworded or otherwise changed, and removed between two instants at which snapshots "
    "were published: what the archive, or this server, learned since.",
    tuple(PAGE if one.name == "page" else one for one in changes.PARAMETERS),
    ChangesReply,
    _changes,
)
TOOLS: Final = (SEARCH, LIST, DESCRIBE, WORDINGS, CHANGED)
