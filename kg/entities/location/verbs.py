"""Decides whether a verb states a fact, and whether the place is its object."""

from __future__ import annotations

from kg.entities.location import happenings, nouns
from kg.entities.location.sentence import Sentence

FAR = 8
"""How many tokens before a verb are searched for "the first to" and for what makes people do it."""


def is_fact(sentence: Sentence, verb: int) -> bool:
    """Return whether a verb states a fact: not "ready to enter", but "continues to shell", "an offensive to retake"."""
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
    """Return whether a word is a verb, not a noun spelled alike, that has the place as its object and states a fact."""
    if not is_fact(sentence, at) or sentence.word(at - 1) in ("of", *nouns.ARTICLES):
        return False
    behind = sentence.word(sentence.last)
    if sentence.lower[at] not in happenings.LEAVING or behind in ("", *happenings.BEHIND_A_PLACE_LEFT):
        return True
    return not nouns.SITES.isdisjoint(sentence.lower[sentence.last : sentence.last + 3])
