from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from pyoxigraph import RdfFormat, parse

from endpoint.http.negotiate import DOCUMENT_FORMATS
from kg.rdf.formats import Format

EVENT = "/event/2011-11-08/abcdefghij"
IRI = f"http://127.0.0.1:8000{EVENT}"
CAFE = "/entity/en/Caf%C3%A9_d'Orient.html"
SOURCE = "http://english.example.org/news/2011/11/siege.html?page=1&view=full"


@pytest.mark.parametrize(
    "path",
    [
        EVENT,
        CAFE,
        "/entity/en/Homs",
        "/category/armed-conflicts-and-attacks",
        "/publisher/example-times",
        "/day/2011-11-08",
        "/month/2011-11",
        "/year/2011",
    ],
)
def test_a_thing_redirects_to_its_document(send, path: str) -> None:
    reply = send(path)
    assert (reply.status, reply.headers["location"]) == (303, f"/doc{path}")
    assert send(f"/doc{path}").status == 200


def test_a_suffix_on_a_thing_leads_to_the_document_in_that_format(send) -> None:
    assert send(f"{EVENT}.ttl").headers["location"] == f"/doc{EVENT}.ttl"
    assert send(f"{CAFE}.html").headers["location"] == f"/doc{CAFE}.html"


def test_an_exact_iri_wins_over_a_suffix(send) -> None:
    assert send(f"/doc{CAFE}", "text/turtle").type == "text/turtle"
    assert send(f"/doc{CAFE}.html", "text/turtle").type == "text/html"
    assert send(f"/doc{CAFE.removesuffix('.html')}").status == 404


@pytest.mark.parametrize("path", [f"{EVENT}/revision/0123456789ab", "/page/2011-11-08.wiki/123b279e8e23175b"])
def test_revisions_and_pages_are_documents_themselves(send, path: str) -> None:
    assert send(path, "text/turtle").type == "text/turtle"
    assert send(f"{path}.nt").type == "application/n-triples"
    assert send(f"/doc{path}").headers["location"] == path


def test_an_archive_page_shows_what_it_prints(send) -> None:
    page = send("/page/2011-11-08.wiki/123b279e8e23175b", "text/html").text
    assert 'id="item-3"' in page
    assert "**The [[Syria]]n government besieges" in page


def test_a_map_of_a_country_is_wide_and_its_point_is_said_to_be_one_inside(send) -> None:
    country, city = (send(f"/doc/entity/en/{name}.html").text for name in ("Syria", "Homs"))
    assert "mlat=35.023&amp;mlon=38.5046&amp;zoom=5" in country
    assert "One point inside" in country
    assert "zoom=9" in city
    assert "One point inside" not in city


def test_a_page_keeps_its_own_licence_and_gets_no_other(send) -> None:
    triples = send("/page/2011-11-08.wiki/123b279e8e23175b.nt").text
    assert "licenses/by-sa/3.0/" in triples
    assert "licenses/by-sa/4.0/" not in triples


@pytest.mark.parametrize("one", DOCUMENT_FORMATS, ids=lambda one: one.suffix)
def test_a_document_has_a_suffix_and_a_type_for_every_format(send, one: Format) -> None:
    negotiated = send(f"/doc{EVENT}", one.content_type)
    suffixed = send(f"/doc{EVENT}.{one.suffix}", "image/png")
    assert negotiated.type == suffixed.type == one.media_type
    assert negotiated.body == suffixed.body
    assert negotiated.headers["content-location"] == f"/doc{EVENT}.{one.suffix}"
    language = ["Accept-Language"] if one.suffix == "html" else []
    assert negotiated.headers["vary"].split(", ") == ["Accept", *language, "Accept-Encoding"]
    assert negotiated.headers["etag"] == suffixed.headers["etag"]


def test_rdf_keeps_the_iris_of_the_identity_base_and_links_are_relative(send, port: int) -> None:
    html = send(f"/doc{EVENT}.html", Host="evil.example", X_Forwarded_Host="evil.example").text
    assert IRI in html
    assert "evil.example" not in html
    assert str(port) not in html
    followed = re.sub(r'<link rel="canonical"[^>]*>', "", html)
    assert not re.search(r'(?:href|action|src)="http://127', followed)
    assert 'href="/entity/en/Homs"' in html


