"""What people come for, done in a browser: with and without script, on a desk and on a phone."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kg.derived.artefacts import Artefacts
from kg.derived.kinds import SEARCH
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from tests.endpoint.conftest import listening

WIDTHS = {"desk": 1280, "phone": 390}
TALLEST = 6_000
"""Pixels that a page may be high on a phone."""

Visit = Callable[[bool, str], AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def site(sample_store: Path, settings: Settings) -> Iterator[str]:
    """The address of a server of the sample, whose index is there."""
    own = replace(settings, store=str(sample_store))
    with Workers(Store(sample_store), own) as workers, listening(own, workers) as port:
        Artefacts.of(own).obtain(SEARCH, workers.snapshot, 60.0)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(browser: Browser, site: str) -> Visit:
    """Show the home page, and see to it that no other host is asked and no page is too high for a phone."""

    @contextmanager
    def visiting(script: bool, width: str) -> Iterator[Page]:
        size = {"width": WIDTHS[width], "height": 900}
        with browser.new_context(base_url=site, java_script_enabled=script, viewport=size) as context:
            page = context.new_page()
            asked: list[str] = []
            heights: list[int] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto("/")
            yield page
            if script:
                heights.append(page.evaluate("document.documentElement.scrollHeight"))
            assert [one for one in asked if not one.startswith(f"{site}/")] == []
            assert max(heights, default=0) <= TALLEST

    return visiting


def search(page: Page, words: str) -> None:
    page.get_by_role("search").get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False])
def test_all_events_in_homs_in_2012_are_a_table_after_three_clicks(visit: Visit, script: bool, width: str) -> None:
    with visit(script, width) as page:
        search(page, "Homs")
        page.locator("a.bar[aria-label^='2012:']").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Events in Homs, in 2012"
        [query] = [one.get_attribute("href") or "" for one in page.get_by_role("link", name="The same as SPARQL").all()]
        asked = page.request.get(query, headers={"Accept": "application/sparql-results+json"}).json()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV", exact=True).click()
        table = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert [one["event"] for one in table] == [one["event"]["value"] for one in asked["results"]["bindings"]]
    assert len(table) > 5
    assert {one["date"][:4] for one in table} == {"2012"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False])
def test_attacks_in_syria_are_on_a_map_and_by_year(visit: Visit, script: bool, width: str) -> None:
    with visit(script, width) as page:
        search(page, "Syria")
        page.get_by_role("link", name=re.compile("^All .* to narrow down or take along")).click()
        page.locator("section.facets").get_by_role("link", name="Armed conflicts and attacks").click()
        page.get_by_role("navigation", name="Views").get_by_role("link", name="Map").click()
        assert page.locator("svg.world a.place").count() > 2
        assert page.locator("a.bar").count() > 3
