"""Of nodes that are the same, one is canonical: the one in the ledger, in a table, or named most."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities import nodes
from kg.entities.aliases import Aliases, decide
from kg.entities.nodes import Nodes
from kg.entities.places import gazetteer
from kg.entities.uses import Use
from kg.rdf.iri import Minter

BASE = "http://example.org/"
DAY = date(2011, 11, 8)


def iri(title: str) -> str:
    return Minter(BASE).entity("en", title)


def known(reviewed: dict[str, str] | None = None, separate: frozenset[str] = frozenset()) -> Nodes:
    return Nodes(Minter(BASE), gazetteer.load(), reviewed or {}, separate)


def uses(*titles: str) -> list[Use]:
    return [Use(f"{DAY}/{n}", DAY, "en", (), (title, "Surroundings"), (), True) for n, title in enumerate(titles)]


def decided(
    *titles: str,
    ledger: dict[str, str] | None = None,
    separate: tuple[tuple[str, str], ...] = (),
    reviewed: dict[str, str] | None = None,
) -> Aliases:
    told = uses(*titles)
    aliases = {iri(one): iri(other) for one, other in (ledger or {}).items()}
    pairs = [(iri(one), iri(other)) for one, other in separate]
    found = known(reviewed, frozenset(one for one, _ in pairs))
    return decide({("en", title) for use in told for title in use.titles}, told, found, aliases, pairs)


@pytest.mark.parametrize(
    ("title", "canonical"),
    [
        ("People's Republic of China", "China"),
        ("Burma", "Myanmar"),
        ("Côte d'Ivoire", "Ivory Coast"),
        ("U.S.", "United States"),
        ("Homs Province", "Homs Governorate"),
    ],
)
def test_the_titles_of_one_geonames_place_have_the_node_that_people_type(title: str, canonical: str) -> None:
    found = decided(title)
    assert known().iri("en", title) == iri(canonical)
    assert found.of(iri(title)) == iri(canonical)
    assert found.reasons[iri(title)].startswith("GeoNames ")


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Ireland", "Republic of Ireland"),
        ("Palestinian territories", "State of Palestine"),
        ("Southern Sudan", "South Sudan"),
        ("Tibet", "Tibet Autonomous Region"),
        ("Great Britain", "United Kingdom"),
        ("Tripoli", "Tripoli, Lebanon"),
    ],
)
def test_places_that_are_another_thing_keep_their_own_nodes(title: str, other: str) -> None:
    found = decided(title, other)
    assert found.of(known().iri("en", title) or "") != found.of(known().iri("en", other) or "")


def test_two_titles_of_a_place_without_a_title_of_its_own_are_one_node_with_the_place() -> None:
    found = decided("Pontiac, Michigan", "Surroundings")
    assert found.of(Minter(BASE).geonames(5006166)) == iri("Pontiac, Michigan")


def test_a_title_that_is_spelled_otherwise_to_mediawiki_leads_to_the_normal_form() -> None:
    assert decided("Homs\u200e").of(iri("Homs\u200e")) == iri("Homs")


def test_a_title_that_no_article_can_have_has_no_node() -> None:
    assert known().iri("en", "User talk:Example") is None
    assert decided("User talk:Example").canonical == {}


def test_the_spelling_that_is_named_most_is_canonical() -> None:
    found = decided("Example War", "Example war", "Example war")
    assert found.canonical == {iri("Example War"): iri("Example war")}


def test_what_the_ledger_has_as_canonical_stays_so_whatever_is_named_most() -> None:
    found = decided("Example War", "Example war", "Example war", ledger={"EXAMPLE WAR": "Example War"})
    assert found.canonical == {iri("Example war"): iri("Example War"), iri("EXAMPLE WAR"): iri("Example War")}


def test_what_the_ledger_has_as_canonical_stays_so_whatever_a_table_says() -> None:
    found = decided("Burma", ledger={"Myanmar": "Burma"})
    assert found.canonical == {iri("Myanmar"): iri("Burma")}


def test_a_split_is_never_undone_by_a_rule() -> None:
    apart = decided("Example War", "Example war", separate=(("Example War", "Example war"),))
    assert apart.canonical == {}
    assert decided("Burma", "Myanmar", separate=(("Burma", "Myanmar"),)).canonical == {}


def test_a_reviewed_title_leads_to_the_one_that_is_given_for_it() -> None:
    found = decided("UN", "United Nations", reviewed={"UN": "United Nations"})
    assert found.canonical == {iri("UN"): iri("United Nations")}
    assert found.reasons[iri("UN")] == "the same thing, reviewed"


def test_no_reviewed_title_is_canonical_and_all_are_titles() -> None:
    listed = nodes.reviewed()
    assert listed.keys().isdisjoint(listed.values())
    assert all(known().iri("en", title) for title in (*listed, *listed.values()))


TITLES = st.sampled_from(["Example War", "Example war", "Burma", "Myanmar", "Café", "Cafe", "U.S.", "Homs", "Hama"])


@given(
    st.lists(TITLES, min_size=1, max_size=8),
    st.dictionaries(TITLES, TITLES, max_size=2),
    st.lists(st.tuples(TITLES, TITLES), max_size=2),
)
def test_no_alias_leads_to_an_alias_and_no_pair_that_was_split_is_one(
    titles: list[str], ledger: dict[str, str], separate: list[tuple[str, str]]
) -> None:
    ledger = {one: other for one, other in ledger.items() if one != other and other not in ledger}
    pairs = tuple((one, other) for one, other in separate if one != other and ledger.get(one) != other)
    found = decided(*titles, ledger=ledger, separate=pairs)
    assert found.canonical.keys().isdisjoint(found.canonical.values())
    assert found.reasons.keys() == found.canonical.keys()
    for one, other in pairs:
        if ledger.get(other) != one:
            assert found.of(iri(one)) != found.of(iri(other))
