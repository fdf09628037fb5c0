from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg.errors import ReconciliationError
from kg.lookup.search.reconcile import extend, similarity
from kg.lookup.search.reconcile_request import Extension, extension, queries
from kg.rdf.prefixes import expand
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

PLACE = "https://schema.org/Place"
HOMS = "entity/en/Homs"
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def ask(send):
    """Send one query by POST and return its candidates."""

    def post(**query: Any) -> list[dict[str, Any]]:
        body = urlencode({"queries": json.dumps({"q": query})}).encode()
        reply = send("/reconcile", None, "POST", body, **FORM)
        assert reply.status == 200, reply.text
        return json.loads(reply.body)["q"]["result"]

    return post


def test_the_manifest_names_addresses_at_which_the_client_finds_the_server(send, port: int) -> None:
    reply = send("/reconcile", Origin="https://openrefine.example")
    manifest = json.loads(reply.body)
    assert (reply.type, reply.headers["access-control-allow-origin"]) == ("application/json", "*")
    assert manifest["versions"] == ["0.1", "0.2"]
    assert manifest["identifierSpace"] == "http://127.0.0.1:8000/"
    assert manifest["suggest"]["entity"]["service_url"] == f"http://127.0.0.1:{port}"
    assert "{{id}}" in manifest["view"]["url"]
    assert "{{id}}" in manifest["preview"]["url"]


def test_a_name_that_differs_only_in_case_is_the_one_match(ask) -> None:
    found = ask(query="HOMS")
    assert [(one["id"], one["match"]) for one in found[:2]] == [(HOMS, True), ("entity/en/Homs_Governorate", False)]
    assert found[0]["score"] == 100
    assert found[0]["description"] == "Place in Homs Governorate, Syria"


def test_a_name_in_another_language_matches_too(ask) -> None:
    assert [(one["id"], one["match"]) for one in ask(query="霍姆斯")] == [(HOMS, True)]


def test_a_misspelt_name_has_candidates_and_no_match(ask) -> None:
    found = ask(query="Homms Governorat")
    assert ("entity/en/Homs_Governorate", False) in [(one["id"], one["match"]) for one in found]


@pytest.mark.parametrize("type_", [PLACE, "schema:Place", [PLACE, "https://w3id.org/newsgraph/ns#topic"]])
def test_a_type_limits_the_candidates(ask, type_: str | list[str]) -> None:
    assert {one["id"] for one in ask(query="Syria", type=type_)} >= {"entity/en/Syria"}
    assert ask(query="Example Times", type=type_) == []


def test_an_unknown_type_has_no_candidates(ask) -> None:
    assert ask(query="Homs", type="http://types.example/x") == []


def test_all_types_must_match_on_request(ask) -> None:
    both = [PLACE, "https://w3id.org/newsgraph/ns#topic"]
    assert ask(query="Homs", type=both, type_strict="all") == []
    assert ask(query="Homs", type=["https://schema.org/Organization"], type_strict="should")[0]["score"] == 80


@pytest.mark.parametrize(
    ("pid", "value", "score"),
    [
        ("schema:addressCountry", "sy", 100),
        ("schema:addressCountry", "FR", 70),
        ("schema:containedInPlace", {"id": "entity/en/Syria", "name": "Syria"}, 100),
        ("schema:containedInPlace", ["France", "syria"], 100),
        ("wgs:lat", 34.72, 100),
        ("wgs:lat", "north", 70),
        ("http://no.example/property", True, 70),
        ("not an iri", "x", 70),
    ],
)
def test_properties_count_for_thirty_points_of_a_hundred(ask, pid: str, value: Any, score: int) -> None:
    found = ask(query="Homs", properties=[{"pid": pid, "v": value}])[0]
    assert (found["id"], found["score"], found["match"]) == (HOMS, score, score == 100)


def test_properties_alone_find_what_has_them(ask) -> None:
    found = ask(properties=[{"pid": "schema:addressCountry", "v": "SY"}])
    assert {one["id"] for one in found} == {HOMS, "entity/en/Syria"}
    assert not any(one["match"] for one in found)
    wanted = [{"pid": "skos:exactMatch", "v": "https://sws.geonames.org/169577/"}]
    assert [(one["id"], one["match"]) for one in ask(properties=wanted)] == [(HOMS, True)]


