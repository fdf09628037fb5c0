"""The tasks that people come for, done in a browser: with and without JavaScript, on a desktop and on a phone."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.endpoint.journeys.conftest import WAYS, Visit

BLASTS = "A series of blasts kills 37 people or more in Homs"
"""An event of the sample with three wordings."""
TYPO = "SELECT ?event WHERE {\n  ?event a ng:Event ;\n    ng:categry ?category .\n}"
"""A query that names a property that there is not, in its third line."""


def search(page: Page, words: str) -> None:
    page.get_by_role("search").get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")


@pytest.mark.parametrize(("script", "width"), WAYS)
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


@pytest.mark.parametrize(("script", "width"), WAYS)
def test_attacks_in_syria_are_on_a_map_and_by_year(visit: Visit, script: bool, width: str) -> None:
    with visit(script, width) as page:
        search(page, "Syria")
        page.get_by_role("link", name=re.compile("^Filter or download all ")).click()
        page.locator("section.facets").get_by_role("link", name="Armed conflicts and attacks").click()
        page.get_by_role("navigation", name="Views").get_by_role("link", name="Map").click()
        assert page.locator("svg.world a.place").count() > 2
        assert page.locator("a.bar").count() > 3


@pytest.mark.parametrize(("script", "width"), WAYS)
def test_how_the_wording_of_an_event_changed_is_seen_after_a_search(visit: Visit, script: bool, width: str) -> None:
    with visit(script, width) as page:
        search(page, "blasts Homs")
        page.get_by_role("link", name=re.compile(f"^{BLASTS}")).first.click()
        page.get_by_role("link", name="All wordings").click()
        page.wait_for_url("**/history")
        assert page.locator("ol.wordings > li").count() == 3
        assert page.locator("ol.wordings ins").count() + page.locator("ol.wordings del").count() > 0
        page.get_by_role("link", name="Compare the first with the last.").click()
        page.wait_for_url("**/compare?*")
        assert page.get_by_role("heading", level=1).inner_text() == "Wording 1 and wording 3"
        assert page.locator("p.wording :is(ins, del)").count() > 0
        page.get_by_label("From", exact=True).select_option(index=1)
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url(re.compile(r"/compare\?a=.*&b="))
        assert page.get_by_role("heading", level=1).inner_text() == "Wording 2 and wording 3"


@pytest.mark.parametrize(("script", "width"), WAYS)
def test_what_a_publisher_reported_in_the_week_of_an_event_is_one_click_from_it(
    visit: Visit, script: bool, width: str
) -> None:
    with visit(script, width) as page:
        search(page, "Homs")
        reported = page.locator("ul.events > li", has=page.locator("a[href^='/publisher/']"))
        reported.first.locator("a.title").click()
        page.wait_for_url("**/doc/event/**")
        day = date.fromisoformat(page.locator("p.kicker time").first.get_attribute("datetime") or "")
        links = page.get_by_role("link", name=re.compile("^What else .* reported that week$"))
        publisher = re.sub("^What else | reported that week$", "", links.first.inner_text())
        links.first.click()
        page.wait_for_url(re.compile(r"/events\?publisher="))
        assert publisher in page.get_by_role("heading", level=1).inner_text()
        days = [one.get_attribute("datetime") or "" for one in page.locator("ul.events time").all()]
        monday = day - timedelta(days=day.weekday())
        assert day.isoformat() in days
        assert all(monday <= date.fromisoformat(one) <= monday + timedelta(days=6) for one in days)


@pytest.mark.parametrize(("script", "width"), WAYS)
def test_a_typo_in_a_query_is_reported_with_its_place_and_a_suggestion(visit: Visit, script: bool, width: str) -> None:
    with visit(script, width) as page:
        page.goto("/sparql")
        field = page.get_by_role("textbox", name="Query")
        field.fill(TYPO)
        page.get_by_role("button", name="Run query").click()
        page.wait_for_url("**/sparql?query=*")
        told = page.locator("p.lead")
        assert "did you mean ng:category" in told.inner_text()
        where = page.locator(".cm-told" if script else "pre.mistake")
        where.first.wait_for()
        assert where.count() == 1
        if not script:
            assert "3      ng:categry" in where.inner_text()
            assert "↑" in where.inner_text()


@pytest.mark.parametrize("script", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_reader_of_chinese_stays_in_chinese_and_can_change_to_english(visit: Visit, script: bool) -> None:
    with visit(script, "phone") as page:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="中文").click()
        page.wait_for_url("**/zh/")
        search(page, "Homs")
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        page.locator("ul.events a.title[lang=en]").first.click()
        page.wait_for_url("**/zh/doc/event/**")
        assert page.get_by_role("heading", name="来源").count() == 1
        assert page.get_by_role("heading", level=1).get_attribute("lang") == "en"
        page.get_by_role("link", name="English").click()
        page.wait_for_url("**/en/doc/event/**")
        assert page.get_by_role("heading", name="Sources").count() == 1
