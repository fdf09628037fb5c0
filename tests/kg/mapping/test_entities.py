"""All statements about entities and places, quad by quad, with a gazetteer of four lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kg.dialects.item import StatedPlace
from kg.entities.aliases import Aliases
from kg.entities.nodes import Nodes
from kg.entities.places.gazetteer import Gazetteer
from kg.mapping.entity import alias_quads, entity_quads, former_quads
from kg.mapping.event import NamedThings
from kg.rdf import Literal, NamedNode, Quad, terms
from kg.rdf.iri import Minter

BASE = "http://127.0.0.1:8000/"
MINTER = Minter(BASE)
LINES = (
    "1\tcountry\tUtopia\tUtopia\t\tUT\t\t1.5\t2.5\t9\tQ1\toutline\t\n",
    "20\tdivision\tEast Utopia\tEast Utopia\t\tUT\t1\t1.6\t2.6\t9\t\ttown\t\n",
    "300\tcity\tSample\tSample\t\tUT\t20\t1.7\t2.7\t20000\t\t\t\n",
    "400\tcity\tTown\t\t\tUT\t20\t1.8\t2.8\t9\t\t\t\n",
)
NODES = Nodes(MINTER, Gazetteer(LINES))
COUNTRY = {
    ("exactMatch", "http://www.wikidata.org/entity/Q1"),
    ("exactMatch", "https://sws.geonames.org/1/"),
    ("addressCountry", "UT"),
    ("lat", "1.5"),
    ("long", "2.5"),
}
SHORT = {
    terms.EXACT_MATCH: "exactMatch",
    terms.ADDRESS_COUNTRY: "addressCountry",
    terms.LATITUDE: "lat",
    terms.LONGITUDE: "long",
    terms.LABEL: "label",
    terms.ALT_LABEL: "altLabel",
    terms.SAME_AS: "sameAs",
    terms.CLOSE_MATCH: "closeMatch",
    terms.CONTAINED_IN_PLACE: "in",
    terms.REPLACED_BY: "replacedBy",
    terms.DEPRECATED: "deprecated",
}
CLASSES = {
    terms.ENTITY: "entity",
    terms.SCHEMA_PLACE: "place",
    terms.COUNTRY: "country",
    terms.ADMINISTRATIVE_AREA: "division",
    terms.CITY: "city",
}


def told(quads: Iterable[Quad]) -> dict[str, set[tuple[str, str]]]:
    """Return the statements about each subject below the base in short form; texts with their languages."""
    found: dict[str, set[tuple[str, str]]] = {}
    for quad in quads:
        value = quad.object.value.removeprefix(BASE)
        if quad.predicate == terms.TYPE:
            pair = ("is a", CLASSES[quad.object])
        elif isinstance(quad.object, Literal) and quad.object.language:
            pair = (SHORT[quad.predicate], f"{value}@{quad.object.language}")
        else:
            pair = (SHORT[quad.predicate], value)
        found.setdefault(quad.subject.value.removeprefix(BASE), set()).add(pair)
    return found


def described(canonical: Mapping[str, str] | None = None, **named: Any) -> dict[str, set[tuple[str, str]]]:
    aliases = Aliases({BASE + one: BASE + other for one, other in (canonical or {}).items()})
    return told(entity_quads(NamedThings(**named), NODES, aliases))


def wiki(title: str) -> set[tuple[str, str]]:
    return {
        ("sameAs", f"https://en.wikipedia.org/wiki/{title}"),
        ("closeMatch", f"http://dbpedia.org/resource/{title}"),
    }


def test_a_place_is_described_with_all_that_contains_it_each_by_its_kind() -> None:
    assert described(entities={("en", "Sample")}) == {
        "entity/en/Sample": {
            *(("is a", one) for one in ("entity", "place", "city")),
            *(("label", "Sample@en"), ("exactMatch", "https://sws.geonames.org/300/"), ("addressCountry", "UT")),
            *(("lat", "1.7"), ("long", "2.7"), ("in", "entity/en/East_Utopia"), ("in", "entity/en/Utopia")),
            *wiki("Sample"),
        },
        "entity/en/East_Utopia": {
            *(("is a", one) for one in ("entity", "place", "division")),
            *(("label", "East Utopia@en"), ("exactMatch", "https://sws.geonames.org/20/"), ("addressCountry", "UT")),
            *(("lat", "1.6"), ("long", "2.6"), ("in", "entity/en/Utopia")),
            *wiki("East_Utopia"),
        },
        "entity/en/Utopia": {
            *(("is a", one) for one in ("entity", "place", "country")),
            *(("label", "Utopia@en"), *COUNTRY),
            *wiki("Utopia"),
        },
    }


def test_anything_that_is_not_a_place_is_an_entity_with_its_article_and_in_other_languages_without_dbpedia() -> None:
    found = described(entities={("en", "Ada Sample"), ("de", "Ada Muster")})
    assert found == {
        "entity/en/Ada_Sample": {("is a", "entity"), ("label", "Ada Sample@en"), *wiki("Ada_Sample")},
        "entity/de/Ada_Muster": {
            ("is a", "entity"),
            ("label", "Ada Muster@de"),
            ("sameAs", "https://de.wikipedia.org/wiki/Ada_Muster"),
        },
    }


def test_a_title_that_no_article_can_have_is_a_label_only() -> None:
    [(_, said)] = described(entities={("en", "a|b")}).items()
    assert said == {("label", "a|b@en")}


def test_titles_that_are_one_thing_are_labels_of_one_entity_and_the_alias_leads_to_it() -> None:
    found = described({"entity/en/A_Sample": "entity/en/Ada_Sample"}, entities={("en", "A Sample")})
    assert found == {
        "entity/en/Ada_Sample": {
            *(("is a", "entity"), ("label", "Ada Sample@en"), ("altLabel", "A Sample@en")),
            *wiki("Ada_Sample"),
        },
        "entity/en/A_Sample": {("replacedBy", "entity/en/Ada_Sample"), ("deprecated", "true")},
    }


def test_an_entity_that_only_another_name_tells_to_be_a_place_has_no_id_of_its_own() -> None:
    found = described({"entity/en/Ada": "entity/en/Sample"}, entities={("en", "Ada")})
    assert ("exactMatch", "https://sws.geonames.org/300/") in found["entity/en/Sample"]
    found = described({"entity/en/Sample_City": "entity/en/Ada"}, entities={("en", "Ada")})
    assert ("is a", "place") not in found["entity/en/Ada"] or not any(
        value.endswith("/300/") for _, value in found["entity/en/Ada"]
    )


def test_a_place_that_a_label_names_has_its_geonames_iri_if_no_article_is_known() -> None:
    found = described(places={300, 400, 999})
    assert found["entity/en/Sample"] >= {("is a", "city"), ("label", "Sample@en"), ("in", "entity/en/Utopia")}
    [town] = [path for path in found if "Town" in path or "400" in path]
    assert found[town] >= {
        *(("is a", "city"), ("is a", "entity"), ("exactMatch", "https://sws.geonames.org/400/")),
        *(("in", "entity/en/East_Utopia"), ("in", "entity/en/Utopia"), ("label", "Town@en")),
    }


def test_words_of_topics_are_other_labels_unless_they_are_the_title() -> None:
    words = {("en", "Trade", "commerce"), ("en", "Trade", "Trade"), ("de", "Handel", "Trade")}
    found = described(topic_words=words)
    assert found == {"entity/en/Trade": {("altLabel", "commerce@en")}, "entity/de/Handel": {("altLabel", "Trade@de")}}


def test_a_stated_point_is_a_place_under_all_of_its_names_within_what_is_around_it() -> None:
    names = [("en", ("Harbour", "Sample")), ("en", ("Old Harbour", "Sample")), ("de", ("Hafen",)), ("en", ())]
    stated = {(language, StatedPlace(some, "1.75", "2.75")) for language, some in names}
    path = MINTER.point("1.75", "2.75").removeprefix(BASE)
    said = described(stated=stated)[path]
    assert {one for one in said if one[0] not in ("label", "altLabel")} == {
        *(("is a", "entity"), ("is a", "place"), ("lat", "1.75"), ("long", "2.75")),
        *(("addressCountry", "UT"), ("in", "entity/en/Sample")),
    }
    labels = {value for term, value in said if term == "label"}
    assert {value.rpartition("@")[2] for value in labels} == {"en", "de"}
    assert len(labels) == 2
    assert {value for term, value in said if term in ("label", "altLabel")} == {
        *("Harbour@en", "Old Harbour@en", "Hafen@de"),
        f"{path.rpartition('/')[2]}@en",
    }


def test_a_stated_id_that_the_gazetteer_does_not_have_is_a_place_of_that_id() -> None:
    said = described(stated={("en", StatedPlace(("Nowhere",), geonames=7))})
    assert said == {
        MINTER.geonames(7).removeprefix(BASE): {
            *(("is a", "entity"), ("is a", "place"), ("label", "Nowhere@en")),
            ("exactMatch", "https://sws.geonames.org/7/"),
        }
    }


def test_an_article_that_is_stated_as_a_place_is_one_within_what_is_around_it_but_not_in_itself() -> None:
    stated = {("en", StatedPlace(("Old Bridge", "Sample", "Utopia"), article="Old Bridge"))}
    assert described(stated=stated) == {"entity/en/Old_Bridge": {("is a", "place"), ("in", "entity/en/Sample")}}
    assert described(stated={("en", StatedPlace(("Sample", "Sample"), article="Sample"))}) == {
        "entity/en/Sample": {("is a", "place")}
    }


def test_aliases_lead_to_the_canonical_node_and_are_used_no_longer() -> None:
    assert list(alias_quads({"http://a.example/b": "http://a.example/a"})) == [
        Quad(NamedNode("http://a.example/b"), terms.REPLACED_BY, NamedNode("http://a.example/a")),
        Quad(NamedNode("http://a.example/b"), terms.DEPRECATED, terms.TRUE),
    ]


def test_things_that_are_no_longer_named_keep_their_label_and_an_entity_its_class() -> None:
    point = MINTER.point("1.5", "2.5")
    names = {MINTER.entity("de", "Ada"): "Ada", MINTER.geonames(7): "X", point: "Camp"}
    names[MINTER.organization("news.example")] = "News"
    assert told(former_quads(names, NODES)) == {
        "entity/de/Ada": {("is a", "entity"), ("label", "Ada@de")},
        MINTER.organization("news.example").removeprefix(BASE): {("label", "News")},
        MINTER.geonames(7).removeprefix(BASE): {("is a", "entity"), ("label", "X@en")},
        point.removeprefix(BASE): {("is a", "entity"), ("label", "Camp@und")},
    }
