"""Apostrophes of wikitext, compared with another parser that follows MediaWiki: wikitextparser."""

from __future__ import annotations

import wikitextparser
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.dialects.wikitext.quotes import without_marks

runs = st.integers(2, 7).map("'".__mul__)
words = st.sampled_from(["a", "L", "la", " ", "b c", " d ", "é", "s", ".", "\nNew "])
# Not a run that begins a line: MediaWiki makes it an apostrophe first if one of three is too many, the parser does not.
lines = st.lists(st.tuples(runs, words, words), min_size=1, max_size=6).map(
    lambda parts: "On " + "".join(map("".join, parts))
)


@given(lines)
def test_what_another_parser_resolves_wholly_is_read_alike(source: str) -> None:
    expected = wikitextparser.parse(source).plain_text()
    assume("''" not in expected)  # it keeps marks that are never closed, which MediaWiki closes at the end of the line
    assert without_marks(source) == expected


def test_a_bold_mark_too_many_that_begins_a_line_is_an_apostrophe() -> None:
    assert without_marks("'''aa''bb'''cc'''d") == "'aabbccd"
