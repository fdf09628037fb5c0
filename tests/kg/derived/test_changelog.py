"""The change log has every change of every resource once, in order of time, and keeps older versions."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from kg.derived import changelog, changelog_writer
from kg.derived.changelog import EVENTS, VERSION, Change
from kg.errors import StoreBusyError, StoreError
from kg.lookup import resource_state
from kg.pipeline.run import Built, build
from kg.process.lock import locked
from kg.rdf.formats import by_name
from kg.settings import Settings
from kg.store import amend
from kg.store.embedded import EmbeddedGraph
from kg.store.integrity.sidecar import beside
from kg.store.layout import Store
from tests.kg.derived.appending import append

BASE = "http://127.0.0.1:8000/"
DAY = "2011_November_8.txt"
HEADER = "{{Current events header|2011|11|08}}\n"
SHOPS = "*Shops close in [[Homs]]. [https://example.org/1 (Example News)]\n"
BANKS = "*Banks close in [[Hama]].\n"
PORTS = "*Ports reopen in [[Tartus]].\n"
HOMS = f"{BASE}entity/en/Homs"
HAMA = f"{BASE}entity/en/Hama"

Archive = Callable[[Mapping[str, str]], Path]


@dataclass
class Site:
    """A store that can be built from some bullets, with its change log."""

    archive: Archive
    store: Path
    days: int = 365

    def build(self, *bullets: str) -> Built:
        root = self.archive({DAY: HEADER + "".join(bullets)})
        return build([root], Settings(store=str(self.store), jobs=1))

    def log(self) -> None:
        append(self.store, self.days)

    def publish(self, *bullets: str) -> None:
        self.build(*bullets)
        self.log()

    def entries(self, feed: str = EVENTS) -> list[tuple[str, str | None]]:
        with changelog.opened(Store(self.store)) as log:
            assert log
            return [(one.kind, one.title) for one in log.entries(feed, 1, 1_000)]

    def changes(self) -> list[Change]:
        with changelog.opened(Store(self.store)) as log:
            assert log
            return [change for number in range(1, log.pages + 1) for change in log.page(number)]

    @property
    def generation(self) -> int:
        with changelog.opened(Store(self.store)) as log:
            assert log
            return log.generation

    def event(self, title: str) -> str:
        return next(one.iri for one in self.changes() if one.title == title)


@pytest.fixture
def site(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(changelog_writer, "first_generation", lambda: 1)
    return Site(archive, tmp_path / "store")


def replica(site: Site) -> set[Quad]:
    """Return a copy of the graph made by applying all changes in order."""
    graph = Store(site.store).current().open()
    copy: dict[str, set[Quad]] = {}
    for change in site.changes():
        copy.pop(change.iri, None)
        if change.kind != "Delete" and change.kept:
            content = change.content
            said = (
                parse(content, format=RdfFormat.N_TRIPLES)
                if content
                else resource_state.resource(graph, change.iri, BASE)
            )
            copy[change.iri] = set(said)
    quads = [quad for said in copy.values() for quad in said]
    assert len(quads) == len(set(quads)), "a statement belongs to two resources"
    return set(quads)


def test_the_first_snapshot_creates_every_resource_and_lists_events_by_date(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    assert {change.kind for change in site.changes()} == {"Create"}
    assert {title for _, title in site.entries()} == {"Shops close in Homs.", "Banks close in Hama."}


def test_all_changes_made_in_order_give_the_graph(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    site.publish(SHOPS, PORTS)
    site.publish(SHOPS.replace("close", "open"), PORTS)
    assert replica(site) == set(Store(site.store).current().open())


def test_every_statement_of_the_sample_belongs_to_one_resource(sample_store: Path) -> None:
    source = Store(sample_store).current()
    graph, base = source.open(), source.manifest.base
    found = [quad for iri in resource_state.state(graph, base) for quad in resource_state.resource(graph, iri, base)]
    assert len(found) == len(set(found))
    assert set(found) == set(graph.quads_for_pattern(None, None, None, DefaultGraph()))


def test_a_build_that_changes_nothing_adds_nothing(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    before = site.changes()
    site.publish(SHOPS, BANKS)
    assert site.changes() == before
    with changelog.opened(Store(site.store)) as log:
        assert log
        assert log.snapshot == Store(site.store).current().id


def test_entries_never_move(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    before = [(one.seq, one.time, one.kind, one.iri) for one in site.changes()]
    entries = site.entries()
    site.publish(SHOPS, PORTS)
    assert [(one.seq, one.time, one.kind, one.iri) for one in site.changes()][: len(before)] == before
    assert site.entries()[: len(entries)] == entries


def test_events_that_come_change_and_go_are_created_updated_and_deleted(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    site.publish(SHOPS.replace("example.org/1", "example.org/2"), PORTS)
    assert sorted(site.entries()[2:], key=str) == [
        ("Create", "Ports reopen in Tartus."),
        ("Delete", None),
        ("Update", "Shops close in Homs."),
    ]


def test_an_unchanged_event_is_not_in_feeds_again_even_with_a_new_version(site: Site) -> None:
    site.publish(SHOPS)
    site.publish(SHOPS, BANKS)  # so the page with the first event is another capture
    assert site.entries() == [("Create", "Shops close in Homs."), ("Create", "Banks close in Hama.")]
    event = site.event("Shops close in Homs.")
    assert [one.kind for one in site.changes() if one.iri == event] == ["Create", "Update"]
    site.publish(BANKS)
    assert site.entries()[2:] == [("Delete", None)]


def test_the_feed_of_a_place_lists_which_events_begin_and_cease_to_name_it(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    site.publish(SHOPS.replace("[[Homs]]", "[[Hama|Homs]]"), BANKS)
    assert [kind for kind, _ in site.entries()] == ["Create", "Create", "Update"]
    assert [kind for kind, _ in site.entries(HOMS)] == ["Create", "Remove"]
    assert [kind for kind, _ in site.entries(HAMA)] == ["Create", "Add"]


def test_the_content_of_a_superseded_version_is_kept_unchanged(site: Site) -> None:
    site.publish(SHOPS)
    graph = Store(site.store).current().open()
    event = site.event("Shops close in Homs.")
    said = resource_state.text(resource_state.resource(graph, event, BASE))
    site.publish(SHOPS.replace("close", "all close"))
    first, *_ = (change for change in site.changes() if change.iri == event)
    assert first.content == said
    assert site.generation == 1


def test_a_page_has_the_same_bytes_before_and_after_its_members_are_superseded(site: Site) -> None:
    site.publish(SHOPS)
    listed = [(f"{BASE}feed/version/{one.seq}", one.iri, one.content) for one in site.changes()]
    page = resource_state.page(Store(site.store).current().open(), BASE, "", listed, by_name("trig"))
    site.publish(SHOPS.replace("close", "all close"))
    later = [(f"{BASE}feed/version/{one.seq}", one.iri, one.content) for one in site.changes()][: len(listed)]
    assert any(content for *_, content in later)
    assert resource_state.page(Store(site.store).current().open(), BASE, "", later, by_name("trig")) == page


def test_old_versions_that_are_not_to_be_kept_begin_a_new_generation(site: Site) -> None:
    site.days = 0
    site.publish(SHOPS)
    site.publish(SHOPS.replace("close", "all close"))
    assert site.generation == 2
    assert any(not change.kept for change in site.changes())
    assert replica(site) == set(Store(site.store).current().open())


def test_old_versions_are_forgotten_once_they_are_much_older_than_promised(site: Site) -> None:
    site.publish(SHOPS)
    site.publish(SHOPS.replace("close", "all close"))
    with closing(sqlite3.connect(Store(site.store).changelog)) as database, database:
        database.execute("UPDATE change SET time = '2000-01-01T00:00:00Z' WHERE seq NOT IN (SELECT seq FROM state)")
    beside(Store(site.store).changelog).unlink()
    assert site.generation == 1
    site.publish(SHOPS.replace("close", "all close"), BANKS)
    assert site.generation == 2
    assert any(not change.kept for change in site.changes())


def test_the_log_keeps_nothing_of_a_withdrawn_event_but_that_it_is_gone(site: Site) -> None:
    whispers = "*Zanzibar pelicans whisper in [[Homs]].\n"
    site.publish(SHOPS, whispers)
    site.publish(SHOPS, whispers.replace("whisper", "loudly whisper"))
    event = site.event("Zanzibar pelicans loudly whisper in Homs.")
    amend.withdraw(Store(site.store), event)
    site.publish(SHOPS, whispers.replace("whisper", "loudly whisper"))
    assert site.entries()[-1][0] == "Delete"
    assert site.generation == 2
    with closing(sqlite3.connect(Store(site.store).changelog)) as database:
        assert not any("pelicans" in line for line in database.iterdump())
    assert not any(change.content for change in site.changes())
    assert replica(site) == set(Store(site.store).current().open())


def test_times_of_the_log_only_grow(site: Site) -> None:
    site.publish(SHOPS)
    site.publish(BANKS)
    older = Store(site.store).snapshots()[0]
    Store(site.store).switch(older)
    site.log()
    times = [change.time for change in site.changes()]
    assert times == sorted(times)
    assert len(set(times)) == 3
    assert replica(site) == set(Store(site.store).current().open())


def test_a_log_of_a_snapshot_that_is_gone_still_tells_what_has_changed(site: Site) -> None:
    site.publish(SHOPS, BANKS)
    for _ in range(4):
        site.build(SHOPS, PORTS)
    site.log()
    assert [kind for kind, _ in site.entries()].count("Delete") == 1
    assert site.generation == 2
    assert replica(site) == set(Store(site.store).current().open())


def test_pages_are_bounded_in_bytes_and_members(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelog_writer, "MEMBERS", 3)
    site.publish(SHOPS, BANKS)
    with changelog.opened(Store(site.store)) as log:
        assert log
        pages = [log.page(number) for number in range(1, log.pages + 1)]
        assert all(len(page) == 3 for page in pages[:-1])
        assert sum(map(len, pages)) == log.total
        last = len(pages[-1])
    site.publish(SHOPS, BANKS, PORTS)
    with changelog.opened(Store(site.store)) as log:
        assert log
        assert [log.page(number)[: len(page)] for number, page in enumerate(pages, 1)][:-1] == [
            [replace(one, content=now.content) for one, now in zip(page, log.page(number), strict=True)]
            for number, page in enumerate(pages[:-1], 1)
        ]
        assert len(log.page(len(pages))) >= last


def test_nobody_else_can_write_while_the_log_is_appended_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish(SHOPS)
    site.build(BANKS)
    made, tried = changelog_writer._Update.make, []
    write = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"

    def make(*arguments: Any) -> None:
        made(*arguments)
        command = [sys.executable, "-c", write, str(Store(site.store).changelog)]
        tried.append(subprocess.run(command, capture_output=True, text=True, check=False).stderr)

    monkeypatch.setattr(changelog_writer._Update, "make", make)
    site.log()
    (told,) = tried
    assert "database is locked" in told


def test_two_processes_append_one_after_the_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build(SHOPS)
    monkeypatch.setattr(changelog_writer, "BUSY_SECONDS", 0.05)
    with (
        locked(site.store, StoreError("another one")),
        pytest.raises(StoreBusyError, match="appends to the change log"),
    ):
        site.log()
    site.log()
    assert site.entries()


def test_an_empty_change_log_does_not_count(tmp_path: Path) -> None:
    with changelog.opened(Store(tmp_path)) as log:
        assert log is None
    sqlite3.connect(Store(tmp_path).changelog).close()
    with changelog.opened(Store(tmp_path)) as log:
        assert log is None


def test_a_log_that_takes_the_place_of_a_lost_one_has_pages_with_other_addresses() -> None:
    assert changelog_writer.first_generation() > 29_000_000  # minutes: none from an earlier log


def test_a_damaged_log_is_an_error(site: Site) -> None:
    site.build(SHOPS)
    Store(site.store).changelog.write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreError, match="change log"):
        site.log()


def test_a_blank_node_comes_with_what_refers_to_it() -> None:
    graph = EmbeddedGraph()
    graph.load(b"<http://a/> <http://b/> [ <http://c/> [ <http://d/> 1 ] ] .", format=RdfFormat.TURTLE)
    assert set(resource_state.resource(graph, "http://a/", BASE)) == set(graph)


def test_a_node_that_nothing_refers_to_is_a_resource_of_its_own() -> None:
    graph = EmbeddedGraph()
    orphan = NamedNode(f"{BASE}event/2011-11-08/abcdefghij/revision/0123456789ab")
    graph.add(Quad(orphan, NamedNode("http://b/"), NamedNode("http://c/")))
    assert set(resource_state.state(graph, BASE)) == {orphan.value}


# ---- Logs of version 1.


def of_version_1(site: Site) -> None:
    """Turn the log into one of version 1, which has hashes of lines in the order of the engine."""
    source = Store(site.store).current()
    former = resource_state.state(source.open(), BASE, unsorted=True)
    assert any(said != former[iri] for iri, said in resource_state.state(source.open(), BASE).items())
    with closing(sqlite3.connect(Store(site.store).changelog)) as database, database:
        database.executemany(
            "UPDATE state SET hash = ? WHERE iri = ?", [(said, iri) for iri, (said, _) in former.items()]
        )
        database.execute("UPDATE meta SET value = '1' WHERE name = 'version'")
    beside(Store(site.store).changelog).unlink()  # logs of version 1 had none


def test_a_log_of_version_1_is_read_and_continued_with_changes_only(site: Site, tmp_path: Path) -> None:
    site.publish(SHOPS, BANKS)
    of_version_1(site)
    before = told(site)
    site.log()
    assert told(site) == before
    site.publish(SHOPS, BANKS, PORTS)
    other = replace(site, store=tmp_path / "other")
    for bullets in ((SHOPS, BANKS), (SHOPS, BANKS, PORTS)):
        other.publish(*bullets)
    said = told(site)
    assert said == told(other)
    assert said[: len(before)] == before
    assert site.generation == other.generation
    assert hashes(site) == hashes(other)
    site.publish(SHOPS, BANKS, PORTS)
    assert told(site) == said


def told(site: Site) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.iri, one.title) for one in site.changes()]


def hashes(site: Site) -> dict[str, bytes]:
    with closing(sqlite3.connect(Store(site.store).changelog)) as database:
        assert database.execute("SELECT value FROM meta WHERE name = 'version'").fetchone() == (str(VERSION),)
        return dict(database.execute("SELECT iri, hash FROM state"))
