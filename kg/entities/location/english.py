"""English sentences: which say that what they tell happened at a place that they name."""

from __future__ import annotations

import re
from typing import Final

from kg.entities.location import words
from kg.entities.location.background import is_background
from kg.entities.location.phrase import governor, is_whole
from kg.entities.location.sentence import Sentence, around

# A hyphen, or a dash without a space, between the name and another: "Togo-flagged", the "Iran\u2013Iraq War".
JOINED: Final = re.compile(r"[-\u2010\u2011]\w|\u2013[A-Z]")
JOINING: Final = re.compile(r"\w[-\u2010\u2011\u2013]$")
FAR = 6
"""Tokens that may stand between a verb and its preposition: "sent dozens of tanks to"."""


def is_located(text: str, start: int, end: int) -> bool:
    """Whether it happened at the place whose name stands in ``text`` from ``start`` to ``end``."""
    if JOINED.match(text, end) or JOINING.search(text[max(0, start - 2) : start]):
        return False
    sentence = around(text, start, end)
    at = governor(sentence, sentence.first)
    located = at >= sentence.begin and _governs(sentence, at, sentence.first)
    if not (located or _befalls(sentence)) or not is_whole(sentence):
        return False
    return not is_background(sentence, max(at, sentence.begin))


def _governs(sentence: Sentence, at: int, first: int) -> bool:
    """Whether the word at ``at`` makes what it governs the place of what happens."""
    word, before = sentence.lower[at], sentence.word(at - 1)
    if before in words.LENGTHS or (word in ("of", "from", "off") and before in words.COMPASS):
        return True
    if word in words.OBJECT_VERBS:
        return _is_entered(sentence, at)
    if word in ("of", "on", "against", "upon", "over") and before in words.ATTACKS:
        return True
    if word == "of" and before in words.RESIDENTS:
        return True
    if word == "on":
        return any(sentence.word(one) in words.ON_LAND for one in range(at + 1, sentence.last + 1))
    if word == "to":
        part = sentence.word(at + 1) == "the" and sentence.word(at + 2) in words.COMPASS
        return part or _is_near(sentence, at, words.MOTION)
    if word in ("from", "of"):
        out = word == "from" or before == "out"
        return out and _is_near(sentence, at, words.LEAVING_FROM)
    if word in words.LOCATING:
        if sentence.is_name(at - 1) and _is_only_named(sentence, at - 1):
            return False
        return before not in words.NO_HAPPENING and not _starts_with_another(sentence, at, first)
    return False


def _is_only_named(sentence: Sentence, name: int) -> bool:
    """Whether the name before "in" is where a journey starts or ends, or what is listed: "from Nicosia in Cyprus"."""
    at = governor(sentence, name + 1)
    if at < sentence.begin or sentence.lower[at] in words.NAMING:
        return at >= sentence.begin
    return sentence.lower[at] in ("from", "to") and not _governs(sentence, at, name)


def _is_near(sentence: Sentence, at: int, verbs: frozenset[str]) -> bool:
    """Whether one of some verbs stands shortly before a preposition, in the same clause."""
    for place in range(at - 1, max(sentence.begin, at - 1 - FAR) - 1, -1):
        word = sentence.lower[place]
        if word in words.NOT_THERE or word in (",", ":"):
            return False
        if word in verbs:
            return _is_fact(sentence, place)
    return False


def _is_fact(sentence: Sentence, verb: int) -> bool:
    """Whether a verb tells a fact: not "ready to enter", but "continues to shell"."""
    return sentence.word(verb - 1) != "to" or sentence.word(verb - 2) in words.TO_GO_ON


def _is_entered(sentence: Sentence, at: int) -> bool:
    """Whether a verb, and no noun that is written alike, has the place as its object, and tells a fact."""
    if not _is_fact(sentence, at) or sentence.word(at - 1) in ("of", *words.ARTICLES):
        return False
    return sentence.lower[at] not in words.LEAVING or sentence.word(sentence.last) in ("", *words.BEHIND_A_PLACE_LEFT)


def _starts_with_another(sentence: Sentence, at: int, first: int) -> bool:
    """Whether the name is not of the phrase that the sentence starts with: "In Homs, Hama mourns"."""
    begin = sentence.begin
    if sentence.word(begin) not in words.PREPOSITIONS or sentence.word(begin + 1) == "least":
        return False
    comma = sentence.lower.index(",", begin, first) if "," in sentence.lower[begin:first] else begin
    return at < comma and sentence.word(sentence.last) not in (",", "and", "", ".", ";", "(")


def _befalls(sentence: Sentence) -> bool:
    """Whether the words behind a place say that it happens there: "Homs remains under siege", "France holds a vote"."""
    at = _behind_container(sentence)
    word = sentence.word(at)
    if word in words.VOTING:
        return any(sentence.word(one) in words.VOTES for one in range(at + 1, at + 1 + FAR))
    if word not in words.WHILE_BEING:
        return word in words.HOSTING
    at += 1
    while sentence.word(at) in words.ADVERBS:
        at += 1
    return sentence.word(at) in words.BEFALLEN


def _behind_container(sentence: Sentence) -> int:
    """Return where the words go on behind what a place is said to be in: "Melbourne, Australia is hit"."""
    last = sentence.last
    if sentence.word(last) != "," or not sentence.is_name(last + 1):
        return last
    at = last + 1
    while sentence.is_name(at):
        at += 1
    return at + 1 if sentence.word(at) == "," else at
