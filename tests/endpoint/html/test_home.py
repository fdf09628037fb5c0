from __future__ import annotations

import hashlib
import html
import json
import mimetypes
import re

import pytest

from endpoint.rendering.assets import ASSETS
from tests.paths import ROOT


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=Homs", "/search?q=nowhere", "/sparql", "/dump/", "/vocab"])
def test_pages_are_html_with_a_strict_policy(send, path: str) -> None:
    reply = send(path, "text/html")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert re.search(r'<html lang="en">.*<title>[^<]+</title>', reply.text, re.DOTALL)


def test_home_lists_the_newest_events_first_with_counts(send) -> None:
    page = send("/").text
    assert page.index("abcdefghij") < page.index("klmnopqrst")
    assert "<li>3 events" in page


def test_home_shows_the_world_and_offers_questions_that_lists_answer(send) -> None:
    page = send("/").text
    assert '<svg class="world"' in page
    questions = re.findall(r'<li><a href="(/events\?[^"]*)">([^<]*\?)</a>', page)
    assert len(questions) >= 4
    for address, text in questions:
        assert send(html.unescape(address), "text/html").status == 200, text


def test_the_measured_figures_are_those_of_the_docs(send) -> None:
    page, docs = send("/about").text, (ROOT / "docs" / "places.md").read_text(encoding="utf-8")
    figures = re.findall(r"<td>(0\.\d{3})</td>", page)
    assert len(figures) == 8
    assert [one for one in figures if one not in docs] == []


@pytest.mark.parametrize("path", ["/use", "/status", "/about"])
def test_a_page_about_the_site_is_one_of_its_pages(send, path: str) -> None:
    assert f'href="{path}"' in send("/").text or f'href="{path}"' in send("/about").text
    assert send(path, "text/html").status == 200


def test_every_address_that_the_page_of_use_gives_answers(send) -> None:
    page = html.unescape(send("/use").text)
    addresses = re.findall(r"http://127\.0\.0\.1:\d+(/[^\s\"'<]*)", page)
    assert len(addresses) > 8
    for address in addresses:
        assert send(address, "*/*").status in (200, 303), address


def test_a_day_page_lists_its_events_and_leads_to_its_neighbours(send) -> None:
    page = send("/doc/day/2011-11-08.html").text
    assert "besieges" in page
    assert 'rel="prev" href="/day/2011-11-07"' in page
    assert 'rel="next" href="/day/2011-11-09"' in page
    assert "No events here" in send("/doc/day/2011-11-09.html").text


@pytest.mark.slow(
    also="tests/crawl/test_crawl.py::test_everything_leads_somewhere_and_is_valid_and_all_formats_say_the_same"
)
def test_every_link_on_the_site_leads_somewhere(send) -> None:
    seen: set[str] = set()
    todo = ["/"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        reply = send(path, "text/html")
        assert reply.status in (200, 302, 303, 308), path
        if "location" in reply.headers:
            todo.append(reply.headers["location"])
        elif reply.type == "text/html" and path.count("=") < 2:  # otherwise every list would lead to every other one
            links = re.findall(r'(?:href|src)="(/[^"]*)"', reply.text)
            todo += [html.unescape(link).partition("#")[0] for link in links if not link.startswith("/dump/newsgraph")]
    assert len(seen) > 60


def test_health_and_readiness(send) -> None:
    said = {"status": "alive", "engine": "embedded", "graph": "disk", "store": "sound"}
    assert json.loads(send("/healthz").body) == said
    assert json.loads(send("/readyz").body)["snapshot"]


def test_the_small_files_are_served(send) -> None:
    assert "Disallow: /sparql" in send("/robots.txt").text
    assert send("/favicon.svg").type == "image/svg+xml"


@pytest.mark.parametrize("name", ASSETS)
def test_the_files_of_pages_are_kept_for_ever_since_their_addresses_have_their_hash(send, name: str) -> None:
    path = f"/{ASSETS[name]}"
    sent = send(path)
    assert (sent.status, sent.type) == (200, mimetypes.guess_type(name)[0])
    assert sent.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashlib.sha256(sent.body).hexdigest()[:12] in path
    assert send(path, If_None_Match=sent.headers["etag"]).status == 304
    assert send(f"{path}x").status == 404


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


def test_the_language_in_the_address_overrides_the_preferred_one(send) -> None:
    reply = send("/?language=zh", "text/html", **{"Accept-Language": "en"})
    assert "/event/2011-11-07/zhongwenaa" in reply.text
    assert reply.headers["vary"] == "Accept-Language, Accept, Accept-Encoding"


def test_a_reader_of_an_unsupported_language_gets_the_one_with_most_events(send) -> None:
    assert "/event/2011-11-08/abcdefghij" in send("/", "text/html", **{"Accept-Language": "fi"}).text
