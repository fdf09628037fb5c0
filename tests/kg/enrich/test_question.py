"""A query contains only constants, and terms that the engine has checked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from kg.enrich.question import FORMS, question
from kg.errors import ConfigurationError
from kg.rdf.iri import spell
from kg.store.embedded import EmbeddedGraph

DBPEDIA = "http://dbpedia.org/resource/"
WIKIPEDIA = "https://en.wikipedia.org/wiki/"

ENTITIES = """
@prefix ng: <https://w3id.org/newsgraph/ns#> . @prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix e: <http://127.0.0.1:8000/entity/> .
e:b skos:closeMatch <http://dbpedia.org/resource/B>, <http://other.example/B> .
e:b schema:sameAs <https://en.wikipedia.org/wiki/B> .
e:a skos:closeMatch <http://dbpedia.org/resource/A> .
e:c schema:sameAs <https://zh.wikipedia.org/wiki/C>, <https://www.example.org/> .
"""


def asked(text: str) -> list[str]:
    values = re.search(r"VALUES \?asked \{ (.*) \}", text)
    assert values
    return re.findall(r"<([^>]*)>", values[1])


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from(sorted(FORMS)))
def test_whatever_a_title_is_made_of_the_query_asks_for_it_and_nothing_else(title: str, form: str) -> None:
    name = (DBPEDIA if form == "dbpedia" else WIKIPEDIA) + spell(title)
    text = question(form, "en").text([name])
    EmbeddedGraph().query(text)
    assert asked(text)[0] == name
    template = question(form, "en").template
    assert re.sub(r"VALUES \?asked \{ .* \}", "", text) == re.sub(r"VALUES \?asked \{ .* \}", "", template)


@pytest.mark.parametrize("name", ["http://a/ b", "http://a/> } DROP ALL #", 'http://a/"', "not an IRI", "http://a/\n"])
def test_nothing_but_an_iri_gets_into_a_query(name: str) -> None:
    with pytest.raises(ValueError, match="IRI"):
        question("dbpedia", "en").text([name])


def test_dbpedia_is_asked_with_percent_encoding_and_with_the_letters_themselves() -> None:
    name = f"{DBPEDIA}S%C3%A3o_Paulo_(state)"
    assert asked(question("dbpedia", "en").text([name])) == [name, f"{DBPEDIA}São_Paulo_(state)"]


def test_a_title_that_no_iri_may_hold_is_only_asked_for_with_percent_signs() -> None:
    name = f"{DBPEDIA}%EF%BF%BE%5B%22"
    assert asked(question("dbpedia", "en").text([name])) == [name]


def test_wikidata_is_asked_in_the_spelling_of_mediawiki_too() -> None:
    name = f"{WIKIPEDIA}Xi'an,_R&D_(a=b)"
    assert asked(question("wikipedia", "en").text([name])) == [name, f"{WIKIPEDIA}Xi%27an,_R%26D_(a%3Db)"]


def test_a_title_with_one_spelling_is_asked_for_once() -> None:
    assert asked(question("dbpedia", "en").text([f"{DBPEDIA}Homs"] * 2)) == [f"{DBPEDIA}Homs"]


def test_labels_are_asked_for_in_the_languages_that_are_wanted() -> None:
    assert 'IN ("ar", "zh-hans")' in question("dbpedia", " AR, zh-Hans,ar").template


@pytest.mark.parametrize("languages", ["", "en,", 'en") } #', "e", "en;de"])
def test_anything_that_is_not_a_language_tag_is_refused(languages: str) -> None:
    with pytest.raises(ConfigurationError, match="language tags"):
        question("dbpedia", languages)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="dbpedia or wikipedia"):
        question("freebase", "en")


def test_another_question_has_another_hash() -> None:
    hashes = {question(form, languages).hash for form in FORMS for languages in ("en", "de", "en,de")}
    assert len(hashes) == 6
    assert question("dbpedia", "en").hash in hashes


def test_entities_are_named_by_their_link_to_dbpedia_or_to_wikipedia() -> None:
    store = EmbeddedGraph()
    store.load(ENTITIES.encode(), format=RdfFormat.TURTLE)
    base = "http://127.0.0.1:8000/entity/"
    assert list(question("dbpedia", "en").names(store).items()) == [
        (f"{base}a", f"{DBPEDIA}A"),
        (f"{base}b", f"{DBPEDIA}B"),
    ]
    assert question("wikipedia", "en").names(store) == {
        f"{base}b": f"{WIKIPEDIA}B",
        f"{base}c": "https://zh.wikipedia.org/wiki/C",
    }
