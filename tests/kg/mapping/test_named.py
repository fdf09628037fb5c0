"""Categories and publishers in the graph: their descriptions, and the targets of their former IRIs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import vocab
from kg.entities.aliases import decide
from kg.entities.nodes import Nodes
from kg.entities.places import gazetteer
from kg.mapping import named
from kg.mapping.event import NamedThings
from kg.mapping.page import named_quads
from kg.pipeline import run
from kg.pipeline.report import summary
from kg.pipeline.run import Built
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

BASE = "http://data.example/"
MINTER = Minter(BASE)


def said(quads: Iterable[Quad], path: str) -> set[tuple[NamedNode, object]]:
    return {(quad.predicate, quad.object) for quad in quads if quad.subject == NamedNode(BASE + path)}


def former_titles(**things: object) -> dict[str, str]:
    nodes = Nodes(MINTER, gazetteer.load())
    found = named.formerly(NamedThings(**things), nodes)
    return {old.removeprefix(BASE): new.removeprefix(BASE) for old, new, _ in found}


def test_the_iri_that_a_former_title_gave_a_place_leads_to_it_wherever_the_place_is_described() -> None:
    leads = {"entity/en/Harbin_City": "entity/en/Harbin"}
    assert former_titles(entities={("en", "Harbin")}) == leads
    assert former_titles(places={2037013}) == leads
    assert former_titles(entities={("en", "Cairo")}) == {}


def test_a_former_title_that_is_that_of_another_thing_leads_nowhere() -> None:
    assert former_titles(entities={("en", "Malé")}) == {"entity/en/Male": "entity/en/Mal%C3%A9"}
    assert former_titles(entities={("en", "Cotabato City"), ("en", "Cotabato")}).get("entity/en/Cotabato") is None


def described(
    categories: dict[tuple[str, str], int] | None = None, publishers: dict[tuple[str, str], int] | None = None
) -> list[Quad]:
    things = NamedThings(categories=Counter(categories or {}), publishers=Counter(publishers or {}))
    nodes = Nodes(MINTER, gazetteer.load())
    return list(named_quads(things, nodes, decide([], [], nodes, {}, (), (), named.formerly(things, nodes))))


def replaced_by(path: str) -> set[tuple[NamedNode, object]]:
    return {
        (terms.REPLACED_BY, NamedNode(BASE + path)),
        (terms.DEPRECATED, Literal("true", datatype=terms.BOOLEAN)),
    }


def test_a_category_of_the_scheme_has_its_labels_and_the_printed_ones() -> None:
    quads = described({("en", "Sport"): 5, ("en", "Sports"): 2, ("zh", "體育"): 1})
    assert said(quads, "category/sports") == {
        (terms.TYPE, terms.CONCEPT),
        (terms.LABEL, Literal("Sports", language="en")),
        (terms.LABEL, Literal("体育", language="zh")),
        (terms.PREF_LABEL, Literal("Sports", language="en")),
        (terms.PREF_LABEL, Literal("体育", language="zh")),
        (terms.ALT_LABEL, Literal("Sport", language="en")),
        (terms.ALT_LABEL, Literal("體育", language="zh")),
        (terms.IN_SCHEME, NamedNode(vocab.SCHEME)),
        (terms.EXACT_MATCH, NamedNode(f"{vocab.NAMESPACE}sports")),
    }
    assert said(quads, "category/sport") == replaced_by("category/sports")
    assert said(quads, "category/%E9%AB%94%E8%82%B2") == replaced_by("category/sports")


def test_a_heading_of_no_concept_stays_a_category_as_it_was() -> None:
    quads = described({("en", "Arab Spring"): 1, ("en", "ARAB spring"): 3})
    assert said(quads, "category/arab-spring") == {
        (terms.TYPE, terms.CONCEPT),
        (terms.LABEL, Literal("ARAB spring", language="en")),
        (terms.ALT_LABEL, Literal("Arab Spring", language="en")),
    }
    assert len(quads) == 3


def test_headings_of_no_concept_are_listed_by_how_often_they_are_printed() -> None:
    headings = {
        ("zh", "Gossip"): 1,
        ("en", "Sport"): 9,
        ("en", "Gossip"): 1,
        ("en", "Arab Spring"): 3,
        ("zh", "奥运会"): 1,
        ("zh", "Chess"): 1,
    }
    alike = [("zh", "Chess", 1), ("en", "Gossip", 1), ("zh", "Gossip", 1)]
    assert named.unmapped(headings) == [("en", "Arab Spring", 3), *alike, ("zh", "奥运会", 1)]


def test_a_publisher_has_its_names_and_its_home_and_former_ones_lead_to_it() -> None:
    printed = {("herald.example", "Port Herald"): 2, ("herald.example", "PORT-HERALD!"): 1, ("herald.example", "1"): 1}
    quads = described(publishers=printed)
    assert said(quads, "publisher/herald.example") == {
        (terms.TYPE, terms.ORGANIZATION),
        (terms.LABEL, Literal("Port Herald")),
        (terms.ALT_LABEL, Literal("PORT-HERALD!")),
        (terms.URL, NamedNode("http://herald.example/")),
    }
    for former in ("publisher/port-herald", "publisher/1"):
        assert said(quads, former) == replaced_by("publisher/herald.example")


def test_a_former_iri_in_another_script_is_spelled_as_it_was() -> None:
    quads = described(publishers={("herald.example", "海港 Порт"): 1})
    former = "publisher/%E6%B5%B7%E6%B8%AF-%D0%BF%D0%BE%D1%80%D1%82"
    assert said(quads, former) == replaced_by("publisher/herald.example")


# ---- A built graph


def built(folder: Path) -> Built:
    page = folder / "archive" / "2011_November_8.txt"
    page.parent.mkdir()
    page.write_text(
        ";Armed conflict & attacks\n"
        "*A fort falls. [http://www.washingtonpost.com/1 (AP via Washington Post)]\n"
        ";Gossip\n"
        "*A duke sneezes. [http://www.washingtonpost.com/2 (Washington Post)] [http://herald.example/1 (1)]\n",
        encoding="utf-8",
    )
    return run.build([page.parent], Settings(store=str(folder / "store"), base=BASE))


def objects(graph: EmbeddedGraph, subject: str, predicate: NamedNode) -> set[str]:
    found = graph.quads_for_pattern(NamedNode(subject), predicate, None)
    return {quad.object.value for quad in found if isinstance(quad.object, NamedNode | Literal)}


def test_an_agency_is_the_author_and_the_newspaper_the_publisher(tmp_path: Path) -> None:
    graph = built(tmp_path).snapshot.open()
    source = "http://www.washingtonpost.com/1"
    assert objects(graph, source, terms.PUBLISHER) == {f"{BASE}publisher/the-washington-post"}
    assert objects(graph, source, terms.AUTHOR) == {f"{BASE}publisher/ap"}
    assert objects(graph, f"{BASE}publisher/ap", terms.LABEL) == {"Associated Press"}
    assert objects(graph, "http://www.washingtonpost.com/2", terms.AUTHOR) == set()
    assert objects(graph, f"{BASE}publisher/herald.example", terms.LABEL) == {"herald.example"}
    former = f"{BASE}publisher/ap-via-washington-post"
    assert objects(graph, former, terms.REPLACED_BY) == {f"{BASE}publisher/the-washington-post"}


def test_a_build_counts_and_lists_headings_of_no_category(tmp_path: Path) -> None:
    found = built(tmp_path)
    assert [one["heading"] for one in found.report["headings of no category"]] == ["Gossip"]
    assert "headings of no category of the scheme 1\n" in summary(found.snapshot.manifest, found.report)
    assert found.report["counts"]["categories"] == 2
    assert found.report["counts"]["publishers"] == 3


def test_the_manifest_names_the_list_that_domains_are_told_by(tmp_path: Path) -> None:
    assert built(tmp_path).snapshot.manifest.public_suffixes.startswith("publicsuffixlist ")


def test_counts_of_two_parts_of_an_archive_are_added_up() -> None:
    def once(letter: str, number: int) -> NamedThings:
        found = NamedThings({("en", letter)}, {("en", letter, letter)}, [], {number}, sources={letter}, revisions=2)
        found.categories["en", letter] += 3
        found.publishers[letter, ""] += 1
        return found

    both = NamedThings()
    for letter, number in (("a", 1), ("b", 2), ("b", 2)):
        both.update(once(letter, number))
    assert (both.entities, both.topic_words) == ({("en", "a"), ("en", "b")}, {("en", "a", "a"), ("en", "b", "b")})
    assert (both.places, both.sources, both.revisions) == ({1, 2}, {"a", "b"}, 6)
    assert (both.categories, both.publishers) == ({("en", "a"): 3, ("en", "b"): 6}, {("a", ""): 1, ("b", ""): 2})
