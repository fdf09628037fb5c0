"""Recognises the background in a sentence: who somebody is, and what somebody wants, plans, fears or forbids."""

from __future__ import annotations

from collections.abc import Iterator

from kg.entities.location import asides, happenings, nouns
from kg.entities.location.phrase import GENITIVE, QUOTES
from kg.entities.location.sentence import Sentence
from kg.entities.location.subject import predicate

NOWHERE = -1
LATER = 8
"""How many tokens are searched for a time or a meeting."""
APPOSED = 4
"""How many tokens an apposition may take from its comma to its noun: ", a former rebel leader"."""
YEAR = 4
"""The number of digits of a year: "the 1996 murder of" is about the past."""
LONGEST_TITLE = 4
"""The most words in quotation marks that are a title and not speech."""


def is_background(sentence: Sentence, place: int) -> bool:
    """Return whether the token at ``place`` belongs to the background of its sentence."""
    remark = unreal = NOWHERE
    for at in _outside_parentheses(sentence, place):
        if unreal != NOWHERE and (_is_real_again(sentence, unreal, at) or _is_said_there(sentence, unreal, at)):
            unreal = NOWHERE
        if remark != NOWHERE and unreal > remark and sentence.lower[at] == "," and _ends_remark(sentence, remark, at):
            unreal = NOWHERE
        if unreal == sentence.begin and sentence.lower[at] == "," and sentence.lower[unreal].endswith("ing"):
            unreal = NOWHERE
        if remark != NOWHERE and _ends_remark(sentence, remark, at):
            remark = NOWHERE
        word = sentence.lower[at]
        if word in asides.OPENING or word.isdigit():
            remark = at if remark == NOWHERE and _opens_remark(sentence, at) else remark
            unreal = at if unreal == NOWHERE and _opens_unreal(sentence, at) else unreal
    if remark != NOWHERE and (_ends_remark(sentence, remark, place) or _is_at_the_end(sentence, remark)):
        remark = NOWHERE
    return remark != NOWHERE or unreal != NOWHERE or _is_quoted(sentence, place) or _is_another_time(sentence)


def _outside_parentheses(sentence: Sentence, place: int) -> Iterator[int]:
    """Yield the positions in the sentence before ``place`` that are not in parentheses."""
    at = sentence.begin
    while at < place:
        if sentence.lower[at] == "(" and ")" in sentence.lower[at:place]:
            at = sentence.lower.index(")", at)
        yield at
        at += 1


def _is_another_time(sentence: Sentence) -> bool:
    """Return whether the words after a place say that this is past or to come: "captured there three months ago"."""
    if sentence.word(predicate(sentence)) in asides.FUTURE and sentence.word(predicate(sentence) + 1) != "have":
        return True
    ahead = predicate(sentence)
    if sentence.word(ahead) == "in" and _is_year(sentence.word(ahead + 1)):
        return True
    last = sentence.last
    while sentence.word(last) in nouns.NAMED_SITES:
        last += 1
    if sentence.word(last) == "which" and sentence.word(last + 1) in ("will", "shall"):
        return sentence.word(last + 2) in ("take", "be", "begin", "open", "start")
    if sentence.word(last) in asides.TO_COME and sentence.lower[last : last + 2] != ("due", "to"):
        return True
    if sentence.word(last) == "in" and _is_year(sentence.word(last + 1)):
        return True
    behind = sentence.lower[last : last + LATER]
    return "ago" in behind and asides.CLAUSE_ENDS.isdisjoint(behind[: behind.index("ago")])


