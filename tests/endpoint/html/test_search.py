"""Searching over HTTP: exact totals, all pages, dates, and suggestions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from endpoint.app import create_app
from kg.settings import Settings
from kg.workers.workers import Workers


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


def test_programs_get_results_with_types_and_scores(send) -> None:
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


def test_programs_may_limit_the_number_of_results(send) -> None:
    found = json.loads(send("/search?q=homs&type=event&limit=1", "application/json").body)["results"]
    assert [(one["type"], one["date"][:4]) for one in found] == [("event", "2011")]
    assert json.loads(send("/search", "application/json").body)["results"] == []


@pytest.mark.parametrize("query", ["type=x", "limit=0", "limit=x", "limit=1000", "limit=%D9%A1"])
def test_an_invalid_limit_is_400(send, query: str) -> None:
    assert send(f"/search?q=homs&{query}", "application/json").status == 400


def test_a_search_in_an_unknown_format_is_406(send) -> None:
    assert send("/search?q=homs", "image/png").status == 406


@pytest.mark.parametrize("text", ["%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "%00", "a" * 200, "'%20}%20UNION"])
def test_the_search_text_is_escaped(send, text: str) -> None:
    reply = send(f"/search?q={text}")
    assert reply.status == 200
    assert "<script>alert" not in reply.text


def test_without_an_index_nothing_is_reported_as_missing(tmp_path: Path, settings: Settings, workers: Workers) -> None:
    (tmp_path / "file").touch()
    app = create_app(replace(settings, cache=str(tmp_path / "file" / "cache")), workers)  # not a folder
    reply = app.test_client().get("/search?q=uprising", headers={"Accept": "text/html"})
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert "Nothing named" not in reply.text
    assert "cannot be searched yet" in reply.text
    assert app.test_client().get("/search?q=uprising", headers={"Accept": "application/json"}).status_code == 503
    assert app.test_client().get("/events").status_code == 503
    assert app.test_client().get("/search", headers={"Accept": "text/html"}).status_code == 200


def test_with_an_index_an_empty_result_says_that_nothing_was_found(send) -> None:
    reply = send("/search?q=nowhere", "text/html")
    assert reply.status == 200
    assert "Nothing named" in reply.text


def found(send, query: str) -> dict[str, Any]:
    return json.loads(send(f"/search?{query}", "application/json").body)


def test_programs_get_the_number_of_results_of_each_kind_and_all_of_them_by_pages(send) -> None:
    told = found(send, "q=homs")
    assert (told["total"], told["totals"]) == (len(told["results"]), {"event": 2, "place": 2, "entity": 2})
    pages = [found(send, f"q=homs&limit=1&page={number}")["results"] for number in range(1, told["total"] + 2)]
    assert [one["id"] for page in pages for one in page] == [one["id"] for one in told["results"]]
    assert pages[-1] == []
    assert found(send, "q=homs&type=event")["total"] == 2


def test_parts_of_words_are_not_found(send) -> None:
    assert found(send, "q=oms")["total"] == 0
    assert found(send, "q=hom")["total"] == found(send, "q=homs")["total"]


@pytest.mark.parametrize(
    ("text", "path", "events"),
    [
        ("8 November 2011", "day/2011-11-08", 1),
        ("November 8th, 2011", "day/2011-11-08", 1),
        ("2011-11-08", "day/2011-11-08", 1),
        ("Nov 2011", "month/2011-11", 3),
        ("2011-11", "month/2011-11", 3),
        ("2011年11月", "month/2011-11", 3),
        ("2011", "year/2011", 3),
    ],
)
def test_a_date_leads_to_its_day_month_or_year(text: str, path: str, events: int, send) -> None:
    told = found(send, urlencode({"q": text}))["dates"]
    assert told == [{"id": f"http://127.0.0.1:8000/{path}", "date": path.partition("/")[2], "events": events}]
    page = send(f"/search?{urlencode({'q': text})}", "text/html")
    assert (page.status, f'href="/{path}"' in page.text) == (200, True)


@pytest.mark.parametrize("text", ["8 November 2012", "2011-02-30", "31 31 2011", "Homs"])
def test_a_date_without_events_and_an_invalid_date_lead_nowhere(text: str, send) -> None:
    assert "dates" not in found(send, urlencode({"q": text}))


@pytest.mark.parametrize(("text", "meant"), [("Hosm", "homs"), ("beseiges the city", "besieges the city"), ("qq", "")])
def test_a_misspelt_word_gets_a_suggestion(text: str, meant: str, send) -> None:
    told = found(send, urlencode({"q": text}))
    assert (told["total"], told.get("meant", "")) == (0, meant)
    page = send(f"/search?{urlencode({'q': text})}", "text/html").text
    assert ("Did you mean" in page) is bool(meant)


def test_a_page_gives_the_number_of_events_and_a_link_to_all_of_them(send) -> None:
    page = send("/search?q=city", "text/html").text
    assert "1 event by title" in page
    assert 'href="/events?q=city"' in page


@pytest.mark.parametrize("page", ["0", "x", "100000", "-1"])
def test_an_invalid_page_of_results_is_400(page: str, send) -> None:
    assert send(f"/search?q=homs&page={page}").status == 400
