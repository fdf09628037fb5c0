"""If two long wordings differ little, pages show only the text near the changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from endpoint.event.difference import CONTEXT, CUT, abridged
from kg.events.comparison import Edit, word_diff

WORDS = st.lists(st.sampled_from(["Homs", "falls", "and", "the", "army", "一二三", "leaves."]), max_size=50).map(
    " ".join
)


@given(WORDS, WORDS, st.text(max_size=8))
def test_every_change_is_shown_and_unchanged_text_is_shortened(start: str, end: str, new: str) -> None:
    edits = word_diff(f"{start} {end}", f"{start} {new} {end}")
    found = abridged(edits)
    assert [one for one in found if one.op != "equal"] == [one for one in edits if one.op != "equal"]
    if any(edit.op != "equal" for edit in edits):
        assert all(len(one.text) <= 2 * CONTEXT + len(CUT) for one in found if one.op == "equal")


def test_short_and_unchanged_texts_are_shown_whole() -> None:
    short = word_diff("Ten die in Homs.", "Twelve die in Homs.")
    assert abridged(short) == short
    same = word_diff("word " * 100, "word " * 100)
    assert abridged(same) == same


def test_a_long_text_keeps_whole_words_near_its_change() -> None:
    edits = abridged([Edit("equal", "before " * 30), Edit("insert", "new"), Edit("equal", " after" * 30)])
    assert edits[0].text.startswith(f"{CUT} before ")
    assert edits[2].text.endswith(f"after{CUT}")
