"""Finds events in two languages that may be the same. They stay two events: each edition has its own in the ledger."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final, NamedTuple

from kg.dialects.item import fold
from kg.entities.uses import Use

SHARED: Final = 2
"""How many things two events must both name to be listed, if both have links."""
COMMON: Final = 8
"""A thing named by more events of one day and language than this does not distinguish them."""
FEW: Final = 2
"""A name printed by an event without links suffices alone if no more events of its day and language print it."""
MOST: Final = 10_000
_ASIDE: Final = re.compile(r"\s*\([^()]*\)\Z")


class Candidates(NamedTuple):
    """Two events by their keys, and the titles that both link, as the first prints them."""

    event: str
    other: str
    shared: tuple[str, ...]


def candidates(uses: Iterable[Use]) -> list[Candidates]:
    """Return events of one day and different languages that name the same things, those that share the most first.

    Titles are the same if they differ in case and accents only: names of persons and most places are written alike in
    many languages. Things named by more than COMMON events of a day in one language do not count. An event without
    links, such as a row of a table, names those titles linked by events in other languages that its text contains.
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
    yield from _printed([one for one in uses if one.text], [one for one in uses if one.titles])


def _printed(plain: list[Use], linking: list[Use]) -> Iterator[Candidates]:
    """Yield events without links that print what events in another language link."""
    by_word: dict[str, dict[str, Use]] = defaultdict(dict)
    texts = {one.event: f" {' '.join(_words(one.text))} " for one in plain}
    for one in plain:
        for word in texts[one.event].split():
            by_word[word][one.event] = one
    languages = {one.event: one.language for one in plain}
    for one in linking:
        shared: dict[str, list[str]] = defaultdict(list)
        enough: set[str] = set()
        for title in one.titles:
            words = _words(_ASIDE.sub("", title))
            having = by_word[words[0]].values() if words and words[0] in by_word else ()
            found = [other.event for other in having if f" {' '.join(words)} " in texts[other.event]]
            several = [other for other in found if len(found) <= COMMON]
            for event in several:
                shared[event].append(title)
            enough.update(several if len(found) <= FEW else ())
        for event, titles in shared.items():
            if languages[event] != one.language and (event in enough or len(titles) >= SHARED):
                yield Candidates(one.event, event, tuple(titles))


def _words(text: str) -> list[str]:
    """Return the words of a text, without accents and case."""
    return [fold(word) for word in re.findall(r"[^\W_]+", text)]
