"""The documentation site: generated pages are up to date, every page has its place, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import DOCS, ROOT
from tools.reference.pages import PAGES
from tools.reference.site import FROM_THE_ROOT

LOADED = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"), ("object", "data")}
"""Attributes whose address a browser asks without being told to."""
SAID_ONLY = {"canonical", "prev", "next"}
"""Relations of links that a browser asks nothing for."""
IN_STYLE = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])(?:https?:)?//""")
HERE = "tests/structure/test_reference.py::"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_says_what_its_source_says(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "make docs renews it"


def test_every_page_has_one_place_in_the_navigation() -> None:
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    listed = _pages(navigation)
    pages = {one.relative_to(DOCS).as_posix() for one in DOCS.rglob("*.md") if one.parent.name != "decisions"}
    assert sorted(listed) == sorted({*pages, *FROM_THE_ROOT.values()})


def _pages(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [page for one in (entry.values() if isinstance(entry, dict) else entry) for page in _pages(one)]


class Loaded(HTMLParser):
    """Collects the addresses that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "link" and said.get("rel") in SAID_ONLY:
            return
        self.addresses += [value or "" for name, value in attrs if (tag, name) in LOADED]


@pytest.mark.slow(also=HERE + "test_every_page_has_one_place_in_the_navigation")
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True)
    assert (built.returncode, built.stderr.decode()) == (0, "")
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.addresses
        assert [one for one in loaded.addresses if re.match(r"(?:[a-z+]+:)?//", one)] == []
        assert 'class="mermaid"' not in page.read_text(encoding="utf-8")  # for which the theme would load a script
    assert [one for one in tmp_path.rglob("*.css") if IN_STYLE.search(one.read_text(encoding="utf-8"))] == []
