"""Only values of the expected kind become statements; other answers of an endpoint are counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse, serialize

from kg.enrich.answer import AnswerRow, Value
from kg.enrich.facts import ALTERNATIVES, LANGUAGES, TYPES, facts
from kg.rdf.prefixes import compact, expand

ASKED = "http://dbpedia.org/resource/Homs"
POINT = "http://www.wikidata.org/prop/direct/P625"
CLASS = "http://www.wikidata.org/prop/direct/P31"
WIKIDATA = "http://www.wikidata.org/entity/"


def uri(value: str) -> Value:
    return {"type": "uri", "value": value}


def text(value: str, language: str = "") -> Value:
    return {"type": "literal", "value": value, **({"xml:lang": language} if language else {})}


def said(*pairs: tuple[str, Value]) -> list[tuple[str, str]]:
    return [(compact(term.value), str(value)) for term, value in facts(rows(*pairs)).statements]


def refused(*pairs: tuple[str, Value]) -> Counter[str]:
    found = facts(rows(*pairs))
    assert not found.statements
    return found.refused


def rows(*pairs: tuple[str, Value]) -> list[AnswerRow]:
    return [AnswerRow(ASKED, name if name.startswith("http") else expand(name), value) for name, value in pairs]


def test_each_kind_of_value_has_its_property() -> None:
    found = said(
        ("rdf:type", uri("http://dbpedia.org/ontology/City")),
        ("rdfs:label", text("حمص", "ar")),
        ("skos:altLabel", text("Emesa", "de")),
        ("owl:sameAs", uri(f"{WIKIDATA}Q131301")),
        ("wgs:lat", text("34.7333")),
        ("wgs:long", text("36.7167")),
    )
    assert found == [
        ("rdf:type", "<http://dbpedia.org/ontology/City>"),
        ("skos:prefLabel", '"حمص"@ar'),
        ("skos:altLabel", '"Emesa"@de'),
        ("skos:exactMatch", f"<{WIKIDATA}Q131301>"),
        ("wgs:lat", '"34.7333"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("wgs:long", '"36.7167"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
    ]


def test_wikidata_says_the_same_in_its_own_properties() -> None:
    found = said((CLASS, uri(f"{WIKIDATA}Q515")), (POINT, text("Point(36.7167 34.7333)")))
    assert [name for name, _ in found] == ["rdf:type", "wgs:lat", "wgs:long"]
    assert found[1][1].startswith('"34.7333"')


@pytest.mark.parametrize(
    ("given_", "canonical"),
    [
        ("34.72405", "34.72405"),
        ("34.73333358764648", "34.733334"),
        ("3.5E1", "35"),
        ("+35.000", "35"),
        ("-0.0", "0"),
        (" 90 ", "90"),
        ("-90", "-90"),
        (".5", "0.5"),
    ],
)
def test_coordinates_are_canonical_decimals(given_: str, canonical: str) -> None:
    found = facts(rows(("wgs:lat", text(given_)), ("wgs:long", text("0")))).statements
    assert found[0][1] == Literal(canonical, datatype=NamedNode(expand("xsd:decimal")))


@pytest.mark.parametrize("wrong", ["90.1", "-91", "1e9", "9" * 18])
def test_a_latitude_beyond_the_poles_is_refused(wrong: str) -> None:
    assert refused(("wgs:lat", text(wrong)), ("wgs:long", text("0")))["a coordinate out of range"] == 1


@pytest.mark.parametrize("wrong", ["", "north", "NaN", "INF", "0x10", "1_0", "٣٤", "1e999", "1,5", "9" * 5_000])
def test_a_coordinate_that_is_not_a_number_is_refused(wrong: str) -> None:
    assert refused(("wgs:lat", text(wrong)), ("wgs:long", text("0")))["a coordinate that is not a number"] == 1


def test_half_a_pair_of_coordinates_is_refused() -> None:
    assert refused(("wgs:lat", text("34.7"))) == {"a latitude without a longitude, or the other way": 1}


def test_several_coordinates_are_refused_since_nothing_pairs_them() -> None:
    found = refused(("wgs:lat", text("34.7")), ("wgs:lat", text("34.8")), ("wgs:long", text("36.7")))
    assert found == {"several coordinates for one entity": 2}


def test_the_same_coordinates_twice_are_one_pair() -> None:
    found = said(("wgs:lat", text("34.70")), ("wgs:long", text("36.7")), (POINT, text("POINT (36.7 34.7)")))
    assert [name for name, _ in found] == ["wgs:lat", "wgs:long"]


@pytest.mark.parametrize(
    "wrong",
    [f"<{WIKIDATA}Q405> Point(1 2)", "Polygon((1 2, 3 4))", "Point(1)", "Point(1 2 3)", "POINT EMPTY", ""],
)
def test_a_geometry_that_is_not_a_point_on_earth_is_refused(wrong: str) -> None:
    assert refused((POINT, text(wrong))) == {"a geometry that is not a point of WGS84": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        text("City"),
        uri("urn:city"),
        uri("http://a/ b"),
        uri("http://a/\ud800"),
        {"type": "bnode", "value": "http://a/b"},
        uri(f"http://a/{'b' * 3_000}"),
    ],
)
def test_a_type_is_an_iri_of_the_web(wrong: Value) -> None:
    assert refused(("rdf:type", wrong)) == {"a type that is not an http(s) IRI": 1}


@pytest.mark.parametrize("name", ["ng:Event", "ng:Unknown", "schema:Event", "schema:Place", "schema:Country"])
def test_only_this_graph_says_what_an_event_or_a_place_is(name: str) -> None:
    assert refused(("rdf:type", uri(expand(name)))) == {"a type that this graph states itself": 1}


def test_a_class_of_everything_is_refused() -> None:
    assert refused(("rdf:type", uri(expand("owl:Thing")))) == {"a type that everything has": 1}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (text("Homs"), "without a language"),
        (text("Homs", "!!"), "not a language tag"),
        (text("Homs", "en-"), "not a language tag"),
        (text(" \n", "en"), "empty or longer"),
        (text("a" * 201, "en"), "empty or longer"),
        (text("a\u0000b", "en"), "control characters"),
        (text("a\ud800b", "en"), "control characters"),
        (text("a\uffff", "en"), "control characters"),
        (uri("http://example.org/Homs"), "no literal"),
    ],
)
def test_a_label_is_a_short_text_in_a_language(wrong: Value, reason: str) -> None:
    (found,) = refused(("rdfs:label", wrong))
    assert reason in found


def test_a_label_is_in_nfc_with_single_spaces_and_a_lower_case_tag() -> None:
    assert said(("rdfs:label", text(" Sa\u0303o \n Paulo ", "PT-BR"))) == [("skos:prefLabel", '"São Paulo"@pt-br')]


def test_one_label_in_a_language_is_preferred_and_the_others_are_alternatives() -> None:
    found = said(
        ("rdfs:label", text("B", "de")), ("skos:prefLabel", text("A", "de")), ("skos:altLabel", text("A", "de"))
    )
    assert found == [("skos:prefLabel", '"A"@de'), ("skos:altLabel", '"B"@de')]


def test_a_link_that_is_not_to_an_item_of_wikidata_is_refused() -> None:
    links = [f"{WIKIDATA}P31", f"{WIKIDATA}Q0", f"{WIKIDATA}Q1/x", "http://wikidata.example/entity/Q1"]
    assert refused(*(("owl:sameAs", uri(link)) for link in links)) == {"a link that is not to an item of Wikidata": 4}


def test_the_page_of_an_item_stands_for_the_item() -> None:
    assert said(("owl:sameAs", uri("https://www.wikidata.org/wiki/Q1"))) == [("skos:exactMatch", f"<{WIKIDATA}Q1>")]


def test_several_items_are_refused_since_nothing_says_which_is_right() -> None:
    found = refused(("owl:sameAs", uri(f"{WIKIDATA}Q1")), ("owl:sameAs", uri(f"{WIKIDATA}Q2")))
    assert found == {"several Wikidata ids for one entity": 2}


@pytest.mark.parametrize("spelled", ["São_Paulo_(state)", "S%C3%A3o_Paulo_(state)", "são_Paulo__(state)"])
def test_a_redirect_is_to_an_article_in_our_spelling(spelled: str) -> None:
    found = said(("dbo:wikiPageRedirects", uri(f"http://dbpedia.org/resource/{spelled}")))
    assert found == [("dbo:wikiPageRedirects", "<http://dbpedia.org/resource/S%C3%A3o_Paulo_(state)>")]


@pytest.mark.parametrize(
    "wrong",
    [
        uri("http://de.dbpedia.org/resource/Hims"),
        uri("https://dbpedia.org/resource/Hims"),
        uri("http://dbpedia.org/resource/"),
        uri("http://dbpedia.org/resource/Category:Homs"),
        uri("http://dbpedia.org/resource/Syria#Homs"),
        uri("http://dbpedia.org/resource/C%23"),
        uri("http://dbpedia.org/resource/%FF"),
        uri("http://127.0.0.1:8000/entity/en/Hims"),
        text("http://dbpedia.org/resource/Hims"),
    ],
)
def test_a_redirect_to_what_is_not_an_article_of_the_same_dbpedia_is_refused(wrong: Value) -> None:
    assert refused(("dbo:wikiPageRedirects", wrong)) == {"a redirect to something that is not an article there": 1}


def test_a_redirect_to_the_article_itself_is_refused() -> None:
    assert refused(("dbo:wikiPageRedirects", uri("http://dbpedia.org/resource/homs"))) == {
        "a redirect to the article itself": 1
    }


def test_several_redirects_are_refused_since_nothing_says_which_is_right() -> None:
    found = refused(*(("dbo:wikiPageRedirects", uri(f"http://dbpedia.org/resource/{title}")) for title in "AB"))
    assert found == {"several redirects of one entity": 2}


def test_a_property_that_was_not_asked_for_is_refused() -> None:
    assert refused(("ng:place", uri("http://example.org/a"))) == {"a property that was not asked for": 1}


def test_what_one_entity_can_have_is_bounded() -> None:
    many = 2_000
    classes = [("rdf:type", uri(f"http://example.org/{number}")) for number in range(many)]
    others = [("skos:altLabel", text(f"Name {number}", "en")) for number in range(many)]
    labels = [("rdfs:label", text("Name", f"de-x-{number}")) for number in range(many // 10)]
    found = facts(rows(*classes, *others, *labels))
    assert Counter(compact(term.value) for term, _ in found.statements) == {
        "rdf:type": TYPES,
        "skos:altLabel": ALTERNATIVES,
        "skos:prefLabel": LANGUAGES,
    }
    assert found.refused.total() + len(found.statements) == 2 * many + len(labels)


NAMES = ("dbo:wikiPageRedirects", "rdf:type", "rdfs:label", "skos:altLabel", "owl:sameAs", "wgs:lat", "wgs:long", POINT)
VALUES = st.fixed_dictionaries(
    {"type": st.sampled_from(["uri", "literal", "bnode", "triple"]), "value": st.text(st.characters())},
    optional={"xml:lang": st.text(max_size=9), "datatype": st.text(max_size=9)},
)


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES)), st.randoms())
def test_any_rows_give_statements_that_can_be_written_and_read_again(
    pairs: list[tuple[str, Value]], random: object
) -> None:
    found = facts(rows(*pairs)).statements
    quads = [Quad(NamedNode(ASKED), term, value) for term, value in found]
    written = serialize(quads, format=RdfFormat.N_TRIPLES)
    assert written is not None
    assert list(parse(written, format=RdfFormat.N_TRIPLES)) == quads
    random.shuffle(pairs)
    assert facts(rows(*pairs)).statements == found
