"""Decides, for a place that is the subject of its sentence, whether the verb says that something happens there."""

from __future__ import annotations

from kg.entities.location import happenings, nouns
from kg.entities.location.phrase import GENITIVE
from kg.entities.location.sentence import Sentence

SHORTLY = 6
"""How many tokens after a verb are searched for its object: "holds its first free election"."""
LONGEST = 6
"""The most tokens that the possession of a place takes: "'s largest and most active volcano"."""


def befalls(sentence: Sentence) -> bool:
    """Return whether the words after a place say that it happens there: "Homs remains under siege", "France votes"."""
    at = predicate(sentence)
    word, further = sentence.word(at), sentence.lower[at + 1 : at + 1 + SHORTLY]
    if word in happenings.EVENTS or word in nouns.RESIDENTS:
        return True
    if word == "votes":
        return not happenings.VOTED.isdisjoint((*sentence.lower[sentence.begin : at], *further))
    if word in happenings.WHILE_BEING:
        under = "under" in further and not happenings.UNDER.isdisjoint(further)
        return under or sentence.word(_behind_adverbs(sentence, at + 1)) in happenings.BEFALLEN
    wanted = next((objects for verbs, objects in happenings.WITH_OBJECTS if word in verbs), None)
    return word in happenings.HOSTING if wanted is None else not wanted.isdisjoint(further)


def is_affected(sentence: Sentence) -> bool:
    """Return whether a participle says what a place suffers: "with Ohio and Illinois also badly hit"."""
    word = sentence.word(_behind_adverbs(sentence, predicate(sentence)))
    return word in happenings.AFFECTED or word in happenings.EXPERIENCING


def _behind_adverbs(sentence: Sentence, at: int) -> int:
    while sentence.word(at) in happenings.ADVERBS or sentence.word(at).endswith("ly"):
        at += 1
    return at


def predicate(sentence: Sentence) -> int:
    """Return where the sentence continues after a place, the places that contain it, and the names listed with it."""
    at = _behind_possession(sentence, sentence.last)
    while sentence.word(at) in nouns.NAMED_SITES:
        at += 1
    while sentence.word(at) in (",", "and", "&") and sentence.is_name(at + 1):
        at = _behind_name(sentence, at + 1)
    at = _behind_apposition(sentence, at)
    return at + 1 if sentence.word(at) == "," else at


def _behind_apposition(sentence: Sentence, at: int) -> int:
    """Return the comma after the apposition of a place: "Mount Karangetang, a volcano on Siau, erupts"."""
    behind = sentence.lower[at + 1 : at + 2 * LONGEST]
    inserted = sentence.word(at) == "," and sentence.word(at + 1) in nouns.ARTICLES and "," in behind
    return at + 1 + behind.index(",") if inserted else at


def _behind_possession(sentence: Sentence, at: int) -> int:
    """Return the position after a site or a part of the place: the verb in "Iceland's largest volcano erupts"."""
    if sentence.word(at)[:1] not in GENITIVE:
        return at
    for place in range(at + 1, at + 1 + LONGEST):
        if sentence.word(place) in nouns.NAMED_SITES:
            return place + 1
        if not sentence.word(place).replace("-", "").isalpha() or sentence.word(place) in nouns.PREPOSITIONS:
            break
    return at


def _behind_name(sentence: Sentence, at: int) -> int:
    while sentence.is_name(at):
        at += 1
    return at
