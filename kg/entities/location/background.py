"""What a sentence tells besides what happens: who somebody is, what somebody wants, plans, fears or forbids."""

from __future__ import annotations

from kg.entities.location import words
from kg.entities.location.sentence import Sentence

QUOTES = frozenset('"\u201c\u201d')
NOWHERE = -1
YEAR = 4
"""Digits of a year: "the 1996 murder of" tells of the past."""
LONGEST_TITLE = 4
"""Words in quotation marks that are no speech."""


def is_background(sentence: Sentence, place: int) -> bool:
    """Whether what stands at ``place`` is background of its sentence."""
    remark = unreal = NOWHERE
    for at in range(sentence.begin, place):
        if unreal != NOWHERE and _is_real_again(sentence, at):
            unreal = NOWHERE
        if remark != NOWHERE and _ends_remark(sentence, remark, at):
            remark = NOWHERE
        word = sentence.lower[at]
        if word in words.OPENING or word.isdigit():
            remark = at if remark == NOWHERE and _opens_remark(sentence, at) else remark
            unreal = at if unreal == NOWHERE and _opens_unreal(sentence, at) else unreal
    return remark != NOWHERE or unreal != NOWHERE or _is_quoted(sentence, place)


def _ends_remark(sentence: Sentence, opened: int, at: int) -> bool:
    """Whether what is said of somebody ends: with a comma as it began with one, else with the verb of the sentence."""
    if sentence.lower[at] == ",":
        inserted = sentence.word(opened + 1) == ","
        return not inserted or sentence.lower[opened + 1 : at].count(",") > 1
    return sentence.word(opened - 1) != "," and at > opened + 2 and sentence.lower[at] in words.FINITE


def _is_real_again(sentence: Sentence, at: int) -> bool:
    word = sentence.lower[at]
    return word in words.REAL_AGAIN or (word in words.REAL_AGAIN_BEHIND_A_COMMA and sentence.word(at - 1) == ",")


def _opens_remark(sentence: Sentence, at: int) -> bool:
    """Whether a word begins what is said of a person or a thing: "who lived", "known for"."""
    word, behind = sentence.lower[at], sentence.word(at + 1)
    if word in words.PERSONAL:
        return True
    if word in words.RELATIVE:
        return _is_relative(sentence, at)
    if word.isdigit():
        return len(word) == YEAR and (behind in words.WHAT_HAPPENS or behind in words.DEEDS)
    return behind in words.HELD_AGAINST.get(word, ())


def _is_relative(sentence: Sentence, at: int) -> bool:
    """Whether "which" or "that" begins a clause about a thing, but what happens: that clause tells of it."""
    before = sentence.word(at - 1) if sentence.word(at - 1) != "," else sentence.word(at - 2)
    if before in words.WHAT_HAPPENS or before in words.SAYING:
        return False
    behind = sentence.word(at + 1)
    return sentence.lower[at] == "which" or behind in words.FINITE or behind.endswith("ed")


def _opens_unreal(sentence: Sentence, at: int) -> bool:
    word, behind = sentence.lower[at], sentence.word(at + 1)
    if word in words.HELD_AGAINST:
        return False
    if word in words.UNREAL_WITH:
        return behind in words.UNREAL_WITH[word]
    if word not in words.UNREAL or behind == "have":
        return False
    return not sentence.is_name(at) or at == sentence.begin


def _is_quoted(sentence: Sentence, place: int) -> bool:
    """Whether a place is in words that somebody is quoted with."""
    marks = [at for at in range(sentence.begin, place) if sentence.lower[at] in QUOTES]
    if len(marks) % 2 == 0:
        return False
    closing = next((at for at in range(place, len(sentence.lower)) if sentence.lower[at] in QUOTES), place)
    return closing - marks[-1] > LONGEST_TITLE + 1
