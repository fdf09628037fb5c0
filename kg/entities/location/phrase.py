"""Reads the noun phrase that contains a place: what governs it, and what it is part of.

"In the northern Syrian cities of Homs, Hama and Daraa" is one phrase, and "in" governs it; "the Baba Amr district of
Homs" is another, with Homs at its end. A phrase is read from the place to the left: past the words that modify the name
("northern"), past a part of the place ("district of"), past the names of a list.
"""

from __future__ import annotations

from kg.entities.location import happenings, nouns
from kg.entities.location.sentence import ABBREVIATIONS, Sentence

GENITIVE = ("'", "\u2019")
QUOTES = frozenset('"\u201c\u201d')
DASHES = frozenset("-\u2010\u2011\u2013")
LONGEST = 30
"""How many tokens of a phrase are read."""


def governor(sentence: Sentence, start: int) -> int:
    """Return the position of the word that governs the phrase that ends at ``start``.

    It is the nearest word that is not part of the phrase. If there is none, return the position before the sentence.
    """
    place = start - 1
    for _ in range(LONGEST):
        further = _skipped(sentence, place)
        if further == place or place < sentence.begin:
            break
        place = further
    return max(place, sentence.begin - 1)


def _skipped(sentence: Sentence, place: int) -> int:
    """Return the position before the part of the phrase that ends at ``place``; ``place`` itself if none does."""
    word = sentence.word(place)
    if place == sentence.first - 1 and (word in DASHES | QUOTES or _is_adjective(sentence, place)):
        return place - 1
    joint = _before_joint(sentence, place)
    if joint is not None:
        return joint
    if word in nouns.PREPOSITIONS or not (word[:1].isalnum() or word[:1] in GENITIVE):
        return place
    if word in happenings.OBJECT_VERBS:
        return place - 1 if word.endswith("ed") and sentence.word(place - 1) in nouns.DETERMINERS else place
    if sentence.word(place + 1) in nouns.ARTICLES and word not in nouns.DETERMINERS:
        return place
    return place - 1 if _modifies(sentence, place) or _is_behind_article(sentence, place) else place


def _before_joint(sentence: Sentence, place: int) -> int | None:
    """Return the position before words that join parts of a phrase: "most of", "such as", a list; None if none do."""
    word, before = sentence.word(place), sentence.word(place - 1)
    if word == "of" and (before in nouns.QUANTITIES or before in nouns.NAMED_SITES):
        return place if _is_direction(sentence, place - 1) else place - 2
    if word in ("with", "between") and before in nouns.BORDERS:
        return place - 2
    if word == "." and before in ABBREVIATIONS:
        return place - 2
    named = sentence.is_name(place - 1) or before in nouns.PARTS
    if (word == "(" and named) or (word in nouns.LISTING and before in nouns.PARTS):
        return place - 1
    if word == "as" and before == "such":
        return _before_list(sentence, place - 1)
    if word == "as" and sentence.lower[max(0, place - 2) : place] == ("as", "well"):
        return _before_list(sentence, place - 2)
    return _before_list(sentence, place) if word in nouns.JOINING else None


def _is_adjective(sentence: Sentence, place: int) -> bool:
    """Return whether a single lower-case word is between a preposition of place and the name: "in tense Georgia"."""
    word = sentence.word(place)
    if sentence.word(place - 1) not in nouns.LOCATING or word in nouns.PREPOSITIONS or word in nouns.CLAUSES:
        return False
    return word.replace("-", "").isalpha() and not word.endswith(("ing", "s")) and word not in nouns.NO_ADJECTIVES


def _is_direction(sentence: Sentence, place: int) -> bool:
    """Return whether a point of the compass is a direction, not a part of the place: it has no article before it."""
    return sentence.word(place) in nouns.COMPASS and sentence.word(place - 1) not in nouns.DETERMINERS


def _is_behind_article(sentence: Sentence, place: int) -> bool:
    """Return whether an article or the like makes the next word part of the phrase: "the government held district"."""
    for at in range(place - 1, place - 4, -1):
        word = sentence.word(at)
        if word in nouns.DETERMINERS or word in nouns.NUMERALS:
            return True
        if word in nouns.PREPOSITIONS or word in happenings.OBJECT_VERBS or not word.replace("-", "").isalpha():
            return False
    return False


