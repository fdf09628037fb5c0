"""Pages as quads, complete or in part, and their days, months and years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kg.dialects import reading
from kg.dialects.record import Page
from kg.errors import ArchiveError, NotFoundError, StoreError
from kg.mapping import rebuild
from kg.mapping.page import calendar_quads, day_quads, page_quads
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
MINTER = Minter(BASE)
PATH = "2011_November_8.txt"
TEXT = (
    "{{Current events header|2011|11|08}}\n;News\n*Shops close.\n**Banks too. [https://example.org/b (Example News)]\n"
)
NOON = datetime(2011, 11, 8, 12, tzinfo=UTC)


def made(
    text: str = TEXT, path: str = PATH, captured: datetime | None = NOON, **options: Any
) -> tuple[Page, list[Quad]]:
    page = Page(path, text.encode(), captured)
    record = reading.parse(page)
    assert record is not None
    return page, list(page_quads(page, record, MINTER, **options))


def subject(page: Page) -> NamedNode:
    return NamedNode(MINTER.page(page.path, page.sha256))


def values(quads: Iterable[Quad], term: NamedNode) -> list[str]:
    return [quad.object.value for quad in quads if quad.predicate == term]


def test_a_page_that_is_told_whole_says_how_it_is_written_and_one_told_in_part_does_not() -> None:
    page, whole = made()
    assert values(whole, terms.FORMAT) != []
    assert values(whole, terms.CREATED) == ["2011-11-08T12:00:00Z"]
    assert values(whole, terms.IDENTIFIER) == [f"sha256:{page.sha256}"]
    assert values(whole, terms.TEMPORAL) == [f"{BASE}day/2011-11-08"]
    entries = values(whole, terms.HAS_PART)
    assert sorted(map(int, values(whole, terms.POSITION))) == list(range(1, len(entries) + 1))
    only = [entry.partition("#")[2] for entry in entries[1:2]]
    _, part = made(only=only, captured=None)
    assert (values(part, terms.FORMAT), values(part, terms.CREATED)) == ([], [])
    assert values(part, terms.HAS_PART) == entries[1:2]
    assert {quad for quad in part if quad.subject != subject(page)} < set(whole)


@pytest.mark.parametrize(
    ("address", "said"),
    [("https://example.org/w?oldid=7", ["https://example.org/w?oldid=7"]), ("no address", []), (None, [])],
)
def test_a_capture_is_derived_from_the_permanent_address_of_its_revision(address: str | None, said: list[str]) -> None:
    page = Page(PATH, TEXT.encode(), NOON, address=address)
    record = reading.parse(page)
    assert record is not None
    quads = [quad for quad in page_quads(page, record, MINTER) if quad.subject == subject(page)]
    assert values(quads, terms.DERIVED_FROM) == said


def test_of_an_entry_that_is_withdrawn_only_the_time_is_told() -> None:
    _, whole = made()
    entry = NamedNode(values(whole, terms.HAS_PART)[1])
    since = "2024-05-06T07:08:09Z"
    _, found = made(withdrawn={entry.value.partition("#")[2]: since})
    assert {quad for quad in found if quad.subject == entry} == {
        Quad(entry, terms.TYPE, terms.ENTRY),
        Quad(entry, terms.INVALIDATED_AT, Literal(since, datatype=terms.DATE_TIME)),
    }
    with pytest.raises(NotFoundError, match="withdrawn"):
        rebuild.text(found)


# ---- Pages from their quads.


def graph(*quads: Quad) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.extend(quads)
    return store


def test_a_page_is_found_by_its_iri_or_path_and_a_name_that_is_none_by_nothing() -> None:
    page, quads = made()
    known = graph(*quads)
    assert set(rebuild.find(known, PATH)) == set(rebuild.find(known, subject(page).value)) == set(quads)
    for name in ("none", f"{BASE}page/none", values(quads, terms.HAS_PART)[0]):
        with pytest.raises(NotFoundError, match="has no page"):
            rebuild.find(known, name)


def test_of_several_captures_the_newest_that_is_told_whole_has_the_path() -> None:
    (old, first), (new, second) = made(), made(TEXT + "*More.\n", captured=NOON.replace(hour=13))
    _, part = made(TEXT + "*Much more.\n", captured=NOON.replace(hour=14), only=[])
    known = graph(*first, *second, *part)
    assert {quad.subject for quad in rebuild.find(known, PATH)} >= {subject(new)}
    assert subject(old) not in {quad.subject for quad in rebuild.find(known, PATH)}
    available = Quad(subject(old), terms.AVAILABLE, Literal("2011-11-08T20:00:00Z", datatype=terms.DATE_TIME))
    assert available in rebuild.find(graph(*first, available, *second), PATH)
    with pytest.raises(NotFoundError, match="several captures"):
        rebuild.find(graph(*made(captured=None)[1], *made(TEXT + "*More.\n", captured=None)[1]), PATH)


CONTEXT = (
    "### [2011-11-8](/news/2011/11/8/index.md)\n\n# Shops close.\n\n\n\n\n"
    "### Sources:\n\n1. [Example News](https://example.org/a)\n"
)


def test_a_page_is_printed_again_byte_for_byte_or_not_at_all() -> None:
    page, quads = made(CONTEXT, "news/2011/11/8/shops-close.md")
    assert rebuild.text(quads) == CONTEXT.encode()
    assert rebuild.text(reversed(quads)) == CONTEXT.encode()
    changed = [one for one in quads if one.predicate != terms.IDENTIFIER]
    with pytest.raises(ArchiveError, match="no rule"):
        rebuild.text([*changed, Quad(subject(page), terms.IDENTIFIER, Literal("sha256:0"))])


@pytest.mark.parametrize("term", [terms.LABEL, terms.POSITION])
def test_quads_that_lack_what_every_page_has_are_an_error_of_the_store(term: NamedNode) -> None:
    _, quads = made(CONTEXT, "news/2011/11/8/shops-close.md")
    with pytest.raises(StoreError, match="lacks the"):
        rebuild.text(quad for quad in quads if quad.predicate != term)


def test_quads_of_no_page_of_two_or_of_a_part_are_refused() -> None:
    _, one = made()
    _, other = made(TEXT + "*More.\n")
    for quads in ([], [*one, *other], [quad for quad in one if quad.predicate != terms.TYPE]):
        with pytest.raises(NotFoundError, match="not those of one page"):
            rebuild.text(quads)
    with pytest.raises(NotFoundError, match="only some entries"):
        rebuild.text(made(only=[])[1])


# ---- The calendar.


def said(quads: Iterable[Quad], path: str) -> set[tuple[NamedNode, str]]:
    return {(quad.predicate, quad.object.value) for quad in quads if quad.subject == NamedNode(BASE + path)}


def test_a_day_is_part_of_its_month() -> None:
    assert said(day_quads(date(2011, 11, 8), MINTER), "day/2011-11-08") == {
        (terms.TYPE, terms.PERIOD_OF_TIME.value),
        (terms.LABEL, "2011-11-08"),
        (terms.START_DATE, "2011-11-08"),
        (terms.IS_PART_OF, MINTER.month(date(2011, 11, 8))),
    }


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2011, 11, 8), "2011-11-30"),
        (date(2012, 2, 1), "2012-02-29"),
        (date(2011, 2, 28), "2011-02-28"),
        (date(2011, 12, 31), "2011-12-31"),
    ],
)
def test_a_month_and_a_year_begin_and_end_on_their_days_and_are_told_once(day: date, last: str) -> None:
    quads = list(calendar_quads([day, day.replace(day=1), day.replace(day=2)], MINTER))
    month, year = (iri.removeprefix(BASE) for iri in (MINTER.month(day), MINTER.year(day)))
    assert said(quads, month) == {
        (terms.TYPE, terms.PERIOD_OF_TIME.value),
        *((terms.LABEL, last[:7]), (terms.PERIOD_START, f"{last[:7]}-01"), (terms.PERIOD_END, last)),
        (terms.IS_PART_OF, MINTER.year(day)),
    }
    assert said(quads, year) == {
        (terms.TYPE, terms.PERIOD_OF_TIME.value),
        *((terms.LABEL, last[:4]), (terms.PERIOD_START, f"{last[:4]}-01-01"), (terms.PERIOD_END, f"{last[:4]}-12-31")),
    }
    assert len(quads) == len(set(quads)) == 9