def test_links_name_the_other_formats_and_the_licence(send) -> None:
    link = send(f"/doc{EVENT}", "text/turtle").headers["link"]
    assert f'</doc{EVENT}.jsonld>; rel="alternate"; type="application/ld+json"' in link
    assert f'<http://127.0.0.1:8000/doc{EVENT}>; rel="canonical"' in link
    for relation in ("license", "describedby"):
        assert f'rel="{relation}"' in link


def test_a_matching_entity_tag_or_date_gives_304(send) -> None:
    first = send(f"/doc{EVENT}.ttl")
    assert not first.headers["etag"].startswith("W/")
    again = send(f"/doc{EVENT}.ttl", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert send(f"/doc{EVENT}.ttl", If_Modified_Since=first.headers["last-modified"]).status == 304
    assert send(f"/doc{EVENT}.nt", If_None_Match=first.headers["etag"]).status == 200


def test_head_has_the_headers_of_get(send) -> None:
    get, head = send(f"/doc{EVENT}.ttl"), send(f"/doc{EVENT}.ttl", method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["etag"] == get.headers["etag"]


def test_an_unacceptable_request_lists_the_available_formats(send) -> None:
    reply = send(f"/doc{EVENT}", "image/png")
    assert reply.status == 406
    choices = json.loads(reply.body)["choices"]
    assert {"type": "text/turtle", "href": f"/doc{EVENT}.ttl"} in choices
    assert 'rel="alternate"' in reply.headers["link"]


@pytest.mark.parametrize(
    "path",
    [
        "/event/2011-11-08/the-syrian-government-besieges-homs",
        "/event/2011-11-08/The%20Syrian%20government%20%3Cbesieges%3E%20Homs",
        "/news/2011/11/8/the-syrian-government-besieges-homs",
        "/news/2011/11/8/the-syrian-government-besieges-homs.md",
    ],
)
def test_readable_names_redirect_to_the_event(send, path: str) -> None:
    reply = send(path)
    assert (reply.status, reply.headers["location"]) == (308, EVENT)


def test_a_readable_name_keeps_the_suffix(send) -> None:
    assert send("/event/2011-11-08/the-syrian-government-besieges-homs.ttl").headers["location"] == f"{EVENT}.ttl"


def test_there_is_a_document_about_each_source(send) -> None:
    path = f"/source/{quote(SOURCE, safe='')}"
    reply = send(path, "text/turtle")
    assert any(quad.subject.value == SOURCE for quad in parse(reply.body, format=RdfFormat.TURTLE))
    assert reply.headers["content-location"] == f"{path}.ttl"
    assert send(f"{path}.nt").type == "application/n-triples"
    assert send(f"/source?url={quote(SOURCE, safe='')}").headers["location"] == path
    assert send(f"/source/{quote(IRI, safe='')}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/event/2011-11-08/nothing",
        "/doc/nothing",
        "/entity/en/%00",
        "/entity/en/%ff%fe",
        "/entity/en/..%2f..%2fetc%2fpasswd",
        "/entity/en/" + "a" * 3_000,
        "/source/nothing",
        "/source",
        "/news/2011/11/8/nothing",
        "/page/nothing",
        "/assets/../app.py",
        "/nothing",
    ],
)
def test_an_unknown_address_is_404_in_html_and_json(send, path: str) -> None:
    for accept, kind in (("text/html", "text/html"), ("text/turtle", "application/problem+json")):
        reply = send(path, accept)
        assert (reply.status, reply.type) == (404, kind)
        assert "Traceback" not in reply.text


def test_html_escapes_text_and_links_only_to_the_web(send) -> None:
    page = send(f"/doc{EVENT}.html").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert 'rel="noopener nofollow"' in page


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_documents_are_only_read(send, method: str) -> None:
    reply = send(EVENT, method=method)
    assert reply.status == 405
    assert "GET" in reply.headers["allow"]


def test_every_response_may_be_read_by_scripts_of_other_sites(send) -> None:
    for path in (EVENT, f"/doc{EVENT}", "/nothing", "/sparql"):
        assert send(path).headers["access-control-allow-origin"] == "*"
    preflight = send(EVENT, method="OPTIONS", Origin="https://a.example", Access_Control_Request_Method="GET")
    assert preflight.status == 200
    assert "GET" in preflight.headers["access-control-allow-methods"]
