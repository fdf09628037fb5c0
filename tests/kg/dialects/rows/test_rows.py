"""Pages of rows: their content, what identifies a row, and that a page can be rebuilt from its entries."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import Item, StatedPlace, Tally
from kg.dialects.publication import Publication
from kg.dialects.record import Unread
from kg.dialects.rows import page
from kg.dialects.rows.dialect import TableRows
from kg.dialects.rows.page import EventTable
from kg.dialects.rows.row import TableRow
from kg.errors import FormatError
from kg.events.claims import Claims
from kg.events.timeline import Capture, Listing, Timeline

DAY = date(2024, 12, 7)
TABLE = EventTable("town", "en", Publication(licences=("https://example.org/licence",)))
PATH = page.path("events.csv", DAY)
SHOPS = TableRow("2024-12-07", DAY, "Shops open.", id="7")
BRIDGE = TableRow("7 Dec", DAY, "A bridge opens.", places=("Homs", "Syria"))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
rows = st.builds(
    TableRow,
    printed=texts,
    first=st.just(DAY),
    title=texts.map(lambda text: f"{text}x"),
    last=st.none() | st.dates(min_value=DAY),
    id=texts,
    places=st.lists(texts, max_size=2).map(tuple),
    latitude=st.just("-1.5"),
    longitude=st.just("30"),
    sources=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
)


def items(text: str, path: str = PATH) -> list[Item]:
    dialect = TableRows()
    record = dialect.parse(path, text)
    assert record is not None
    return list(dialect.items(path, record, Tally(), "en"))


def again(text: str, path: str = PATH) -> str:
    dialect = TableRows()
    record = dialect.parse(path, text)
    assert record is not None
    return dialect.render(path, dialect.head(record), tuple(dialect.entries(record)))


def keys(*texts: str) -> list[dict[str, str]]:
    """Return the keys of the events by title, after each of several captures of one page."""
    timeline, found = Timeline(Claims()), []
    for number, text in enumerate(texts):
        listings = tuple(Listing(item, f"page{number}") for item in items(text))
        timeline.step([Capture(PATH, listings)], None)
        found.append({one.item.title: one.key for one in timeline.events.values() if not one.gone and one.current})
    return found


@given(rows)
def test_a_row_is_its_text_again(row: TableRow) -> None:
    assert TableRow.of(row.text) == row


@given(st.lists(rows, max_size=4))
def test_a_page_is_json_and_its_entries_give_it_again(some: list[TableRow]) -> None:
    text = page.written(TABLE, some)
    assert json.loads(text)["dataset"] == "town"
    assert again(text) == text
    assert len(items(text)) == len({row.identifier("town") for row in some})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "no row",
        '{"printed":"","first":"2024-12-07"}',
        '{"printed":"","first":"2024-13-07","title":"a"}',
        '{"printed":"", "first":"2024-12-07","title":"a"}',
        '{"printed":"","first":"2024-12-07","last":"2024-12-06","title":"a"}',
        '{"printed":"","first":"2024-12-07","latitude":"91","longitude":"1","title":"a"}',
        '{"printed":"","first":"2024-12-07","latitude":"1","title":"a"}',
        '{"printed":"","first":"2024-12-07","latitude":"1.50","longitude":"1","title":"a"}',
        '{"printed":"","first":"2024-12-07","more":"1","title":"a"}',
        "[" * 100_000,
    ],
)
def test_anything_that_is_not_a_row_is_refused_and_its_page_can_still_be_printed_again(text: str) -> None:
    with pytest.raises(FormatError):
        TableRow.of(text)
    printed = page.render(f'{TABLE.text},"rows":[\n', [SHOPS.text, text])
    record = TableRows().parse(PATH, printed)
    assert record is not None
    assert [one.line for one in record.unread] == [3]
    assert again(printed) == printed
    assert [item.title for item in items(printed)] == ["Shops open."]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"dataset":"A B","rows":[\n\n]}\n', '{"dataset":"a","rows":[\n', "# Title\n"]
)
def test_other_text_is_not_a_page(text: str) -> None:
    assert TableRows().parse(PATH, text) is None


def test_what_was_not_read_of_a_table_is_told_with_its_line_there() -> None:
    path = page.path("events.csv", None)
    text = page.written_unread(TABLE, [Unread(12, "31 June,A day.", "no date: 31 June")])
    record = TableRows().parse(path, text)
    assert record is not None
    assert record.unread == (Unread(12, "31 June,A day.", "no date: 31 June"),)
    assert again(text, path) == text
    assert TableRows().days_of_path(path) == ()
    assert items(text, path) == []


def test_a_row_says_where_it_was_and_until_when() -> None:
    row = TableRow(
        "2024-12", DAY, "A fair.", last=date(2024, 12, 9), latitude="34.7", longitude="36.7", places=("Homs",)
    )
    [item] = items(page.written(TABLE, [row]))
    assert (item.day, item.until) == (DAY, date(2024, 12, 9))
    assert item.places == (StatedPlace(("Homs",), "34.7", "36.7"),)
    assert not item.is_plain


def test_a_page_is_the_same_in_whatever_order_its_table_is() -> None:
    assert page.written(TABLE, [SHOPS, BRIDGE]) == page.written(TABLE, [BRIDGE, SHOPS, BRIDGE])


def test_rows_of_one_title_are_several_events_if_they_are_at_several_places() -> None:
    quakes = [TableRow("", DAY, "Earthquake", places=(place,)) for place in ("Homs", "Hama")]
    one, other = items(page.written(TABLE, quakes))
    assert one.identifier != other.identifier
    timeline = Timeline(Claims())
    timeline.step([Capture(PATH, (Listing(one, "a"), Listing(other, "a")))], None)
    assert len(timeline.events) == 2


def test_a_row_that_is_inserted_moves_no_other() -> None:
    few = page.written(TABLE, [SHOPS, BRIDGE])
    more = page.written(
        TABLE, [SHOPS, TableRow("", DAY, "A bridge is closed."), TableRow("", DAY, "Shops open.", id="1"), BRIDGE]
    )
    before, after = keys(few, more)
    assert set(before) == {"Shops open.", "A bridge opens."}
    timeline = Timeline(Claims())
    timeline.step([Capture(PATH, tuple(Listing(item, "page") for item in items(more)))], None)
    fresh = {one.item.identifier: key for key, one in timeline.events.items()}
    assert fresh["town:7"] == before["Shops open."]
    assert after["A bridge opens."] == before["A bridge opens."]


def test_a_changed_sentence_with_the_same_id_is_a_revision_of_the_same_event() -> None:
    changed = TableRow("2024-12-07", DAY, "Nothing of the kind happens.", id="7")
    timeline = Timeline(Claims())
    for number, row in enumerate((SHOPS, changed)):
        [item] = items(page.written(TABLE, [row]))
        timeline.step([Capture(PATH, (Listing(item, f"page{number}"),))], None)
    [event] = timeline.events.values()
    assert len(event.revisions) == 2
    assert event.item.title == "Nothing of the kind happens."


def test_another_id_is_another_event_whatever_the_words() -> None:
    timeline = Timeline(Claims())
    for number, identifier in enumerate("78"):
        [item] = items(page.written(TABLE, [TableRow("", DAY, "Shops open.", id=identifier)]))
        timeline.step([Capture(PATH, (Listing(item, f"page{number}"),))], None)
    assert len(timeline.events) == 2


def test_a_changed_sentence_without_an_id_is_a_revision_if_it_is_alike() -> None:
    first = TableRow("", DAY, "The old bridge over the river opens again after repairs.")
    second = TableRow("", DAY, "The old bridge over the river opens again after long repairs.")
    before, after = keys(page.written(TABLE, [first]), page.written(TABLE, [second]))
    assert [*before.values()] == [*after.values()]


def test_ids_are_readable_slugs_and_stay_apart() -> None:
    assert TableRow("", DAY, "a", id="SYR12345").identifier("acled") == "acled:syr12345"
    assert len({TableRow("", DAY, "a", id=one).identifier("t") for one in ("a 1", "a-1", "a/1", "ä1")}) == 4


def test_the_licence_is_that_of_the_table() -> None:
    record = TableRows().parse(PATH, page.written(TABLE, [SHOPS]))
    assert record is not None
    assert TableRows().publication_of(record).licences == ("https://example.org/licence",)
    assert TableRows().attribution(PATH, record, None).licence == "https://example.org/licence"


def test_a_table_without_a_licence_is_built_without_any(tmp_path: Path) -> None:
    from kg.pipeline.run import build
    from kg.settings import Settings

    file = tmp_path / "tables" / page.path("events.csv", DAY)
    file.parent.mkdir(parents=True)
    file.write_text(page.written(EventTable("town", publication=Publication(title="Town")), [SHOPS, BRIDGE]), "utf-8")
    built = build([tmp_path / "tables"], Settings(store=str(tmp_path / "store"), jobs=1))
    assert built.snapshot.manifest.publications == (Publication(title="Town"),)
    assert built.snapshot.manifest.licences == ()
    [doubt] = built.snapshot.manifest.doubts
    assert doubt.startswith("no licence is known for the text of Town, and none is claimed")
    assert built.report["tally"]["table rows"] == 2
