"""Feeds over HTTP: Atom with archives, ActivityStreams 2.0, and an event stream from which a copy can be made."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from kg.derived import changelog, changelog_writer
from kg.pipeline.run import build
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.kg.derived.appending import append
from tests.paths import CHECKS

BASE = "http://127.0.0.1:8000/"
ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
TREE = "https://w3id.org/tree#"
SHOPS = "Shops close in [[Homs]]. [https://example.org/{} (Example News)]"
HEADER = "{{Current events header|2011|11|08}}\n"
DAY = "2011_November_8.txt"
CHECKER = CHECKS / "runners" / "ldes_checker.py"

Get = Callable[..., "object"]
Serving = Callable[[Settings], AbstractContextManager[Callable]]


def write(folder: Path, *bullets: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / DAY).write_text(HEADER + "".join(f"*{bullet}\n" for bullet in bullets))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was built several times: events were added, one was changed, one removed, then nothing changed."""
    folder = tmp_path_factory.mktemp("feeds")
    settings = Settings(store=str(folder / "store"), jobs=1)
    many = [f"Ship number {number} leaves [[Tartus]]." for number in range(1, 131)]
    for bullets in (
        [*many, SHOPS.format(1), "Banks close in [[Homs]]."],
        [*many, SHOPS.format(2), "Ports reopen in [[Hama]]."],
    ):
        write(folder / "archive", *bullets)
        build([folder / "archive"], settings)
        with pytest.MonkeyPatch.context() as patching:
            patching.setattr(changelog_writer, "first_generation", lambda: 1)
            append(folder / "store")
    build([folder / "archive"], settings)
    return folder / "store"


@pytest.fixture(scope="module")
def get(store: Path, serving: Serving) -> Iterator[Callable]:
    with serving(Settings(store=str(store), port=0, query_memory=1_000_000_000)) as send:
        yield send


def path(iri: str) -> str:
    assert iri.startswith(BASE)
    return iri.removeprefix(BASE.rstrip("/"))


def links(feed: ElementTree.Element, rel: str) -> list[str]:
    return [one.attrib["href"] for one in feed.iter(f"{ATOM}link") if one.attrib["rel"] == rel]


def atom(get: Callable, address: str) -> ElementTree.Element:
    reply = get(address)
    assert reply.status == 200, reply.text
    assert reply.type == "application/atom+xml"
    return ElementTree.fromstring(reply.body)


def archives(get: Callable, address: str) -> Iterator[ElementTree.Element]:
    """Yield a feed document and, by its links, those before it."""
    while address:
        feed = atom(get, address)
        yield feed
        address = path(links(feed, "prev-archive")[0]) if links(feed, "prev-archive") else ""


def test_a_feed_with_its_archives_has_every_entry(get: Callable) -> None:
    documents = list(archives(get, "/feed/atom"))
    assert len(documents) == 2
    entries = {
        (one.findtext(f"{ATOM}id"), one.findtext(f"{ATOM}updated"))
        for feed in documents
        for one in feed.iter(f"{ATOM}entry")
    }
    assert len(entries) == 134
    assert sum(1 for feed in documents for _ in feed.iter(DELETED)) >= 1


