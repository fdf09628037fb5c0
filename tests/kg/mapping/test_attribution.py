"""A capture has the licence of its date, and that of a wiki page also says where its authors are listed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pyoxigraph import NamedNode

from kg.dialects import reading
from kg.dialects.item import Item, Origin
from kg.dialects.record import Citation, Page
from kg.events.timeline import Event, Observed
from kg.mapping.event import NamedThings, source_quads
from kg.mapping.page import page_quads
from kg.rdf import terms
from kg.rdf.iri import Minter

BY_SA = "https://creativecommons.org/licenses/by-sa/{}/"
HISTORY = "https://en.wikipedia.org/w/index.php?title=Portal:Current_events/2011_November_8&action=history"
WIKITEXT = b";News\n*Shops close in [[Homs]].\n"


def said(path: str, content: bytes, captured: datetime | None, predicate: NamedNode) -> list[str]:
    page = Page(path, content, captured)
    record = reading.parse(page)
    assert record is not None
    quads = page_quads(page, record, Minter("http://127.0.0.1:8000/"))
    return [quad.object.value for quad in quads if quad.predicate == predicate and isinstance(quad.object, NamedNode)]


@pytest.mark.parametrize(
    ("captured", "version"),
    [(date(2017, 12, 21), "3.0"), (date(2023, 6, 6), "3.0"), (date(2023, 6, 7), "4.0"), (date(2026, 1, 1), "4.0")],
)
def test_the_licence_is_that_of_the_day_of_the_capture(captured: date, version: str) -> None:
    moment = datetime(captured.year, captured.month, captured.day, 12, tzinfo=UTC)
    assert said("data/2011_November_8.txt", WIKITEXT, moment, terms.LICENSE) == [BY_SA.format(version)]


def test_a_wiki_page_names_its_history() -> None:
    moment = datetime(2017, 12, 21, tzinfo=UTC)
    assert said("data/2011_November_8.txt", WIKITEXT, moment, terms.STATED_BY) == [HISTORY]


def test_a_page_of_unknown_date_says_neither() -> None:
    for predicate in (terms.LICENSE, terms.STATED_BY):
        assert said("2011_November_8.txt", WIKITEXT, None, predicate) == []


def test_a_source_has_the_agency_that_wrote_it_beside_its_publisher() -> None:
    cited = Citation("https://www.washingtonpost.com/a", publisher="AP via Washington Post")
    item = Item(Origin.ENTRY, "en", date(2011, 11, 8), "item-1", "A shop closes.", citations=(cited,))
    event = Event("2011-11-08/aaaaaaaaaa", "en", revisions={"only": Observed(item)}, current="only")
    quads = source_quads(event, Minter("http://a.example/"), NamedThings())
    said = {quad.predicate: quad.object for quad in quads}
    assert said[terms.PUBLISHER] == NamedNode("http://a.example/publisher/the-washington-post")
    assert said[terms.AUTHOR] == NamedNode("http://a.example/publisher/ap")