def _modifies(sentence: Sentence, place: int) -> bool:
    """Return whether a word may precede a name in its phrase: a name, a genitive, "the", "two", "rebel-held"."""
    word = sentence.word(place)
    if word[:1] in GENITIVE or word.isdigit() or word in nouns.BEFORE_A_NAME:
        return True
    if sentence.is_name(place):
        return word not in nouns.CALENDAR
    if word in nouns.PARTICLES:
        return sentence.is_name(place - 1) and sentence.is_name(place + 1)
    return word.endswith(nouns.ORDINARY_ENDINGS) and word.isascii()


def _before_list(sentence: Sentence, place: int) -> int:
    """Return the position before "," or "and" if the name of a place may be there, as in a list."""
    before = place - 1
    if sentence.word(before) in nouns.MODIFIERS and sentence.word(place + 1) in nouns.MODIFIERS:
        return before
    if sentence.word(before) == ",":
        before -= 1
    if sentence.word(before)[:1] in GENITIVE and sentence.is_name(before - 1):
        before -= 1
    listed = sentence.is_name(before) or sentence.word(before) in nouns.NAMED_SITES
    return before if before >= sentence.begin and listed and sentence.word(before) not in nouns.CALENDAR else place


def is_whole(sentence: Sentence) -> bool:
    """Return whether the name means the place itself, and does not modify another noun.

    "The South Carolina primary", "Iraq's parliament" and "New York Times" are not places; "Syria's third city", "a
    Damascus suburb", "Kabul Airport" are.
    """
    start, end = sentence.first, sentence.last
    word = sentence.word(end)
    if word[:1] in GENITIVE:
        return _has_place(sentence, end + 1)
    if sentence.word(end - 1)[:1] in GENITIVE and word.isalpha() and word not in nouns.PREPOSITIONS:
        return _has_place(sentence, end)
    if word in DASHES:
        return True
    if sentence.is_name(end) and word not in nouns.CALENDAR and sentence.word(end - 1)[-1:] != ".":
        return _is_site(sentence, end)
    if word in nouns.BODIES:
        forced = word in ("forces", "force") and sentence.word(end + 1) in nouns.FORCED
        return forced or word in ("open", "post") or sentence.word(end + 1) in nouns.SITES
    if word.isalpha() and _is_attributive(sentence, start, end):
        return _has_site(sentence, start, end)
    return True


def _has_place(sentence: Sentence, place: int) -> bool:
    """Return whether what a place possesses is a place or happens there: a name, a part of it, its flood."""
    for at in range(place, place + 5):
        word = sentence.word(at)
        if sentence.is_name(at):
            return _is_site(sentence, at) or not _is_body(sentence, at)
        if word in nouns.NAMED_SITES or word in happenings.DISASTERS:
            return True
        if not word.replace("-", "").isalpha() or word in nouns.PREPOSITIONS:
            return False
    return False


def _name_end(sentence: Sentence, place: int) -> int:
    while sentence.is_name(place):
        place += 1
    return place


def _is_site(sentence: Sentence, place: int) -> bool:
    """Return whether a name continues as the name of a site: "Kabul University", "Homs province"."""
    end = _name_end(sentence, place)
    return sentence.word(end - 1) in nouns.NAMED_SITES or sentence.word(end) in nouns.NAMED_SITES


def _is_body(sentence: Sentence, place: int) -> bool:
    end = _name_end(sentence, place)
    if sentence.word(end) == "of" and sentence.is_name(end + 1):
        end = _name_end(sentence, end + 1)
    return sentence.word(end - 1) in nouns.BODIES or sentence.word(end) in nouns.BODIES


def _is_attributive(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether an article before the name belongs to a noun after it: "the South Carolina primary"."""
    if sentence.word(end) in nouns.CLAUSES | nouns.PREPOSITIONS | happenings.HOSTING:
        return False
    if _is_counted(sentence, start):
        return True
    named = sentence.lower[start:end]
    return sentence.word(start - 1) == "the" and "of" not in named and nouns.HAVING_ARTICLE.isdisjoint(named)


def _is_counted(sentence: Sentence, start: int) -> bool:
    """Return whether a number or an article counts the noun: "a Gaza firefight", "28 Pakistan soldiers"."""
    word = sentence.word(start - 1)
    return word in ("a", "an") or word.isdigit() or word in nouns.NUMERALS


def _has_site(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether the noun after a name is a site or an event: "a Baghdad market", "a Gaza firefight"."""
    happens = happenings.WHAT_HAPPENS if _is_counted(sentence, start) else frozenset()
    for at in range(end, end + 3):
        word = sentence.word(at)
        if word in nouns.NAMED_SITES or word in happens:
            return True
        if not word.isalpha() or word in nouns.PREPOSITIONS:
            return False
    return False
