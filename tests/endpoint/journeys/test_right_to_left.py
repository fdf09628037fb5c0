"""Texts written from right to left are laid out so, and so would be an interface in such a language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kg.derived.artefacts import Artefacts
from kg.derived.kinds import SEARCH
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from tests.conftest import TURTLE, publish_turtle
from tests.endpoint.addresses import EVENT
from tests.endpoint.conftest import listening

ENGLISH = "The Syrian government besieges the city of Homs for a sixth day."
ARABIC = "تحاصر الحكومة السورية مدينة حمص لليوم السادس على التوالي، وفق ما ذكرته صحيفة Example Times."
SIDES = """one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const [text, box] = [range.getClientRects()[0], one.getBoundingClientRect()];
  return [text.left - box.left, box.right - text.right];
}"""
"""The space before and after the first line of an element, in pixels."""
KINDS = ("/", "/events", "/events?view=table", "/places", f"/doc/{EVENT}", "/sparql", "/questions/in-a-place", "/about")


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[str]:
    """The address of a server that has an event in Arabic."""
    text = TURTLE.read_text(encoding="utf-8")
    store = tmp_path_factory.mktemp("arabic")
    publish_turtle(store, text.replace(f'"{ENGLISH}"@en', f'"{ARABIC}"@ar'))
    own = replace(settings, store=str(store))
    with Workers(Store(Path(store)), own) as workers, listening(own, workers) as port:
        Artefacts.of(own).obtain(SEARCH, workers.snapshot, 60.0)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def phone(browser: Browser, arabic: str) -> Iterator[Page]:
    with browser.new_context(base_url=arabic, viewport={"width": 390, "height": 900}) as context:
        yield context.new_page()


def test_a_title_in_arabic_begins_on_the_right_on_a_page_in_english(phone: Page) -> None:
    phone.goto(f"/doc/{EVENT}")
    heading = phone.get_by_role("heading", level=1)
    assert (heading.get_attribute("lang"), heading.get_attribute("dir")) == ("ar", "rtl")
    before, behind = heading.evaluate(SIDES)
    assert behind < 2 < before
    assert phone.locator("html").evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_a_title_in_arabic_is_marked_in_a_list(phone: Page) -> None:
    phone.goto("/events")
    title = phone.get_by_role("link", name=ARABIC[:20])
    assert title.get_attribute("lang") == "ar"
    assert title.evaluate("one => getComputedStyle(one).direction") == "rtl"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_page_is_wider_than_a_phone_in_either_direction(phone: Page, direction: str) -> None:
    wide = {}
    for address in KINDS:
        phone.goto(address)
        phone.evaluate("direction => document.documentElement.dir = direction", direction)
        widths = phone.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        wide |= {address: widths[0]} if widths[0] > widths[1] else {}
    assert wide == {}
