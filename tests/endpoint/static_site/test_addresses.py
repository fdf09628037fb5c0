"""The addresses of a static site, their files, and the targets of links on pages."""

from __future__ import annotations

import pytest

from endpoint.static_site.addresses import StaticAddresses
from endpoint.static_site.links import addresses

SITE = StaticAddresses("", ("html", "ttl"), frozenset({"newsgraph.nt.gz"}))
BELOW = StaticAddresses("/kg", ("html",), frozenset())


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("/event/2011-11-08/abc", "/doc/event/2011-11-08/abc.html"),
        ("/doc/entity/en/Homs?page=2#events", "/doc/entity/en/Homs.page-2.html#events"),
        ("/doc/entity/en/Homs.ttl", "/doc/entity/en/Homs.ttl"),
        ("/event/2011-11-08/abc/revision/1", "/event/2011-11-08/abc/revision/1.html"),
        ("/event/2011-11-08/abc/history", "/event/2011-11-08/abc/history.html"),
        ("/source/http%3A%2F%2Fa.example%2Fb%3Fc", "/source/http:/a.example/b%3Fc.html"),
        ("/source/http%3A%2F%2Fa.example%2Fb.html", "/source/http:/a.example/b.html.html"),
        ("/source/http%3A%2F%2Fa.example%2Fb.html.ttl", "/source/http:/a.example/b.html.ttl"),
        ("/", "/"),
        ("/dump/", "/dump/"),
        ("/dump/newsgraph.nt.gz", "/dump/newsgraph.nt.gz"),
        ("/places?letter=A&sort=name&page=2", "/places.letter-A.sort-name.page-2.html"),
        ("/events?place=entity/en/Homs&view=map", "/events/place/entity/en/Homs.html"),
        ("/events?from=2011&to=2011&place=entity/en/Homs", "/events/2011/place/entity/en/Homs.html"),
        ("/events?topic=entity/en/A%25C3%25A9", "/events/topic/entity/en/A%C3%A9.html"),
        ("/events?from=2011&to=2011&page=3", "/events/2011.page-3.html"),
        ("/feed/atom", "/feed/atom.atom"),
        ("/changes.json?page=2", "/changes.page-2.json"),
        ("/changes.json?page=1", "/changes.json"),
        ("/places.csv?page=2", "/places.page-2.csv"),
        ("/event/2011-11-08/abc/history.json?page=2", "/event/2011-11-08/abc/history.page-2.json"),
    ],
)
def test_a_link_leads_to_the_file_of_the_same_document(link: str, href: str) -> None:
    assert SITE.href(link) == href


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("/sparql?query=ASK%7B%7D", "/query.html"),
        ("/questions/in-a-place", "/query.html"),
        ("/search?q=Homs", "/search.html"),
        ("/events?place=entity/en/Homs&relation=near", "/search.html"),
        ("/events?place=entity/en/Homs&category=category/sports", "/search.html"),
        ("/events?from=2011&to=2012", "/search.html"),
        ("/events?language=zh", "/search.html"),
    ],
)
def test_a_link_that_needs_a_server_leads_to_its_static_replacement(link: str, href: str) -> None:
    assert SITE.href(link) == href


@pytest.mark.parametrize(
    "link",
    [
        *("/doc/entity/en/Homs.nt", "/status", "/dump/newsgraph.rdf", "/feed/atom/entity/en/Homs", "/healthz"),
        *("https://elsewhere.example/", "/doc/entity/en/..", f"/doc/entity/en/{'a' * 300}", "/doc/entity/en/%00"),
        *("/places?q=Homs", "/doc/entity/en/Homs?page=x", "/doc/snapshot/20111109T060000000000Z"),
    ],
)
def test_links_that_the_site_cannot_have_are_removed(link: str) -> None:
    assert SITE.href(link) is None


def test_all_links_begin_with_the_path_that_the_site_is_at() -> None:
    assert BELOW.href("/kg/day/2011-11-08") == "/kg/doc/day/2011-11-08.html"
    assert BELOW.href("/day/2011-11-08") is None


def test_no_two_documents_have_the_same_file() -> None:
    links = [
        *("/entity/en/A", "/entity/en/A/B", "/doc/entity/en/A?page=2", "/events", "/events?from=2011&to=2011"),
        *("/events?place=entity/en/2011", "/events?place=entity/en/A", "/events?place=entity/en/A&from=2011&to=2011"),
        *("/changes.json", "/changes.json?page=2", "/places.csv", "/places.csv?page=2"),
        *("/places", "/places?letter=A", "/places?page=2", "/catalog", "/vocab", "/feed/atom", "/feed/activity"),
    ]
    documents = {SITE.document(one) for one in links}
    files = [one.file for document in documents if document for one in SITE.renditions(document)]
    assert len(documents) == len(links)
    assert len(files) == len(set(files))


@pytest.mark.parametrize(("link", "unfit"), [(f"/entity/en/{'a' * 300}", True), ("/entity/en/A", False), ("/x", False)])
def test_names_that_no_file_system_can_have_are_known(link: str, unfit: bool) -> None:
    assert SITE.is_unfit(link) == unfit


def test_a_feed_may_name_things_with_apostrophes() -> None:
    turtle = "<http://127.0.0.1:8000/feed/version/8> dcterms:isVersionOf <http://127.0.0.1:8000/entity/en/Ta'izz> ."
    assert list(addresses(turtle))[1] == "http://127.0.0.1:8000/entity/en/Ta'izz"
    assert list(addresses('["http://127.0.0.1:8000/entity/en/Ta\'izz"]')) == ["http://127.0.0.1:8000/entity/en/Ta'izz"]
