"""The most requested documents of a new snapshot are prepared before they are requested."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from endpoint.app import create_app
from endpoint.rendering.page_frame import TEMPLATES
from endpoint.server.response_cache import COUNTED, Asked, ResponseCache
from endpoint.site.site import NAME, Site
from endpoint.warmup import BROWSER, TAGS, Warmer
from kg.derived import kinds
from kg.derived.artefact import ArtefactState
from kg.derived.artefacts import _locked
from kg.derived.changes import CHANGES
from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from tests.conftest import TURTLE, publish_turtle
from tests.waiting import until

EVENT = "/doc/event/2011-11-08/abcdefghij"
NEXT = "20111110T060000000000Z"
PLACE = "/doc/entity/en/Homs"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    publish_turtle(tmp_path / "store", TURTLE.read_text(encoding="utf-8"))
    return tmp_path / "store"


@contextmanager
def running(store: Path, settings: Settings) -> Iterator[Flask]:
    own = replace(settings, store=str(store), warm_pages=20)
    with Workers(Store(store), own) as workers:
        assert workers.ready(20)
        yield create_app(own, workers)


@pytest.fixture
def app(settings: Settings, workers: Workers) -> Flask:
    """An application that counts and keeps nothing yet."""
    return create_app(replace(settings, warm_pages=20), workers)


@pytest.fixture
def alone(store: Path, settings: Settings) -> Iterator[Flask]:
    """An application with a store of its own, which gets snapshots and derived files."""
    with running(store, settings) as one:
        yield one


@pytest.fixture(scope="module")
def warmed(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application after a warm-up, which tests may only look at."""
    store = tmp_path_factory.mktemp("warmed") / "store"
    publish_turtle(store, TURTLE.read_text(encoding="utf-8"))
    with running(store, settings) as one:
        Warmer(one).warm()
        yield one


def responses(app: Flask) -> ResponseCache:
    found: ResponseCache = app.extensions[ResponseCache.__name__]
    return found


@pytest.fixture
def kept(app: Flask) -> ResponseCache:
    return responses(app)


def ask(app: Flask, path: str, accept: str = BROWSER) -> str:
    headers = {"Accept": accept, "Accept-Encoding": "gzip", "Host": "127.0.0.1:8000"}
    return run_wsgi_app(app.wsgi_app, EnvironBuilder(path, headers=headers).get_environ())[1]


def made(kept: ResponseCache, asked: Asked) -> bool:
    return kept.cache.get((kept.version(), asked)) is not None


def test_the_home_page_its_links_and_hubs_are_prepared(warmed: Flask) -> None:
    for path in ("/", EVENT, PLACE, "/doc/publisher/example-times"):
        assert made(responses(warmed), Asked.link(path, BROWSER)), path


def test_the_catalogue_is_described_before_anybody_asks(warmed: Flask) -> None:
    site: Site = warmed.extensions[NAME]
    made = [key for _, key in site.cache._entries]  # with the dumps that existed then: more may be made meanwhile
    assert ("catalog", "html") in {key[:2] for key in made if isinstance(key, tuple)}


@pytest.mark.parametrize("tag", TAGS)
def test_the_pages_of_the_whole_snapshot_are_prepared_in_each_language(warmed: Flask, tag: str) -> None:
    pages = ("/", "/vocab")
    assert [path for path in pages if not made(responses(warmed), Asked.link(f"{tag}{path}", BROWSER))] == []


def test_templates_are_compiled_even_if_no_page_is_made_ready(app: Flask) -> None:
    assert TEMPLATES.cache is not None
    TEMPLATES.cache.clear()
    with closing(Warmer(app)) as warmer:
        warmer.number = 0
        warmer.start()
        until(lambda: {"thing.html", "figures/map.html", "llms.txt"} <= {name for _, name in TEMPLATES.cache})


def test_a_document_that_is_gone_is_not_an_error_of_the_server(
    kept: ResponseCache, caplog: pytest.LogCaptureFixture
) -> None:
    assert kept.response(Asked.link("/doc/event/2011-11-08/nothing", BROWSER)).status.startswith("404")
    assert not caplog.records


def test_requested_pages_are_prepared_for_the_next_snapshot(alone: Flask, store: Path) -> None:
    kept = responses(alone)
    assert ask(alone, f"{EVENT}.rdf", "text/turtle;q=0.3").startswith("200")
    before = kept.version()
    publish_turtle(store, TURTLE.read_text(encoding="utf-8"), NEXT)
    until(lambda: kept.version() != before)
    asked = Asked.link(f"{EVENT}.rdf", "text/turtle;q=0.3")
    assert not made(kept, asked)
    Warmer(alone).warm()
    assert made(kept, asked)


def test_no_more_documents_are_made_than_the_setting_says(app: Flask) -> None:
    for number in range(1, 40):
        ask(app, f"{EVENT}?page=1&utm_id={number}")
    assert Warmer(app).warm() == 20


def test_files_derived_from_the_snapshot_are_prepared(warmed: Flask) -> None:
    site: Site = warmed.extensions[NAME]
    states = {site.artefacts.state(one, site.workers.snapshot) for one in kinds.PREPARED}
    assert states == {ArtefactState.READY}


def test_documents_link_feeds_only_when_these_exist(alone: Flask) -> None:
    site: Site = alone.extensions[NAME]

    def leads() -> bool:
        return "/feed/atom/" in responses(alone).response(Asked.link(PLACE, BROWSER)).headers["Link"]

    place = site.artefacts.place(site.workers.snapshot)
    place.folder.mkdir(parents=True)
    with _locked(place.folder / f"{CHANGES.group}.lock"):  # as in another process, which writes the log
        logged = site.artefacts.prepare([CHANGES], site.workers.snapshot)
        assert not leads()
    wait(logged)
    assert leads()


def test_a_started_warmer_notices_each_snapshot(alone: Flask, store: Path) -> None:
    kept, asked = responses(alone), Asked.link(PLACE, BROWSER)
    with closing(Warmer(alone)) as warmer:
        warmer.start()
        until(lambda: made(kept, asked))
        before = kept.version()
        publish_turtle(store, TURTLE.read_text(encoding="utf-8"), NEXT)
        until(lambda: kept.version() != before and made(kept, asked))


def test_a_request_for_an_address_is_the_one_that_a_client_sends(app: Flask, kept: ResponseCache) -> None:
    path = "/doc/entity/zh/%E9%9C%8D%E5%A7%86%E6%96%AF?page=1"
    sent = EnvironBuilder(path, headers={"Accept": BROWSER, "Accept-Encoding": "gzip"}).get_environ()
    assert Asked.of(sent) == Asked.link(path, BROWSER)
    assert Asked.of(sent).environ()["PATH_INFO"] == sent["PATH_INFO"]


def test_counts_of_requests_are_bounded(app: Flask, kept: ResponseCache) -> None:
    ask(app, EVENT)
    ask(app, EVENT)
    for number in range(COUNTED + 1):
        kept._count(Asked("/", query=str(number)))  # like a client that never requests the same thing twice
    assert len(kept.busiest(2 * COUNTED)) <= COUNTED
    assert kept.busiest(1)[0].path == EVENT


def test_a_client_cannot_fill_memory_with_what_it_accepts(app: Flask, kept: ResponseCache) -> None:
    long = "text/turtle, " + "x" * 200_000
    ask(app, EVENT, long)
    assert kept.cache.used > 200_000
    assert kept.busiest(1) == []
