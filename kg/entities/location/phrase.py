"""The noun phrase that a place stands in: what governs it, and what it is part of.

"In the northern Syrian cities of Homs, Hama and Daraa" is one phrase, and "in" governs it; "the Baba Amr district of
Homs" is another, with Homs at its end. A phrase is read from the place to the left: over what modifies the name
("northern"), over the part that is meant ("district of"), over the names of a list.
"""

from __future__ import annotations

from kg.entities.location import words
from kg.entities.location.sentence import Sentence

GENITIVE = ("'", "\u2019")
LONGEST = 30
"""Tokens of a phrase that are read."""


def governor(sentence: Sentence, start: int) -> int:
    """Return where the word is that governs the phrase that ends with what stands at ``start``.

    It is the first that is no part of the phrase; before the sentence if there is none.
    """
    place = start - 1
    for _ in range(LONGEST):
        further = _skipped(sentence, place)
        if further == place or place < sentence.begin:
            break
        place = further
    return max(place, sentence.begin - 1)


def _skipped(sentence: Sentence, place: int) -> int:
    """Return the place before the part of the phrase that ends at ``place``; ``place`` itself if it is none."""
    word = sentence.word(place)
    if word == "of" and sentence.word(place - 1) in words.NAMED_SITES:
        return place if _is_direction(sentence, place - 1) else place - 2
    if word in words.JOINING:
        return _before_list(sentence, place)
    if word in ("with", "between") and sentence.word(place - 1) in words.BORDERS:
        return place - 2
    if word in words.PREPOSITIONS or (not word[:1].isalpha() and word[:1] not in GENITIVE):
        return place
    if word in words.OBJECT_VERBS:
        return place - 1 if word.endswith("ed") and sentence.word(place - 1) in words.DETERMINERS else place
    if sentence.word(place + 1) in words.ARTICLES and word not in words.DETERMINERS:
        return place
    if word in words.DETERMINERS or word in words.PARTS or word in words.MODIFIERS or _modifies(sentence, place):
        return place - 1
    return place - 1 if _is_behind_article(sentence, place) else place


def _is_direction(sentence: Sentence, place: int) -> bool:
    """Whether a point of the compass says where from the place, not which part of it: no article is before it."""
    return sentence.word(place) in words.COMPASS and sentence.word(place - 1) not in words.DETERMINERS


def _is_behind_article(sentence: Sentence, place: int) -> bool:
    """Whether an article shortly before any other word takes it into the phrase: "the government held district"."""
    for at in range(place - 1, place - 4, -1):
        word = sentence.word(at)
        if word in words.ARTICLES:
            return True
        if word in words.PREPOSITIONS or word in words.OBJECT_VERBS or not word.replace("-", "").isalpha():
            return False
    return False


def _modifies(sentence: Sentence, place: int) -> bool:
    """Whether a word may stand before a name in its phrase: a name, a genitive, "rebel-held", "southern"."""
    word = sentence.word(place)
    if word[:1] in GENITIVE:
        return True
    if sentence.is_name(place):
        return word not in words.CALENDAR
    return word.endswith(words.ORDINARY_ENDINGS) and word.isascii()


def _before_list(sentence: Sentence, place: int) -> int:
    """Return the place before "," or "and" if the name of a place may stand there, as in a list."""
    before = place - 1
    if sentence.word(before) == ",":
        before -= 1
    listed = sentence.is_name(before) or sentence.word(before) in words.PARTS
    return before if before >= sentence.begin and listed and sentence.word(before) not in words.CALENDAR else place


def is_whole(sentence: Sentence) -> bool:
    """Whether the name stands for the place, and not before another noun.

    "The South Carolina primary", "Iraq's parliament" and "New York Times" are no places; "Syria's third city", "a
    Damascus suburb", "Kabul Airport" are.
    """
    start, end = sentence.first, sentence.last
    word = sentence.word(end)
    if word[:1] in GENITIVE:
        return _has_place(sentence, end + 1)
    if sentence.is_name(end) and word not in words.CALENDAR and sentence.word(end - 1)[-1:] != ".":
        return _is_site(sentence, end)
    if word in words.BODIES:
        return False
    if word.isalpha() and _is_attributive(sentence, start, end):
        return _has_site(sentence, start, end)
    return True


def _has_place(sentence: Sentence, place: int) -> bool:
    """Whether the possession of a place is one: a name, or a part of it."""
    for at in range(place, place + 5):
        word = sentence.word(at)
        if sentence.is_name(at):
            return _is_site(sentence, at) or not _is_body(sentence, at)
        if word in words.NAMED_SITES:
            return True
        if not word.replace("-", "").isalpha() or word in words.PREPOSITIONS:
            return False
    return False


def _name_end(sentence: Sentence, place: int) -> int:
    while sentence.is_name(place):
        place += 1
    return place


def _is_site(sentence: Sentence, place: int) -> bool:
    """Whether a name goes on as that of a site: "Kabul University", "Homs province"."""
    end = _name_end(sentence, place)
    return sentence.word(end - 1) in words.NAMED_SITES or sentence.word(end) in words.NAMED_SITES


def _is_body(sentence: Sentence, place: int) -> bool:
    return sentence.word(_name_end(sentence, place) - 1) in words.BODIES


def _is_attributive(sentence: Sentence, start: int, end: int) -> bool:
    """Whether an article before the name belongs to a noun behind it: "the South Carolina primary"."""
    if sentence.word(end) in words.CLAUSES or sentence.word(end) in words.PREPOSITIONS:
        return False
    if sentence.word(start - 1) in ("a", "an"):
        return True
    named = sentence.lower[start:end]
    return sentence.word(start - 1) == "the" and "of" not in named and words.WITH_ARTICLE.isdisjoint(named)


def _has_site(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the noun behind a name is one of a site, or what happens: "a Baghdad market", "a Gaza firefight"."""
    happens = words.WHAT_HAPPENS if sentence.word(start - 1) in ("a", "an") else frozenset()
    for at in range(end, end + 3):
        word = sentence.word(at)
        if word in words.NAMED_SITES or word in happens:
            return True
        if not word.isalpha() or word in words.PREPOSITIONS:
            return False
    return False