def _ends_remark(sentence: Sentence, opened: int, at: int) -> bool:
    """Return whether a remark about somebody ends here: at a comma if it began with one, else at the main verb."""
    if sentence.lower[at] == "while":
        return True
    if sentence.lower[at] in nouns.ARTICLES:
        return sentence.word(at - 1) in asides.BEFORE_COURTS and "court" in sentence.lower[at : at + 4]
    if sentence.lower[opened] == "anniversary" and sentence.lower[at] in asides.BESIDE_AN_ANNIVERSARY:
        return True
    if sentence.lower[at] == ",":
        if sentence.lower[opened] in asides.BEING:
            return not sentence.is_name(at + 1)
        inserted = sentence.word(opened + 1) == ","
        if inserted and sentence.word(opened - 1) != ",":
            return False
        return not inserted or sentence.lower[opened + 1 : at].count(",") > 1
    inserted = sentence.word(opened - 1) == "," and sentence.lower[opened] not in asides.BEING
    if inserted or at <= opened + 2 or (sentence.word(at - 1) == "to" and sentence.lower[at] != "have"):
        return False
    verbs = asides.MAIN_VERBS | happenings.OBJECT_VERBS if sentence.lower[opened] in asides.BEING else asides.MAIN_VERBS
    return sentence.lower[at] in verbs


def _is_at_the_end(sentence: Sentence, opened: int) -> bool:
    """Return whether the sentence ends by saying who somebody is: "gunmen kill Doe, a commander of the group in"."""
    return sentence.lower[opened] in asides.BEING and sentence.word(predicate(sentence)) in (".", "")


def _is_said_there(sentence: Sentence, opened: int, at: int) -> bool:
    """Return whether a meeting follows at which the words are spoken: "urges peace at a summit in"."""
    if sentence.lower[at] not in ("at", "during", "in") or sentence.lower[opened] not in asides.SPOKEN:
        return False
    for place in range(at + 1, at + LATER):
        if sentence.word(place) in asides.MEETINGS:
            return True
        if sentence.word(place) in nouns.PREPOSITIONS:
            return False
    return False


def _is_real_again(sentence: Sentence, opened: int, at: int) -> bool:
    word = sentence.lower[at]
    if word == "with" and sentence.lower[opened] in asides.FUTURE:
        return False
    if word == "as" and sentence.word(at + 1) not in asides.NO_CLAUSE and not sentence.is_name(at + 1):
        return True
    return word in asides.REAL_AGAIN or (word in asides.REAL_AGAIN_BEHIND_A_COMMA and sentence.word(at - 1) == ",")


def _opens_remark(sentence: Sentence, at: int) -> bool:
    """Return whether a word begins a remark about a person or a thing: "who lived", "known for"."""
    word, behind = sentence.lower[at], sentence.word(at + 1)
    if word in asides.PERSONAL or (word in asides.CAPTURED and _is_told_of_captive(sentence, at)):
        return True
    if word in asides.BEING:
        named = sentence.word(at - 1) == "," and sentence.is_name(at - 2)
        return (named and behind == "of") or _is_apposed(sentence, at)
    if word in asides.RELATIVE:
        return _is_relative(sentence, at)
    if word == "for":
        return _is_reason(sentence, at)
    if word.isdigit():
        return (
            _is_year(word)
            and sentence.word(at - 1) != "flight"
            and (behind in happenings.WHAT_HAPPENS or behind in asides.DEEDS)
        )
    return behind in asides.HELD_AGAINST.get(word, ()) and not _is_told_as_fact(sentence, at)


def _is_apposed(sentence: Sentence, noun: int) -> bool:
    """Return whether a noun says who the person before it is: "Doe, a former rebel leader"."""
    for comma in range(noun - 2, max(1, noun - APPOSED) - 1, -1):
        if sentence.lower[comma] == "," and sentence.word(comma + 1) in nouns.ARTICLES:
            return sentence.word(comma + 1) == "the" or sentence.is_name(comma - 1)
    return False


def _is_told_as_fact(sentence: Sentence, at: int) -> bool:
    """Return whether words that are often background say what happens: "is born in", "jailed for six years in"."""
    word, before, further = sentence.lower[at], sentence.word(at - 1), sentence.word(at + 2)
    if word == "born":
        return before in ("is", "are")
    if word == "to":
        return before in happenings.TO_GO_ON
    if word == "involved":
        return not happenings.WHAT_HAPPENS.isdisjoint(sentence.lower[at + 2 : at + LATER - 2])
    return sentence.word(at + 1) == "for" and (further in nouns.NUMERALS or further.isdigit())


