"""Titles are one thing if they are written alike and named in the same surroundings, and not otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.sameness import NEAR, evidence, groups, same
from kg.entities.uses import Use

DAY = date(2011, 11, 8)


def node(language: str, title: str) -> str:
    return f"{language}/{title}"


def use(number: int, day: date, *titles: str, hosts: tuple[str, ...] = (), topics: tuple[str, ...] = ()) -> Use:
    return Use(f"{day.isoformat()}/{number}", day, "en", topics, titles, hosts, current=True)


def merged(*uses: Use) -> list[set[str]]:
    found = (joined for group in groups(uses, node) for joined in same(group))
    return [{thing.iri.removeprefix("en/") for thing, _ in joined} for joined in found]


def test_a_shared_link_within_thirty_days_makes_two_spellings_one() -> None:
    near = use(2, DAY + NEAR, "Example civil War", "Homs")
    far = use(2, DAY + NEAR + timedelta(days=1), "Example civil War", "Homs")
    first = use(1, DAY, "Example Civil War", "Homs")
    assert merged(first, near) == [{"Example Civil War", "Example civil War"}]
    assert merged(first, far) == []


def test_a_shared_host_or_a_shared_topic_is_evidence_too() -> None:
    by_host = [use(1, DAY, "Air Force", hosts=("example.org",)), use(2, DAY, "Air force", hosts=("example.org",))]
    by_topic = [use(1, DAY, "Air Force", topics=("Unrest",)), use(2, DAY, "Air force", topics=("Unrest",))]
    assert merged(*by_host) == [{"Air Force", "Air force"}]
    assert merged(*by_topic) == [{"Air Force", "Air force"}]


def test_spellings_without_shared_surroundings_stay_apart() -> None:
    assert merged(use(1, DAY, "Airplane!", "Cinema"), use(2, DAY, "Airplane", "Aviation")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Example–Sample conflict", "Example-Sample conflict"),
        ("Example – Sample relations", "Example–Sample relations"),
        ("Workers’ Party of Example", "Workers' Party of Example"),
        ("2014 Example Attack", "2014 Example attack"),
    ],
)
def test_a_dash_an_apostrophe_or_the_case_beside_a_year_needs_no_surroundings(one: str, other: str) -> None:
    assert merged(use(1, DAY, one), use(2, DAY + timedelta(days=900), other)) == [{one, other}]


@pytest.mark.parametrize(("one", "other"), [("C++", "C"), ("US$", "US"), ("Sample+", "Sample"), ("Rock", "Rocks")])
def test_titles_with_another_letter_or_symbol_are_not_spellings(one: str, other: str) -> None:
    shared = use(1, DAY, one, "Homs", hosts=("example.org",)), use(2, DAY, other, "Homs", hosts=("example.org",))
    assert merged(*shared) == []


def test_the_thing_that_is_named_most_comes_first_and_the_evidence_is_told() -> None:
    uses = [use(number, DAY, "Example civil war", "Homs") for number in range(3)]
    [things] = groups([*uses, use(9, DAY, "Example Civil War", "Homs")], node)
    assert [thing.iri for thing in things] == ["en/Example civil war", "en/Example Civil War"]
    assert evidence(*things) == "beside en/Homs on 2011-11-08 and 2011-11-08"


def test_a_chain_of_evidence_joins_what_has_none_directly() -> None:
    uses = [
        use(1, DAY, "SAMPLE PARTY", "Homs"),
        use(2, DAY, "Sample Party", "Homs", "Hama"),
        use(3, DAY, "Sample party", "Hama"),
    ]
    assert merged(*uses) == [{"SAMPLE PARTY", "Sample Party", "Sample party"}]


WORDS = st.sampled_from(["Air Force", "Air force", "AIR FORCE", "Homs", "Hama", "Air-Force", "Café", "Cafe"])


@given(st.lists(st.tuples(st.integers(0, 90), st.lists(WORDS, min_size=1, max_size=4, unique=True)), max_size=12))
def test_no_thing_is_in_two_sets_and_the_order_of_events_does_not_matter(told: list[tuple[int, list[str]]]) -> None:
    uses = [use(number, DAY + timedelta(days=days), *titles) for number, (days, titles) in enumerate(told)]
    found = merged(*uses)
    assert sum(map(len, found)) == len(set().union(*found))
    assert sorted(map(sorted, merged(*reversed(uses)))) == sorted(map(sorted, found))
