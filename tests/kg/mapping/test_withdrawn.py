"""Withdrawn events are recognised only by the hashes of wordings and slugs; everything else is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kg.dialects import reading
from kg.dialects.item import Former, Item, Origin, Reference, fold
from kg.dialects.record import Page, Unread
from kg.events.ledger import Ledger
from kg.events.lines import Claim, hashed
from kg.events.timeline import Event, Listing, Observed
from kg.mapping.takedown import Withdrawn, amendments, tombstone
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter

BASE = "http://127.0.0.1:8000/"
DAY = date(2011, 11, 8)
SINCE, LATER = "2024-05-06T07:08:09Z", "2025-05-06T07:08:09Z"
KEY, OTHER, THIRD = (f"2011-11-08/{letter * 10}" for letter in "abc")
SECRET, SLUG = "Pelicans murmur.", "pelicans-murmur"
HIDING = Withdrawn({hashed(fold(SECRET)): SINCE, hashed(SLUG): LATER})
NOTHING = Withdrawn({})


def item(title: str, origin: Origin = Origin.PAGE, **fields: Any) -> Item:
    return Item(origin, "en", DAY, "", title, **fields)


def reference(title: str, slug: str) -> Reference:
    return Reference(DAY, slug, title, (), 1)


def event(*items: Item, listed: bool = True) -> Event:
    revisions = {one.title: Observed(one) for one in items}
    listings = [Listing(one, "page") for one in items] if listed else []
    return Event(KEY, "en", listings, revisions, next(iter(revisions)))


# ---- What is hidden.


@pytest.mark.parametrize("printed", [SECRET, "PELICANS  murmur", "Birds:: Pelicans murmur.", "– Pelicans murmur"])
def test_a_wording_is_withdrawn_however_it_is_printed_and_headed(printed: str) -> None:
    assert HIDING.text(printed) == SINCE
    assert NOTHING.text(printed) is None


@pytest.mark.parametrize("printed", ["Pelicans", "Pelicans murmur again.", ""])
def test_another_wording_is_not_withdrawn(printed: str) -> None:
    assert HIDING.text(printed) is None


def test_an_item_is_withdrawn_by_its_title_or_by_the_page_that_it_leads_to() -> None:
    assert HIDING.item(item(SECRET, Origin.ENTRY)) == SINCE
    assert HIDING.item(item(SECRET)) == SINCE
    for origin in (Origin.PAGE, Origin.INDEX, Origin.RELATED):
        assert HIDING.item(item("Shops close.", origin, slugs=("shops-close", SLUG))) == LATER
    assert HIDING.item(item("Shops close.", slugs=("shops-close",))) is None


def test_a_slug_that_is_only_made_from_the_title_of_an_entry_withdraws_nothing() -> None:
    assert HIDING.item(item("Shops close.", Origin.ENTRY, slugs=(SLUG,))) is None


def test_an_event_is_withdrawn_by_any_listing_or_revision() -> None:
    plain = item("Shops close.")
    assert HIDING.event(event(plain)) is None
    assert HIDING.event(event(plain, item(SECRET))) == SINCE
    assert HIDING.event(event(plain, item(SECRET), listed=False)) == SINCE
    assert HIDING.event(replace(event(plain), listings=[Listing(item(SECRET), "page")])) == SINCE
    assert NOTHING.event(event(item(SECRET))) is None


def test_a_related_event_is_withdrawn_by_its_title_or_its_slug() -> None:
    assert HIDING.reference(reference(SECRET, "other")) == SINCE
    assert HIDING.reference(reference("Other words", SLUG)) == LATER
    assert HIDING.reference(reference("Other words", "other")) is None


def test_a_readable_path_is_withdrawn_by_its_slug_on_any_day() -> None:
    assert HIDING.readable(f"2011-11-08/{SLUG}") == HIDING.readable(f"2012-01-01/{SLUG}") == LATER
    assert HIDING.readable("2011-11-08/other") is None
    assert NOTHING.readable(f"2011-11-08/{SLUG}") is None


def test_a_line_that_was_not_understood_is_withdrawn_by_its_text_or_by_its_page() -> None:
    page = f"news/2011/11/8/{SLUG}.md"
    assert HIDING.unread("2011_November_8.txt", Unread(1, SECRET, "")) == SINCE
    assert HIDING.unread("2011_November_8.txt", Unread(1, "Shops close.", "")) is None
    assert HIDING.unread(page, Unread(1, "Shops close.", "")) == LATER
    assert HIDING.unread("no dialect.bin", Unread(1, "Shops close.", "")) is None
    assert NOTHING.unread(page, Unread(1, SECRET, "")) is None


def parsed(path: str, text: str) -> tuple[Page, Any]:
    page = Page(path, text.encode(), None)
    return page, reading.parse(page)


def test_a_page_is_withdrawn_that_is_all_about_the_event_by_its_title_or_its_slug() -> None:
    head = "### [2011-11-8](/news/2011/11/8/index.md)\n\n# {} \n\n\n\n"
    assert HIDING.page(*parsed("news/2011/11/8/other.md", head.format(SECRET))) == SINCE
    assert HIDING.page(*parsed(f"news/2011/11/8/{SLUG}.md", head.format("Shops close."))) == LATER
    assert HIDING.page(*parsed("news/2011/11/8/other.md", head.format("Shops close."))) is None
    assert NOTHING.page(*parsed("news/2011/11/8/other.md", head.format(SECRET))) is None


def test_only_the_entries_of_a_page_that_tell_of_the_event_are_withdrawn() -> None:
    text = f"{{{{Current events header|2011|11|08}}}}\n;News\n*{SECRET}\n*Shops close.\n"
    assert list(HIDING.entries(*parsed("2011_November_8.txt", text)).values()) == [SINCE]
    assert NOTHING.entries(*parsed("2011_November_8.txt", text)) == {}


# ---- Parts hidden from an event that is shown.


def test_an_event_loses_only_what_its_pages_print_of_withdrawn_ones() -> None:
    own = item(
        "Shops close.",
        topic_labels=("Trade", SECRET),
        former=(Former(1, "A shop closes.", "a"), Former(2, SECRET, "b")),
        related=(reference("Banks close.", "banks"), reference("Other words", SLUG)),
    )
    whole = event(own)
    whole.former = {"A shop closes.": {}, SECRET: {}}
    whole.recorded = {"0123456789ab": "Some shops close.", "ba9876543210": SECRET}
    shown = HIDING.without(whole)
    for one in (shown.listings[0].item, shown.item):
        assert one.topic_labels == ("Trade",)
        assert [former.title for former in one.former] == ["A shop closes."]
        assert [reference.slug for reference in one.related] == ["banks"]
    assert list(shown.former) == ["A shop closes."]
    assert list(shown.recorded) == ["0123456789ab"]


def test_where_nothing_is_withdrawn_an_event_is_shown_as_it_is() -> None:
    whole = event(item(SECRET, topic_labels=(SECRET,)))
    assert NOTHING.without(whole) == event(item(SECRET, topic_labels=(SECRET,)))


# ---- What is said instead.


def claim(key: str, kind: Any, value: str) -> Claim:
    return Claim(DAY, "en", key, kind, value)


def iri(key: str) -> NamedNode:
    return NamedNode(f"{BASE}event/{key}")


def said(*claims: Claim, also: dict[str, str] | None = None) -> set[Quad]:
    return set(amendments(Ledger(claims), Minter(BASE), also or {}))


def identified(key: str, slug: str) -> Quad:
    return Quad(iri(key), terms.IDENTIFIER, Literal(f"2011-11-08/{slug}"))


def test_a_withdrawn_event_is_said_to_be_an_event_and_since_when_it_is_withdrawn() -> None:
    assert set(tombstone(iri(KEY), SINCE)) == {
        Quad(iri(KEY), terms.TYPE, terms.EVENT),
        Quad(iri(KEY), terms.DEPRECATED, terms.TRUE),
        Quad(iri(KEY), terms.INVALIDATED_AT, Literal(SINCE, datatype=terms.DATE_TIME)),
    }


def test_an_event_that_is_merged_leads_to_the_survivor_with_its_slugs() -> None:
    assert said(claim(OTHER, "slug", "shops"), claim(KEY, "slug", "own"), claim(OTHER, "merged", KEY)) == {
        Quad(iri(OTHER), terms.REPLACED_BY, iri(KEY)),
        Quad(iri(OTHER), terms.DEPRECATED, terms.TRUE),
        identified(KEY, "shops"),
    }


def test_the_slugs_of_a_withdrawn_event_are_hashed() -> None:
    found = said(claim(KEY, "slug", "shops"), claim(OTHER, "slug", "banks"), claim(KEY, "withdrawn", SINCE))
    assert found == {*tombstone(iri(KEY), SINCE), identified(KEY, f"sha256:{hashed('shops')}")}


def test_the_slug_of_a_merged_event_is_hashed_only_if_the_survivor_is_withdrawn_or_it_is_a_hidden_one() -> None:
    merged = [claim(OTHER, "slug", "shops"), claim(OTHER, "merged", KEY)]
    hidden = [claim(THIRD, "slug", "shops"), claim(THIRD, "withdrawn", SINCE)]
    other = [claim(THIRD, "slug", "banks"), claim(THIRD, "withdrawn", SINCE)]
    hash_ = f"sha256:{hashed('shops')}"
    assert identified(KEY, hash_) in said(*merged, claim(KEY, "withdrawn", SINCE))
    assert identified(KEY, hash_) in said(*merged, *hidden)
    assert identified(KEY, "shops") in said(*merged, *other)


def test_an_event_that_prints_the_same_as_a_withdrawn_one_is_withdrawn_since_the_same_time() -> None:
    found = said(claim(KEY, "slug", "shops"), also={KEY: SINCE})
    assert found == {*tombstone(iri(KEY), SINCE), identified(KEY, f"sha256:{hashed('shops')}")}