def test_an_atom_feed_has_what_rfc_4287_demands(get: Callable) -> None:
    for feed in archives(get, "/feed/atom"):
        assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        assert len(links(feed, "self")) == 1
        for entry in feed.iter(f"{ATOM}entry"):
            assert all(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated", "summary"))


def test_the_newest_entries_come_first_and_removals_are_deleted_entries(get: Callable) -> None:
    feed = atom(get, "/feed/atom")
    newest, *_ = feed.iter(f"{ATOM}entry")
    assert newest.findtext(f"{ATOM}title") in ("Ports reopen in Hama.", "Shops close in Homs.")
    deleted = next(feed.iter(DELETED))
    assert deleted.attrib["ref"].startswith(f"{BASE}event/2011-11-08/")
    assert deleted.attrib["when"].endswith("Z")


def test_the_feed_of_a_place_has_its_events_only(get: Callable) -> None:
    feed = atom(get, "/feed/atom/entity/en/Hama")
    assert [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")] == ["Ports reopen in Hama."]
    assert links(feed, "alternate")[0] == f"{BASE}entity/en/Hama"


def test_a_place_without_events_has_an_empty_feed_and_anything_else_has_none(get: Callable) -> None:
    assert atom(get, "/feed/atom/entity/en/Syria").find(f"{ATOM}entry") is None
    assert get("/feed/atom/entity/en/Nowhere_at_all").status == 404
    assert get("/feed/activity/day/2011-11-08").status == 404


def test_full_pages_are_immutable_and_the_newest_is_not(get: Callable) -> None:
    for address in ("/feed/atom/1/1", "/feed/activity/1/1", "/feed/ldes/1/1"):
        first, again = get(address), get(address)
        assert "immutable" in first.headers["cache-control"]
        assert first.body == again.body
        assert not first.headers["etag"].startswith("W/")
        assert get(address, If_None_Match=first.headers["etag"]).status == 304
    for address in ("/feed/atom", "/feed/activity", "/feed/activity/1/2", "/feed/ldes", "/feed/ldes/1/index/1"):
        assert get(address).headers["cache-control"] == "public, max-age=60"


def test_unknown_pages_are_not_found_and_pages_of_an_earlier_generation_are_gone(get: Callable) -> None:
    for address in (
        "/feed/atom/1/2",
        "/feed/atom/1/0",
        "/feed/activity/1/3",
        "/feed/ldes/1/99",
        "/feed/ldes/2/1",
        "/feed/ldes/0/1",
    ):
        assert get(address).status == 404
    for address in ("/feed/ldes/1/index/2", "/feed/version/999999", "/feed/version/0"):
        assert get(address).status == 404


def test_the_pages_of_a_collection_have_all_its_items_in_order(get: Callable) -> None:
    whole = json.loads(get("/feed/activity").body)
    items, address = [], path(whole["first"]["id"])
    while address:
        page = json.loads(get(address).body)
        assert page["startIndex"] == len(items)
        assert page["partOf"] == whole["id"]
        items += page["orderedItems"]
        address = path(page["next"]) if "next" in page else ""
    assert len(items) == whole["totalItems"]
    assert [one["published"] for one in items] == sorted(one["published"] for one in items)
    assert {one["type"] for one in items} == {"Create", "Update", "Delete"}
    tombstone = next(one["object"] for one in items if one["type"] == "Delete")
    assert tombstone["type"] == "Tombstone"
    assert tombstone["formerType"] == "Event"
    activity = get(path(items[-1]["id"].partition("#")[0]), "application/activity+json")
    assert json.loads(activity.body) == {"@context": whole["@context"], **items[-1]}


def test_a_client_that_accepts_only_html_is_redirected_to_the_page_about_feeds(get: Callable) -> None:
    for address in ("/feed/atom", "/feed/activity/1/1", "/feed/ldes"):
        reply = get(address, "text/html")
        assert (reply.status, reply.headers["location"]) == (303, "/feed")


def test_formats_that_a_feed_does_not_have_are_not_acceptable(get: Callable) -> None:
    assert get("/feed/atom", "text/turtle").status == 406
    assert get("/feed/ldes", "text/turtle").status == 406
    assert get("/feed/activity", "image/png").status == 406


@pytest.mark.parametrize("accept", ["application/trig", "application/n-quads", "application/ld+json"])
def test_a_page_of_the_stream_has_the_same_content_in_every_format(get: Callable, accept: str) -> None:
    formats = {
        "application/trig": RdfFormat.TRIG,
        "application/n-quads": RdfFormat.N_QUADS,
        "application/ld+json": RdfFormat.JSON_LD,
    }
    expected = set(parse(get("/feed/ldes/1/1", "application/n-quads").body, format=RdfFormat.N_QUADS))
    reply = get("/feed/ldes/1/1", accept)
    assert reply.type == accept
    assert set(parse(reply.body, format=formats[accept])) == expected


def nodes(get: Callable) -> Iterator[EmbeddedGraph]:
    """Yield every node of the stream's tree."""
    waiting = ["/feed/ldes"]
    seen = set(waiting)
    for address in waiting:
        graph = EmbeddedGraph()
        graph.load(get(address, "application/n-quads").body, format=RdfFormat.N_QUADS)
        yield graph
        found = {path(quad.object.value) for quad in graph.quads_for_pattern(None, NamedNode(f"{TREE}node"), None)}
        waiting += sorted(found - seen)
        seen |= found


def test_the_newest_versions_of_the_stream_are_the_graph(get: Callable, store: Path) -> None:
    versions: dict[str, tuple[str, str]] = {}
    content: dict[str, set[Quad]] = {}
    terms = "http://purl.org/dc/terms/"
    for graph in nodes(get):
        for quad in graph.quads_for_pattern(None, NamedNode(f"{terms}isVersionOf"), None):
            version, iri = str(quad.subject.value), quad.object.value
            (time,) = graph.quads_for_pattern(quad.subject, NamedNode(f"{terms}issued"), None)
            versions[iri] = max(versions.get(iri, ("", "")), (time.object.value, version))
            said = graph.quads_for_pattern(None, None, None, NamedNode(version))
            content[version] = {Quad(one.subject, one.predicate, one.object) for one in said}
    copied = set().union(*(content[version] for _, version in versions.values()))
    graph = Store(store).current().open()
    assert copied == set(graph.quads_for_pattern(None, None, None, DefaultGraph()))


def test_a_version_has_a_document_of_its_own(get: Callable) -> None:
    reply = get("/feed/version/1")
    assert reply.status == 200
    subjects = {quad.subject for quad in parse(reply.body, format=RdfFormat.TRIG)}
    assert NamedNode(f"{BASE}feed/version/1") in subjects


def test_pages_for_people_and_their_headers_lead_to_the_feeds(get: Callable) -> None:
    assert 'type="application/atom+xml" href="/feed/atom"' in get("/").text
    reply = get("/doc/entity/en/Homs", "text/html")
    assert 'href="/feed/atom/entity/en/Homs"' in reply.text
    assert '</feed/atom/entity/en/Homs>; rel="alternate"; type="application/atom+xml"' in reply.headers["link"]
    assert get("/feed").status == 200


def test_a_removal_makes_old_addresses_gone(tmp_path: Path, serving: Serving) -> None:
    settings = Settings(store=str(tmp_path / "store"), jobs=1, port=0, query_memory=1_000_000_000, feed_days=0)
    write(tmp_path / "archive", "Shops close in [[Homs]].")
    build([tmp_path / "archive"], settings)
    with serving(settings) as get:
        first = generation(tmp_path / "store", get)
        assert get(f"/feed/ldes/{first}/1").status == 200
        write(tmp_path / "archive", "Shops close early in [[Homs]].")
        build([tmp_path / "archive"], settings)
    with serving(settings) as get:
        assert generation(tmp_path / "store", get) == first + 1
        assert get(f"/feed/ldes/{first}/1").status == 410
        assert get(f"/feed/ldes/{first + 1}/1").status == 200
        assert 410 in {get(f"/feed/version/{number}").status for number in range(1, 9)}


def generation(store: Path, get: Callable) -> int:
    assert get("/feed/ldes").status == 200
    with changelog.opened(Store(store)) as log:
        assert log
        return log.generation


def test_the_npm_client_makes_a_copy_of_the_graph(
    node: Callable[[str], list[str]], tmp_path: Path, serving: Serving
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(
        store=str(tmp_path / "store"), base=f"http://127.0.0.1:{port}/", jobs=1, port=port, query_memory=1_000_000_000
    )
    for bullets in (["Shops close in [[Homs]].", "Banks close in [[Hama]]."], ["Banks close in [[Hama]] again."]):
        write(tmp_path / "archive", *bullets)
        build([tmp_path / "archive"], settings)
        append(tmp_path / "store")
    with serving(settings):
        command = [*node("replicate.mjs"), f"{settings.base}feed/ldes"]
        done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    lines = b"".join(line for line in done.stdout.splitlines(keepends=True) if line.startswith(b"<"))
    versions = [quad for quad in parse(lines, format=RdfFormat.N_QUADS) if quad.graph_name != DefaultGraph()]
    copied = {Quad(quad.subject, quad.predicate, quad.object) for quad in versions}
    assert copied == set(Store(tmp_path / "store").current().open())


def test_the_checker_of_event_streams_finds_nothing(store: Path, serving: Serving) -> None:
    if not CHECKER.exists():
        pytest.skip(f"there is no {CHECKER.name} beside the repository")
    with serving(Settings(store=str(store), port=0, query_memory=1_000_000_000)) as get:
        port = get.__closure__[0].cell_contents
        host = f"http://127.0.0.1:8000=http://127.0.0.1:{port}"
        command = [sys.executable, str(CHECKER), f"{BASE}feed/ldes", "--strict", "--map-host", host]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
