"""The statements about an event, its revisions and the things that they name, and triples that must not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from kg.mapping.event import instant
from kg.pipeline import run
from kg.rdf import terms
from kg.rdf.prefixes import expand
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
HEADER = "{{Current events header|2011|11|08}}\n"
DAY = "2011_November_8.txt"
HOMS = NamedNode(f"{BASE}entity/en/Homs")
BULLET = "*[[Topic X]]:\n**Shops close in [[Homs]] in [[Syria]]. [https://example.org/a (Example News)]"

Archive = Callable[..., Path]
Term = NamedNode | Literal


def context_page(title: str, sources: str = "1. [Example News](https://example.org/a)", heading: str = "") -> str:
    head = f"##### {heading}\n" if heading else ""
    return f"### [2011-11-8](/news/2011/11/8/index.md)\n\n{head}# {title}\n\n\n\n### Source:\n\n{sources}\n\n"


@pytest.fixture
def mapped(archive: Archive) -> Callable[[Mapping[str, str]], EmbeddedGraph]:
    """A function that gives the graph of some pages."""
    number = iter(range(100))

    def graph(pages: Mapping[str, str]) -> EmbeddedGraph:
        store = EmbeddedGraph()
        store.extend(run.quads([archive(pages, f"archive-{next(number)}")], Settings()))
        return store

    return graph


@pytest.fixture
def day(mapped: Callable[[Mapping[str, str]], EmbeddedGraph]) -> Callable[[str], EmbeddedGraph]:
    """A function that gives the graph of a wikitext page with some lines."""
    return lambda lines: mapped({DAY: f"{HEADER};Sports\n{lines}\n"})


def subjects(graph: EmbeddedGraph, class_: NamedNode) -> list[NamedNode]:
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, class_, None))
    return sorted((one for one in found if isinstance(one, NamedNode)), key=str)


def objects(graph: EmbeddedGraph, subject: NamedNode, name: str) -> set[str]:
    return {
        quad.object.value
        for quad in graph.quads_for_pattern(subject, NamedNode(expand(name)), None, None)
        if isinstance(quad.object, Term)
    }


def the_event(graph: EmbeddedGraph) -> NamedNode:
    (event,) = subjects(graph, terms.EVENT)
    return event


def the_revision(graph: EmbeddedGraph) -> str:
    (revision,) = subjects(graph, terms.REVISION_CLASS)
    return revision.value.removeprefix(the_event(graph).value)


def test_an_event_has_every_printed_statement(day: Callable[[str], EmbeddedGraph]) -> None:
    graph = day(BULLET)
    event = the_event(graph)
    assert objects(graph, event, "schema:startDate") == {"2011-11-08"}
    assert objects(graph, event, "dcterms:language") == {"en"}
    assert objects(graph, event, "dcterms:temporal") == {f"{BASE}day/2011-11-08"}
    assert objects(graph, event, "ng:category") == {f"{BASE}category/sports"}
    assert objects(graph, event, "ng:topic") == {f"{BASE}entity/en/Topic_X"}
    assert objects(graph, event, "schema:about") == {HOMS.value, f"{BASE}entity/en/Syria"}
    assert objects(graph, event, "ng:source") == {"https://example.org/a"}
    title = Literal("Shops close in Homs in Syria.", language="en")
    for name in ("rdfs:label", "schema:name"):
        assert next(graph.quads_for_pattern(event, NamedNode(expand(name)), None)).object == title


def test_an_event_has_every_derived_statement(day: Callable[[str], EmbeddedGraph]) -> None:
    graph = day(BULLET)
    event = the_event(graph)
    assert objects(graph, event, "ng:place") == {HOMS.value, f"{BASE}entity/en/Syria"}
    assert objects(graph, event, "schema:location") == {HOMS.value, f"{BASE}entity/en/Syria"}
    assert objects(graph, event, "dcterms:identifier") == {"2011-11-08/shops-close-in-homs-in-syria"}
    assert objects(graph, event, "ng:revision") == {event.value + the_revision(graph)}
    assert objects(graph, event, "rdf:type") == {expand("ng:Event"), expand("schema:Event")}


def test_a_revision_says_what_the_event_says_and_where_it_was_read(day: Callable[[str], EmbeddedGraph]) -> None:
    graph = day(BULLET)
    event, (revision,) = the_event(graph), subjects(graph, terms.REVISION_CLASS)
    for name in ("rdfs:label", "schema:name", "ng:category", "ng:topic", "schema:about", "ng:source"):
        assert objects(graph, revision, name) == objects(graph, event, name)
    assert objects(graph, revision, "prov:specializationOf") == {event.value}
    (entry,) = objects(graph, revision, "prov:wasDerivedFrom")
    assert NamedNode(entry) in subjects(graph, terms.ENTRY)


def test_the_same_content_is_the_same_revision_wherever_it_stands(day: Callable[[str], EmbeddedGraph]) -> None:
    elsewhere = day(f"\n\n<!-- a comment -->\n{BULLET}")
    assert the_revision(day(BULLET)) == the_revision(elsewhere)


def test_the_order_of_sources_and_of_mentions_makes_no_other_revision(day: Callable[[str], EmbeddedGraph]) -> None:
    one = day("*It is said by [[A]] and b. [https://example.org/a (A)] [https://example.org/b (B)]\n*[[Homs]] x")
    other = day("*It is said by [[A]] and b. [https://example.org/b (B)] [https://example.org/a (A)]\n*[[Homs]] x")
    assert subjects(one, terms.REVISION_CLASS) == subjects(other, terms.REVISION_CLASS)


@pytest.mark.parametrize(
    "changed",
    [
        BULLET.replace("Shops close", "Shops  will close"),
        f"'''Science'''\n{BULLET}",
        BULLET.replace("Topic X", "Topic Y"),
        BULLET.replace("*[[Topic X]]:", "*Strikes of [[Topic X]]:"),
        BULLET.replace("[[Homs]]", "[[Aleppo|Homs]]"),
        BULLET.replace("[[Homs]]", "Homs"),
        BULLET.replace("example.org/a", "example.org/b"),
        BULLET.replace(" [https://example.org/a (Example News)]", ""),
    ],
    ids=["title", "category", "topic", "topic label", "mention", "no mention", "source", "no source"],
)
def test_other_content_is_another_revision(day: Callable[[str], EmbeddedGraph], changed: str) -> None:
    assert the_revision(day(BULLET)) != the_revision(day(changed))


def test_every_event_has_exactly_one_current_revision_among_its_revisions(sample_graph: EmbeddedGraph) -> None:
    for event in subjects(sample_graph, terms.EVENT):
        (current,) = objects(sample_graph, event, "ng:currentRevision")
        revisions = objects(sample_graph, event, "ng:revision")
        assert current in revisions
        labels = [objects(sample_graph, NamedNode(one), "rdfs:label") for one in revisions]
        assert objects(sample_graph, event, "rdfs:label") in labels


def test_no_event_has_two_revisions_of_one_wording(sample_graph: EmbeddedGraph) -> None:
    for event in subjects(sample_graph, terms.EVENT):
        revisions = objects(sample_graph, event, "ng:revision")
        labels = [label for one in revisions for label in objects(sample_graph, NamedNode(one), "rdfs:label")]
        assert len(labels) == len(set(labels))


def test_a_bullet_and_a_page_of_one_wording_and_day_are_one_event_with_the_sources_of_the_bullet(
    mapped: Callable[[Mapping[str, str]], EmbeddedGraph],
) -> None:
    page = context_page("Shops close in Homs in Syria. ", "1. [Other News](https://example.org/other)")
    graph = mapped({DAY: f"{HEADER}{BULLET}", "news/2011/11/8/shops.md": page})
    event = the_event(graph)
    (revision,) = subjects(graph, terms.REVISION_CLASS)
    assert len(objects(graph, revision, "prov:wasDerivedFrom")) == 2
    assert objects(graph, event, "ng:source") == {"https://example.org/a"}
    assert subjects(graph, terms.SOURCE_CLASS) == [NamedNode("https://example.org/a")]


def test_a_child_of_an_event_is_part_of_it(day: Callable[[str], EmbeddedGraph]) -> None:
    graph = day("*Elections are held. [https://example.org/e (E)]\n**The results:\n***A mayor is glad of it.")
    by_name = {next(iter(objects(graph, one, "schema:name"))): one for one in subjects(graph, terms.EVENT)}
    parent = by_name["Elections are held."]
    assert objects(graph, by_name["A mayor is glad of it."], "schema:superEvent") == {parent.value}
    assert objects(graph, parent, "schema:superEvent") == set()


@pytest.mark.parametrize(
    "linked",
    ["[[India]]n", "[[India|Indian]]", "the [[Nokia]] firm", "[[Homs (disambiguation)|Homsi]]"],
)
def test_a_link_whose_words_do_not_name_a_place_is_only_a_mention(
    day: Callable[[str], EmbeddedGraph], linked: str
) -> None:
    graph = day(f"*The {linked} envoy speaks.")
    assert objects(graph, the_event(graph), "ng:place") == set()
    assert len(objects(graph, the_event(graph), "schema:about")) == 1


def test_a_place_without_a_preposition_before_it_is_not_a_location(day: Callable[[str], EmbeddedGraph]) -> None:
    graph = day("*[[Homs]] falls silent.")
    assert objects(graph, the_event(graph), "ng:place") == {HOMS.value}
    assert objects(graph, the_event(graph), "schema:location") == set()


def test_a_label_that_names_a_place_leads_to_the_entity_that_a_link_leads_to(
    mapped: Callable[[Mapping[str, str]], EmbeddedGraph],
) -> None:
    graph = mapped({"news/2011/11/8/shops.md": context_page("Shops close in Homs. ", heading="Homs")})
    event = the_event(graph)
    for name in ("ng:place", "schema:about", "schema:location"):
        assert objects(graph, event, name) == {HOMS.value}
    assert objects(graph, event, "ng:mentionLabel") == {"Homs"}


def test_a_label_without_evidence_makes_no_entity(mapped: Callable[[Mapping[str, str]], EmbeddedGraph]) -> None:
    graph = mapped({"news/2011/11/8/shops.md": context_page("Shops close. ", heading="Example Valley")})
    assert objects(graph, the_event(graph), "ng:mentionLabel") == {"Example Valley"}
    assert subjects(graph, terms.ENTITY) == []


@pytest.mark.parametrize(
    ("linked", "class_"),
    [("Homs", "City"), ("Homs Governorate", "AdministrativeArea"), ("Syria", "Country"), ("Gulf of Aden", None)],
)
def test_a_place_says_whether_it_is_a_city_a_division_or_a_country(
    day: Callable[[str], EmbeddedGraph], linked: str, class_: str | None
) -> None:
    graph = day(f"*Rain in [[{linked}]].")
    place = NamedNode(f"{BASE}entity/en/{linked.replace(' ', '_')}")
    classes = {expand("ng:Entity"), expand("schema:Place")} | ({expand(f"schema:{class_}")} if class_ else set())
    assert objects(graph, place, "rdf:type") == classes
    assert len(objects(graph, place, "wgs:lat")) == len(objects(graph, place, "wgs:long")) == bool(class_)


def test_a_place_named_by_a_chinese_page_is_the_entity_of_the_english_article(
    mapped: Callable[[Mapping[str, str]], EmbeddedGraph],
) -> None:
    page = context_page("霍姆斯商店关门。 ", heading="Homs").replace("Source:", "信息来源:")
    graph = mapped({"zh/news/2011/11/8/霍姆斯.md": page})
    assert objects(graph, the_event(graph), "ng:place") == {HOMS.value}
    assert HOMS in subjects(graph, terms.SCHEMA_PLACE)


def test_an_earlier_wording_with_a_page_of_its_own_is_one_revision(
    mapped: Callable[[Mapping[str, str]], EmbeddedGraph],
) -> None:
    slug = "/news/2011/11/8/strike-shops-close.md"
    changes = (
        f"### Changes:\n\n1. [Strike:: Shops close. ]({slug}) _2017-08-25 04:30:05 (First version)_\n"
        "2. [Shops close. ](/news/2011/11/8/shops-close.md) _(Current version)_\n\n"
    )
    new, old = context_page("Shops close. ") + changes, context_page("Strike:: Shops close. ")
    graph = mapped({"news/2011/11/8/shops-close.md": new, slug[1:]: old})
    labels = {
        label: len(objects(graph, one, "prov:wasDerivedFrom"))
        for one in subjects(graph, terms.REVISION_CLASS)
        for label in objects(graph, one, "rdfs:label")
    }
    assert labels == {"Shops close.": 1, "Strike:: Shops close.": 2}
    assert objects(graph, the_event(graph), "schema:name") == {"Shops close."}


@pytest.mark.parametrize("url", ["http:///nothing", "javascript:alert(1)", "not an address"])
def test_an_address_that_is_not_an_iri_is_reported_and_becomes_no_source(
    archive: Archive, tmp_path: Path, url: str
) -> None:
    pages = {"news/2011/11/8/a.md": context_page("Shops close. ", f"1. [Example News]({url})")}
    built = run.build([archive(pages)], Settings(store=str(tmp_path / "store"), jobs=1))
    unread = {(one["page"], one["reason"], one["text"]) for one in built.report["lines not understood"]}
    assert ("news/2011/11/8/a.md", "address that cannot be made an IRI", url) in unread
    assert built.report["counts"]["sources"] == 0


def test_sources_images_and_all_else_are_valid_iris(sample_graph: EmbeddedGraph) -> None:
    text = sample_graph.engine.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    assert sum(1 for _ in parse(input=text, format=RdfFormat.N_TRIPLES)) == len(sample_graph)
    for quad in sample_graph:
        for term in (quad.subject, quad.predicate, quad.object):
            assert not isinstance(term, NamedNode) or term.value.startswith(("http://", "https://", "ftp://"))


def test_no_triple_has_a_blank_node(sample_graph: EmbeddedGraph) -> None:
    assert all(isinstance(term, Term) for quad in sample_graph for term in (quad.subject, quad.object))


def test_a_store_gives_every_literal_back_as_it_was_minted(sample: tuple[Path, ...]) -> None:
    minted = set(run.quads(sample, Settings()))
    store = EmbeddedGraph()
    store.engine.bulk_load(input=serialize(minted, format=RdfFormat.N_QUADS), format=RdfFormat.N_QUADS)
    assert {Quad(q.subject, q.predicate, q.object) for q in store} == minted


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2017, 8, 25, 3, 34, 27, tzinfo=UTC), "2017-08-25T03:34:27Z"),
        (datetime(2017, 8, 25, 3, 34, 27, 999, tzinfo=timezone(timedelta(hours=2))), "2017-08-25T01:34:27Z"),
        (datetime(201, 1, 2, tzinfo=UTC), "0201-01-02T00:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_a_year_of_four_digits(moment: datetime, expected: str) -> None:
    assert instant(moment) == Literal(expected, datatype=terms.DATE_TIME)


def test_windows_line_ends_are_not_part_of_what_is_printed(
    mapped: Callable[[Mapping[str, str]], EmbeddedGraph],
) -> None:
    graph = mapped({DAY: f"{HEADER}*Shops close.\n".replace("\n", "\r\n")})
    (entry,) = subjects(graph, terms.ENTRY)
    assert objects(graph, entry, "ng:printedText") == {"*Shops close."}
