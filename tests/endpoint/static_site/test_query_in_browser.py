"""In a real browser without other hosts, a static site answers SPARQL by itself, or names the alternatives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.slow(
    also="tests/endpoint/static_site/test_addresses.py::test_a_link_that_needs_a_server_leads_to_its_static_replacement"
)
HOMS = """PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?event ?title WHERE { ?event a ng:Event ; ng:place ?place ; rdfs:label ?title . ?place rdfs:label "Homs"@en }"""


def test_the_browser_fetches_only_the_dump_of_a_year(served: int, browser: Browser) -> None:
    with browser.new_context(base_url=f"http://127.0.0.1:{served}") as context:
        context.set_default_timeout(60_000)
        page, asked, faults = context.new_page(), [], []
        context.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
        page.goto("/query.html")
        page.get_by_label("Data of").select_option(label="2011")
        page.get_by_label("Query", exact=True).fill(HOMS)
        page.get_by_role("button", name="Run query").click()
        page.wait_for_selector(".answer table tbody tr")
        rows = page.locator(".answer tbody tr").all_inner_texts()
        assert any("event/2011-11-08/abcdefghij" in one for one in rows), rows
        assert faults == []
        assert {one.split("/")[2] for one in asked} == {f"127.0.0.1:{served}"}
        assert any(one.endswith("newsgraph-2011.nt.gz") for one in asked)


def test_an_error_in_a_query_is_shown_and_the_next_query_is_answered(served: int, browser: Browser) -> None:
    with browser.new_context(base_url=f"http://127.0.0.1:{served}") as context:
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto("/query.html#query=SELECT")
        page.get_by_role("button", name="Run query").click()
        page.wait_for_selector("[role=status].wrong")
        page.get_by_label("Query", exact=True).fill("ASK { ?s ?p ?o }")
        page.get_by_role("button", name="Run query").click()
        page.wait_for_selector(".answer table tbody tr")
        assert page.locator(".answer tbody").inner_text().strip() == "true"


def test_without_script_the_page_says_what_to_download(served: int, browser: Browser) -> None:
    with browser.new_context(base_url=f"http://127.0.0.1:{served}", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/query.html")
        assert not page.get_by_role("button", name="Run query").is_visible()
        href = page.get_by_role("link", name="2011", exact=True).get_attribute("href")
        assert href == "/dump/newsgraph-2011.nt.gz"
        assert page.request.get(href).ok
