"""Decides whether a preposition says where something happens, by the word that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kg.entities.location import happenings, nouns
from kg.entities.location.phrase import GENITIVE
from kg.entities.location.sentence import Sentence
from kg.entities.location.verbs import is_fact

FAR = 6
"""How many tokens may be between a verb and its preposition: "sent dozens of tanks to"."""
SHORTLY = 4
"""How many tokens before a noun are searched for words that say that it is still to come, or under way."""
ON_LAND_OR_WATER: Final = happenings.ON_WATER | happenings.FALLING | happenings.ON_AN_ISLAND | happenings.CONVERGING
POSSESSION = 5
"""The most tokens that the possession of a place takes: "'s most southern islands"."""


def leads_there(sentence: Sentence, at: int) -> bool:
    """Return whether the preposition at ``at`` belongs to an event at the place: "sent to", "a siege of"."""
    word, before = sentence.lower[at], sentence.word(at - 1)
    if (
        before in nouns.LENGTHS
        or (before[:1].isdigit() and before.endswith(("km", "mi")))
        or (word == "to" and before in happenings.CLOSENESS)
        or (word in ("of", "from", "off") and before in nouns.COMPASS)
    ):
        return True
    rule = RULES.get(word)
    return rule is not None and rule(sentence, at)


def has_any(sentence: Sentence, at: int, sought: frozenset[str]) -> bool:
    """Return whether one of some nouns is in the phrase after ``at``, or belongs to the place by a genitive."""
    end = sentence.last + (POSSESSION if sentence.word(sentence.last)[:1] in GENITIVE else 1)
    return any(sentence.word(one) in sought for one in range(at + 1, end))


def _is_attack(sentence: Sentence, at: int) -> bool:
    return sentence.word(at - 1) in happenings.ATTACKS


def _is_attacked_by(sentence: Sentence, at: int) -> bool:
    """Return whether an attack and its attackers precede: "raids by fighter jets on"."""
    before = sentence.lower[max(sentence.begin, at - FAR - 1) : at]
    return "by" in before and not happenings.ATTACKS.isdisjoint(before[: before.index("by")])


def _leads_of(sentence: Sentence, at: int) -> bool:
    """Return whether "of" says where something happens: "residents of", "outside of", "pull out of"."""
    before = sentence.word(at - 1)
    if before in happenings.ATTACKS:
        return happenings.OBJECTING.isdisjoint(sentence.lower[max(sentence.begin, at - FAR) : at])
    if before in nouns.RESIDENTS or before in nouns.OUT_OF_OR_IN:
        return True
    return before == "out" and _leads_from(sentence, at)


def _leads_on(sentence: Sentence, at: int) -> bool:
    """Return whether "on" says where something happens: "attack on", "on the island of", "killed on", "sinks on"."""
    if _is_attack(sentence, at) or has_any(sentence, at, happenings.ON_LAND) or _is_attacked_by(sentence, at):
        return True
    return _is_near(sentence, at, ON_LAND_OR_WATER)


def _leads_over(sentence: Sentence, at: int) -> bool:
    """Return whether "over" says where something happens: "flies over", "takes over"."""
    if _is_attack(sentence, at) or sentence.word(at - 1) in happenings.TAKING:
        return True
    return _is_near(sentence, at, happenings.FLYING)


def _leads_along(sentence: Sentence, at: int) -> bool:
    return has_any(sentence, at, happenings.ON_LAND)


def _leads_for(sentence: Sentence, at: int) -> bool:
    return "appeal" not in sentence.lower[max(0, at - FAR) : at] and _is_near(sentence, at, happenings.IN_FORCE)


def _leads_to(sentence: Sentence, at: int) -> bool:
    """Return whether "to" says where something happens: "sent to", "to the north of", "take to the streets of"."""
    part = sentence.word(at + 1) == "the" and sentence.word(at + 2) in nouns.COMPASS
    if part or "streets" in sentence.lower[at : sentence.first]:
        return True
    return _is_near(sentence, at, happenings.MOTION)


def _leads_from(sentence: Sentence, at: int) -> bool:
    return sentence.word(at - 1) not in ("fire", "fires") and _is_near(sentence, at, happenings.LEAVING_FROM)


def _leads_between(sentence: Sentence, at: int) -> bool:
    """Return whether something happens between two places: "crashes between", "on the road between"."""
    border = sentence.word(at - 1) in nouns.WAYS or sentence.word(at - 2) in nouns.BORDERS
    return border or _is_near(sentence, at, happenings.ON_THE_WAY)


def _leads_by(sentence: Sentence, at: int) -> bool:
    return has_any(sentence, at, nouns.BORDERS)


def _leads_under(sentence: Sentence, at: int) -> bool:
    return has_any(sentence, at, nouns.WATERS)


def _is_interrupted(sentence: Sentence) -> bool:
    """Return whether something on its way to a place does not arrive: "a train going to Paris derails"."""
    return not happenings.INTERRUPTED.isdisjoint(sentence.lower[sentence.last : sentence.last + FAR])


def _is_near(sentence: Sentence, at: int, verbs: frozenset[str]) -> bool:
    """Return whether one of some verbs is shortly before a preposition, in the same clause, and states a fact."""
    for place in range(at - 1, max(sentence.begin, at - 1 - FAR) - 1, -1):
        word = sentence.lower[place]
        before = sentence.lower[max(sentence.begin, place - SHORTLY) : place]
        if word in happenings.NOT_THERE or word in (",", ":"):
            return word == "trip" and not happenings.UNDER_WAY.isdisjoint(before)
        if word in happenings.UNDER_WAY_TO and _is_interrupted(sentence):
            return sentence.lower[at] == "between"
        if word in verbs:
            return is_fact(sentence, place) and happenings.OPPOSED.isdisjoint(before)
    return False


RULES: Final[Mapping[str, Callable[[Sentence, int], bool]]] = MappingProxyType(
    {
        "of": _leads_of,
        "on": _leads_on,
        "over": _leads_over,
        "against": _is_attack,
        "upon": _is_attack,
        "to": _leads_to,
        "beyond": _leads_to,
        "via": _leads_to,
        "from": _leads_from,
        "by": _leads_by,
        "between": _leads_between,
        "for": _leads_for,
        "down": _leads_along,
        "up": _leads_along,
        "under": _leads_under,
        "beneath": _leads_under,
    }
)
