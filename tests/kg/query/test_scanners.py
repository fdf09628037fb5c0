"""The scanners read strings of any length, with any number of escapes, and need little memory for it."""

from __future__ import annotations

import re
import tracemalloc

import pytest

from kg.query.guard import REMEMBERED, TOKEN, QueryTooComplexError, check, check_update, repeated
from kg.settings import Settings
from kg.write import upload

MANY = 2 * REMEMBERED + 1
STRINGS = {
    "escapes in a string": r'"{}"'.format(r"\"" * MANY),
    "escapes in a single-quoted string": r"'{}'".format(r"\'" * MANY),
    "escapes in a long string": r'"""{}"""'.format(r"\"a" * MANY),
    "quotes in a long string": '"""{}"""'.format('"a' * MANY),
    "quotes in a long single-quoted string": "'''{}'''".format("'a" * MANY),
}
TERMS = {
    "escapes in an IRI": r"<{}>".format(r"\u0041" * MANY),
    "escapes in a name": r"a:a{}".format(r"\-" * MANY),
    "escapes in a word": r"a{}".format(r"\u0041" * MANY),
    "subtags of a language": "@en{}".format("-a" * MANY),
}


@pytest.mark.parametrize("text", (STRINGS | TERMS).values(), ids=(STRINGS | TERMS).keys())
def test_the_guard_reads_any_number_of_pieces_as_one_token(text: str) -> None:
    assert [match[0] for match in TOKEN.finditer(f"{text} {text}")] == [text, " ", text]


@pytest.mark.parametrize("text", STRINGS.values(), ids=STRINGS.keys())
def test_the_scanner_of_uploads_reads_any_number_of_pieces_as_one_string(text: str) -> None:
    found = upload._TURTLE.finditer(f"[{text}]".encode())
    assert [match[0].decode() for match in found] == ["[", text, "]"]


@pytest.mark.parametrize("end", ["", '"""'], ids=["without an end", "with an end"])
def test_a_string_of_a_megabyte_of_escapes_takes_little_memory(end: str) -> None:
    text = '"""' + r"\a" * 500_000 + end
    tracemalloc.start()
    try:
        token = TOKEN.match(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (token is not None and token.end()) == (len(text) if end else 2)
    assert peak < 1_000_000


def test_repetitions_do_not_backtrack() -> None:
    pattern = re.compile(rf"a{repeated('pieces', 'b')}b")
    assert pattern.fullmatch("abbb") is None


@pytest.mark.parametrize("quote", ['"', "'"])
def test_few_long_strings_may_have_no_end_since_each_is_read_to_the_end_of_the_text(quote: str) -> None:
    unended = f"{quote * 3}x{quote} " + "\\"
    check(unended * 16, Settings())
    for refuse in (check, check_update):
        with pytest.raises(QueryTooComplexError, match="more than 16 long strings without an end"):
            refuse(unended * 17, Settings())
