from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from endpoint.http.urls import THINGS
from kg.errors import StoreError
from kg.lookup import sitemap
from kg.publish.catalog_snapshot import FOLDER
from kg.rdf import terms
from kg.rdf.lines.blocks import gather
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.conftest import BASE, TURTLE, Publish
from tests.paths import ROOT

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
EVENT = NamedNode(f"{BASE}event/2011-11-07/klmnopqrst")


def listed(xml: str, name: str) -> dict[str, str | None]:
    """The addresses in a sitemap or an index, each with the time of its last change."""
    found = ElementTree.fromstring(xml)
    return {
        one.findtext(f"{SITEMAPS}loc") or "": one.findtext(f"{SITEMAPS}lastmod")
        for one in found.iterfind(f"{SITEMAPS}{name}")
    }


def local(address: str) -> str:
    assert address.startswith(BASE)
    return "/" + address.removeprefix(BASE)


def test_robots_txt_leads_to_the_document_of_every_thing(send, graph: EmbeddedGraph) -> None:
    line = send("/robots.txt").text.splitlines()[-1]
    index = listed(send(local(line.removeprefix("Sitemap: "))).text, "sitemap")
    names = ("2011", "category", "entity", "publisher")
    assert list(index) == [f"{BASE}sitemap/{name}-1.xml" for name in names]
    found = {one for each in index for one in listed(send(local(each)).text, "url")}
    kinds = (terms.EVENT, terms.PERIOD_OF_TIME, terms.ENTITY, terms.CONCEPT, terms.ORGANIZATION)
    things = {quad.subject.value for kind in kinds for quad in graph.quads_for_pattern(None, terms.TYPE, kind)}
    assert found == {one.replace(BASE, f"{BASE}doc/") for one in things}
    assert {send(local(one)).status for one in found} == {200}


def test_a_document_changed_when_a_revision_was_last_seen_to(send) -> None:
    changed = listed(send("/sitemap/2011-1.xml").text, "url")
    assert changed[f"{BASE}doc/event/2011-11-08/abcdefghij"] == "2011-11-09T06:00:00Z"
    assert changed[f"{BASE}doc/day/2011-11-08"] == "2011-11-09T06:00:00Z"
    assert changed[f"{BASE}doc/month/2011-11"] == changed[f"{BASE}doc/year/2011"] == "2011-11-09T06:00:00Z"
    assert changed[f"{BASE}doc/event/2011-11-07/klmnopqrst"] is None
    assert set(listed(send("/sitemap.xml").text, "sitemap").values()) == {"2011-11-09T06:00:00Z"}


def test_a_thing_changed_when_the_last_event_that_names_it_did(send) -> None:
    changed = listed(send("/sitemap/entity-1.xml").text, "url")
    assert changed[f"{BASE}doc/entity/en/Homs"] == "2011-11-09T06:00:00Z"
    assert changed[f"{BASE}doc/entity/en/Homs_Governorate"] is None, "no event names it"
    (publisher,) = listed(send("/sitemap/publisher-1.xml").text, "url").values()
    (category,) = listed(send("/sitemap/category-1.xml").text, "url").values()
    assert publisher == category == "2011-11-09T06:00:00Z"


def test_a_graph_with_a_cycle_has_a_sitemap_too(other: EmbeddedGraph) -> None:
    month = NamedNode(f"{BASE}month/2011-11")
    other.add(Quad(month, terms.IS_PART_OF, month))
    assert changed_of(other)[month.value] == "2011-11-09T06:00:00Z"


@pytest.mark.parametrize(
    "name",
    ["2011-2", "entity-2", "entity", "day-1", "2011-0", "2011-01", "2012-1", "2011", "x", "9" * 5_000, "%00", "%FF"],
)
def test_a_sitemap_that_is_not_listed_is_not_found(send, name: str) -> None:
    assert send(f"/sitemap/{name}.xml").status == 404


def test_sitemaps_are_revalidated(send) -> None:
    for path in ("/sitemap.xml", "/sitemap/2011-1.xml"):
        reply = send(path)
        assert (reply.status, reply.type) == (200, "application/xml")
        assert send(path, If_None_Match=reply.headers["etag"]).status == 304


def collected(store: EmbeddedGraph) -> sitemap.Documents:
    found = sitemap.Documents(BASE)
    gather(store, [found])
    return found


