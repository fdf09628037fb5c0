"""Tables: mapped columns are read, other content is reported with its line, and rows keep their IRIs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.archive.opening import open_archive
from kg.archive.readers import conformance
from kg.archive.readers.base import CaptureReader, PageCapture, Remark
from kg.archive.readers.tables import dates, mapping
from kg.archive.readers.tables.records import Records
from kg.archive.readers.tables.sheet import Sheet
from kg.archive.versions import UnreadPage
from kg.dialects.record import Unread
from kg.dialects.rows import page
from kg.dialects.rows.row import TableRow
from kg.errors import ArchiveError
from kg.pipeline.run import build
from kg.settings import Settings
from tests.paths import DATA

TABLES = DATA / "tables"
EVENTS = b"date,title,city\n2024-12-07,Shops open.,Homs\n2024-12-08,Shops close.,Hama\n"
DAYS = b"""
Date: 2024-12-07
News:
  Trade:
  - Example shop strike
  - Shops close in Homs. (Example Daily) (Sample Post)
  - Shops open.
  Sport:
  - A cup is won. (Example Daily)
"""
OF_DAYS = b"""
dataset = "days"
publishers_in_title = true
headings = true
[file]
records = ["News", "*section", "*text"]
[columns]
date = "Date"
title = "text"
categories = "section"
"""


def found(reader: CaptureReader, path: str, content: bytes, **beside: bytes) -> list[PageCapture | UnreadPage]:
    files = {f"{name}.toml": text for name, text in beside.items()}
    stream = io.BufferedReader(io.BytesIO(content))
    all_found = reader.captures(stream, path, files.get, 1_000_000)
    return [one for one in all_found if not isinstance(one, Remark)]


def rows(captures: list[PageCapture | UnreadPage]) -> Iterator[TableRow]:
    for one in captures:
        assert isinstance(one, PageCapture), one
        record = page.parse(one.path, one.content.decode())
        assert record is not None
        yield from (line.row for line in record.lines if line.row)


def unread(captures: list[PageCapture | UnreadPage]) -> tuple[Unread, ...]:
    [last] = [one for one in captures if isinstance(one, PageCapture) and one.path.endswith("/unread.rows.json")]
    record = page.parse(last.path, last.content.decode())
    assert record is not None
    return record.unread


def reason(captures: list[PageCapture | UnreadPage]) -> str:
    [one] = captures
    assert isinstance(one, UnreadPage)
    return one.reason


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-12-07", date(2024, 12, 7), date(2024, 12, 7)),
        ("2024-12-07T23:00:00+02:00", date(2024, 12, 7), date(2024, 12, 7)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-XX", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024~", date(2024, 1, 1), date(2024, 12, 31)),
        ("199X?", date(1990, 1, 1), date(1999, 12, 31)),
        ("19XX", date(1900, 1, 1), date(1999, 12, 31)),
        ("2024-XX", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-24", date(2024, 12, 1), date(2025, 2, 28)),
        ("2024-12-01/2025-01", date(2024, 12, 1), date(2025, 1, 31)),
    ],
)
def test_dates_of_edtf_have_bounds(text: str, first: date, last: date) -> None:
    assert dates.read(text) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2024-13", "2024-02-30", "../2024", "2024/..", "2025/2024", "0000", "-0044", "7/12/24"]
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        dates.read(text)


def test_dates_in_formats_are_read() -> None:
    assert dates.read("7 December 2024", ["%d %B %Y"]) == (date(2024, 12, 7), date(2024, 12, 7))


def test_a_sheet_needs_no_mapping_if_its_columns_are_called_as_the_keys() -> None:
    assert [(one.first.day, one.title, one.places) for one in rows(found(Sheet(), "a.csv", EVENTS))] == [
        (7, "Shops open.", ()),
        (8, "Shops close.", ()),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_is_detected_and_a_byte_order_mark_skipped(delimiter: str, encoding: str) -> None:
    text = "date,title\r\n2024-12-07,Cafés open.\r\n".replace(",", delimiter)
    assert [one.title for one in rows(found(Sheet(), "a.csv", text.encode(encoding)))] == ["Cafés open."]


def test_an_encoding_can_be_said() -> None:
    said = b'[file]\nencoding = "cp1252"\n[columns]\ndate = "date"\ntitle = "title"\n'
    text = "date,title\n2024-12-07,Cafés open.\n".encode("cp1252")
    assert [one.title for one in rows(found(Sheet(), "a.csv", text, a=said))] == ["Cafés open."]
    assert reason(found(Sheet(), "a.csv", text)) == "is not in utf-8: say file.encoding in its mapping"
    late = EVENTS + b"2024-12-08,A day.,\n" * 1_000 + text[len(b"date,title\n") :]
    [*_, one] = unread(found(Sheet(), "a.csv", late))
    assert one.reason == "what follows is not in utf-8: say file.encoding in the mapping"


def test_unreadable_rows_are_reported_with_their_lines_and_the_others_are_read() -> None:
    text = (
        'date,title,latitude,longitude\n2024-12-07,"Two\nlines.",1,2\n31 June,No day.,,\n2024-12-07,,,\n\n'
        "2024-12-07,Far.,91,0\n2024-12-07,Few.\n2024-12-07,Shops open.,,\n2024-12-07,Shops open.,,\n"
    )
    captures = found(Sheet(), "a.csv", text.encode())
    assert [one.title for one in rows(captures)] == ["Shops open.", "Two lines."]
    assert [(one.line, one.reason) for one in unread(captures)] == [
        (4, "no date: '31 June'"),
        (5, "no title"),
        (7, "no latitude: '91'"),
        (8, "2 columns instead of 4"),
        (10, "the same row stands in the table before, which counts"),
    ]


def test_an_id_that_stands_twice_counts_once_on_whatever_day() -> None:
    text = "date,title,id\n2024-12-07,Shops open.,7\n2024-12-09,Shops close.,7\n"
    captures = found(Sheet(), "a.csv", text.encode())
    assert [one.title for one in rows(captures)] == ["Shops open."]
    assert [one.line for one in unread(captures)] == [3]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (b"colums = 1", "no key is called colums: did you mean columns?"),
        (b"[columns]\nwhen = 'a'", "no key is called columns.when: there are date,"),
        (b"[columns]\ndate = 7", "columns.date must be a text"),
        (b"[columns]\ntitle = [7]", "columns.title must be a text or a list of texts"),
        (b"headings = 'yes'", "headings must be true or false"),
        (b"preset = 'none'", "there is no preset 'none': there are acled, gdelt-events, ucdp-ged"),
        (b"dataset = 'A b'", "dataset 'A b' is not a name of lower-case letters"),
        (b"language = '!'", "language '!' is not a language tag"),
        (b"formats = '%B %Y'", "formats: '%B %Y' has no day (%d)"),
        (b"[split]\nwhat = ';'", "split.what is not a key of columns"),
        (b"[words]\nwhat = ';'", "words.what must be a table of texts"),
        (b"[columns]\nlatitude = 'a'", "columns.latitude and columns.longitude go together"),
        (b"[publication]\nlicences = ['CC BY']", "must be an address"),
        (b"[publication]\nlicense = 'a'", "no key is called publication.license: did you mean licences?"),
        (b"a = ", "Invalid value"),
        (b"\xff", "utf-8"),
    ],
)
def test_errors_in_a_mapping_are_reported_with_their_place(said: bytes, wrong: str) -> None:
    told = reason(found(Sheet(), "a.csv", EVENTS, a=said))
    assert told.startswith("the mapping a.toml is wrong: ") or "mapping" in told
    assert wrong in told


def test_a_missing_column_is_reported() -> None:
    said = b"[columns]\ndate = 'when'\ntitle = 'title'\nplaces = 'town'"
    told = reason(found(Sheet(), "a.csv", EVENTS, a=said))
    assert told == "has no column 'when' (columns.date), 'town' (columns.places): its columns are date, title, city"


def test_a_sheet_without_a_mapping_says_what_it_lacks() -> None:
    assert "has no mapping, and no columns date and title: say in a.toml" in reason(
        found(Sheet(), "a.csv", b"x,y\n1,2\n")
    )


@pytest.mark.parametrize("key", [one.name for one in fields(mapping.ColumnKeys)])
@pytest.mark.parametrize("spell", [str, str.title, str.upper])
def test_a_column_is_known_by_its_key_in_any_case_and_in_the_singular(key: str, spell) -> None:
    alone = {"categories": "category"}.get(key, key.removesuffix("s"))
    for name in (key, alone):
        assert dict(mapping.identity([spell(name), "other"]).columns.named()) == {key: spell(name)}


def test_the_key_itself_goes_before_its_other_spellings() -> None:
    for names in (["place", "Places", "places"], ["places", "PLACE"]):
        assert dict(mapping.identity(names).columns.named()) == {"places": "places"}
    assert dict(mapping.identity(["place", "Places"]).columns.named()) == {"places": "Places"}


def test_a_sheet_with_columns_in_the_singular_needs_no_mapping() -> None:
    [row] = rows(found(Sheet(), "a.csv", b"Date;Title;Place\n2020-01-02;A bridge opens, and more.;Homs\n"))
    assert (row.title, row.places) == ("A bridge opens, and more.", ("Homs",))


def test_a_mapping_may_hold_for_a_whole_folder_and_its_own_goes_first() -> None:
    shared, own = b"[columns]\ndate = 'date'\ntitle = 'city'", b"[columns]\ndate = 'date'\ntitle = 'title'"
    assert [one.title for one in rows(found(Sheet(), "a.csv", EVENTS, mapping=shared))] == ["Homs", "Hama"]
    assert next(one.title for one in rows(found(Sheet(), "a.csv", EVENTS, mapping=shared, a=own))) == "Shops open."


PRESETS = {"acled.csv": "acled", "ucdp-ged.csv": "ucdp-ged", "gdelt.export.CSV": "gdelt-events"}


@pytest.mark.parametrize(("path", "dataset"), PRESETS.items())
def test_presets_read_their_tables(path: str, dataset: str) -> None:
    stem = path.partition(".")[0]
    captures = found(Sheet(), path, (TABLES / path).read_bytes(), **{stem: (TABLES / f"{stem}.toml").read_bytes()})
    read = list(rows(captures))
    assert len(read) == 10
    assert all(one.id and one.latitude and one.places and one.categories for one in read)
    [first, *_] = captures
    assert isinstance(first, PageCapture)
    record = page.parse(first.path, first.content.decode())
    assert record is not None
    assert record.table.dataset == dataset
    assert record.table.publication.rights


def test_a_preset_can_be_changed() -> None:
    said = b"preset = 'acled'\n[columns]\ntitle = 'event_type'\n[publication]\ncredit = 'Mine'"
    known = mapping.read("a.toml", said)
    assert (known.columns.title, known.columns.date) == (("event_type",), "event_date")
    assert (known.publication.credit, known.publication.title) == ("Mine", "ACLED")


def test_day_files_in_yaml_are_read_with_topics_and_publishers() -> None:
    read = {one.title: one for one in rows(found(Records(), "2024-12-07.yaml", DAYS, mapping=OF_DAYS))}
    assert set(read) == {"Shops close in Homs.", "Shops open.", "A cup is won."}
    shops = read["Shops close in Homs."]
    assert shops.sources == (("", "Example Daily"), ("", "Sample Post"))
    assert (shops.categories, shops.topics) == (("Trade",), ("Example shop strike",))
    assert read["A cup is won."].topics == ()


def test_records_in_json_and_json_lines_are_read_and_numbers_stay_as_written() -> None:
    said = b"dataset = 'd'\n[columns]\ndate = 'day'\ntitle = 'text'\nid = 'id'\ntopics = 'tags'"
    one = {"day": "2024-12-07", "text": "Shops open.", "id": 12345678901234567890, "tags": ["a", "b"]}
    for path, text in (("a.json", json.dumps([one])), ("a.jsonl", json.dumps(one) + "\n\n")):
        [row] = rows(found(Records(), path, text.encode(), mapping=said))
        assert (row.id, row.topics) == ("12345678901234567890", ("a", "b"))


def test_unused_columns_are_reported() -> None:
    *_, last = Sheet().captures(io.BufferedReader(io.BytesIO(EVENTS)), "a.csv", {}.get, 1_000_000)
    assert last == Remark("columns that are not read: city")


def test_documents_without_a_mapping_are_ignored() -> None:
    assert found(Records(), "package.json", b"{}") == []


def test_aliases_in_yaml_cannot_exhaust() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    said = b"[file]\nrecords = ['a8', '*', '*', '*', '*', '*', '*', '*', '*', '*t']\n[columns]\ndate = 't'\ntitle = 't'"
    assert "more than 1,000,000 values" in reason(found(Records(), "a.yaml", "\n".join(lines).encode(), mapping=said))


OF_LINES = b"[columns]\ndate = 'd'\ntitle = 't'"
CONFORMING: list[tuple[Callable[[], CaptureReader], str, bytes, dict[str, bytes]]] = [
    (Sheet, "events.csv", EVENTS, {}),
    (Sheet, "gdelt.CSV", (TABLES / "gdelt.export.CSV").read_bytes(), {"gdelt.toml": b"preset = 'gdelt-events'"}),
    (Records, "2024-12-07.yaml", DAYS, {"mapping.toml": OF_DAYS}),
    (Records, "a.jsonl", b'{"d":"2024-12-07","t":"A"}\n', {"a.toml": OF_LINES}),
]


@pytest.mark.parametrize(("make", "path", "content", "beside"), CONFORMING)
def test_readers_of_tables_conform(
    make: Callable[[], CaptureReader], path: str, content: bytes, beside: dict[str, bytes]
) -> None:
    assert conformance.check(make(), path, content, beside)


def built(folder: Path, store: Path, **settings: Any) -> dict[str, str]:
    """Build a folder, and return the IRIs of its events by their titles."""
    made = build([folder], Settings(store=str(store), jobs=1, **settings))
    query = "SELECT ?event ?name { ?event a <https://schema.org/Event> ; <https://schema.org/name> ?name }"
    return {row["name"].value: row["event"].value for row in made.snapshot.open().engine.query(query)}


@pytest.mark.parametrize("column", ["id", "note"])
def test_a_row_that_is_inserted_in_the_middle_of_a_table_moves_no_iri(tmp_path: Path, column: str) -> None:
    lines = [f"date,title,{column}", *(f"2024-12-07,Shop number {n} opens.,{n}" for n in range(6))]
    file = tmp_path / "tables" / "events.csv"
    file.parent.mkdir()
    file.write_text("\n".join(lines) + "\n")
    before = built(file.parent, tmp_path / "store")
    lines.insert(3, "2024-12-07,A shop burns.,77")
    file.write_text("\n".join(lines) + "\n")
    for store in ("store", "fresh"):
        after = built(file.parent, tmp_path / store)
        assert len(after) == 7
        assert {title: iri for title, iri in after.items() if title in before} == before


def test_a_changed_sentence_with_the_same_id_is_the_same_event_in_the_next_build(tmp_path: Path) -> None:
    file = tmp_path / "tables" / "events.csv"
    file.parent.mkdir()
    file.write_text("date,title,id\n2024-12-07,Shops open.,7\n")
    [before] = built(file.parent, tmp_path / "store").values()
    file.write_text("date,title,id\n2024-12-07,Nothing of the kind.,7\n")
    assert built(file.parent, tmp_path / "store") == {"Nothing of the kind.": before}


def test_a_mapping_given_for_the_build_holds_for_all_tables(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "events.csv").write_bytes(EVENTS)
    given = tmp_path / "given.toml"
    given.write_text("[columns]\ndate = 'date'\ntitle = ['city', 'title']\n")
    archive = open_archive(tmp_path / "tables", 1_000_000, mapping=str(given))
    assert "Homs Shops open." in next(archive.pages(archive.versions)).content.decode()
    with pytest.raises(ArchiveError, match="cannot be read"):
        open_archive(tmp_path / "tables", 1_000_000, mapping=str(tmp_path / "none.toml"))
