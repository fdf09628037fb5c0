"""Anything that is not an answer is reported so; an answer is read row by row."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.enrich.answer import AnswerRow, rows
from kg.errors import AnswerError

TERM = {"type": "uri", "value": "http://example.org/a"}
LABEL = {"type": "literal", "value": "a", "xml:lang": "en", "unknown": 1}


def answer(*bindings: object) -> bytes:
    return json.dumps({"head": {"vars": []}, "results": {"bindings": bindings}}).encode()


def test_a_row_has_who_was_asked_for_a_property_and_a_value() -> None:
    found = rows(answer({"asked": TERM, "property": TERM, "value": LABEL}))
    assert found == [AnswerRow(TERM["value"], TERM["value"], {"type": "literal", "value": "a", "xml:lang": "en"})]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Service unavailable</body></html>",
        answer({"asked": TERM, "property": TERM, "value": LABEL})[:-20],
        b'{"head":{},"boolean":true}',
        b'{"results":{"bindings":{}}}',
        b'{"results":null}',
        b"[]",
        b"null",
        b"[" * 200_000,
        b"\xff",
        answer(None),
        answer({"asked": TERM, "value": TERM}),
        answer({"asked": TERM, "property": TERM, "value": {"type": "uri", "value": 1}}),
        answer({"asked": "a", "property": TERM, "value": TERM}),
    ],
)
def test_anything_but_an_answer_is_an_error(body: bytes) -> None:
    with pytest.raises(AnswerError):
        rows(body)


NAMES = st.sampled_from(["results", "bindings", "asked", "property", "value", "type"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda some: st.lists(some) | st.dictionaries(NAMES, some)
)


@given(ANY_JSON)
def test_any_json_is_rows_or_an_error(found: object) -> None:
    with suppress(AnswerError):
        assert all(isinstance(row.asked, str) for row in rows(json.dumps(found).encode()))


@given(st.binary())
def test_any_bytes_are_rows_or_an_error(body: bytes) -> None:
    with suppress(AnswerError):
        rows(body)