def changed_of(store: EmbeddedGraph) -> dict[str, str | None]:
    return {iri: changed for _, _, iri, changed in collected(store).rows()}


@pytest.fixture
def other(graph: EmbeddedGraph, tmp_path: Path) -> EmbeddedGraph:
    """A copy of the small graph that may be changed."""
    store = EmbeddedGraph(str(tmp_path / "db"))
    store.extend(graph)
    return store


def test_what_is_withdrawn_or_merged_is_in_no_sitemap(other: EmbeddedGraph) -> None:
    other.add(Quad(EVENT, terms.DEPRECATED, Literal("true", datatype=terms.BOOLEAN)))
    assert EVENT.value not in changed_of(other)
    assert collected(other).sections()[0].documents == 7


def test_a_year_with_more_documents_than_a_sitemap_may_have_is_split(
    graph: EmbeddedGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sitemaps"
    collected(graph).write(file)
    monkeypatch.setattr(sitemap, "URLS", 5)
    assert sitemap.sections(file)[0].parts == 2
    parts = [dict(sitemap.documents(file, "2011", part)) for part in (1, 2, 3)]
    assert [len(one) for one in parts] == [5, 3, 0]
    assert len({**parts[0], **parts[1]}) == 8


def test_only_what_is_under_the_base_is_listed(other: EmbeddedGraph) -> None:
    other.add(Quad(NamedNode("http://elsewhere.example.org/event/2011-01-01/x"), terms.TYPE, terms.EVENT))
    assert all(iri.startswith(BASE) for iri in changed_of(other))


def test_a_file_that_has_no_sitemaps_is_an_error_of_the_store(tmp_path: Path, graph: EmbeddedGraph) -> None:
    (tmp_path / "x").write_bytes(b"no sitemaps" * 100)
    for name in ("x", "not there"):
        with pytest.raises(StoreError, match="cannot be read"):
            sitemap.sections(tmp_path / name)
    with pytest.raises(StoreError, match="cannot be written"):
        collected(graph).write(tmp_path / "no folder" / "x")


def test_the_document_names_the_address_of_every_kind_of_thing() -> None:
    text = (ROOT / "docs" / "discovery.md").read_text(encoding="utf-8")
    assert [kind for kind in (*THINGS, FOLDER) if f"`/{kind}/" not in text] == []


def test_without_a_contact_security_txt_names_the_project(send) -> None:
    assert send("/.well-known/security.txt").text.startswith("Contact: https://w3id.org/newsgraph\n")


@pytest.fixture
def contacted(serving, settings: Settings, tmp_path: Path, publish_store: Publish) -> Iterator:
    """A server with a contact that contains an injected line."""
    store = tmp_path / "store"
    publish_store(store, TURTLE.read_text(encoding="utf-8"), "20111109T060000000000Z")
    with serving(replace(settings, store=str(store), contact="mailto:a@b.example\nContact: x")) as send:
        yield send


def test_security_txt_has_the_fields_that_it_must_have_and_no_others(contacted) -> None:
    reply = contacted("/.well-known/security.txt")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in reply.text.splitlines())
    assert list(fields) == ["Contact", "Expires", "Preferred-Languages"], "an http: address may not be named"
    assert fields["Contact"].startswith("mailto:a@b.example%0A")
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_every_page_names_the_search_and_the_search_answers(send) -> None:
    assert '<link rel="search" href="/opensearch.xml"' in send("/", "text/html").text
    reply = send("/opensearch.xml")
    assert reply.type == "application/opensearchdescription+xml"
    found = ElementTree.fromstring(reply.body)
    urls = {one.get("type"): one.get("template") or "" for one in found.iterfind(f"{SEARCH}Url")}
    assert "Homs" in send(local(urls["text/html"].replace("{searchTerms}", "Homs"))).text
    assert local(urls["application/opensearchdescription+xml"]) == "/opensearch.xml"
    assert len(found.findtext(f"{SEARCH}ShortName") or "") <= 16


def test_every_address_in_llms_txt_answers(send) -> None:
    text = send("/llms.txt").text
    assert text.startswith("# newsgraph\n\n> ")
    links = [part.partition(")")[0] for part in text.split("](")[1:]]
    assert len(links) > 8
    assert {one: send(local(one), "*/*").status for one in links} == dict.fromkeys(links, 200)
    assert len(text) < 4_000
