"""Turns topics with events on two or more days into stories: schema:EventSeries with parts, on the same nodes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Final

from kg.entities.uses import Use
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter

NEIGHBOURS: Final = 10
"""How many related stories a story has: those that share the most events with it."""


@dataclass(slots=True)
class Story:
    """A running topic: its events by key, each with its day, and the stories that share the most events with it."""

    days: dict[str, date] = field(default_factory=dict)
    neighbours: tuple[str, ...] = ()

    @property
    def first(self) -> date:
        """The first day with an event."""
        return min(self.days.values())

    @property
    def last(self) -> date:
        """The last day with an event."""
        return max(self.days.values())


def stories(uses: Iterable[Use], entity: Callable[[str, str], str | None]) -> dict[str, Story]:
    """Return the stories among the topics of events, by the IRIs of the topics, in that order.

    A topic is a story if its current events are on two days or more. ``entity`` gives the IRI for a language and a
    title, None if it is not the title of an article; titles with the same IRI are one topic. Wordings that are not
    current do not count, so events that are gone do not either.
    """
    topics: defaultdict[str, Story] = defaultdict(Story)
    for use in uses:
        for title in use.topics if use.current else ():
            if iri := entity(use.language, title):
                topics[iri].days[use.event] = use.day
    found = {iri: topic for iri, topic in sorted(topics.items()) if len(set(topic.days.values())) > 1}
    for iri, neighbours in _neighbours(found).items():
        found[iri].neighbours = neighbours
    return found


def _neighbours(found: dict[str, Story]) -> dict[str, tuple[str, ...]]:
    """Return for each story the stories that share the most events with it, most first, at most ``NEIGHBOURS``."""
    standing: defaultdict[str, list[str]] = defaultdict(list)
    for iri, story in found.items():
        for event in story.days:
            standing[event].append(iri)
    shared: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, other in (pair for together in standing.values() for pair in combinations(together, 2)):
        shared[one][other] += 1
        shared[other][one] += 1
    return {
        iri: tuple(sorted(counts, key=lambda one: (-counts[one], one))[:NEIGHBOURS]) for iri, counts in shared.items()
    }


def story_quads(uses: Iterable[Use], minter: Minter, entity: Callable[[str, str], str | None]) -> Iterator[Quad]:
    """Yield the descriptions of all stories: the class, the first and the last day, the parts and the neighbours.

    Arguments as for ``stories``.
    """
    for iri, story in stories(uses, entity).items():
        subject = NamedNode(iri)
        yield Quad(subject, terms.TYPE, terms.EVENT_SERIES)
        yield Quad(subject, terms.START_DATE, Literal(story.first.isoformat(), datatype=terms.DATE))
        yield Quad(subject, terms.END_DATE, Literal(story.last.isoformat(), datatype=terms.DATE))
        for event in story.days:
            yield Quad(subject, terms.SUB_EVENT, NamedNode(minter.event(event)))
        for neighbour in story.neighbours:
            yield Quad(subject, terms.RELATION, NamedNode(neighbour))
