"""Answers as data frames: each column has the type of its values, and the labels of the things that it names."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow
import pytest

import kg
from kg.errors import NotSupportedError, ParameterError, QueryError, QuerySyntaxError, StoreError

EVENTS = """
PREFIX ng: <https://w3id.org/newsgraph/ns#> PREFIX schema: <https://schema.org/>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
SELECT ?event ?date ?place ?lat ?nothing {
  ?event a ng:Event ; schema:startDate ?date ; schema:location ?place OPTIONAL { ?place wgs:lat ?lat }
} ORDER BY ?date ?event ?place
"""


def test_a_query_gives_typed_columns_with_labels(sample_store: Path) -> None:
    found = kg.frame(EVENTS, store=sample_store)
    assert list(found.columns) == ["event", "event_label", "date", "place", "place_label", "lat", "nothing"]
    assert found["date"].min().year == found["date"].dt.year.min()
    assert "double" in str(found["lat"].dtype)
    assert found["nothing"].isna().all()
    assert "Homs" in set(found["place_label"])


def test_a_question_is_asked_by_its_name_with_values(sample_store: Path) -> None:
    homs, damascus = (kg.frame("in-a-place", {"place": name}, store=sample_store) for name in ("Homs", "Damascus"))
    assert len(homs)
    assert len(damascus)
    assert not homs.equals(damascus)


def test_arrow_is_what_other_libraries_read(sample_store: Path) -> None:
    found = kg.frame(EVENTS, store=sample_store, arrow=True, labels=False)
    assert isinstance(found, pyarrow.Table)
    assert [str(one.type) for one in found.schema] == ["string", "date32[day]", "string", "double", "string"]


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ("1 2", "int64"),
        ("1 2.5", "double"),
        ("1e0 2.5", "double"),
        ("true false", "bool"),
        ('"2020-01-01"^^xsd:date "1999-12-31"^^xsd:date', "date32[day]"),
        ('"2020-01-01T00:00:00Z"^^xsd:dateTime "2020-01-01T02:00:00+02:00"^^xsd:dateTime', "timestamp[us, tz=UTC]"),
        ("1 <urn:x>", "string"),
        ('1 "x"@en', "string"),
        ("123456789012345678", "int64"),
        ('"-0044-03-15"^^xsd:date "2020-01-01"^^xsd:date', "string"),
        ("UNDEF 1", "int64"),
    ],
)
def test_a_column_has_the_type_that_all_its_values_have(sample_store: Path, values: str, type_: str) -> None:
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    found = kg.frame(f"{prefix} SELECT ?x {{ VALUES ?x {{ {values} }} }}", store=sample_store, arrow=True)
    assert str(found.schema.field("x").type) == type_
    assert found.num_rows == 2 or "12345" in values


@pytest.mark.parametrize(
    ("query", "error"),
    [("no-such-question", ParameterError), ("SELECT ?x", QuerySyntaxError), ("ASK {}", QueryError)],
)
def test_a_query_without_rows_is_an_error(sample_store: Path, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        kg.frame(query, store=sample_store)


def test_a_missing_store_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        kg.frame("SELECT * {}", store=tmp_path)


def test_without_pyarrow_the_message_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, sample_store: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotSupportedError, match=r"newsgraph\[frames\]"):
        kg.frame("SELECT * {}", store=sample_store)


def test_a_store_shows_itself_in_a_notebook(sample_store: Path) -> None:
    shown = kg.open_store(sample_store)._repr_html_()
    assert "events" in shown
    assert "<script" not in shown
