"""Measures how high and wide the pages of a server are on a phone, and how far their content moves while they load.

    python bench/layout.py http://127.0.0.1:8000/

It prints a line for each kind of page: the bytes of the page itself, its height and width in pixels, its cumulative
layout shift, and an exclamation mark if it breaks a limit: 100 kB, 6,000 pixels, the width of the phone, no shift.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Page, sync_playwright

WIDTH: Final = 390
LIMITS: Final = (100_000, 6_000, WIDTH, 0.0)
PAGES: Final = (
    *(
        "",
        "about",
        "use",
        "status",
        "feed",
        "catalog",
        "cite",
        "dump/",
        "vocab",
        "questions",
        "sparql",
        "search?q=Homs",
    ),
    *("events", "events?view=table", "events?view=map", "events?view=timeline", "events?view=chart"),
    *("events?place=entity/en/Homs", "events?q=ceasefire&view=map", "embed/events?place=entity/en/Syria&view=map"),
    *("places", "people", "stories", "topics", "publishers", "categories", "places?sort=name", "changes"),
    *(
        "doc/entity/en/Homs",
        "doc/entity/en/United_States",
        "doc/entity/en/Syrian_Civil_War",
        "doc/entity/en/Barack_Obama",
    ),
    *("doc/category/armed-conflicts-and-attacks", "doc/publisher/bbc", "doc/day/2012-02-06", "doc/month/2012-02"),
    *(
        "doc/year/2012",
        "week/2012-W06",
        "on-this-day/02-06",
        "questions/in-a-place",
        "questions/place-by-month?view=chart",
    ),
    *("sparql?query=SELECT+*+%7B%3Fa+ng:place+%3Fb%7D+LIMIT+200", "zh/", "zh/events", "nothing"),
)
SHIFT: Final = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def row(page: Page, address: str) -> Sequence[float]:
    """Return the bytes, the height, the width and the layout shift of a page."""
    with page.expect_response(lambda one: one.request.is_navigation_request()) as answered:
        page.goto(address, wait_until="networkidle")
    size = answered.value.request.sizes()["responseBodySize"]
    shift = page.evaluate(SHIFT)
    height, width = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    return size, height, width, round(shift, 4)


def main(root: str) -> None:
    """Print the table."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 844})
        page.goto(f"{root}events?sort=oldest&place=entity/en/Homs")
        events = [one.get_attribute("href") or "" for one in page.locator("ul.events a.title").all()[:2]]
        documents = [f"doc{event}" for event in events]
        for path in (
            *PAGES,
            *documents,
            *(f"{event[1:]}/{kind}" for event in events[:1] for kind in ("history", "compare")),
        ):
            found = row(page, root + path)
            marks = ["!" if one > most else " " for one, most in zip(found, LIMITS, strict=True)]
            print(path.ljust(56), *(f"{one:>8,}{mark}" for one, mark in zip(found, marks, strict=True)), flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
