"""A crawler follows its nose from the home page: no link is broken, every document is valid, all formats agree."""

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
from kg.store import amend as curate
from kg.store.layout import Store
from tests.crawl import archive, graphs
from tests.crawl.crawler import Crawl
from tests.history.conftest import Repository
from tests.service.conftest import Service, free_port

DOCUMENTS = 2_000
TYPES = {one.media_type: one for one in DOCUMENT_FORMATS}
FORMATS = {(one.media_type, one.profiles[0] if one.profiles else ""): one for one in DOCUMENT_FORMATS}
"""The formats of a document, by type and profile."""
KINDS = (*(f"doc/{kind}" for kind in THINGS), "event", "page", "source", "memento", "catalog")
NQUADS = "application/n-quads"
Size = tuple[int, int, int]
LARGE, SMALL = (60, 8, 12), (3, 3, 1)
"""Sizes of archives: days, events of each, and pages of the Context in each language."""
ELSEWHERE = "https://id.example.org/news-graph/"
SINCE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
CONTACT = "mailto:news@example.org"


def write(pages: Mapping[str, str], folder: Path) -> Path:
    for path, text in pages.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Made:
    """A store, and the IRI of the event that is withdrawn in it."""

    store: Path
    withdrawn: str


def made(root: Path, base: str, size: Size) -> Made:
    """Build a store twice: between the builds pages change, two events are merged, and one is withdrawn."""
    days, events, articles = size
    pages = archive.day_pages(days, events)
    folder = write(pages | archive.event_pages(articles), root / "folder")
    repository = Repository(root / "repository")
    repository.commit(sorted(archive.history(), key=lambda commit: commit[0]))
    settings = Settings(store=str(root / "store"), base=base, jobs=2, history=True)
    build([folder, repository.root], settings)
    withdrawn = amend(root / "store")
    write(archive.changed(pages), folder)
    build([folder, repository.root], settings)
    return Made(root / "store", withdrawn)


def amend(store: Path) -> str:
    """Merge the first English event into the second, withdraw the third, and return the IRI of that."""
    graph = Store.read_only(str(store / "current" / "db"))
    listed = sorted(quad.subject.value for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))
    titles = {one: next(graph.quads_for_pattern(NamedNode(one), terms.LABEL, None)).object for one in listed}
    merged, survivor, withdrawn, *_ = (one for one, title in titles.items() if title.language == "en")
    curate.merge(Store(store), merged, survivor)
    curate.withdraw(Store(store), withdrawn, SINCE)
    return withdrawn


@contextmanager
def contacting() -> Iterator[set[object]]:
    """Note the addresses that this process connects to."""
    found: set[object] = set()
    connect = socket.socket.connect

    def connecting(self: socket.socket, address: object) -> None:
        found.add(address)
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connecting)
        yield found


@dataclass(frozen=True)
class Crawled:
    """A crawl that is done: of what, on which port, and whom it contacted."""

    crawl: Crawl
    made: Made
    port: int
    contacted: set[object]


@contextmanager
def crawled(root: Path, base: str, port: int, size: Size, *, obedient: bool) -> Iterator[Crawled]:
    """Serve an archive as kg serve does, and crawl all of it; if ``obedient``, without what robots.txt closes."""
    built = made(root, base, size)
    service = Service(built.store, port, contact=CONTACT, query_seconds=60)
    try:
        with contacting() as contacted:
            crawl = Crawl(f"http://127.0.0.1:{port}/", obedient=obedient).run()
        yield Crawled(crawl, built, port, contacted)
    finally:
        service.kill()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawl of a server at its own address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}/"
    with crawled(tmp_path_factory.mktemp("crawl"), base, port, LARGE, obedient=False) as one:
        yield one


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawl of a server whose IRIs have another host and path than it is reached at."""
    with crawled(tmp_path_factory.mktemp("elsewhere"), ELSEWHERE, free_port(), SMALL, obedient=True) as one:
        yield one


def test_everything_leads_somewhere_and_is_valid_and_all_formats_say_the_same(whole: Crawled) -> None:
    assert not whole.crawl.faults, whole.crawl.report()


def test_there_are_two_thousand_documents_and_each_was_read_in_every_format(whole: Crawled) -> None:
    complete = [one for one in whole.crawl.documents.values() if one.formats.keys() == FORMATS.keys()]
    assert len(complete) >= DOCUMENTS
    assert {len(one.digests) for one in complete} == {len(FORMATS) - 1}  # all but HTML


@pytest.mark.parametrize("kind", KINDS)
def test_documents_of_each_kind_were_found(whole: Crawled, kind: str) -> None:
    assert any(iri.startswith(f"{whole.crawl.addresses.base}{kind}") for iri in whole.crawl.documents)


def test_the_pages_of_a_place_that_hundreds_of_events_name_are_documents_too(whole: Crawled) -> None:
    place = f"{whole.crawl.addresses.base}doc/entity/en/{archive.HUB}"
    assert {place, f"{place}?page=2", f"{place}?page=3"} <= whole.crawl.documents.keys()


def test_every_title_that_can_be_one_has_a_document(whole: Crawled) -> None:
    names = {article_title(title) for title in archive.TITLES} - {None}
    iris = {Minter(whole.crawl.addresses.base).entity("en", name) for name in names if name}
    documents = {Addresses(whole.crawl.addresses.base).document(iri) for iri in iris}
    assert {f"{whole.crawl.addresses.base}{one}" for one in documents} <= whole.crawl.documents.keys()
    assert len(names) > len(archive.TITLES) - 5


def test_only_what_is_withdrawn_is_gone(whole: Crawled) -> None:
    assert {whole.crawl.addresses.target(whole.made.withdrawn)} == set(whole.crawl.gone)


def test_nobody_else_is_asked(whole: Crawled, elsewhere: Crawled) -> None:
    for one in (whole, elsewhere):
        assert one.contacted == {("127.0.0.1", one.port)}
        assert one.crawl.external


def test_other_parsers_read_the_same_from_a_sample(whole: Crawled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    from tests.roundtrip import readers  # which sets that, too

    # Documents of snapshots grow while dumps are made, between the reply in one format and that in the next.
    sample = [one for name, one in whole.crawl.documents.items() if one.replies and GROWING not in name]
    assert len(sample) > DOCUMENTS / 40
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
    assert len([one for one in elsewhere.crawl.documents.values() if one.formats.keys() == FORMATS.keys()]) > 100
