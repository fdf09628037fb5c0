"""Stories as pages show them: their days with their events, and an event with its neighbours in a story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from endpoint.html.reader import ListedEvent, Reader, ShownTerm
from kg.lookup.describe import NEWEST, paged, pages


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story: its first and last day, its numbers of events and days, and the events of this page by day.

    ``position`` is that of the first event shown among all, from 1; ``ends`` are the addresses of the pages with the
    first and the last events; ``neighbours`` are other stories that have events in common with it.
    """

    first: str
    last: str
    events: int
    by_day: Sequence[tuple[str, list[ListedEvent]]]
    neighbours: Sequence[ShownTerm]
    days: int = 0
    position: int = 1
    ends: tuple[str, str] = ("", "")

    @property
    def shown(self) -> int:
        """How many of its events are on this page."""
        return sum(len(events) for _, events in self.by_day)


@dataclass(frozen=True, slots=True)
class StoryLink:
    """A story that an event is part of: its number of events, and the events before and after, if any."""

    title: ShownTerm
    events: int
    before: ListedEvent | None
    after: ListedEvent | None


def shown(reader: Reader, iri: str) -> ShownStory:
    """Return the story that a description is about."""
    listed = [reader.item(event) for event in reader.iris(iri, "schema:subEvent")]
    return ShownStory(
        reader.value(iri, "schema:startDate"),
        reader.value(iri, "schema:endDate"),
        _events(reader, iri),
        [(day, list(events)) for day, events in groupby(listed, key=lambda one: one.date)],
        [reader.resource(one) for one in reader.iris(iri, "dcterms:relation")],
    )


def paged_story(story: ShownStory, path: str, page: int, days: int) -> ShownStory:
    """Return a story as a page of the document at ``path`` shows it."""
    ends = paged(path, 1), paged(path, pages(story.events))
    return replace(story, days=days, position=NEWEST * (page - 1) + 1, ends=ends)


def of_event(reader: Reader, event: str) -> list[StoryLink]:
    """Return the stories that an event is part of, the one with the most events first."""
    found = [_link(reader, one, event) for one in reader.nodes if event in reader.iris(one, "schema:subEvent")]
    return sorted(found, key=lambda one: (-one.events, one.title.text))


def _link(reader: Reader, story: str, event: str) -> StoryLink:
    around = reader.iris(story, "schema:subEvent")
    place = around.index(event)
    before, after = around[:place][-1:], around[place + 1 :][:1]
    sides = (reader.item(one[0]) if one else None for one in (before, after))
    return StoryLink(reader.resource(story), _events(reader, story), *sides)


def _events(reader: Reader, story: str) -> int:
    return reader.number(story, "hydra:totalItems")