def test_the_limit_is_kept(ask) -> None:
    assert len(ask(query="Homs", limit=1)) == 1


def test_a_batch_is_answered_key_by_key_also_by_get(send) -> None:
    batch = json.dumps({"é 1": {"query": "Homs"}, "": {"query": "zzzz"}})
    found = json.loads(send(f"/reconcile?{urlencode({'queries': batch})}").body)
    assert found["é 1"]["result"][0]["id"] == HOMS
    assert found[""]["result"] == []


BAD = ["{", "[]", "5", "null", '{"q": {}}', '{"q": []}']
BAD_PARTS = {
    "limit": ("many", -1, 0, True, float("nan")),
    "type": (5, [5]),
    "type_strict": ("x",),
    "properties": ({}, [5]),
}
BAD += [json.dumps({"q": {"query": "x", name: value}}) for name, values in BAD_PARTS.items() for value in values]
BAD += ["[" * 100_000, json.dumps({str(number): {"query": "x"} for number in range(51)})]


@pytest.mark.parametrize("text", BAD)
def test_an_invalid_batch_is_400(send, text: str) -> None:
    body = urlencode({"queries": text}).encode()
    assert send("/reconcile", None, "POST", body, **FORM).status == 400


@pytest.mark.parametrize("text", ["{", "{}", '{"ids": 5, "properties": []}', '{"ids": ["x"], "properties": [{}]}'])
def test_an_invalid_extension_is_400(send, text: str) -> None:
    assert send(f"/reconcile?extend={quote(text)}").status == 400


CELLS = ("", "  ", 5, 1.5, None, True, [], {}, "x" * 2_001, "\ud83d", "\u0000")


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_names_nothing_does_not_affect_the_rest_of_the_batch(send, cell: Any) -> None:
    batch = json.dumps({"q0": {"query": "Homs"}, "q1": {"query": cell}})
    reply = send("/reconcile", None, "POST", urlencode({"queries": batch}).encode(), **FORM)
    found = json.loads(reply.body)
    assert (found["q0"]["result"][0]["id"], found["q1"]["result"]) == (HOMS, [])


@pytest.mark.parametrize("cell", [*CELLS, {"id": None}])
def test_an_empty_value_agrees_with_nothing(ask, cell: Any) -> None:
    (found,) = ask(query="Homs", limit=1, properties=[{"pid": "schema:addressCountry", "v": cell}])
    assert (found["id"], found["score"]) == (HOMS, 70)


@pytest.mark.parametrize("cell", CELLS)
def test_an_unknown_identifier_has_a_row_without_values(send, cell: Any) -> None:
    asked = json.dumps({"ids": [HOMS, cell], "properties": [{"id": "schema:addressCountry"}]})
    rows = json.loads(send(f"/reconcile?extend={quote(asked)}").body)["rows"]
    assert rows.pop(HOMS)["schema:addressCountry"] == [{"str": "SY"}]
    assert [list(row.values()) for row in rows.values()] == [[[]]]


@pytest.mark.parametrize("name", [HOMS, f"http://127.0.0.1:8000/{HOMS}", "entity/en/homs", "entity/en/Homs/"])
def test_an_identifier_is_understood_wherever_a_name_is_and_however_it_is_spelled(send, ask, name: str) -> None:
    assert [(one["id"], one["score"]) for one in ask(query=name)][:1] == [(HOMS, 100)]
    suggested = json.loads(send(f"/reconcile/suggest/entity?prefix={quote(name)}").body)["result"]
    assert suggested[0]["id"] == HOMS
    asked = json.dumps({"ids": [name], "properties": [{"id": "schema:addressCountry"}]})
    rows = json.loads(send(f"/reconcile?extend={quote(asked)}").body)["rows"]
    assert rows == {name: {"schema:addressCountry": [{"str": "SY"}]}}


@pytest.mark.parametrize("path", ["", "/suggest/entity?prefix=ho", "/properties?type=schema:Place", "?queries={}"])
def test_an_answer_can_be_a_script(send, path: str) -> None:
    address = f"/reconcile{path}"
    script = send(f"{address}{'&' if '?' in address else '?'}callback=jQuery123._x&_=1")
    assert script.type == "application/javascript"
    assert script.text == f"/**/jQuery123._x({send(address).text});"


