"""Redirects merge titles, whatever they form, but never two places, and never things that people keep apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.aliases import Aliases, Redirect, decide, same_as
from kg.entities.nodes import Nodes
from kg.entities.places import gazetteer
from kg.rdf.iri import Minter

BASE = "http://127.0.0.1:8000/"
NODES = Nodes(Minter(BASE), gazetteer.load())

THINGS = ("Mill Workers", "Millers' Union", "Party of Bread", "Left Ring", "Right Ring", "Old Mill Company")
#: Titles of places; Burma and Myanmar have one node by the tables.
PLACES = ("Homs", "Damascus", "Aleppo", "Burma", "Myanmar")


def iri(title: str) -> str:
    return NODES.minter.entity("en", title)


def redirect(title: str, to: str) -> Redirect:
    return Redirect(iri(title), "en", to, "a.example")


def decided(
    printed: Iterable[str],
    *pairs: tuple[str, str],
    known: Sequence[tuple[str, str]] = (),
    separate: Sequence[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return which titles are aliases of which, given redirects, the ledger, and the pairs that are kept apart."""
    found = aliases(printed, pairs, known, separate).canonical
    titles = {iri(title): title for title in (*THINGS, *PLACES)}
    return {titles.get(alias, alias): titles.get(one, one) for alias, one in found.items()}


def aliases(
    printed: Iterable[str],
    pairs: Iterable[tuple[str, str]],
    known: Iterable[tuple[str, str]] = (),
    separate: Iterable[tuple[str, str]] = (),
) -> Aliases:
    return decide(
        [("en", title) for title in printed],
        [],
        NODES,
        {iri(alias): iri(one) for alias, one in known},
        [(iri(one), iri(other)) for one, other in separate],
        [redirect(*pair) for pair in pairs],
    )


def test_the_target_is_canonical_whether_it_is_printed_or_not() -> None:
    pair = ("Mill Workers", "Millers' Union")
    assert decided(pair, pair) == decided(pair[:1], pair) == {"Mill Workers": "Millers' Union"}


def test_the_reason_says_who_knows_it() -> None:
    pair = ("Mill Workers", "Millers' Union")
    assert aliases(pair, [pair]).reasons == {iri("Mill Workers"): "redirect at a.example"}


def test_what_is_canonical_for_the_ledger_stays_it() -> None:
    found = decided(THINGS[:3], ("Mill Workers", "Millers' Union"), known=[("Party of Bread", "Mill Workers")])
    assert found == {"Party of Bread": "Mill Workers", "Millers' Union": "Mill Workers"}


def test_of_a_chain_all_lead_to_its_end() -> None:
    found = decided(THINGS[:1], *pairwise(THINGS[:4]))
    assert found == dict.fromkeys(THINGS[:3], THINGS[3])


def test_a_redirect_to_itself_in_another_spelling_is_none() -> None:
    assert decided(["Mill Workers"], ("Mill Workers", "mill_Workers")) == {}


def test_a_redirect_to_what_is_not_a_title_is_none() -> None:
    assert decided(["Mill Workers"], ("Mill Workers", "Category:Mills"), ("Left Ring", "[")) == {}


def test_a_redirect_between_titles_that_are_not_printed_is_none() -> None:
    assert decided(["Left Ring"], ("Mill Workers", "Millers' Union")) == {}


def test_an_entity_of_an_earlier_archive_leads_to_what_is_printed_now() -> None:
    assert decided(["Millers' Union"], ("Mill Workers", "Millers' Union")) == {"Mill Workers": "Millers' Union"}


def test_a_redirect_does_not_join_what_is_kept_apart() -> None:
    pair = ("Mill Workers", "Millers' Union")
    assert decided(pair, pair, separate=[pair]) == decided(pair, pair, separate=[pair[::-1]]) == {}


def test_two_redirects_do_not_join_it_either() -> None:
    found = decided(THINGS, (THINGS[0], THINGS[1]), (THINGS[1], THINGS[2]), separate=[(THINGS[0], THINGS[2])])
    assert found == {THINGS[0]: THINGS[1]}


# ---- Places.


@pytest.mark.parametrize(
    ("title", "to"),
    [
        ("Siege of Homs", "Homs"),
        ("Government of Syria", "Syria"),
        ("Homs", "Siege of Homs"),
        ("Homs (film)", "Homs"),
        ("Homs", "Damascus"),
        ("Ireland", "Republic of Ireland"),
    ],
)
def test_a_redirect_to_or_from_a_place_needs_a_name_of_it(title: str, to: str) -> None:
    assert same_as(redirect(title, to), NODES) is None


def test_what_is_a_name_of_a_place_may_redirect_to_it() -> None:
    found = {place.geonames: place for place in NODES.gazetteer}
    titles = [
        (name, place.title)
        for place in found.values()
        if place.title
        for name in place.names
        if NODES.place("en", name) is None and place.geonames and NODES.gazetteer.is_name(name, place.geonames)
    ]
    assert len(titles) > 10
    for name, title in titles:
        assert same_as(redirect(name, title), NODES) == NODES.iri("en", title)


def test_two_places_are_not_joined_by_what_is_one_with_each() -> None:
    known = [("Mill Workers", "Homs"), ("Party of Bread", "Damascus")]
    assert decided(THINGS, ("Mill Workers", "Party of Bread"), known=known) == dict(known)


def test_people_may_make_two_places_one() -> None:
    assert decided(PLACES[:2], known=[("Homs", "Damascus")]) == {"Homs": "Damascus"}


# ---- Whatever redirects form.

TITLES = st.sampled_from((*THINGS, *PLACES))
PAIRS = st.lists(st.tuples(TITLES, TITLES), max_size=14)


KNOWN = st.dictionaries(st.sampled_from(THINGS[:3]), st.sampled_from((*THINGS[3:], *PLACES)))


@given(st.sets(TITLES), PAIRS, KNOWN, PAIRS)
def test_any_redirects_give_aliases_without_chains_circles_and_what_is_apart(
    printed: set[str], pairs: list[tuple[str, str]], known: dict[str, str], separate: list[tuple[str, str]]
) -> None:
    apart = [(one, other) for one, other in separate if one != other]
    found = aliases(sorted(printed), pairs, known.items(), apart).canonical
    assert not found.keys() & set(found.values())
    for one, other in apart:
        assert found.get(iri(one), iri(one)) != found.get(iri(other), iri(other))
    places: dict[str, set[int]] = {}
    for alias, one in found.items():
        places.setdefault(one, {NODES.geonames(one) or 0}).add(NODES.geonames(alias) or 0)
    assert all(len(ids - {0}) <= 1 for ids in places.values())


@given(st.sets(TITLES), PAIRS, st.randoms())
def test_the_order_of_redirects_does_not_matter(
    printed: set[str], pairs: list[tuple[str, str]], random: object
) -> None:
    once = list(dict(pairs).items())
    before = aliases(sorted(printed), once)
    random.shuffle(once)
    assert aliases(sorted(printed), once) == before


@given(st.sets(TITLES), PAIRS, PAIRS)
def test_what_is_canonical_once_is_canonical_for_good(
    printed: set[str], pairs: list[tuple[str, str]], later: list[tuple[str, str]]
) -> None:
    first = aliases(sorted(printed), pairs).canonical
    nodes = [("en", title) for title in sorted(printed)]
    again = decide(nodes, [], NODES, first, [], [redirect(*pair) for pair in later]).canonical
    assert first.keys() <= again.keys()
    chosen = set(first.values())
    assert chosen <= again.keys() | set(again.values())
    assert all(again[one] in chosen for one in chosen & again.keys())
