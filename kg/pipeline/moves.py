"""Finds events that moved to another day since the last build, and converts their days again, together.

Days are converted separately. Whether a new bullet on one day is an event that another day no longer lists is known
only when both are converted. A month waits only until all days near its own are converted, so that others can load
meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain

from kg.dialects.item import fold
from kg.events.ledger import Ledger
from kg.events.lines import Text
from kg.events.recognise import may_move
from kg.events.timeline import NEAR
from kg.pipeline import plan
from kg.pipeline.kept_months import Converted
from kg.pipeline.plan import Month
from kg.rdf.iri import Minter

Pair = tuple[date, date]


def settled(
    parts: Iterable[Converted], known: Ledger, minter: Minter, again: Callable[[Month], Converted]
) -> Iterator[Converted]:
    """Yield converted months, those with a moved event as ``again`` converts them with its days joined.

    ``parts`` come in the order of their first days; ``known`` is the ledger before the build.
    """
    if not known.texts:
        yield from parts
        return
    held: list[Converted] = []
    for part in parts:
        first = min(_days(part), default=date.min)
        if any(_is_far(one, first) for one in held):
            held = _settle(held, first, known, minter, again)
            yield from (one for one in held if _is_far(one, first))
            held = [one for one in held if not _is_far(one, first)]
        held.append(part)
    yield from _settle(held, date.max, known, minter, again)


def _days(part: Converted) -> set[date]:
    return {day for group in part[0].groups for day in group.days}


def _is_far(part: Converted, first: date) -> bool:
    """Return whether all days of a month are further before ``first`` than an event may move."""
    return first - max(_days(part), default=date.min) > NEAR


def _settle(
    held: list[Converted], first: date, known: Ledger, minter: Minter, again: Callable[[Month], Converted]
) -> list[Converted]:
    """Convert those of ``held`` again that have an event moved from a month far from ``first``."""
    left = [day for one in held if _is_far(one, first) for day in _days(one) & one[1].outcome.days]
    pairs = list(_moves(held, left, known, minter))
    moved = set(chain.from_iterable(pairs))
    concerned = [one for one in held if not moved.isdisjoint(_days(one))]
    if not concerned:
        return held
    others = [one for one in held if moved.isdisjoint(_days(one))]
    return others + [again(month) for month in plan.join([month for month, _ in concerned], pairs, known)]


def _moves(held: list[Converted], left: Iterable[date], known: Ledger, minter: Minter) -> Iterator[Pair]:
    """Yield the days ``left`` by an event that the ledger knows there, each with the day that now has its words."""
    new = _new(held)
    if not new:
        return
    is_lost = _lost(held, known, minter)
    for day in left:
        around = range(day.toordinal() - NEAR.days, day.toordinal() + NEAR.days + 1)
        near = [one for other in around for one in new.get(other, ())]
        for lost in known.texts_on(day) if near else ():
            if lost.is_told and is_lost(lost.key):
                yield from ((day, one.day) for one in near if fold(one.text) == fold(lost.text) and may_move(lost, one))


def _new(held: list[Converted]) -> dict[int, list[Text]]:
    """Return the texts that the ledger did not know, by day as a number."""
    found: dict[int, list[Text]] = {}
    for _, part in held:
        texts = (claim for claim in part.outcome.claims if isinstance(claim, Text))
        for text in {text.key: text for text in texts if text.key in part.outcome.minted}.values():
            found.setdefault(text.day.toordinal(), []).append(text)
    return found


def _lost(held: list[Converted], known: Ledger, minter: Minter) -> Callable[[str], bool]:
    """Return a function that says whether no capture shows an event any more, or only in other words."""
    outcomes = [part.outcome for _, part in held]
    shown = set().union(*(one.listed for one in outcomes))
    reworded = set().union(*(one.reworded for one in outcomes))
    withdrawn = known.withdrawn
    return lambda key: key in reworded or (minter.event(known.survivor(key)) not in shown and key not in withdrawn)