def _is_reason(sentence: Sentence, at: int) -> bool:
    """Return whether "for" gives a reason: "fined for crashing in", but not "claims responsibility for bombing"."""
    behind = sentence.word(at + 1)
    if sentence.word(at - 1) == "responsibility":
        return False
    return behind == "allegedly" or (behind.endswith("ing") and behind not in asides.NO_DEEDS)


def _is_told_of_captive(sentence: Sentence, at: int) -> bool:
    """Return whether a participle says what happened to somebody earlier: "tourists kidnapped in Mali are freed"."""
    before = sentence.word(at - 1)
    if before == "," and sentence.is_name(at - 2) and sentence.lower[at : at + 2] != ("held", "in"):
        return sentence.word(sentence.begin) not in nouns.PREPOSITIONS
    taken = sentence.lower[at] in asides.TAKEN and sentence.word(at + 1) in nouns.PREPOSITIONS
    return taken and before not in asides.BEFORE_PARTICIPLES and _has_verb_behind(sentence)


def _has_verb_behind(sentence: Sentence) -> bool:
    """Return whether the verb of the sentence follows the place: "tourists kidnapped in Mali are freed"."""
    for at in range(sentence.last, sentence.last + LATER):
        if sentence.word(at) in (".", ";", ":", ""):
            return False
        if sentence.word(at) in ("is", "are", "was", "were", "has", "have"):
            return True
    return False


def _is_relative(sentence: Sentence, at: int) -> bool:
    """Return whether "which" or "that" begins a clause that describes a thing, and not one that says what happens."""
    before = sentence.word(at - 1) if sentence.word(at - 1) != "," else sentence.word(at - 2)
    behind = sentence.word(at + 1)
    if before in happenings.WHAT_HAPPENS or before in asides.SAYING:
        return False
    if behind in asides.HAPPENED:
        return sentence.lower[at] == "which" and happenings.WHAT_HAPPENS.isdisjoint(
            sentence.lower[max(0, at - LATER) : at]
        )
    if before in nouns.LOCATING and sentence.word(at - 2) in nouns.SITES:
        return False
    if sentence.lower[at] == "that" and behind in ("has", "have"):
        return happenings.WHAT_HAPPENS.isdisjoint(sentence.lower[max(0, at - LATER) : at])
    return sentence.lower[at] == "which" or behind in asides.FINITE or behind.endswith("ed")


def _opens_unreal(sentence: Sentence, at: int) -> bool:
    word, behind = sentence.lower[at], sentence.word(at + 1)
    if word == "to" and behind == "be":
        return sentence.word(at + 2) in asides.TO_BE
    if behind in asides.HELD_AGAINST.get(word, ()) or (word == "feared" and behind in asides.FEARED):
        return False
    if word.endswith("s") and sentence.word(at - 1)[:1] in GENITIVE:
        return False
    if word == "due":
        return behind == "to" and sentence.word(at - 1) in ("is", "are", "was", "were")
    if word in asides.UNREAL_WITH:
        return behind in asides.UNREAL_WITH[word] and (word != "hope" or sentence.word(at - 1) != "no")
    if word not in asides.UNREAL or (behind == "have" and _is_participle(sentence.word(at + 2))):
        return False
    if word == "opposing" and sentence.word(at - 1) in nouns.PREPOSITIONS:
        return False
    return not sentence.is_name(at) or (at == sentence.begin and not sentence.is_name(at + 1))


def _is_participle(word: str) -> bool:
    return word.endswith(("ed", "en")) or word in asides.FINITE


def _is_year(word: str) -> bool:
    return len(word) == YEAR and word.isdigit()


def _is_quoted(sentence: Sentence, place: int) -> bool:
    """Return whether a place is in somebody's quoted words."""
    marks = [at for at in range(sentence.begin, place) if sentence.lower[at] in QUOTES]
    if len(marks) % 2 == 0:
        return False
    closing = next((at for at in range(place, len(sentence.lower)) if sentence.lower[at] in QUOTES), place)
    return closing - marks[-1] > LONGEST_TITLE + 1
