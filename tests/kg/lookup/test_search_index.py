from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from kg.errors import StoreError
from kg.lookup.listing.index import Index
from kg.lookup.search import search
from kg.rdf import terms
from kg.rdf.lines.blocks import gather
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"
HOMS = f"{BASE}entity/en/Homs"
MORE = """
@prefix ng: <https://w3id.org/newsgraph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <http://127.0.0.1:8000/> .
<entity/en/Anna_Example> a ng:Entity, <http://www.wikidata.org/entity/Q5> ; rdfs:label "Anna Example"@en ;
    skos:prefLabel "Анна Пример"@ru .
<entity/en/Anna> a ng:Entity ; rdfs:label "Anna Example Anna Example Bridge"@en .
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, graph: EmbeddedGraph) -> str:
    store = EmbeddedGraph(str(tmp_path_factory.mktemp("store")))
    store.extend(graph)
    store.load(MORE.encode(), format=RdfFormat.TURTLE)
    store.add(Quad(NamedNode(HOMS), terms.ALT_LABEL, Literal("The old city of Homs")))
    file = tmp_path_factory.mktemp("index") / "a?b#c%20.sqlite"
    write(store, file)
    return str(file)


def write(store: EmbeddedGraph, file: Path) -> None:
    collector = Index()
    gather(store, [collector])
    collector.write(file)


def labels(index: str, text: str, *kinds: str) -> list[str]:
    return [one.label for one in search.find(index, text, kinds)]


def test_titles_and_names_are_found_by_their_words_in_any_order_and_case(index: str) -> None:
    assert labels(index, "DAY homs besieges", "event") == [
        "The Syrian government besieges the city of Homs for a sixth day."
    ]


@pytest.mark.parametrize("text", ["cafe orient", "CAFÉ", "Cafe\u0301 d'Orient"])
def test_accents_and_apostrophes_do_not_matter(index: str, text: str) -> None:
    assert labels(index, text) == ["Café d'Orient.html"]


@pytest.mark.parametrize("text", ["霍姆斯", "姆斯", "霍"])
def test_chinese_is_found_by_any_run_of_its_characters(index: str, text: str) -> None:
    assert set(labels(index, text)) == {"霍姆斯", "叙利亚政府军包围霍姆斯。"}


def test_chinese_characters_in_another_order_are_not_found(index: str) -> None:
    assert labels(index, "斯姆霍") == []


def test_a_label_in_another_script_finds_the_same_thing(index: str) -> None:
    assert [one.iri for one in search.find(index, "анна")] == [f"{BASE}entity/en/Anna_Example"]


def test_the_shorter_name_is_ranked_first_and_scores_fall(index: str) -> None:
    found = search.find(index, "Homs", search.NAMES)
    assert [one.label for one in found][:2] == ["Homs", "Homs Governorate"]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_thing_with_several_matching_labels_is_found_once(index: str) -> None:
    found = [one.iri for one in search.find(index, "Homs")]
    assert found.count(HOMS) == 1


def test_the_last_word_may_be_a_beginning_if_nothing_has_it_as_a_word(index: str) -> None:
    assert labels(index, "Hom", "place") == ["Homs", "Homs Governorate"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("event", "event/2011-11-08/abcdefghij"),
        ("place", "entity/en/Syria"),
        ("topic", "entity/en/2011_Syrian_uprising"),
    ],
)
def test_a_kind_limits_what_is_found(index: str, kind: str, expected: str) -> None:
    found = search.find(index, "syri", [kind])
    assert {one.kinds[0] for one in found} == {kind}
    assert BASE + expected in {one.iri for one in found}


def test_an_entity_of_the_class_human_is_a_person(index: str) -> None:
    assert [one.iri for one in search.find(index, "anna example", ["person"])] == [f"{BASE}entity/en/Anna_Example"]


NAMES = ("Siege of Homs", "Siege of Homs (2012)", "The Siege of Homs", "siege of homs", "Homs, siege of")


def test_exact_names_come_first_and_among_these_the_most_named(tmp_path: Path) -> None:
    store = EmbeddedGraph()
    for number, name in enumerate(NAMES):
        thing = NamedNode(f"{BASE}entity/en/{number}")
        store.add(Quad(thing, terms.TYPE, terms.ENTITY))
        store.add(Quad(thing, terms.LABEL, Literal(name, language="en")))
        store.extend(Quad(NamedNode(f"{BASE}event/{one}"), terms.TOPIC, thing) for one in range(number))
    write(store, tmp_path / "index")
    index = str(tmp_path / "index")
    assert labels(index, "Siege of Homs") == [NAMES[0], NAMES[3], NAMES[2], NAMES[1], NAMES[4]]
    assert labels(index, "SIEGE OF HOMS")[:2] == [NAMES[3], NAMES[0]]
    assert labels(index, "Siege_of_Homs_(2012)#Aftermath")[:1] == [NAMES[1]]
    assert labels(index, "Siege of Homs (conflict)")[0] in NAMES[:4]
    assert [one.score for one in search.find(index, "siege of Homs")] == sorted(
        (one.score for one in search.find(index, "siege of Homs")), reverse=True
    )


@pytest.mark.parametrize("text", ["", "  ", "---", '"', "*", "\0", "(", "''", "_"])
def test_a_text_without_a_word_finds_nothing(index: str, text: str) -> None:
    assert search.find(index, text) == []


@pytest.mark.parametrize(
    "text", ['Homs" OR "Syria', "kind:place", "Homs NOT Governorate", "NEAR(Homs Syria)", "^Homs", "text : Homs OR x"]
)
def test_the_syntax_of_the_index_means_nothing_in_a_text(index: str, text: str) -> None:
    words = {word.strip('"^():').casefold() for word in text.split()}
    for one in search.find(index, text):
        assert words - {""} <= set(one.label.casefold().replace(".", "").split())


@given(st.text(max_size=300), st.sampled_from([(), ("event",), ("place",), search.NAMES]))
def test_no_text_breaks_the_search(index: str, text: str, kinds: tuple[str, ...]) -> None:
    text = text.encode(errors="replace").decode()
    assert len(search.find(index, text, kinds, 5)) <= 5


def test_an_index_that_is_not_an_index_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no index" * 100)
    for name in ("x", "not there"):
        with pytest.raises(StoreError, match="search index"):
            search.find(str(tmp_path / name), "Homs")


def test_an_index_that_cannot_be_written_is_an_error_of_the_store(tmp_path: Path, graph: EmbeddedGraph) -> None:
    with pytest.raises(StoreError, match="the index"):
        write(graph, tmp_path / "no folder" / "x")
