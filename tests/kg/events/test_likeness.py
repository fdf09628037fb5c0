"""How alike wordings are, and which new wording continues which old one: one-to-one, or none."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kg.dialects.item import Item, Origin
from kg.dialects.record import Citation
from kg.events.likeness import Candidate, likeness, pair, words

DAY = date(2011, 11, 8)
WORDS = st.lists(st.sampled_from([*"abcdefghij", "the", "Homs", "İzmir", "霍姆斯", "3,500"]), max_size=9)
TITLES = WORDS.map(" ".join) | st.text(max_size=30)


def item(title: str, *urls: str, language: str = "en") -> Item:
    citations = tuple(Citation(f"https://example.org/{url}") for url in urls)
    return Item(Origin.ENTRY, language, DAY, "", title, citations=citations)


ITEMS = st.lists(
    st.builds(item, TITLES, st.sampled_from("xyz"), language=st.sampled_from(["en", "en", "zh"])), max_size=6
)


@given(TITLES, TITLES)
@example("the", "the")
@example("A ferry sinks.", "")
def test_likeness_is_symmetric_and_from_0_to_1(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@given(TITLES)
def test_a_wording_is_entirely_like_itself(title: str) -> None:
    assume(words(title))
    assert likeness(title, title) == 1


@given(TITLES)
def test_neither_case_nor_punctuation_nor_common_words_make_a_difference(title: str) -> None:
    assume(words(title) and title.isascii())
    assert likeness(title, f"The {title.upper()}!") == 1


def test_wordings_without_a_word_in_common_are_not_alike() -> None:
    assert likeness("A ferry sinks near Homs.", "The parliament passes a law.") == 0
    assert likeness("the of and", "the of and") == 0


def test_a_long_wording_within_a_longer_one_is_like_it_whatever_else_that_says() -> None:
    short = "Dockworkers begin strike about pensions hours"
    assert len(short.split()) == 6
    longer = f"{short}, {' '.join(f'word{number}' for number in range(40))}"
    assert likeness(short, longer) == pytest.approx(0.9)
    assert likeness(short.rsplit(" ", 1)[0], longer) < 0.5


@given(ITEMS, ITEMS)
def test_pairs_are_one_to_one_of_one_language_and_above_the_threshold(old: list[Item], new: list[Item]) -> None:
    pairs = pair(old, new)
    assert len(set(pairs.values())) == len(pairs)
    for n, o in pairs.items():
        assert new[n].language == old[o].language
        assert likeness(new[n].title, old[o].title) >= 0.5


@given(ITEMS, ITEMS, st.randoms(use_true_random=False))
def test_pairs_do_not_depend_on_the_order_of_the_items(old: list[Item], new: list[Item], chance: random.Random) -> None:
    old, new = distinct(old), distinct(new)
    old_order, new_order = shuffled(len(old), chance), shuffled(len(new), chance)
    again = pair([old[o] for o in old_order], [new[n] for n in new_order])
    assert {new_order[n]: old_order[o] for n, o in again.items()} == pair(old, new)


def distinct(items: Iterable[Item]) -> list[Item]:
    return list({frozenset(words(one.title).items()): one for one in items}.values())


def shuffled(length: int, chance: random.Random) -> list[int]:
    order = list(range(length))
    chance.shuffle(order)
    return order


def test_the_most_alike_are_paired_first() -> None:
    old = [item("A ferry sinks near Port Example, nobody is hurt")]
    new = [
        item("A ferry sails near Port Sample, somebody is hurt"),
        item("A ferry sinks near Port Example, two are hurt"),
    ]
    assert pair(old, new) == {1: 0}


def test_two_candidates_that_are_nearly_as_alike_stay_separate() -> None:
    old = [item("Ada Sample wins the first game of the Exampleton Open")]
    new = [
        item("Ada Sample wins the second game of the Exampleton Open"),
        item("Ada Sample wins the third game of the Exampleton Open"),
    ]
    assert pair(old, new) == {}
    assert pair(new, old) == {}


def test_a_shared_source_decides_between_two_that_are_nearly_as_alike() -> None:
    old = [item("Ada Sample wins the first game of the Exampleton Open", "a")]
    new = [
        item("Ada Sample wins the second game of the Exampleton Open", "b"),
        item("Ada Sample wins the third game of the Exampleton Open", "a"),
    ]
    assert pair(old, new) == {1: 0}


def test_a_source_that_both_candidates_share_decides_nothing() -> None:
    old = [item("Ada Sample wins the first game of the Exampleton Open", "a")]
    new = [
        item("Ada Sample wins the second game of the Exampleton Open", "a"),
        item("Ada Sample wins the third game of the Exampleton Open", "a", "b"),
    ]
    assert pair(old, new) == {}


def test_a_shared_source_makes_no_pair_of_wordings_that_are_not_alike() -> None:
    assert pair([item("A ferry sinks near Homs.", "a")], [item("The parliament passes a law.", "a")]) == {}


def test_a_shared_source_does_not_outweigh_a_wording_that_is_clearly_more_alike() -> None:
    old = [item("A storm cuts power to 4,000 homes in Northfield", "a")]
    new = [
        item("A storm cuts power to 6,000 homes in Northfield", "b"),
        item("A storm floods 20 homes in Northfield", "a"),
    ]
    assert pair(old, new) == {0: 0}


def test_empty_lists_have_no_pairs() -> None:
    assert pair([], []) == pair([item("Shops close.")], []) == pair([], [item("Shops close.")]) == {}


@pytest.mark.parametrize("sources", ["none", "one for all", "one each"])
def test_three_hundred_items_that_are_all_alike_are_compared_in_seconds(sources: str) -> None:
    chance = random.Random(1)
    vocabulary = [f"word{number}" for number in range(400)]
    shared = chance.sample(vocabulary, 19)

    def listed() -> list[Item]:
        urls = {"none": lambda _: (), "one for all": lambda _: ("a",), "one each": lambda number: (str(number),)}[
            sources
        ]
        return [item(" ".join([*shared, chance.choice(vocabulary)]), *urls(number)) for number in range(300)]

    began = time.process_time()
    pairs = pair(listed(), listed())
    assert time.process_time() - began < 10
    assert len(set(pairs.values())) == len(pairs)


# ---- The thresholds.


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("alpha bravo", "alpha charlie", 2 * 1 / 4),
        ("alpha bravo", "alpha bravo charlie", 2 * 2 / 5),
        ("alpha alpha bravo", "alpha charlie", 2 * 1 / 5),
        ("alpha alpha", "alpha alpha bravo", 2 * 2 / 5),
        ("k l m n o", "k l m n o q r s t u v w", 2 * 5 / 17),
        ("k l m n o p", "k l m n o p r s t u v w", 0.9 * 6 / 6),
        ("k l m n o p", "k l m n o q r s t u v w", 0.9 * 5 / 6),
        ("k l m n o p", "k l m n o p r", 2 * 6 / 13),
    ],
)
def test_likeness_is_the_share_of_words_in_common_or_nine_tenths_of_what_six_words_share(
    one: str, other: str, expected: float
) -> None:
    assert likeness(one, other) == pytest.approx(expected, abs=1e-12)


def test_half_of_the_words_in_common_are_just_enough_for_a_rewording() -> None:
    assert pair([item("alpha bravo")], [item("alpha charlie")]) == {0: 0}
    twelve = " ".join(f"w{number}" for number in range(12))
    thirteen = " ".join([*(f"w{number}" for number in range(6)), *(f"v{number}" for number in range(7))])
    assert likeness(twelve, thirteen) == pytest.approx(12 / 25)
    assert pair([item(twelve)], [item(thirteen)]) == {}


def test_candidates_that_differ_by_less_than_eight_hundredths_are_near_each_other() -> None:
    best = Candidate(0.9, 0, 0, shares_source=False)
    assert best.is_near(best._replace(score=0.821))
    assert not best.is_near(best._replace(score=0.819))
    assert best.is_near(best._replace(score=1.0))
    assert not best._replace(score=0.08).is_near(best._replace(score=0.0))


def test_two_candidates_of_one_new_wording_that_are_nearly_as_alike_stay_apart_too() -> None:
    games = [item(f"Ada Sample wins the {which} game of the Exampleton Open") for which in ("second", "third")]
    assert pair(games, [item("Ada Sample wins the first game of the Exampleton Open")]) == {}


def test_a_candidate_whose_place_is_taken_leaves_no_doubt_about_the_others() -> None:
    old = [item("Ada Sample wins the first game of the Exampleton Open"), item("Ada Sample wins a game of chess")]
    new = [item("Ada Sample wins the first game of the Exampleton Open today"), item("Ada Sample wins a game of go")]
    assert pair(old, new) == {0: 0, 1: 1}


def test_items_of_two_languages_are_never_a_pair() -> None:
    assert pair([item("alpha bravo", language="en")], [item("alpha bravo", language="zh")]) == {}
