"""A crawler follows all links from the home page: none is broken, every document is valid, all formats agree."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode

from endpoint.http.negotiate import DOCUMENT_FORMATS
from endpoint.http.urls import THINGS, Addresses
from endpoint.server.response_cache import GROWING
from kg.dialects.wikitext.inline import article_title
from kg.pipeline.run import build
from kg.rdf import terms
from kg.rdf.iri import Minter
from kg.settings import Settings
from kg.store import amend
from kg.store.layout import Store
from tests.crawl import archive, graphs
from tests.crawl.crawler import Crawl
from tests.history.conftest import Repository
from tests.service.conftest import Service, free_port

TYPES = {one.media_type: one for one in DOCUMENT_FORMATS}
FORMATS = {(one.media_type, one.profiles[0] if one.profiles else ""): one for one in DOCUMENT_FORMATS}
"""The formats of a document, by type and profile."""
KINDS = (*(f"doc/{kind}" for kind in THINGS), "event", "page", "source", "memento", "catalog")
NQUADS = "application/n-quads"
ELSEWHERE = "https://id.example.org/news-graph/"
SINCE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
CONTACT = "mailto:news@example.org"


@dataclass(frozen=True)
class Size:
    """The size of an archive: days, events of each, pages of the Context in each language, days of its history, the
    fewest documents, and of how many queries and citations that documents link one is requested.
    """

    days: int
    events: int
    articles: int
    commits: int
    documents: int
    among: int


LARGE, SMALL = Size(60, 8, 12, 4, 2_000, 1), Size(2, 22, 1, 1, 200, 25)


def write(pages: Mapping[str, str], folder: Path) -> Path:
    for path, text in pages.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Made:
    """A store, and the IRI of its withdrawn event."""

    store: Path
    withdrawn: str


def made(root: Path, base: str, size: Size) -> Made:
    """Build a store twice: between the builds pages change, two events are merged, and one is withdrawn."""
    pages = archive.day_pages(size.days, size.events)
    folder = write(pages | archive.event_pages(size.articles), root / "folder")
    repository = Repository(root / "repository")
    repository.commit(sorted(archive.history(size.commits), key=lambda commit: commit[0]))
    settings = Settings(store=str(root / "store"), base=base, jobs=2, history=True)
    build([folder, repository.root], settings)
    withdrawn = amended(root / "store")
    write(archive.changed(pages), folder)
    build([folder, repository.root], settings)
    return Made(root / "store", withdrawn)


def amended(store: Path) -> str:
    """Merge the first English event into the second, withdraw the third, and return the IRI of the third.

    Each title that they name is also named by another event.
    """
    graph = Store(store).current().open()
    listed = sorted(quad.subject.value for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))
    titles = {one: next(graph.quads_for_pattern(NamedNode(one), terms.LABEL, None)).object for one in listed}
    merged, survivor, withdrawn, *_ = (one for one, title in titles.items() if archive.COMMON in title.value)
    amend.merge(Store(store), merged, survivor)
    amend.withdraw(Store(store), withdrawn, SINCE)
    return withdrawn


@contextmanager
def contacting() -> Iterator[set[object]]:
    """Note the addresses that this process connects to."""
    found: set[object] = set()
    connect = socket.socket.connect

    def connecting(self: socket.socket, address: object) -> None:
        found.add(address)
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connecting)
        yield found


@dataclass(frozen=True)
class Crawled:
    """A finished crawl: its server and port, the hosts that it contacted, and the expected number of documents."""

    crawl: Crawl
    made: Made
    port: int
    contacted: set[object]
    documents: int


@contextmanager
def crawled(root: Path, base: str, port: int, size: Size) -> Iterator[Crawled]:
    """Serve an archive as kg serve does, and crawl all of it, even what robots.txt closes."""
    built = made(root, base, size)
    service = Service(built.store, port, contact=CONTACT, query_seconds=60)
    try:
        with contacting() as contacted:
            crawl = Crawl(f"http://127.0.0.1:{port}/", obedient=False, among=size.among).run()
        yield Crawled(crawl, built, port, contacted, size.documents)
    finally:
        service.kill()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawl of a server at its own address."""
    port = free_port()
    with crawled(tmp_path_factory.mktemp("large"), f"http://127.0.0.1:{port}/", port, LARGE) as one:
        yield one


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawl of a small server whose IRIs have another host and path than its own address."""
    with crawled(tmp_path_factory.mktemp("elsewhere"), ELSEWHERE, free_port(), SMALL) as one:
        yield one


@pytest.fixture(scope="module", params=["elsewhere", pytest.param("large", marks=pytest.mark.slow)])
def site(request: pytest.FixtureRequest) -> Crawled:
    """A crawl of a small server, and one of a large one."""
    found: Crawled = request.getfixturevalue(request.param)
    return found


def test_everything_leads_somewhere_and_is_valid_and_all_formats_say_the_same(site: Crawled) -> None:
    assert not site.crawl.faults, site.crawl.report()


def test_there_are_as_many_documents_as_there_should_be_and_each_was_read_in_every_format(site: Crawled) -> None:
    complete = [one for one in site.crawl.documents.values() if one.formats.keys() == FORMATS.keys()]
    assert len(complete) >= site.documents
    assert {len(one.digests) for one in complete} == {len(FORMATS) - 1}  # all but HTML


@pytest.mark.parametrize("kind", KINDS)
def test_documents_of_each_kind_were_found(site: Crawled, kind: str) -> None:
    assert any(iri.startswith(f"{site.crawl.addresses.base}{kind}") for iri in site.crawl.documents)


@pytest.mark.slow(
    also="tests/endpoint/html/test_paging.py::test_following_next_from_the_document_ends_at_the_last_page"
)
def test_the_pages_of_a_place_that_hundreds_of_events_name_are_documents_too(large: Crawled) -> None:
    place = f"{large.crawl.addresses.base}doc/entity/en/{archive.HUB}"
    assert {place, f"{place}?page=2", f"{place}?page=3"} <= large.crawl.documents.keys()


def test_every_title_that_can_be_one_has_a_document(site: Crawled) -> None:
    names = {article_title(title) for title in archive.TITLES} - {None}
    iris = {Minter(site.crawl.addresses.base).entity("en", name) for name in names if name}
    documents = {Addresses(site.crawl.addresses.base).document(iri) for iri in iris}
    assert {f"{site.crawl.addresses.base}{one}" for one in documents} <= site.crawl.documents.keys()
    assert len(names) > len(archive.TITLES) - 5


def test_only_what_is_withdrawn_is_gone(site: Crawled) -> None:
    assert {site.crawl.addresses.target(site.made.withdrawn)} == set(site.crawl.gone)


def test_no_other_server_is_asked(site: Crawled) -> None:
    assert site.contacted == {("127.0.0.1", site.port)}
    assert site.crawl.external


def test_other_parsers_read_the_same_from_a_sample(site: Crawled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    from tests.kg.rdf.roundtrip import readers  # which also sets it

    # Documents of snapshots grow while dumps are made, so two formats requested one after the other may differ.
    sample = [one for name, one in site.crawl.documents.items() if one.replies and GROWING not in name]
    assert len(sample) > site.documents / 40
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's own parser uses names that rdflib deprecates
        for document in sample:
            (said,) = set(document.digests.values())
            for reply in document.replies:
                one = FORMATS.get((reply.type, reply.profile), TYPES[reply.type])  # the vocabulary has no profiles
                read = [reader(reply.body, one).encode() for reader in readers(one)]
                assert {graphs.digest(graphs.read(quads, NQUADS)) for quads in read} == {said}


def test_links_and_iris_lead_to_the_server_that_is_asked_whatever_the_identity_base_is(elsewhere: Crawled) -> None:
    assert not elsewhere.crawl.faults, elsewhere.crawl.report()
    assert elsewhere.crawl.addresses.base == ELSEWHERE
