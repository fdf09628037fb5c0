"""A static site says what the server says, has the same bytes each time, writes only changes, has no broken link."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest

from endpoint.static_site.publish import publish
from kg.errors import ConfigurationError
from kg.settings import Settings
from tests.conftest import TURTLE, publish_turtle
from tests.endpoint.conftest import Send
from tests.endpoint.static_site.conftest import written

EVENT = "event/2011-11-08/abcdefghij"
pytestmark = pytest.mark.slow(also="tests/endpoint/static_site/test_folder.py::test_only_what_differs_is_written")
LINK = re.compile(r'<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"')


def contents(site: Path) -> dict[str, bytes | str]:
    files = (one for one in site.rglob("*") if one.is_file() or one.is_symlink())
    return {
        str(one.relative_to(site)): str(one.readlink()) if one.is_symlink() else one.read_bytes()
        for one in files
        if not one.name.startswith(".newsgraph")
    }


def leads_to(page: str, link: str) -> str | None:
    """Return the file that a link of a page leads to, None if it leads elsewhere."""
    target = urlsplit(urljoin(f"http://site/{quote(page)}", unescape(link)))
    if target.netloc != "site":
        return None
    assert not target.query, f"{page} links {link}, which a server of files does not tell from others"
    path = unquote(target.path.removeprefix("/"))
    return f"{path}index.html" if not path or path.endswith("/") else path


def test_each_link_of_each_page_leads_to_a_file(static_site: Path) -> None:
    pages = {one: one.read_text(encoding="utf-8") for one in static_site.rglob("*.html")}
    found = {
        (str(one.relative_to(static_site)), link): leads_to(str(one.relative_to(static_site)), link)
        for one, text in pages.items()
        for link in LINK.findall(text)
    }
    assert len(found) > len(pages)
    assert {key for key, file in found.items() if file and not (static_site / file).is_file()} == set()


def test_a_page_asks_no_server_for_anything(static_site: Path) -> None:
    assert not any("<form" in one.read_text(encoding="utf-8") for one in static_site.rglob("*.html"))


@pytest.mark.parametrize("suffix", ["ttl", "jsonld"])
@pytest.mark.parametrize("path", [f"doc/{EVENT}", "doc/entity/en/Homs", "doc/day/2011-11-08"])
def test_a_document_has_the_bytes_that_the_server_sends(static_site: Path, send: Send, path: str, suffix: str) -> None:
    assert (static_site / f"{path}.{suffix}").read_bytes() == send(f"/{path}.{suffix}").body


@pytest.mark.parametrize(
    "file",
    [
        *("index.html", "404.html", "robots.txt", "sitemap.xml", "search.html", "query.html", "events.html"),
        *("events/place/entity/en/Homs.html", "events/2011/place/entity/en/Homs.html", "events/2011.html"),
        *("feed/atom.atom", "feed/activity.json", "catalog.ttl", "catalog.jsonld", "dump/newsgraph.nt.gz"),
        *("dump/newsgraph-2011.nt.gz", "servers/nginx.conf", "servers/apache.conf", "vocab.ttl", "context.jsonld"),
        *(f"timemap/link/{EVENT}.link", f"timemap/json/{EVENT}.json"),
    ],
)
def test_the_site_has_everything_besides_documents_too(static_site: Path, file: str) -> None:
    assert (static_site / file).stat().st_size > 0


def test_mementos_that_timemaps_list_are_files(static_site: Path) -> None:
    listed = (static_site / f"timemap/link/{EVENT}.link").read_text(encoding="utf-8")
    found = re.findall(r"<[^>]*?/(memento/[^>]*)>", listed)
    assert found
    assert all((static_site / f"{one}.{suffix}").is_file() for one in found for suffix in ("html", "ttl", "jsonld"))


def test_the_number_of_processes_changes_no_byte_and_a_second_run_writes_nothing(
    static_site: Path, settings: Settings, tmp_path: Path
) -> None:
    written(tmp_path / "site", settings, jobs=2)
    assert contents(tmp_path / "site") == contents(static_site)
    again = written(tmp_path / "site", settings)
    assert (again.changed, again.removed) == (0, 0)


def test_after_a_change_only_affected_files_are_written_and_removed_ones_deleted(
    settings: Settings, tmp_path: Path
) -> None:
    text = TURTLE.read_text(encoding="utf-8")
    own = replace(settings, store=str(tmp_path / "store"))
    publish_turtle(tmp_path / "store", text)
    first = written(tmp_path / "site", own)
    before = contents(tmp_path / "site")
    publish_turtle(tmp_path / "store", text.replace('"Aleppo"@en', '"Alep"@en'), "20111110T060000000000Z")
    second = written(tmp_path / "site", own)
    after = contents(tmp_path / "site")
    changed = {one for one in after if before.get(one) != after[one]}
    assert second.changed == len(changed)
    assert 0 < len(changed) < first.files / 3
    assert second.removed == len(before.keys() - after.keys())


@pytest.mark.parametrize("base", ["ftp://news.example/", "https://news.example", "news"])
def test_an_address_that_no_site_can_have_is_refused(settings: Settings, tmp_path: Path, base: str) -> None:
    with pytest.raises(ConfigurationError, match="--base"):
        written(tmp_path / "site", replace(settings, serve_url=base))


@pytest.mark.parametrize("formats", [("ttl",), ("html", "docx")])
def test_formats_that_no_site_can_have_are_refused(
    settings: Settings, tmp_path: Path, formats: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigurationError, match="--formats"):
        publish(tmp_path / "site", settings, formats, 1, lambda done, total: None)
