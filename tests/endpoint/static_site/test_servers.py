"""The file for nginx, run by nginx: a static site negotiates, redirects from things to documents, and has headers."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from endpoint.static_site.addresses import SAFE
from endpoint.static_site.folder import LISTED
from tests.endpoint.static_site.conftest import NGINX, NGINX_SERVER, get, nginx
from tests.service.conftest import free_port

EVENT = "event/2011-11-08/abcdefghij"
pytestmark = pytest.mark.slow(
    also="tests/endpoint/static_site/test_addresses.py::test_a_link_leads_to_the_file_of_the_same_document"
)
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/ld+json"),
        ("text/html", "text/html"),
        (CHROME, "text/html"),
        ("*/*", "text/html"),
        ("text/turtle;q=0.9, text/html;q=0.5", "text/turtle"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("text/html;q=0.3, application/ld+json;q=1.0, */*;q=0.1", "application/ld+json"),
        ("text/turtle;q=0.501, application/ld+json;q=0.502", "application/ld+json"),
        ("*/*;q=0.9, text/turtle;q=0.1, text/html;q=0", "application/ld+json"),
        ("text/*;q=0.9, text/html;q=0.1, application/ld+json;q=0.5", "text/turtle"),
        ("TEXT/TURTLE", "text/turtle"),
        ("application/*", "application/ld+json"),
    ],
)
@pytest.mark.parametrize("path", [f"doc/{EVENT}", "doc/entity/en/Homs", "vocab", "catalog"])
def test_a_document_is_in_the_format_that_is_asked_for(served: int, path: str, accept: str, kind: str) -> None:
    reply = get(served, f"/{path}", Accept=accept)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, kind)
    assert "Accept" in reply.headers["vary"]
    suffix = {"text/turtle": "ttl", "application/ld+json": "jsonld", "text/html": "html"}[kind]
    assert reply.headers["content-location"] == f"/{path}.{suffix}"
    assert reply.body == get(served, f"/{path}.{suffix}").body


def test_a_document_without_a_fitting_format_is_refused_and_without_accept_it_is_turtle(served: int) -> None:
    assert get(served, f"/doc/{EVENT}", Accept="image/png").status == 406
    assert get(served, f"/doc/{EVENT}").headers["content-type"] == "text/turtle; charset=utf-8"
    assert get(served, f"/doc/{EVENT}.html", Accept="image/png").status == 200


@pytest.mark.parametrize("suffix", ["", ".ttl"])
def test_a_thing_leads_to_the_document_about_it(served: int, suffix: str) -> None:
    reply = get(served, f"/{EVENT}{suffix}", Accept="text/turtle")
    assert (reply.status, reply.headers["location"]) == (303, f"/doc/{EVENT}{suffix}")
    assert 'rel="describedby"' in reply.headers["link"]


@pytest.mark.parametrize("path", ["event/2011-11-08/nothing", "doc/event/2011-11-08/nothing", "nothing", "a/.git/b"])
def test_an_unknown_address_is_not_found(served: int, path: str) -> None:
    reply = get(served, f"/{path}", Accept="text/html")
    assert reply.status == 404
    assert reply.headers["access-control-allow-origin"] == "*"


def test_an_address_that_is_percent_encoded_is_so_once(served: int) -> None:
    thing = "entity/en/Caf%C3%A9_d'Orient.html"
    moved = get(served, f"/{thing}", Accept="text/turtle")
    assert (moved.status, moved.headers["location"]) == (303, f"/doc/{thing}")
    reply = get(served, f"/doc/{thing}.ttl")
    assert (reply.status, reply.headers["content-location"]) == (200, f"/doc/{thing}.ttl")
    assert f'</doc/{thing}.jsonld>; rel="alternate"' in reply.headers["link"]


def test_other_formats_licences_and_the_vocabulary_are_linked(served: int) -> None:
    link = get(served, f"/doc/{EVENT}", Accept="text/turtle").headers["link"]
    assert f'<http://127.0.0.1:8000/doc/{EVENT}>; rel="canonical"' in link
    assert f'</doc/{EVENT}.jsonld>; rel="alternate"; type="application/ld+json"' in link
    assert '</vocab.ttl>; rel="describedby"' in link


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/feed/atom", "application/atom+xml"),
        ("/feed/activity", "application/activity+json"),
        (f"/timemap/link/{EVENT}", "application/link-format"),
        (f"/timemap/json/{EVENT}", "application/json"),
        ("/dump/newsgraph.nt.gz", "application/gzip"),
        ("/places", "text/html"),
        ("/places?letter=H", "text/html"),
        ("/dump/", "text/html"),
        ("/events?place=entity/en/Homs", "text/html"),
        ("/events?from=2011&to=2011", "text/html"),
        ("/sitemap.xml", "text/xml"),
        ("/robots.txt", "text/plain"),
    ],
)
def test_each_address_has_its_media_type(served: int, path: str, kind: str) -> None:
    reply = get(served, path, Accept="*/*")
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, kind)


def test_each_file_is_found_at_the_address_that_pages_link(served: int, static_site: Path) -> None:
    files = (static_site / LISTED).read_text(encoding="utf-8").splitlines()
    found = {one: get(served, f"/{quote(one, safe=SAFE)}", "HEAD", Accept=CHROME).status for one in files}
    assert any(not one.isascii() for one in files)
    assert {one for one, status in found.items() if status != 200} == set()


@pytest.mark.skipif(not NGINX, reason="nginx is not here (Debian: nginx-light)")
def test_a_source_may_end_with_a_slash_and_other_hidden_files_stay_hidden(static_site: Path, tmp_path: Path) -> None:
    shutil.copytree(static_site / "servers", tmp_path / "site" / "servers")
    for file in ("source/http:/a.example/b/.html", ".newsgraph-files", "a/.git/b"):
        (tmp_path / "site" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / file).write_text("<title>News</title>", encoding="utf-8")
    (tmp_path / "nginx").mkdir()
    port = free_port()
    with nginx(NGINX_SERVER.format(site=tmp_path / "site", port=port), tmp_path / "nginx", port):
        paths = (
            "/source/http:/a.example/b/.html",
            "/source/http%3A%2F%2Fa.example%2Fb%2F",
            "/.newsgraph-files",
            "/a/.git/b",
        )
        assert [get(port, one, Accept=CHROME).status for one in paths] == [200, 200, 404, 404]


def test_only_the_page_of_queries_may_run_an_engine(served: int) -> None:
    policies = {path: get(served, path).headers["content-security-policy"] for path in ("/", "/query.html")}
    assert [path for path, policy in policies.items() if "wasm-unsafe-eval" in policy] == ["/query.html"]


def test_files_with_a_hash_may_be_kept_for_ever_and_others_a_minute(served: int) -> None:
    page = get(served, "/query.html").body.decode()
    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in get(served, style).headers["cache-control"]
    assert get(served, "/").headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_written(served: int, method: str) -> None:
    reply = get(served, f"/{EVENT}", method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_preflight_is_answered(served: int) -> None:
    reply = get(served, f"/doc/{EVENT}", "OPTIONS", Origin="https://elsewhere.example")
    assert reply.status == 204
    assert "GET" in reply.headers["access-control-allow-methods"]
    assert "Accept" in reply.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("path", "accept", "status", "kind"),
    [
        (f"/{EVENT}", "text/turtle", 303, "text/html"),
        ("/event/2011-11-08/nothing", "text/html", 404, "text/html"),
        (f"/doc/{EVENT}", "text/turtle", 200, "text/turtle"),
        (f"/doc/{EVENT}", "text/html;q=0.5, application/ld+json", 200, "application/ld+json"),
        ("/vocab", CHROME, 200, "text/html"),
        ("/places", CHROME, 200, "text/html"),
        ("/dump/newsgraph.nt.gz", "*/*", 200, "application/gzip"),
        ("/feed/atom", "*/*", 200, "application/atom+xml"),
        (f"/timemap/link/{EVENT}", "*/*", 200, "application/link-format"),
        ("/.newsgraph-files", "*/*", 404, "text/html"),
    ],
)
def test_apache_negotiates_too(served_by_apache: int, path: str, accept: str, status: int, kind: str) -> None:
    reply = get(served_by_apache, path, Accept=accept)
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (status, kind)
    assert reply.headers["access-control-allow-origin"] == "*"