@pytest.mark.parametrize("name", ["alert(1)//", "", "1x", "x" * 200, "a-b", "a.", "\u00e9"])
def test_a_callback_must_be_the_name_of_a_function(send, name: str) -> None:
    assert send(f"/reconcile?callback={quote(name)}").status == 400


def test_every_suggestion_has_the_few_lines_that_the_manifest_says_where_to_get(send) -> None:
    manifest = json.loads(send("/reconcile").body)
    for kind, prefix in (("entity", "Homs"), ("type", "place"), ("property", "label")):
        told = manifest["suggest"][kind]
        first = json.loads(send(f"{told['service_path']}?prefix={prefix}").body)["result"][0]
        shown = send(told["flyout_service_path"].replace("${id}", quote(first["id"], safe="")))
        found = json.loads(shown.body)
        assert found["id"] == first["id"]
        assert first["name"] in found["html"]
    assert send("/reconcile/flyout/type?id=nothing").status == 404


def test_another_body_than_a_form_is_415(send) -> None:
    reply = send("/reconcile", None, "POST", b'{"queries": {}}', Content_Type="application/json")
    assert reply.status == 415
    assert "x-www-form-urlencoded" in reply.text


def test_a_parameter_that_is_given_twice_is_400(send) -> None:
    assert send("/reconcile?queries={}&queries={}").status == 400


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.sampled_from(["q", "query", "type", "limit", "properties", "pid", "v", "id", "ids"]), one
            )
        ),
    )
)
def test_any_json_is_a_valid_request_or_a_handled_error(value: Any) -> None:
    for read in (queries, extension):
        try:
            read(json.dumps(value))
        except ReconciliationError:
            continue


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Homs", "HÓMS!", 1, 1),
        ("Homs", "Homs Governorate", 0.6, 0.95),
        ("Homs", "Paris", 0, 0.5),
        ("+", "+", 1, 1),
        ("The Troubles#Peace", "Troubles", 0.98, 0.98),
        ("War in Donbass", "War in Donbass (2014)", 0.97, 0.97),
    ],
)
def test_names_are_compared_without_case_accents_and_punctuation(
    one: str, other: str, least: float, most: float
) -> None:
    assert least <= similarity(one, other) <= most


def test_names_of_things_types_and_properties_are_completed(send) -> None:
    found = json.loads(send("/reconcile/suggest/entity?prefix=hom").body)["result"]
    assert [one["id"] for one in found] == [HOMS, "entity/en/Homs_Governorate"]
    assert found[0]["notable"][0] == {"id": PLACE, "name": "Place"}
    after = json.loads(send("/reconcile/suggest/entity?prefix=hom&cursor=1").body)["result"]
    assert after == found[1:]
    assert json.loads(send("/reconcile/suggest/type?prefix=pl").body) == {"result": [{"id": PLACE, "name": "Place"}]}
    properties = json.loads(send("/reconcile/suggest/property?prefix=cod").body)["result"]
    assert [one["name"] for one in properties] == ["country code"]


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
def test_an_empty_prefix_completes_to_nothing_and_a_bad_cursor_is_400(send, kind: str) -> None:
    assert json.loads(send(f"/reconcile/suggest/{kind}").body) == {"result": []}
    assert send(f"/reconcile/suggest/{kind}?prefix=a&cursor=x").status == 400


def test_properties_are_proposed_by_type(send) -> None:
    places = json.loads(send(f"/reconcile/properties?type={PLACE}&limit=50").body)
    assert "https://schema.org/addressCountry" in [one["id"] for one in places["properties"]]
    assert (places["type"], places["limit"]) == (PLACE, 50)
    people = json.loads(send("/reconcile/properties?type=schema:Person").body)["properties"]
    assert "latitude" not in [one["name"] for one in people]
    assert json.loads(send("/reconcile/properties?type=x").body)["properties"] == []


