"""Finds titles of the same thing: spelled alike, and named in the same surroundings.

Two titles with the same key (see kg.entities.titles) differ in case, dash, accent or punctuation. They name the same
thing if two events at most 30 days apart name one each, and both name a third thing or cite the same host. No such
evidence is needed if they differ only in the glyph of an apostrophe or a dash, or, in titles with a year, in case.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from kg.entities import titles
from kg.entities.uses import Use

NEAR: Final = timedelta(days=30)
"""How far apart two events with compared surroundings may be."""

_DASH: Final = re.compile(r" ?[-‐–—−] ?")
_APOSTROPHE: Final = re.compile("[’‘ʼ]")
_YEAR: Final = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")

Surroundings = dict[str, list[date]]
"""What events name along with a thing, and the hosts that they cite, each with the sorted days of these events."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing named by some titles: its IRI, how often it is named, its titles, and its surroundings."""

    iri: str
    uses: int
    titles: tuple[str, ...]
    beside: Surroundings = field(compare=False)


def groups(uses: Iterable[Use], node: Callable[[str, str], str | None]) -> Iterator[list[Thing]]:
    """Yield the groups of several things with the same title key, those named most first.

    ``node`` gives the IRI of the thing that a title names in a language, by tables alone.
    """
    told = list(uses)
    named: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for language, title in dict.fromkeys((use.language, title) for use in told for title in use.titles):
        if iri := node(language, title):
            named[language, titles.key(title)][title] = iri
    alike = [found for found in named.values() if len(set(found.values())) > 1]
    wanted = {iri for found in alike for iri in found.values()}
    telling = {title for found in named.values() for title, iri in found.items() if iri in wanted}
    beside = (use for use in told if not telling.isdisjoint(use.titles))
    surroundings = _surroundings(beside, node, wanted)
    for found in alike:
        yield sorted(
            (_thing(iri, found, *surroundings[iri]) for iri in set(found.values())),
            key=lambda one: (-one.uses, one.iri),
        )


def _thing(iri: str, found: Mapping[str, str], count: int, beside: Surroundings) -> Thing:
    return Thing(iri, count, tuple(title for title, one in found.items() if one == iri), beside)


def _surroundings(
    uses: Iterable[Use], node: Callable[[str, str], str | None], wanted: Collection[str]
) -> dict[str, tuple[int, Surroundings]]:
    """Return for each wanted IRI how many wordings name it, and its surroundings."""
    found: dict[str, tuple[int, Surroundings]] = {}
    for use in sorted(uses, key=lambda one: one.day):
        iris = dict.fromkeys(filter(None, (node(use.language, title) for title in use.titles)))
        for iri in iris:
            if iri in wanted:
                count, beside = found.get(iri, (0, {}))
                for name in (*iris, *use.hosts):
                    beside.setdefault(name, []).append(use.day)
                found[iri] = count + use.current, beside
    return found


def evidence(one: Thing, other: Thing) -> str | None:
    """Return in a few words what proves that two things with the same key are one, or None if nothing does."""
    spelled = {_spelled(title) for title in one.titles}
    if not spelled.isdisjoint(map(_spelled, other.titles)):
        return "differs in a dash, an apostrophe, or the case of a title with a year"
    for name, days in one.beside.items():
        if name in (one.iri, other.iri) or name not in other.beside:
            continue
        if met := _near(days, other.beside[name]):
            return f"beside {name} on {met[0].isoformat()} and {met[1].isoformat()}"
    return None


def _spelled(title: str) -> str:
    """Return a title without the differences that never distinguish things."""
    plain = _APOSTROPHE.sub("'", _DASH.sub("-", title))
    return plain.casefold() if _YEAR.search(title) else plain


def _near(days: list[date], others: list[date]) -> tuple[date, date] | None:
    """Return the first day of one list that has a near day in another, and that day; both are sorted."""
    at = 0
    for day in days:
        while at < len(others) and others[at] < day - NEAR:
            at += 1
        if at < len(others) and others[at] <= day + NEAR:
            return day, others[at]
    return None


def same(things: list[Thing]) -> Iterator[list[tuple[Thing, str]]]:
    """Yield the sets of things in a group that are the same, each with the evidence that joined it."""
    left = list(things)
    while left:
        joined = [(left.pop(0), "")]
        while found := _joining(joined, left):
            left.remove(found[0])
            joined.append(found)
        if len(joined) > 1:
            yield joined


def _joining(joined: list[tuple[Thing, str]], left: list[Thing]) -> tuple[Thing, str] | None:
    pairs = ((one, other) for one, _ in joined for other in left)
    return next(((other, found) for one, other in pairs if (found := evidence(one, other))), None)
