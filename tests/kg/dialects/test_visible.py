"""What a reader sees of a line of text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", "ab"),
        ("\ufeffa \u200e\u200fb\u202a", "a b"),
        ("a\u00adb\u2060c\u2066d\u2069", "abcd"),
        ("a \u200b b", "a b"),
        ("a\u00a0b\u2003c\u2028d", "a b c d"),
        ("\U000e0067a", "a"),
        ("—“a”", "—“a”"),
        ("", ""),
    ],
)
def test_characters_that_show_nothing_are_left_out_and_spaces_are_single(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian: two parts of one word that are not joined
        "क्\u200dष",  # a virama and a joiner
        "\U0001f469\u200d\U0001f680",  # one emoji of two
        "\u0600١٢",  # an Arabic number sign
    ],
)
def test_a_joiner_that_changes_how_letters_are_written_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("text", ["a\u200db", "国\u200c家", "\u200dم", "م\u200c", "a\u200cم"])
def test_a_joiner_that_changes_nothing_is_left_out(text: str) -> None:
    assert visible(text) == text.replace("\u200d", "").replace("\u200c", "")


def test_every_format_character_is_known() -> None:
    every = (chr(number) for number in range(0x110000))
    missed = [one for one in every if unicodedata.category(one) == "Cf" and visible(f"a{one}b") == f"a{one}b"]
    assert "".join(missed) == "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    once = visible(text)
    assert visible(once) == once
    assert once == " ".join(once.split())
