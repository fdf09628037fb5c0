"""Events of two languages that may be one. They stay two: each edition has its own events, as the ledger has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final, NamedTuple

from kg.dialects.item import fold
from kg.entities.uses import Use

SHARED: Final = 2
"""How many things two events must both name to be listed."""
COMMON: Final = 8
"""What more events of one day name in one language tells none of them from the others."""
MOST: Final = 10_000


class Candidates(NamedTuple):
    """Two events by their keys, and the titles that both link, as the first prints them."""

    event: str
    other: str
    shared: tuple[str, ...]


def candidates(uses: Iterable[Use]) -> list[Candidates]:
    """Return events of one day and different languages that name the same things, those that share most first.

    Titles are the same if they differ in case and accents only: names of persons and of most places are written alike
    in many languages. What more than COMMON events of a day name in one language does not count.
    """
    days: dict[object, list[Use]] = defaultdict(list)
    for one in uses:
        if one.current:
            days[one.day].append(one)
    found = [pair for some in days.values() if len({one.language for one in some}) > 1 for pair in _of_day(some)]
    return sorted(found, key=lambda pair: (-len(pair.shared), pair))[:MOST]


def _of_day(uses: list[Use]) -> Iterator[Candidates]:
    named: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for one in uses:
        for title in one.titles:
            named[fold(title) or title][one.language][one.event] = title
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for by_language in named.values():
        few = {language: events for language, events in by_language.items() if len(events) <= COMMON}
        for language, second in combinations(sorted(few), 2):
            for event, title in few[language].items():
                for another in few[second]:
                    shared[event, another].append(title)
    yield from (Candidates(*pair, tuple(titles)) for pair, titles in shared.items() if len(titles) >= SHARED)