def test_things_are_extended_with_values_of_their_kind(send) -> None:
    wanted = ["wgs:lat", "schema:containedInPlace", "schema:addressCountry", "skos:exactMatch", "rdfs:label"]
    asked = {"ids": [HOMS, "entity/en/Nowhere"], "properties": [{"id": one} for one in wanted]}
    body = urlencode({"extend": json.dumps(asked)}).encode()
    found = json.loads(send("/reconcile", None, "POST", body, **FORM).body)
    row = found["rows"][HOMS]
    assert row["wgs:lat"] == [{"float": 34.72405}]
    assert {"id": "entity/en/Syria", "name": "Syria"} in row["schema:containedInPlace"]
    assert row["schema:addressCountry"] == [{"str": "SY"}]
    assert row["skos:exactMatch"] == [{"str": "https://sws.geonames.org/169577/"}]
    assert {"str": "霍姆斯"} in row["rdfs:label"]
    assert found["rows"]["entity/en/Nowhere"] == {one: [] for one in wanted}
    assert found["meta"][1] == {
        "id": "schema:containedInPlace",
        "name": "contained in",
        "type": {"id": PLACE, "name": "Place"},
    }


def test_numbers_that_json_cannot_hold_stay_texts() -> None:
    store, subject = EmbeddedGraph(), NamedNode("http://a.example/x")
    values = {"INF": "double", "NaN": "double", "many": "integer", "7": "integer", "1e2": "double", ".5": "decimal"}
    for text, kind in values.items():
        store.add(Quad(subject, subject, Literal(text, datatype=NamedNode(expand(f"xsd:{kind}")))))
    cells = extend(store, "http://a.example/", Extension(("x",), (subject.value,)))["rows"]["x"][subject.value]
    assert {"int": 7} in cells
    assert {"float": 100.0} in cells
    assert {"str": "many"} in cells
    json.dumps(cells, allow_nan=False)


@pytest.mark.parametrize("name", [HOMS, "http://127.0.0.1:8000/entity/en/Homs"])
def test_the_preview_may_be_framed_and_nothing_else_may(send, name: str) -> None:
    reply = send(f"/reconcile/preview?id={quote(name, safe='')}")
    assert (reply.status, reply.type) == (200, "text/html")
    assert "Homs" in reply.text
    assert "frame-ancestors *" in reply.headers["content-security-policy"]
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    for path in ("/", "/reconcile", "/reconcile/preview?id=nothing"):
        assert "frame-ancestors 'none'" in send(path).headers["content-security-policy"]


@pytest.mark.parametrize("name", ["entity/en/Caf%C3%A9_d'Orient.html", "entity/en/Café_d'Orient.html"])
def test_the_view_leads_to_the_thing_however_it_is_spelled(send, name: str) -> None:
    reply = send(f"/reconcile/view?id={quote(name, safe='')}")
    assert (reply.status, reply.headers["location"]) == (303, "/entity/en/Caf%C3%A9_d'Orient.html")


@pytest.mark.parametrize("name", ["", "nothing", "//evil.example/", "http://evil.example/", "\r\nX: y"])
@pytest.mark.parametrize("page", ["view", "preview"])
def test_foreign_iris_have_no_view_and_no_preview(send, page: str, name: str) -> None:
    assert send(f"/reconcile/{page}?id={quote(name, safe='')}").status == 404


def test_a_browser_may_post_from_another_site(send) -> None:
    asked = {"Origin": "https://openrefine.example", "Access_Control_Request_Method": "POST"}
    reply = send("/reconcile", None, "OPTIONS", **asked)
    assert reply.status in (200, 204)
    assert "POST" in reply.headers["access-control-allow-methods"]


def test_an_index_that_cannot_be_made_is_503(settings, serving, tmp_path: Path, served_store: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "current").symlink_to(Store(served_store).current().folder)
    (store / "cache").write_text("in the way of the folder")
    with serving(replace(settings, store=str(store))) as send:
        assert send("/search?q=Homs", "application/json").status == 503
        assert send("/reconcile/suggest/entity?prefix=Homs").status == 503
        assert send("/reconcile").status == 200
        page = send("/search?q=Homs", "text/html")
        assert (page.status, page.headers["cache-control"]) == (503, "no-store")
        assert "Nothing named" not in page.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/", "text/html"), ("/catalog", "text/html"), ("/catalog", "text/turtle"), ("/llms.txt", "*/*")],
)
def test_the_service_is_found_from_pages_and_descriptions(send, path: str, accept: str) -> None:
    assert "/reconcile" in send(path, accept).text
