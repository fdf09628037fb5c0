"""The package signposting finds the subject of a document, and extruct the data embedded in pages."""

from __future__ import annotations

from urllib.parse import quote, urljoin

import extruct
import pytest
from signposting import (
    Signposting,
    find_signposting_html,
    find_signposting_http,
    find_signposting_linkset,
)

BASE = "http://127.0.0.1:8000/"
SOURCE = "http://english.example.org/news/2011/11/shelling"
ABOUT = {
    "doc/event/2011-11-08/abcdefghij": f"{BASE}event/2011-11-08/abcdefghij",
    "doc/entity/en/Homs": f"{BASE}entity/en/Homs",
    "doc/day/2011-11-08": f"{BASE}day/2011-11-08",
    "page/2011-11-08.wiki/123b279e8e23175b": f"{BASE}page/2011-11-08.wiki/123b279e8e23175b",
    f"source/{quote(SOURCE, safe='')}": SOURCE,
    "doc/snapshot/20111109T060000000000Z": f"{BASE}snapshot/20111109T060000000000Z",
    "catalog": f"{BASE}catalog",
}


@pytest.fixture
def root(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def named(found: Signposting) -> dict[str, set[str]]:
    """The targets of signposts, by relation."""
    lists = {"item": found.items, "type": found.types, "describedby": found.describedBy, "author": found.authors}
    return {
        "cite-as": {str(found.citeAs.target)} if found.citeAs else set(),
        **{rel: {str(one.target) for one in links} for rel, links in lists.items()},
        "linkset": {str(one.target) for one in found.linksets},
    }


@pytest.mark.parametrize("path", ABOUT)
def test_the_headers_and_the_head_of_a_page_have_all_signposts(root: str, path: str) -> None:
    headers, head = (named(find(root + path)) for find in (find_signposting_http, find_signposting_html))
    assert headers["linkset"] == {f"{root}linkset/{path}"}
    # Links of pages lead to the server that is asked, and this one is not at its identity base.
    for found, base in ((headers, BASE), (head, root)):
        assert found["cite-as"] == {ABOUT[path].replace(BASE, base)}
        assert found["author"] == {f"{base}catalog#publisher"}
        assert "https://schema.org/AboutPage" in found["type"]
        assert {f"{root}{path}.ttl", f"{root}{path}.jsonld"} <= found["item"] & found["describedby"]


@pytest.mark.parametrize("kind", ["application/linkset", "application/linkset+json"])
@pytest.mark.parametrize("path", ABOUT)
def test_a_link_set_says_what_the_headers_say(root: str, path: str, kind: str) -> None:
    found = named(find_signposting_linkset(f"{root}linkset/{path}", kind).for_context(root + path))
    headers = named(find_signposting_http(root + path))
    for one in (found, headers):  # more dumps are added for a while
        one["item"] = {target for target in one["item"] if "/dump/" not in target}
    assert found == headers


def test_the_dumps_are_items_of_the_catalogue(send, root: str) -> None:
    assert send("/dump/newsgraph.nq.gz").status == 200
    assert f"{root}dump/newsgraph.nq.gz" in named(find_signposting_http(f"{root}catalog"))["item"]


@pytest.mark.parametrize("path", ["doc/nothing", "doc/event/2011-11-08/abcdefghij.ttl", "entity/en/Homs", "robots.txt"])
def test_anything_but_a_document_has_no_link_set(send, path: str) -> None:
    assert send(f"/linkset/{path}").status == 404


@pytest.mark.parametrize("path", ["doc/event/2011-11-08/abcdefghij", "doc/entity/en/Homs", "catalog", "vocab"])
def test_extruct_reads_what_is_embedded_in_a_page(send, root: str, path: str) -> None:
    page = send(f"/{path}", "text/html").text
    found = extruct.extract(page, base_url=urljoin(root, path), syntaxes=["json-ld"])["json-ld"]
    assert found
    assert all("@context" in one or "@graph" in one or "@id" in one for one in found)
