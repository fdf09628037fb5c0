"""A browser on a server of the sample, with or without JavaScript, with the width of a desktop or a phone."""

from __future__ import annotations

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
WAYS = [
    (False, "phone"),
    pytest.param(True, "phone", marks=pytest.mark.slow),
    pytest.param(False, "desk", marks=pytest.mark.slow),
    pytest.param(True, "desk", marks=pytest.mark.slow),
]
"""Whether there is script, and the width."""
TALLEST = 6_000
"""Pixels that a page may be high on a phone."""

Visit = Callable[[bool, str], AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def site(sample_store: Path, settings: Settings) -> Iterator[str]:
    """The address of a server of the sample, with a finished index."""
    own = replace(settings, store=str(sample_store))
    with Workers(Store(sample_store), own) as workers, listening(own, workers) as port:
        Artefacts.of(own).obtain(SEARCH, workers.snapshot, 60.0)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(browser: Browser, site: str) -> Visit:
    """Show the home page, and check that no other host is asked and no page is too high for a phone."""

    @contextmanager
    def visiting(script: bool, width: str) -> Iterator[Page]:
        size = {"width": WIDTHS[width], "height": 900}
        with browser.new_context(base_url=site, java_script_enabled=script, viewport=size) as context:
            context.set_default_timeout(15_000)
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
