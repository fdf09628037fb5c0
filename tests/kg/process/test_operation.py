"""An operation sent to another process arrives as it was sent, or is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from kg.errors import FormatError, MessageError
from kg.process.message import decoded, encoded
from kg.process.operation import Operation, Table
from kg.rdf.formats import FORMATS, JSONLD_FORMS, PLAIN_JSON, Format, by_name
from kg.workers.operations import OPERATIONS, Describe, Newest
from kg.write import operations as writes
from kg.write import upload
from tests.examples import most

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    Any: JSON,
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False),
    str: st.text(),
    bytes: st.binary(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Path: st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(Path),
    Format: st.sampled_from([by_name(one.name) for one in (*FORMATS, *JSONLD_FORMS, PLAIN_JSON)]),
}
KNOWN = [*OPERATIONS.values(), *writes.OPERATIONS.values(), *upload.OPERATIONS.values()]


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return values of a type, found in another way than by the codec."""
    if kind in PLAIN:
        return PLAIN[kind]
    arguments = get_args(kind)
    if get_origin(kind) in (UnionType, Union):
        return st.one_of(*map(values, arguments))
    if get_origin(kind) is tuple and arguments[-1] is not ...:
        return st.tuples(*map(values, arguments))
    if get_origin(kind) in (list, tuple):
        return st.lists(values(arguments[0]), max_size=3).map(get_origin(kind))
    if get_origin(kind) is dict:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    return st.builds(kind, **{one.name: values(hints[one.name]) for one in fields(kind)})


def through_a_pipe(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    return json.loads(json.dumps(header)), bytes(body)


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.__name__)
@examples(max_examples=most(15))
@given(data=st.data())
def test_every_operation_and_its_reply_survive_the_pipe(kind: type[Operation[Any]], data: st.DataObject) -> None:
    asked = data.draw(values(kind))
    assert Table(kind).asked(*through_a_pipe(*asked.frame())) == asked
    reply = data.draw(values(kind.reply_type()))
    assert asked.reply(*through_a_pipe(*asked.reply_frame(reply))) == reply


@dataclass(frozen=True, slots=True)
class Everything(Operation[None]):
    day: date
    moment: datetime
    seconds: float
    parts: tuple[tuple[str, bytes | None], ...]
    named: dict[str, list[Newest]]


@examples(max_examples=most(50))
@given(values(Everything))
def test_times_numbers_and_bytes_within_other_values_survive_it(asked: Everything) -> None:
    assert Table(Everything).asked(*through_a_pipe(*asked.frame())) == asked


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert decoded(str, *encoded("a\ud800b")) == "a?b"


HEADER, BODY = Describe("x:y", FORMATS[1], 1, "x:z").frame()


@pytest.mark.parametrize(
    ("header", "body", "error"),
    [
        (HEADER | {"operation": "Destroy"}, BODY, "there is no operation 'Destroy'"),
        (HEADER | {"operation": ["Describe"]}, BODY, "there is no operation"),
        ({}, BODY, "there is no operation None"),
        ({"operation": "Describe"}, BODY, "NoneType where dict is expected"),
        (HEADER | {"fields": HEADER["fields"] | {"more": 1}}, BODY, "should not have, more"),
        (HEADER | {"fields": {"iri": "x:y"}}, BODY, "document, format, licences, limit, page"),
        (HEADER | {"fields": HEADER["fields"] | {"iri": 1}}, BODY, "int where str is expected"),
        (HEADER | {"fields": HEADER["fields"] | {"limit": True}}, BODY, "bool where int is expected"),
        (HEADER | {"fields": HEADER["fields"] | {"format": None}}, BODY, "NoneType where str is expected"),
        (HEADER, b"more", "longer than it says"),
    ],
)
def test_anything_outside_the_table_is_refused_with_a_reason(header: dict[str, Any], body: bytes, error: str) -> None:
    with pytest.raises(MessageError, match=error):
        OPERATIONS.asked(header, body)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(FormatError):
        OPERATIONS.asked(HEADER | {"fields": HEADER["fields"] | {"format": "none"}}, BODY)


@pytest.mark.parametrize(
    ("kind", "data", "body"),
    [(bytes, 4, b"abc"), (bytes, -1, b"abc"), (tuple[int, int], [1], b""), (date, "2011-13-01", b""), (int, 1.0, b"")],
)
def test_a_reply_of_another_type_is_refused(kind: Any, data: Any, body: bytes) -> None:
    with pytest.raises(MessageError):
        decoded(kind, data, body)


def test_a_table_accepts_only_values_that_can_be_sent() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd(Operation[int | str]):
        pass

    with pytest.raises(TypeError, match="None"):
        Table(Odd)
    with pytest.raises(TypeError, match="object cannot be sent"):
        encoded(object())
