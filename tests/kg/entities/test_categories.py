"""Which concept of the vocabulary's scheme a printed heading matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

import vocab
from kg.entities import categories
from kg.entities.categories import Categories
from kg.errors import ConfigurationError
from kg.rdf.iri import slug

KNOWN = categories.load()


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Armed conflicts and attacks", "Armed conflicts and attacks"),
        ("ARMED CONFLICTS & ATTACKS", "Armed conflicts and attacks"),
        ("Attacks and armed conflicts", "Armed conflicts and attacks"),
        ("Armed conflict &amp; attack:", "Armed conflicts and attacks"),
        ("'''Armed conflicts and attacks'''<br />", "Armed conflicts and attacks"),
        ("Armed-conflicts – attacks", "Armed conflicts and attacks"),
        ("Armed conflicts / attacks", "Armed conflicts and attacks"),
        ("Sport", "Sports"),
        ("[[Sports]]", "Sports"),
        ("Businesses and Economies", "Business and economy"),
        ("The arts, culture, and entertainment", "Arts and culture"),
        ("Health", "Health and medicine"),
        ("Environment and health", "Health and environment"),
        ("体育", "Sports"),
        ("武裝衝突與攻擊", "Armed conflicts and attacks"),
        ("政治及選舉", "Politics and elections"),
        ("科技", "Science and technology"),
    ],
)
def test_a_heading_is_a_concept_in_whatever_form_it_is_printed(heading: str, name: str) -> None:
    assert KNOWN.name(heading) == name


@pytest.mark.parametrize(
    "heading",
    [
        "Arab Spring",
        "Current events",
        "News",
        "Law and politics",
        "Science and weather",
        "Bird deaths",
        "Sports law",
        "Armed conflicts in the port",
        "Olympic sports",
        "",
        "&",
        "2011",
        "奥运会",
    ],
)
def test_a_heading_with_other_words_stays_a_category_of_its_own(heading: str) -> None:
    assert KNOWN.concept(heading) is None
    assert KNOWN.name(heading) == heading


@given(st.text())
def test_any_heading_has_a_name_and_the_name_keeps_it(heading: str) -> None:
    name = KNOWN.name(heading)
    assert name == KNOWN.name(heading) == KNOWN.name(name)


def test_the_scheme_has_the_concepts_that_the_vocabulary_names() -> None:
    found = [KNOWN.concept(name.replace("-", " ")) for name in vocab.CONCEPTS]
    assert [one.iri for one in found if one] == [vocab.NAMESPACE + name for name in vocab.CONCEPTS]
    for one in found:
        assert one is not None
        assert one.labels.keys() == {"en", "zh"}
        assert vocab.NAMESPACE + slug(one.name) == one.iri


def test_two_concepts_with_one_label_are_refused() -> None:
    more = '<urn:x> <http://www.w3.org/2004/02/skos/core#prefLabel> "The sport"@en .'
    scheme = parse(f"{vocab.categories()}\n{more}", format=RdfFormat.TURTLE)
    with pytest.raises(ConfigurationError, match="have the label"):
        Categories(scheme)
