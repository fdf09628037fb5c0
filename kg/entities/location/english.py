"""Decides whether an English sentence says that the event happened at a place that it names."""

from __future__ import annotations

import re
from typing import Final

from kg.entities.location import happenings, nouns
from kg.entities.location.background import is_background
from kg.entities.location.phrase import GENITIVE, governor, is_whole
from kg.entities.location.prepositions import POSSESSION, has_any, leads_there
from kg.entities.location.sentence import Sentence, around
from kg.entities.location.subject import befalls, is_affected
from kg.entities.location.verbs import is_entered, is_fact

# A hyphen, or a dash without spaces, between the name and another word: "Togo-flagged", the "Iran\u2013Iraq War".
JOINED: Final = re.compile(r"[-\u2010\u2011]\w|\u2013[A-Z]")
# The two names of a border: "the Gaza–Egypt border".
BORDER: Final = re.compile(r"(?:[-\u2010\u2011\u2013](?:[A-Z][\w'\u2019]+ ?){1,3})?\s?(?:border|frontier)\b")
JOINING: Final = re.compile(r"\w[-\u2010\u2011\u2013]$")


def is_located(text: str, start: int, end: int) -> bool:
    """Return whether the event happened at the place named in ``text`` from ``start`` to ``end``."""
    joined = JOINED.match(text, end) or JOINING.search(text[max(0, start - 2) : start])
    if joined and not BORDER.match(text, end):
        return False
    sentence = around(text, start, end)
    at = governor(sentence, sentence.first)
    located = (at >= sentence.begin and _governs(sentence, at)) or _suffers(sentence, at)
    return located and is_whole(sentence) and not is_background(sentence, max(at, sentence.begin))


def _suffers(sentence: Sentence, at: int) -> bool:
    """Return whether something happens to the place in any position: it is the subject, or is called "flood-hit"."""
    word = sentence.word(at)
    if word not in happenings.GOVERNING and befalls(sentence):
        return True
    return (word in ("with", "leaving") and is_affected(sentence)) or _has_befallen(sentence, at)


def _has_befallen(sentence: Sentence, at: int) -> bool:
    """Return whether the phrase says what the place suffers: "aid for flood-hit Pakistan", "Iran's worst quake"."""
    if sentence.word(sentence.last)[:1] in GENITIVE and sentence.word(sentence.last + 1) in happenings.WORST:
        return not happenings.SUFFERED.isdisjoint(sentence.lower[sentence.last + 2 : sentence.last + POSSESSION])
    return not nouns.BEFALLEN_ALREADY.isdisjoint(sentence.lower[at + 1 : sentence.first])


def _governs(sentence: Sentence, at: int) -> bool:
    """Return whether the word at ``at`` says that something happens at the place that it governs."""
    word = sentence.lower[at]
    if word in happenings.OBJECT_VERBS:
        return is_entered(sentence, at)
    if word in happenings.SITE_VERBS:
        return is_fact(sentence, at) and has_any(sentence, at, happenings.PASSAGES)
    return leads_there(sentence, at) or (word in nouns.LOCATING and _is_there(sentence, at))


def _is_there(sentence: Sentence, at: int) -> bool:
    """Return whether a word like "in" says where something happens, and not where a thing that is only named is."""
    word, before = sentence.lower[at], sentence.word(at - 1)
    if before in happenings.NO_HAPPENING or _is_matter(sentence, at - 1):
        return False
    if word == "into":
        return True
    return not (sentence.is_name(at - 1) and _is_only_named(sentence, at - 1)) and not _starts_with_another(
        sentence, at
    )


def _is_matter(sentence: Sentence, noun: int) -> bool:
    """Return whether people only speak about a crisis or the like: "talks on the worsening crisis in"."""
    before = sentence.lower[max(sentence.begin, noun - 4) : noun]
    if sentence.word(noun) in happenings.HARMS and "against" in before:
        return True
    return sentence.word(noun) in happenings.MATTERS and not happenings.ABOUT.isdisjoint(before)


def _is_only_named(sentence: Sentence, name: int) -> bool:
    """Return whether the name before "in" is the start or end of a journey, or is listed: "from Nicosia in Cyprus"."""
    at = governor(sentence, name + 1)
    if _is_of_list(sentence, name):
        return True
    if at < sentence.begin or sentence.lower[at] in happenings.NAMING:
        return at >= sentence.begin
    if sentence.lower[name] in nouns.NAMED_SITES - {"court"} or sentence.word(at - 1) in happenings.TOLLS:
        return False
    return sentence.lower[at] in ("from", "to") and not _governs(sentence, at)


def _names(sentence: Sentence, verb: int) -> bool:
    word = sentence.lower[verb]
    if word in ("is", "are", "was", "were"):
        return sentence.word(verb - 1) in nouns.DETERMINERS
    return word in happenings.NAMING and not word.startswith("includ")


def _is_of_list(sentence: Sentence, name: int) -> bool:
    """Return whether the name before "in" belongs to a list of things that are only named: "these are Petra in"."""
    said = next((at for at in range(sentence.begin, name) if _names(sentence, at)), name)
    return sentence.lower[said:name].count(",") > 1


def _starts_with_another(sentence: Sentence, at: int) -> bool:
    """Return whether the sentence starts with a phrase that the name is not part of: "In Homs, Hama mourns"."""
    begin, first = sentence.begin, sentence.first
    if sentence.word(begin) not in nouns.PREPOSITIONS or sentence.word(begin + 1) == "least":
        return False
    comma = sentence.lower.index(",", begin, first) if "," in sentence.lower[begin:first] else begin
    behind = sentence.word(sentence.last)
    return at < comma and behind not in (",", "and", "", ".", ";", "(", *nouns.ARTICLES) and not behind.isdigit()
