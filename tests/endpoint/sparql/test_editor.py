"""The query editor: its size, the data that pages give it, and that a browser runs it under their policy."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

import vocab
from endpoint.rendering.assets import ASSETS
from kg.rdf.prefixes import PREFIXES
from tests.paths import ROOT

LARGEST = 150_000
MISTAKE = "/sparql?" + urlencode({"query": "SELECT ?x\nWHERE { ?x a ng:Evnt }"})


def field(page: str) -> dict[str, str]:
    found = re.search(r"<textarea ([^>]*)>", page)
    assert found
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', found[1])}


def test_the_bundle_is_small() -> None:
    assert len(gzip.compress((ROOT / "endpoint" / "static" / "editor.js").read_bytes())) < LARGEST


def test_the_text_field_names_its_editor_and_works_without_it(send) -> None:
    page = send("/sparql", "text/html").text
    given = field(page)
    assert "hidden" not in given
    for address in (given["data-editor"], f"/{ASSETS['query-field.js']}"):
        script = send(address)
        assert (script.status, "javascript" in script.type) == (200, True)
    assert send(given["data-terms"]).status == 200
    assert f'<script type="module" src="/{ASSETS["query-field.js"]}"></script>' in page
    assert "style=" not in page


def test_an_error_is_shown_with_its_place_and_the_query_is_kept(send) -> None:
    page = send(MISTAKE, "text/html")
    given = field(page.text)
    assert (page.status, given["data-line"], given["data-column"]) == (400, "2", "14")
    assert "did you mean ng:Event" in given["data-message"]
    assert "WHERE { ?x a ng:Evnt }</textarea>" in page.text


def test_completion_has_every_prefix_and_every_term_of_the_vocabulary(send) -> None:
    known = json.loads(send("/sparql/terms").body)
    assert known["prefixes"] == PREFIXES
    terms = {one["name"]: one["comment"] for one in known["terms"]}
    assert {f"ng:{name}" for name in (*vocab.CLASSES, *vocab.PROPERTIES)} <= set(terms)
    assert {"schema:startDate", "rdfs:label", "wgs:lat"} <= set(terms)
    assert all(comment for name, comment in terms.items() if name.startswith("ng:"))


@pytest.fixture
def page(browser: Browser, port: int) -> Iterator[Page]:
    """A page; after the test, it must not have asked another host, violated the policy or raised a script error."""
    shown = browser.new_page(base_url=f"http://127.0.0.1:{port}")
    asked: list[str] = []
    said: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    yield shown
    shown.close()
    assert [url for url in asked if not url.startswith(f"http://127.0.0.1:{port}/")] == []
    assert [text for text in said if "400 (BAD REQUEST)" not in text] == []


WRITES = "tests/endpoint/sparql/test_editor.py::test_the_text_field_names_its_editor_and_works_without_it"
TELLS = "tests/endpoint/sparql/test_editor.py::test_an_error_is_shown_with_its_place_and_the_query_is_kept"


@pytest.mark.slow(also=WRITES)
def test_the_editor_comes_with_the_focus_completes_and_sends_what_is_written(page: Page) -> None:
    page.goto("/sparql")
    height = page.evaluate("document.documentElement.scrollHeight")
    assert page.locator(".cm-content").count() == 0
    page.focus("#query")
    page.locator(".cm-content").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight") == height
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?d { ?e schema:startD")
    page.get_by_role("option", name="schema:startDate").click()
    page.keyboard.type(' ?d ; ng:place ?p . ?p rdfs:label "Hom')
    page.get_by_role("option", name="Homs").first.click()
    assert 'schema:startDate ?d ; ng:place ?p . ?p rdfs:label "Homs"@' in page.locator("#query").input_value()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sparql?query=*")
    assert page.locator("table.results").count() == 1


@pytest.mark.slow(also=TELLS)
def test_the_editor_marks_an_error_at_its_place(page: Page) -> None:
    page.goto(MISTAKE)
    assert page.locator(".cm-mistake").inner_text() == "ng:Evnt"
    assert "did you mean ng:Event" in page.locator(".cm-told").inner_text()
    assert page.locator("pre.mistake").count() == 0
