"""Directories: each lists the things that events name, in both orders, with the same counts as lists of events."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.lookup.listing.directory import Directory, DirectoryPage, directory
from kg.lookup.listing.directory_table import initial
from kg.lookup.listing.filter import Filter, Relation, Sort
from kg.lookup.listing.listing import Extent, listing
from kg.rdf.prefixes import PREFIXES
from kg.store.embedded import EmbeddedGraph
from tests.kg.lookup.test_listing import indexed

BASE = "http://127.0.0.1:8000/"
GIVEN = """
<homs> a ng:Entity , schema:Place , schema:City ; rdfs:label "Homs"@en ; schema:containedInPlace <syria> .
<syria> a ng:Entity , schema:Place , schema:Country ; rdfs:label "Syria"@en .
<aleppo> a ng:Entity , schema:Place ; rdfs:label "Åleppo"@en .
<unnamed> a ng:Entity , schema:Place , schema:City ; rdfs:label "Nowhere"@en .
<obama> a ng:Entity ; rdfs:label "Barack Obama"@en .
<war> a ng:Entity , schema:EventSeries ; rdfs:label "The war"@en ; schema:subEvent <one> , <two> .
<crime> a skos:Concept ; rdfs:label "Crime"@en .
<bbc> a schema:Organization ; rdfs:label "BBC" .
<report> dcterms:publisher <bbc> .
<one> a ng:Event ; schema:startDate "2011-11-08"^^xsd:date ; rdfs:label "Shots."@en ; ng:place <homs> ;
    schema:location <homs> ; ng:topic <war> ; ng:category <crime> ; ng:source <report> .
<two> a ng:Event ; schema:startDate "2011-11-09"^^xsd:date ; rdfs:label "A visit."@en ; ng:place <syria> , <aleppo> ;
    ng:topic <war> ; schema:about <obama> .
"""
PERSON = "<obama> a schema:Person ."


def made(folder: Path, turtle: str) -> str:
    graph = EmbeddedGraph()
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    graph.update(f"{prefixes}INSERT DATA {{ {turtle} }}", base_iri=BASE)
    return indexed(graph, folder / "index.sqlite")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    return made(tmp_path_factory.mktemp("directory"), GIVEN)


def page(index: str, asked: Directory, words: str = "", letter: str = "", *, by_name: bool = False) -> DirectoryPage:
    return directory(index, asked, words, letter, by_name=by_name, first=0, count=10)


def names(found: DirectoryPage) -> list[str]:
    return [one.label for one in found.entries]


def test_each_directory_lists_what_most_events_have_first(index: str) -> None:
    found = {one: names(page(index, one)) for one in Directory}
    assert found == {
        Directory.PLACES: ["Homs", "Syria", "Åleppo"],
        Directory.PEOPLE: ["Barack Obama"],
        Directory.STORIES: ["The war"],
        Directory.TOPICS: ["The war"],
        Directory.PUBLISHERS: ["BBC"],
        Directory.CATEGORIES: ["Crime"],
    }


def test_entries_have_the_counts_of_the_lists_that_they_lead_to(index: str) -> None:
    for one in page(index, Directory.PLACES).entries:
        counts = [
            listing(index, asked, Sort.NEWEST, Extent(values=0)).total
            for asked in (Filter(place=one.iri), Filter(place=one.iri, relation=Relation.NAMES))
        ]
        assert counts == [one.events, one.named]


def test_places_say_what_they_are(index: str) -> None:
    assert [one.what for one in page(index, Directory.PLACES).entries] == ["city", "country", "place"]


def test_names_come_from_a_to_z_whatever_their_accents(index: str) -> None:
    found = page(index, Directory.PLACES, by_name=True)
    assert names(found) == ["Åleppo", "Homs", "Syria"]
    assert found.letters == {"A": 1, "H": 1, "S": 1}


def test_a_letter_or_the_beginning_of_a_word_narrows_a_directory(index: str) -> None:
    assert names(page(index, Directory.PLACES, letter="A")) == ["Åleppo"]
    assert names(page(index, Directory.PLACES, "ho")) == ["Homs"]
    assert names(page(index, Directory.PEOPLE, "oba")) == ["Barack Obama"]
    assert names(page(index, Directory.PLACES, "oba")) == []
    assert [page(index, Directory.PLACES, *one).total for one in (("ale",), ("", "Q"), ("?",), ("ale", "H"))] == [
        1,
        0,
        0,
        0,
    ]


def test_parts_of_a_directory_are_the_whole(index: str) -> None:
    parts = [directory(index, Directory.PLACES, first=number, count=1) for number in range(4)]
    assert [one.total for one in parts] == [3, 3, 3, 3]
    assert [one for part in parts for one in part.entries] == page(index, Directory.PLACES).entries


def test_people_are_only_persons_if_the_data_say_so(tmp_path: Path) -> None:
    index = made(tmp_path, GIVEN + PERSON + "<two> schema:about <thing> . <thing> a ng:Entity .")
    assert [(one.label, one.what) for one in page(index, Directory.PEOPLE).entries] == [("Barack Obama", "person")]


@pytest.mark.parametrize(
    ("label", "letter"), [("Éire", "E"), ("“Quoted”", "Q"), ("2011", "0-9"), ("霍姆斯", "other"), ("", "other")]
)
def test_a_label_is_found_under_its_letter(label: str, letter: str) -> None:
    assert initial(label) == letter
