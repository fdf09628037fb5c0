"""The title of an item, whichever dialect lists it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg.dialects.item import Item, Origin, normalise, readable_slug

DAY = date(2011, 11, 8)


@pytest.mark.parametrize(
    ("title", "wording"),
    [
        (" A  City\tFalls ", "a city falls"),
        ("Cafe\u0301", "café"),
        ("STRASSE straße", "strasse strasse"),
        ("Uprising::The city falls", "the city falls"),
        ("Uprising:: The city falls", "the city falls"),
        ("Uprising:The city falls", "the city falls"),
        ("Uprising: The city falls", "uprising: the city falls"),
        ("At 12:30 a city falls", "at 12:30 a city falls"),
        (": – a city falls", "a city falls"),
        ("Uprising::", "uprising::"),
        ("::", "::"),
        ("", ""),
        ("See http://a.example/b", "see http://a.example/b"),
        ('A city falls [https:--a.example-b "(A)"]', 'a city falls [https:--a.example-b "(a)"]'),
    ],
)
def test_a_wording_is_the_title_without_what_is_put_before_it(title: str, wording: str) -> None:
    assert normalise(title) == wording


@given(st.text())
def test_a_title_with_any_text_has_a_wording(title: str) -> None:
    assert bool(normalise(title)) == bool(title.strip())


def test_every_item_has_a_form_to_be_found_by() -> None:
    assert all(Item(Origin.PAGE, "en", DAY, "", title).wordings for title in ("—", "a", "霍姆斯"))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The city of Homs falls.", "the-city-of-homs-falls"),
        ("São Paulo", "s%C3%A3o-paulo"),
        ("snake_case & more", "snake-case-more"),
    ],
)
def test_a_slug_is_readable(title: str, slug: str) -> None:
    assert readable_slug(title) == slug


@given(st.text(max_size=150) | st.lists(st.text("aé霍 "), max_size=80).map(" ".join))
def test_a_slug_is_short_and_can_stand_in_an_iri(title: str) -> None:
    slug = readable_slug(title)
    assert 0 < len(slug) <= 100
    assert "/" not in slug
    NamedNode(f"http://a.example/{slug}")
