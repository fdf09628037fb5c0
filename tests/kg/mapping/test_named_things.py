"""What the mapper collects about events besides their quads: who is named, how often, and by which wording."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kg.dialects.item import Item, Origin, StatedPlace
from kg.dialects.record import Citation, Link
from kg.entities import categories
from kg.entities.nodes import Nodes
from kg.entities.places.gazetteer import Gazetteer
from kg.entities.uses import Use
from kg.events.timeline import Event, Listing, Observed, Span
from kg.mapping.event import Mapper, NamedThings, source_quads, unusable, urls
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter

BASE = "http://127.0.0.1:8000/"
MINTER = Minter(BASE)
DAY = date(2011, 11, 8)
KEY = "2011-11-08/aaaaaaaaaa"
NOON = datetime(2011, 11, 8, 12, tzinfo=UTC)
LINES = (
    "1\tcountry\tUtopia\tUtopia\t\tUT\t\t1\t2\t9\t\t\t\n",
    "2\tcity\tSample\t\t\tUT\t1\t1\t2\t9\t\t\t\n",
)


def mapper() -> Mapper:
    return Mapper(Nodes(MINTER, Gazetteer(LINES)))


def item(title: str, **fields: Any) -> Item:
    return Item(Origin.ENTRY, "en", DAY, "item-1", title, **fields)


def event(*items: Item, gone: datetime | None = None) -> Event:
    """Return an event with these revisions; the last one is current."""
    revisions = {f"content {number}": Observed(one) for number, one in enumerate(items)}
    listings = [Listing(items[-1], f"{BASE}page/a/0123456789abcdef", NOON)]
    return Event(KEY, "en", listings, revisions, list(revisions)[-1], gone=gone)


def mapped(one: Event, parents: dict[str, str] | None = None) -> tuple[NamedThings, set[Quad]]:
    mapping = mapper()
    quads = set(mapping.event(one, parents or {}, ["2011-11-08/shops-close"]))
    return mapping.named, quads


def node(path: str) -> NamedNode:
    return NamedNode(BASE + path)


SUBJECT = node(f"event/{KEY}")


def test_each_wording_is_a_use_and_only_that_of_an_event_that_is_listed_is_current() -> None:
    cited = (
        Citation("https://User@WWW.Example.org:8080/a?b#c"),
        Citation("http://example.net?x=a://b/"),
        Citation("https://www.example.org/other"),
        Citation("no address"),
    )
    old = item("Shops close.", topics=("Trade",), mentions=(Link("Homs", "Homs", ""), Link("Homs", "city", "")))
    new = item("Most shops close.", citations=cited)
    named, _ = mapped(event(old, new))
    assert named.uses == [
        Use(KEY, DAY, "en", ("Trade",), ("Homs",), (), False),
        Use(KEY, DAY, "en", (), (), ("www.example.org", "example.net"), True),
    ]
    assert named.revisions == 2
    named, _ = mapped(event(old, new, gone=NOON))
    assert [use.current for use in named.uses] == [False, False]


def test_an_event_and_each_of_its_revisions_have_their_title_in_every_script() -> None:
    old = item("商店关门", scripts=(("zh-Hans", "商店关门"), ("zh-Hant", "商店關門")))
    _, quads = mapped(event(old, item("Most shops close.", scripts=(("en-Latn", "Most shops close."),))))
    first, second = (NamedNode(MINTER.revision(SUBJECT.value, f"content {number}")) for number in (0, 1))
    assert {(quad.subject, quad.object) for quad in quads if quad.predicate == terms.PREF_LABEL} == {
        (first, Literal("商店关门", language="zh-Hans")),
        (first, Literal("商店關門", language="zh-Hant")),
        (second, Literal("Most shops close.", language="en-Latn")),
        (SUBJECT, Literal("Most shops close.", language="en-Latn")),
    }


def test_headings_are_counted_by_revision_and_words_of_topics_kept() -> None:
    one = item("Shops close.", category="Business", topic_links=(Link("Trade", "commerce", ""),), topics=("Trade",))
    named, quads = mapped(event(one, item("Most shops close.", category="Business")))
    assert named.categories == {("en", "Business"): 2}
    assert named.topic_words == {("en", "Trade", "commerce")}
    assert named.entities == {("en", "Trade")}
    said = [quad.object for quad in quads if quad.predicate == terms.CATEGORY and quad.subject == SUBJECT]
    assert said == [NamedNode(MINTER.category(categories.load().name("Business")))]


def test_a_wording_that_is_the_current_one_is_mapped_once() -> None:
    named, _ = mapped(event(item("Shops close.", category="Business")))
    assert named.categories == {("en", "Business"): 1}


def test_revisions_that_pages_print_or_the_ledger_knows_count_too() -> None:
    one = event(item("Shops close."))
    one.former = {
        "A shop closes.": {f"{BASE}page/a/0#change-1": None},
        "Shops close.": {f"{BASE}page/a/0#change-2": None},
    }
    one.recorded = {"0123456789ab": "Some shops close."}
    one.renamed = {"ba9876543210": "0123456789ab"}
    named, quads = mapped(one)
    assert named.revisions == 3
    revision = NamedNode(MINTER.named_revision(SUBJECT.value, "ba9876543210"))
    assert {quad for quad in quads if quad.subject == revision} == {
        Quad(revision, terms.REPLACED_BY, NamedNode(MINTER.named_revision(SUBJECT.value, "0123456789ab"))),
        Quad(revision, terms.DEPRECATED, terms.TRUE),
    }
    derived = {quad.object.value for quad in quads if quad.predicate == terms.DERIVED_FROM}
    assert derived == {f"{BASE}page/a/0#change-1", f"{BASE}page/a/0#change-2"}


def test_when_a_wording_was_shown_and_written_is_said_in_utc() -> None:
    one = event(item("Shops close."), item("Most shops close."))
    first, second = one.revisions.values()
    first.spans = [Span(NOON, NOON.replace(hour=13)), Span(NOON.replace(hour=15))]
    second.written, second.before = NOON.replace(hour=13), "content 0"
    _, quads = mapped(one)
    said = {(quad.predicate, quad.object.value) for quad in quads if isinstance(quad.object, Literal)}
    assert {(terms.OBSERVED_FROM, f"2011-11-08T{hour}:00:00Z") for hour in (12, 15)} <= said
    assert [value for term, value in said if term == terms.OBSERVED_UNTIL] == ["2011-11-08T13:00:00Z"]
    assert (terms.GENERATED_AT, "2011-11-08T13:00:00Z") in said
    old, new = (NamedNode(MINTER.revision(SUBJECT.value, f"content {number}")) for number in (0, 1))
    assert Quad(new, terms.WAS_REVISION_OF, old) in quads
    assert Quad(SUBJECT, terms.CURRENT_REVISION, new) in quads
    assert Quad(SUBJECT, terms.CURRENT_REVISION, old) not in quads


def test_an_event_that_is_gone_says_since_when_and_one_of_several_days_until_when() -> None:
    _, quads = mapped(event(item("Shops close.", until=date(2011, 11, 10)), gone=NOON))
    said = {
        (quad.predicate, quad.object.value)
        for quad in quads
        if quad.subject == SUBJECT and isinstance(quad.object, Literal)
    }
    assert {(terms.INVALIDATED_AT, "2011-11-08T12:00:00Z"), (terms.END_DATE, "2011-11-10")} <= said
    _, quads = mapped(event(item("Shops close.")))
    assert not {quad.predicate for quad in quads} & {terms.INVALIDATED_AT, terms.END_DATE}


def test_what_lists_an_event_is_part_of_another_one_but_never_of_itself() -> None:
    one = event(item("Shops close.", part_of="item-0"))
    entry = f"{BASE}page/a/0123456789abcdef#item-0"
    assert Quad(SUBJECT, terms.SUPER_EVENT, node("event/other")) in mapped(one, {entry: f"{BASE}event/other"})[1]
    for parents in ({entry: SUBJECT.value}, {f"{BASE}page/b#item-0": f"{BASE}event/other"}, {}):
        assert terms.SUPER_EVENT not in {quad.predicate for quad in mapped(one, parents)[1]}


def test_places_that_are_stated_are_collected_unless_the_gazetteer_has_them() -> None:
    point = StatedPlace(("Harbour", "Sample"), "1.1", "2.1")
    places = (StatedPlace(("Sample", "Utopia")), point, StatedPlace(("Nowhere",)), StatedPlace(geonames=7))
    named, quads = mapped(event(item("Shops close.", places=places)))
    assert named.stated == {("en", point), ("en", StatedPlace(geonames=7))}
    located = {quad.object for quad in quads if quad.predicate == terms.LOCATION and quad.subject == SUBJECT}
    assert NamedNode(MINTER.geonames(7)) in located
    assert NamedNode(MINTER.point("1.1", "2.1")) in located
    assert len(located) == 3
    assert Quad(SUBJECT, terms.MENTION_LABEL, Literal("Nowhere", language="en")) in quads


def test_an_article_that_is_stated_within_a_city_needs_no_point() -> None:
    place = StatedPlace(("Old Bridge", "Sample"), article="Old Bridge")
    named, quads = mapped(event(item("A bridge opens.", places=(place,))))
    assert named.stated == {("en", place)}
    assert Quad(SUBJECT, terms.LOCATION, node("entity/en/Old_Bridge")) in quads


def test_things_that_are_named_in_two_months_are_added_up() -> None:
    one, other = NamedThings(), NamedThings()
    for number, named in enumerate((one, other)):
        named.entities, named.topic_words = {("en", f"E{number}")}, {("en", "T", f"w{number}")}
        named.uses = [Use(f"e{number}", DAY, "en", (), (), (), True)]
        named.places, named.stated, named.sources = {number}, {("en", StatedPlace((f"S{number}",)))}, {f"u{number}"}
        named.categories.update({("en", "Business"): 2})
        named.publishers.update({("example.org", "E"): 3})
        named.revisions = 4 + number
    one.update(other)
    assert (len(one.entities), len(one.topic_words), len(one.uses), len(one.stated)) == (2, 2, 2, 2)
    assert (one.places, one.sources, one.revisions) == ({0, 1}, {"u0", "u1"}, 9)
    assert (one.categories, one.publishers) == ({("en", "Business"): 4}, {("example.org", "E"): 6})
    assert (other.revisions, len(other.uses)) == (5, 1)


def test_only_sources_of_revisions_are_described_each_once_with_all_labels() -> None:
    cited = (
        Citation("https://example.org/a", "Example News"),
        Citation("https://example.org/a", " Example "),
        Citation("no address", "Nobody"),
    )
    one = event(item("Shops close.", citations=cited))
    one.listings = [Listing(item("Shops close.", citations=(Citation("https://example.org/b", "Other"),)), "page")]
    named = NamedThings()
    quads = set(source_quads(one, MINTER, named))
    assert named.sources == {"https://example.org/a"}
    assert Quad(NamedNode("https://example.org/a"), terms.TYPE, terms.SOURCE_CLASS) in quads
    assert {label for _, label in named.publishers} == {"Example News", "Example"}


@pytest.mark.parametrize(("url", "usable"), [("https://example.org/a", True), ("no address", False), ("", False)])
def test_an_address_that_is_not_an_iri_is_unusable(url: str, usable: bool) -> None:
    assert unusable(Citation(url)) is not usable
    assert urls([Citation(url), Citation(url)]) == ([NamedNode(url)] if usable else [])
