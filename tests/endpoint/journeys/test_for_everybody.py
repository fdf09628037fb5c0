"""Every kind of page is accessible: axe finds no fault, and no page is too wide or too high for a phone.

axe-core checks those rules of the Web Content Accessibility Guidelines 2.2, levels A and AA, that a program can check.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from endpoint.app import create_app
from kg.settings import Settings
from kg.workers.workers import Workers
from tests.endpoint.addresses import EVENT, examples
from tests.endpoint.journeys.conftest import TALLEST, WIDTHS

AXE = Path(__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DOUBLED = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.data.trim().length === 1) text.data += text.data;
  }
}"""
"""Axe does not judge the contrast of a single letter, such as a small number of events."""
MORE = (
    *("/events?view=table", "/events?view=map", "/events?view=timeline", "/events?view=chart", "/events?q=nothing"),
    *("/search", "/search?q=Hmos", "/sparql", "/sparql?query=SELECT+*%7B%3Fa+%3Fb+%3Fc%7D", "/nothing", "/people"),
    *("/sparql?query=SELECT+*%7B%3Fa+a+ng:Evnt%7D", "/questions/place-by-month?view=chart", "/doc/entity/en/Homs"),
    *("/doc/day/2011-11-08", "/doc/month/2011-11", "/doc/year/2011", "/doc/category/armed-conflicts-and-attacks"),
    *("/zh/", f"/zh/doc/{EVENT}", "/zh/events"),
)
"""Addresses of kinds of pages beside those that the examples of the routes lead to."""
ALONE = {"/reconcile/preview?id=entity/en/Homs", "/embed/events?place=entity/en/Homs"}
"""Pages embedded in another page, which has the heading and the landmarks."""
SIGHTS = [(scheme, width) for scheme in ("light", "dark") for width in ("desk", "phone")]
HOME = "tests/endpoint/journeys/test_for_everybody.py::test_the_home_page_is_accessible"


@pytest.fixture(scope="module")
def pages(settings: Settings, workers: Workers, send) -> list[str]:
    """The addresses of a page of each kind."""
    known = [*examples(create_app(settings, workers)), *MORE]
    replies = {one: send(one, "text/html,*/*;q=0.1") for one in known}
    return [one for one, reply in replies.items() if reply.type == "text/html" and "location" not in reply.headers]


@pytest.fixture
def visitor(browser: Browser, port: int, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a browser with a colour scheme and a width."""
    scheme, width = request.param
    with browser.new_context(
        base_url=f"http://127.0.0.1:{port}",
        bypass_csp=True,  # for axe, which is not part of the pages
        color_scheme=scheme,
        viewport={"width": WIDTHS[width], "height": 900},
    ) as context:
        yield context.new_page()


def violations(page: Page) -> list[Any]:
    """Return what axe finds: the broken rules, each with the elements that break it."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    page.evaluate(DOUBLED)
    found += page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]


def faults(page: Page, address: str) -> list[Any]:
    """Return the faults of a page for some of its readers."""
    page.goto(address)
    width, height, seen = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight, innerWidth]"
    )
    alone = {"region", "landmark-one-main", "page-has-heading-one"} if address in ALONE else set()
    found = [one for one in violations(page) if one[0] not in alone]
    found += [f"{width} px wide"] if width > seen else []
    return found + ([f"{height} px high"] if height > TALLEST else [])


@pytest.mark.parametrize("visitor", SIGHTS[-1:], indirect=True)
def test_the_home_page_is_accessible(visitor: Page) -> None:
    assert faults(visitor, "/") == []


@pytest.mark.slow(also=HOME)
@pytest.mark.parametrize("visitor", SIGHTS, indirect=True)
def test_every_kind_of_page_is_accessible(visitor: Page, pages: list[str]) -> None:
    found = {address: faults(visitor, address) for address in pages}
    wrong = {address: one for address, one in found.items() if one}
    assert not wrong, pformat(wrong)
    assert len(found) > 40
