from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from endpoint.app import create_app
from kg.settings import Settings
from kg.workers.workers import Workers


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=Homs", "/search?q=nowhere", "/sparql", "/dump/", "/vocab"])
def test_pages_are_html_with_a_strict_policy(send, path: str) -> None:
    reply = send(path, "text/html")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert re.search(r'<html lang="en">.*<title>[^<]+</title>', reply.text, re.DOTALL)


def test_home_lists_the_newest_events_first_with_counts(send) -> None:
    page = send("/").text
    assert page.index("abcdefghij") < page.index("klmnopqrst")
    assert "<dd>3</dd>" in page


def test_search_shows_places_and_their_newest_events_with_sources(send) -> None:
    page = send("/search?q=homs").text
    assert 'href="/entity/en/Homs"' in page
    assert page.index("8 November 2011") < page.index("7 November 2011")
    assert "Example Times" in page


def test_search_shows_titles_and_names_with_the_words(send) -> None:
    page = send("/search?q=uprising").text
    assert "/entity/en/2011_Syrian_uprising" in page
    assert "/event/2011-11-08/abcdefghij" in send("/search?q=besieges+city").text
    assert "Nothing named" in send("/search?q=zzzz").text


def test_programs_get_what_was_found_with_types_and_scores(send) -> None:
    reply = send("/search?q=homs", "application/json")
    results = json.loads(reply.body)["results"]
    assert (reply.status, reply.type, reply.headers["vary"]) == (200, "application/json", "Accept")
    assert {one["type"] for one in results} == {"place", "event"}
    assert results[0] | {"score": 0} == {
        "id": "http://127.0.0.1:8000/entity/en/Homs",
        "label": "Homs",
        "language": "en",
        "type": "place",
        "score": 0,
    }
    assert [one["score"] for one in results] == sorted((one["score"] for one in results), reverse=True)


def test_programs_may_limit_what_is_found(send) -> None:
    found = json.loads(send("/search?q=homs&type=event&limit=1", "application/json").body)["results"]
    assert [(one["type"], one["date"][:4]) for one in found] == [("event", "2011")]
    assert json.loads(send("/search", "application/json").body)["results"] == []


@pytest.mark.parametrize("query", ["type=x", "limit=0", "limit=x", "limit=1000", "limit=%D9%A1"])
def test_a_limit_that_makes_no_sense_is_400(send, query: str) -> None:
    assert send(f"/search?q=homs&{query}", "application/json").status == 400


def test_a_search_in_no_format_that_there_is_is_406(send) -> None:
    assert send("/search?q=homs", "image/png").status == 406


@pytest.mark.parametrize("text", ["%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "%00", "a" * 200, "'%20}%20UNION"])
def test_what_is_searched_for_is_escaped(send, text: str) -> None:
    reply = send(f"/search?q={text}")
    assert reply.status == 200
    assert "<script>alert" not in reply.text


def test_a_day_page_lists_its_events_and_leads_to_its_neighbours(send) -> None:
    page = send("/doc/day/2011-11-08.html").text
    assert "besieges" in page
    assert 'rel="prev" href="/day/2011-11-07"' in page
    assert 'rel="next" href="/day/2011-11-09"' in page
    assert "No events here" in send("/doc/day/2011-11-09.html").text


def test_every_link_on_the_site_leads_somewhere(send) -> None:
    seen: set[str] = set()
    todo = ["/"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        reply = send(path, "text/html")
        assert reply.status in (200, 303, 308), path
        if "location" in reply.headers:
            todo.append(reply.headers["location"])
        elif reply.type == "text/html":
            links = re.findall(r'(?:href|src)="(/[^"]*)"', reply.text)
            todo += [html.unescape(link).partition("#")[0] for link in links if not link.startswith("/dump/newsgraph")]
    assert len(seen) > 60


def test_health_and_readiness(send) -> None:
    assert json.loads(send("/healthz").body) == {"status": "alive"}
    assert json.loads(send("/readyz").body)["snapshot"]


def test_the_small_files_are_there(send) -> None:
    assert "Disallow: /sparql" in send("/robots.txt").text
    assert send("/favicon.svg").type == "image/svg+xml"
    sent = send("/static/style.css")
    assert sent.type == "text/css"
    assert send("/static/style.css", If_None_Match=sent.headers["etag"]).status == 304


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf", "nt", "html", "json", "trig", "nq"])
def test_the_vocabulary_comes_in_every_format(send, suffix: str) -> None:
    reply = send(f"/vocab.{suffix}")
    assert reply.status == 200
    assert "ns#Event" in reply.text or "ng:Event" in reply.text
    assert send("/vocab", reply.type).headers["content-location"] == f"/vocab.{suffix}"


def test_an_unknown_suffix_of_the_vocabulary_is_404(send) -> None:
    assert send("/vocab.exe").status == 404
    assert send("/vocab", "image/png").status == 406


def test_the_home_page_shows_events_in_the_language_that_the_reader_prefers(send) -> None:
    english, chinese = (send("/", "text/html", **{"Accept-Language": one}).text for one in ("en", "zh;q=0.9, fr"))
    assert "/event/2011-11-08/abcdefghij" in english
    assert "/event/2011-11-08/abcdefghij" not in chinese
    assert "/event/2011-11-07/zhongwenaa" in chinese


def test_a_language_that_is_asked_for_goes_before_the_preferred_one(send) -> None:
    reply = send("/?language=zh", "text/html", **{"Accept-Language": "en"})
    assert "/event/2011-11-07/zhongwenaa" in reply.text
    assert reply.headers["vary"] == "Accept-Language, Accept, Accept-Encoding"


def test_a_reader_of_no_language_here_gets_the_one_with_most_events(send) -> None:
    assert "/event/2011-11-08/abcdefghij" in send("/", "text/html", **{"Accept-Language": "fi"}).text


def test_the_page_of_a_place_marks_what_happened_there_and_leads_to_each_relation(send) -> None:
    page = send("/doc/entity/en/Homs.html").text
    assert page.count("happened here") == 1
    for relation in ("in", "near", "names"):
        assert f"/events?place=entity/en/Homs&amp;relation={relation}" in page


def test_nothing_is_said_not_to_be_there_while_there_is_no_index(
    tmp_path: Path, settings: Settings, workers: Workers
) -> None:
    (tmp_path / "file").touch()
    app = create_app(replace(settings, cache=str(tmp_path / "file" / "cache")), workers)  # where nothing can be made
    reply = app.test_client().get("/search?q=uprising", headers={"Accept": "text/html"})
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert "Nothing named" not in reply.text
    assert "cannot be searched yet" in reply.text
    assert app.test_client().get("/search?q=uprising", headers={"Accept": "application/json"}).status_code == 503
    places = app.test_client().get("/search?q=Homs", headers={"Accept": "text/html"})
    assert (places.status_code, places.headers["Cache-Control"]) == (200, "no-store")
    assert "Titles and other names are not searched" in places.text


def test_where_there_is_an_index_nothing_is_nothing(send) -> None:
    reply = send("/search?q=nowhere", "text/html")
    assert reply.status == 200
    assert "Nothing named" in reply.text
