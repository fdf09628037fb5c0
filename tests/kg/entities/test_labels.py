from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.labels import core, folded, likeness, title


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Siege of Homs", "Siege of Homs", 3),
        ("Siege_of_Homs", "Siege of Homs", 3),
        ("Siege of Homs#Aftermath", "Siege of Homs", 3),
        ("SIEGE OF HOMS", "Siege of Homs", 2),
        ("A Coruna", "A Coruña", 2),
        ("Israeli-Palestinian conflict", "Israeli–Palestinian Conflict", 2),
        ("Pope’s visit", "Pope's visit", 2),
        ("Yalcin", "Yalçın", 2),
        ("Øresund", "Oresund", 2),
        ("The Troubles", "Troubles", 1),
        ("Islamic State of Iraq and Levant", "Islamic State of Iraq and the Levant", 1),
        ("War in Donbass", "War in Donbass (2014)", 0),
    ],
)
def test_names_with_one_core_are_more_or_less_alike(one: str, other: str, like: int) -> None:
    assert core(one) == core(other)
    assert likeness(one, other) == likeness(other, one) == like


@pytest.mark.parametrize(("one", "other"), [("Homs", "Hama"), ("2011 floods", "2012 floods"), ("The The", "The Who")])
def test_other_names_have_other_cores(one: str, other: str) -> None:
    assert core(one) != core(other)


@pytest.mark.parametrize("name", ["The", "#1", "(500) Days of Summer", "(disambiguation)"])
def test_something_is_left_of_every_name_with_a_letter_or_digit(name: str) -> None:
    assert core(name)


@given(st.text(max_size=300))
def test_any_text_has_a_core_that_stays_one(text: str) -> None:
    assert core(core(text)) == core(core(core(text)))
    assert folded(folded(text)) == folded(text)
    assert title(title(text)) == title(text)
