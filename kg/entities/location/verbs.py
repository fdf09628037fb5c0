"""Verbs and what they tell: whether it is a fact, and whether the place is its object."""

from __future__ import annotations

from kg.entities.location import happenings, nouns
from kg.entities.location.sentence import Sentence

FAR = 8
"""Tokens before a verb in which somebody is the first to do it, or something makes people do it."""


def is_fact(sentence: Sentence, verb: int) -> bool:
    """Return whether a verb tells a fact: not "ready to enter", but "continues to shell", "an offensive to retake"."""
    before, earlier = sentence.word(verb - 1), sentence.word(verb - 2)
    if before in happenings.DENIED:
        return False
    if before != "to" or earlier in happenings.TO_GO_ON or earlier in happenings.ATTACKS:
        return True
    around = sentence.lower[max(sentence.begin, verb - FAR) : verb]
    if not happenings.FIRST.isdisjoint(around):
        return True
    made = earlier in happenings.TRYING or not happenings.CAUSING.isdisjoint(around)
    return made and sentence.lower[verb] in happenings.LEAVING_FROM


def is_entered(sentence: Sentence, at: int) -> bool:
    """Return whether a verb, and no noun that is written alike, has the place as its object, and tells a fact."""
    if not is_fact(sentence, at) or sentence.word(at - 1) in ("of", *nouns.ARTICLES):
        return False
    behind = sentence.word(sentence.last)
    if sentence.lower[at] not in happenings.LEAVING or behind in ("", *happenings.BEHIND_A_PLACE_LEFT):
        return True
    return not nouns.SITES.isdisjoint(sentence.lower[sentence.last : sentence.last + 3])
