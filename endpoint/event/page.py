"""The page about an event: its first clause, its sentence with links, facts, its surroundings, and its changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from endpoint.event import history
from endpoint.event.clause import clause
from endpoint.event.history import WordingOnPage
from endpoint.event.sentence import Run, linked, names
from endpoint.html import stories
from endpoint.html.describe import facts
from endpoint.html.head import PageHead, head, head_of_past
from endpoint.html.place import ShownPlace
from endpoint.html.place import shown as shown_place
from endpoint.html.reader import Cited, Reader, ShownTerm
from endpoint.rendering.filters import spoken
from endpoint.rendering.language import gettext
from endpoint.rendering.page_frame import PageFrame
from kg.lookup.history import EventHistory
from kg.lookup.surroundings import NamedEvent, Surroundings
from kg.rdf.serialize import Nodes

RELATED: Final = 8
"""How many related events are shown at once; the others are behind a summary."""


@dataclass(frozen=True, slots=True)
class CitedThatWeek:
    """A source, and the list of what its publisher reported in the week of the event, if the publisher is known."""

    cited: Cited
    week: str


@dataclass(frozen=True, slots=True)
class RelatedEvent:
    """An event that the archive relates to another one: its title, its day, and what both have in common."""

    title: ShownTerm
    date: str
    shared: Sequence[ShownTerm]


@dataclass(frozen=True, slots=True)
class DayAround:
    """The nearest events of the day, before and after, each with its first clause, and the total number."""

    before: Sequence[ShownTerm] = ()
    after: Sequence[ShownTerm] = ()
    events: int = 0


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """What the page of an event shows.

    ``mentions`` are things that it names without a link in its sentence; ``place`` is the first place with a point
    where it happened; ``wordings`` counts its wordings, and ``latest`` is the newest, if there are several; ``since``
    is when it was first shown, ``first`` its address as it was then; ``until`` is its last day, if it has several.
    ``matches`` are the same news in other languages.
    """

    iri: str
    title: ShownTerm
    sentence: Sequence[Run]
    date: str
    gone: str
    categories: Sequence[ShownTerm]
    places: Sequence[ShownTerm]
    topics: Sequence[ShownTerm]
    mentions: Sequence[ShownTerm]
    whole: Sequence[ShownTerm]
    sources: Sequence[CitedThatWeek]
    stories: Sequence[stories.StoryLink]
    place: ShownPlace | None
    statements: Sequence[tuple[ShownTerm, list[ShownTerm]]]
    related: Sequence[RelatedEvent] = ()
    around: DayAround = field(default_factory=DayAround)
    wordings: int = 0
    latest: WordingOnPage | None = None
    since: str = ""
    first: str = ""
    instant: str = ""
    until: str = ""
    matches: Sequence[ShownTerm] = ()


def event_page(frame: PageFrame, iri: str, nodes: Nodes, around: Surroundings, told: EventHistory) -> str:
    """Return the page about an event, from its description, its surroundings, and its history."""
    reader = Reader(nodes, frame.addresses)
    since = min((one.start for one in told.wordings if one.start), default="")
    shown = replace(
        _shown(reader, iri),
        related=_related(reader, iri, around),
        around=_around(reader, around),
        wordings=len(told.wordings),
        latest=history.wordings(told, frame.addresses)[-1] if len(told.wordings) > 1 else None,
        since=since,
        first=history.memento(frame.addresses, iri, since),
    )
    return _page(frame, shown, head(frame, iri, nodes, shown.title.text, _summary(shown)))


def past_event_page(frame: PageFrame, iri: str, nodes: Nodes, path: str, instant: str) -> str:
    """Return the page at a path about an event as it was at an instant."""
    shown = replace(_shown(Reader(nodes, frame.addresses), iri), instant=instant)
    return _page(frame, shown, head_of_past(frame, path, shown.title.text, _summary(shown)))


def _page(frame: PageFrame, shown: ShownEvent, own: PageHead) -> str:
    path = frame.addresses.local
    return frame.page(
        "event.html",
        page=shown,
        head=own,
        history=path(history.path_of(frame.addresses, shown.iri)),
        compare=path(history.path_of(frame.addresses, shown.iri, "compare")),
        cited=urlencode({"iri": shown.iri.removeprefix(frame.addresses.base)}, safe="/"),
        few=RELATED,
    )


def _shown(reader: Reader, iri: str) -> ShownEvent:
    """Return what is known from the description alone."""
    title = reader.resource(iri)
    sentence = linked(reader, iri, title.text)
    said, day = {run.href for run in sentence}, reader.value(iri, "schema:startDate")
    places = _terms(reader, iri, "schema:location")
    topics = [*_terms(reader, iri, "ng:topic"), *map(reader.term, reader.values(iri, "ng:topicLabel"))]
    known = said | {one.href for one in (*places, *topics)}
    words = {run.text for run in sentence}
    unsaid = [one for one in _terms(reader, iri, "ng:place", "schema:about") if one.href not in known]
    unsaid += (one for one in map(reader.term, reader.values(iri, "ng:mentionLabel")) if one.text not in words)
    return ShownEvent(
        iri,
        ShownTerm(clause(title.text, names(sentence)), language=title.language),
        sentence,
        day,
        reader.value(iri, "prov:invalidatedAtTime"),
        _terms(reader, iri, "ng:category"),
        places,
        topics,
        unsaid,
        _terms(reader, iri, "schema:superEvent"),
        [_source(reader, one, day) for one in reader.iris(iri, "ng:source")],
        stories.of_event(reader, iri),
        next(filter(None, (shown_place(reader, one) for one in reader.iris(iri, "schema:location"))), None),
        facts(reader, iri),
        until=reader.value(iri, "schema:endDate"),
        matches=_terms(reader, iri, "skos:closeMatch"),
    )


def _terms(reader: Reader, iri: str, *properties: str) -> list[ShownTerm]:
    found = dict.fromkeys(one for name in properties for one in reader.iris(iri, name))
    return [reader.resource(one) for one in found]


def _source(reader: Reader, source: str, day: str) -> CitedThatWeek:
    cited = reader.cited(source)
    publisher = cited.publisher.iri if cited.publisher else None
    return CitedThatWeek(cited, _week(reader, publisher, day) if publisher else "")


def _week(reader: Reader, publisher: str, day: str) -> str:
    """Return the address of what a publisher reported in the week of a day, from Monday (ISO 8601); "" if no day."""
    try:
        monday = date.fromisoformat(day) - timedelta(days=date.fromisoformat(day).weekday())
        sunday = monday + timedelta(days=6)
    except (ValueError, OverflowError):
        return ""
    named = publisher.removeprefix(reader.addresses.base)
    query = {"publisher": named, "from": monday.isoformat(), "to": sunday.isoformat()}
    return reader.addresses.local(f"events?{urlencode(query, safe='/')}")


def _related(reader: Reader, iri: str, around: Surroundings) -> list[RelatedEvent]:
    found = [
        RelatedEvent(
            _clause(reader.resource(one)),
            reader.value(one, "schema:startDate"),
            _without_repeats(reader.term(value) for value in around.shared.get(one, ())),
        )
        for one in reader.iris(iri, "dcterms:relation")
    ]
    return sorted(found, key=lambda one: (-len(one.shared), one.date, one.title.text))


def _without_repeats(found: Iterable[ShownTerm]) -> list[ShownTerm]:
    """Return terms, each text once: the label of an entity is often also printed without the entity."""
    return list({one.text: one for one in reversed(list(found))}.values())[::-1]


def _clause(term: ShownTerm) -> ShownTerm:
    return ShownTerm(clause(term.text), term.href, term.external, term.language, iri=term.iri)


def _around(reader: Reader, around: Surroundings) -> DayAround:
    def shown(one: NamedEvent) -> ShownTerm:
        return ShownTerm(clause(one.title), reader.addresses.href(one.iri), language=one.language or None, iri=one.iri)

    return DayAround([shown(one) for one in around.before], [shown(one) for one in around.after], around.day_events)


def _summary(shown: ShownEvent) -> str:
    sentence = "".join(run.text for run in shown.sentence)
    return gettext("%(date)s: %(text)s", date=spoken(shown.date), text=sentence) if shown.date else sentence
