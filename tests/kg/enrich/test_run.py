"""From a store to a snapshot with a source, against a real SPARQL server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, NamedNode

from kg.enrich import adopt, run, source
from kg.enrich.run import Enriched, Wish
from kg.errors import ConfigurationError, QueryError, StoreError
from kg.pipeline.run import build
from kg.settings import Settings
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.workers.workers import Workers
from kg.write.log import Author
from kg.write.writer import Writer
from tests.conftest import run_here
from tests.kg.enrich.conftest import Bad, FakeTime, http
from tests.paths import ROOT

BASE = "http://127.0.0.1:8000/"
ENTITY = f"{BASE}entity/en/"
LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"
PAGES = {
    "2011_November_8.txt": (
        "{{Current events header|2011|11|08}}\n;News\n"
        "*Shops close in [[Homs]] after the [[Old Mill (Rastan)]] burns. [https://example.org/a (Example News)]\n"
        "*[[São Exemplo]] and [[O'Example]] are twins now. [https://example.org/b (Example News)]\n"
    )
}
MORE = {
    "2011_November_9.txt": (
        "{{Current events header|2011|11|09}}\n;News\n*More on [[Nobody]]. [https://example.org/c (Example News)]\n"
    )
}

#: The four entities that the page links, and the places that contain Homs.
ENTITIES = 6

Archive = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1, enrich_rate=1_000.0, enrich_languages="ar,de,fr,ru")


@pytest.fixture
def store(archive: Archive, settings: Settings) -> Path:
    build([archive(PAGES)], settings)
    return Path(settings.store)


def enriched(endpoint: str, settings: Settings, time: FakeTime, **changes: Any) -> Enriched:
    return run.enrich(Wish(endpoint, **changes), settings, clock=time.clock)


def current(store: Path) -> EmbeddedGraph:
    return Store(store).current().open()


def quads(store: Path) -> set[str]:
    return {str(quad) for quad in current(store)}


def said(store: Path, name: str, predicate: str) -> list[str]:
    query = f"SELECT ?value {{ <{ENTITY}{name}> {predicate} ?value }} ORDER BY STR(?value)"
    prefixes = {"skos": "http://www.w3.org/2004/02/skos/core#", "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#"}
    found: Any = current(store).engine.query(query, prefixes=prefixes)
    return [solution["value"].value for solution in found]


def test_the_default_graph_has_labels_and_coordinates_from_elsewhere(
    endpoint: str, store: Path, settings: Settings, time: FakeTime
) -> None:
    done = enriched(endpoint, settings, time)
    assert said(store, "Old_Mill_(Rastan)", "wgs:lat") == ["34.925"]
    assert said(store, "Old_Mill_(Rastan)", "skos:prefLabel") == ["Alte Mühle"]
    assert said(store, "Old_Mill_(Rastan)", "skos:exactMatch") == ["http://www.wikidata.org/entity/Q999999901"]
    assert said(store, "Old_Mill_(Rastan)", "a")[0] == "http://dbpedia.org/ontology/Building"
    assert said(store, "Homs", "skos:prefLabel") == ["Homs", "Homs", "حمص"]
    assert Store(store).current().id == done.snapshot


def test_our_own_statements_stay_unchanged(endpoint: str, store: Path, settings: Settings, time: FakeTime) -> None:
    before, position = quads(store), said(store, "Homs", "wgs:lat")
    done = enriched(endpoint, settings, time)
    assert said(store, "Homs", "wgs:lat") == position
    assert done.held_back == {adopt.OTHER_POSITION: 2, adopt.SAID: 1}
    named = {quad for quad in current(store) if quad.graph_name != DefaultGraph()}
    assert {quad.graph_name for quad in named} == {NamedNode(done.graph)}
    in_default = {str(quad).removesuffix(f" {quad.graph_name}") for quad in named}
    assert {quad for quad in quads(store) if not quad.endswith(f" <{done.graph}>")} - in_default == before
    assert not in_default & before


def test_an_unencoded_iri_is_found_and_bad_values_are_counted(
    endpoint: str, store: Path, settings: Settings, time: FakeTime
) -> None:
    done = enriched(endpoint, settings, time)
    assert said(store, "S%C3%A3o_Exemplo", "skos:prefLabel") == ["Примерово"]
    assert said(store, "S%C3%A3o_Exemplo", "wgs:lat") == []
    assert done.refused == {
        "a type that this graph states itself": 2,
        "a type that is not an http(s) IRI": 1,
        "a type that everything has": 1,
        "a label without a language": 1,
        "a coordinate out of range": 1,
        "a latitude without a longitude, or the other way": 1,
        "several Wikidata ids for one entity": 2,
    }


def test_wikidata_is_asked_by_the_articles_of_wikipedia(
    endpoint: str, store: Path, settings: Settings, time: FakeTime
) -> None:
    done = enriched(endpoint, settings, time, form="wikipedia")
    assert done.known == 2
    assert said(store, "O'Example", "skos:exactMatch") == ["http://www.wikidata.org/entity/Q999999904"]
    assert said(store, "O'Example", "wgs:long") == ["10.5"]
    assert said(store, "O'Example", "skos:prefLabel") == ["Beispielen"]
    assert said(store, "O'Example", "skos:altLabel") == ["Beispieldorf"]


def test_the_counts_and_sums_of_the_snapshot_are_right(
    endpoint: str, store: Path, settings: Settings, time: FakeTime
) -> None:
    before = Store(store).current().manifest
    enriched(endpoint, settings, time, licence=LICENCE)
    after = Store(store).current()
    default = list(after.open().quads_for_pattern(None, None, None, DefaultGraph()))
    assert after.manifest.counts["triples"] == len(default)
    assert after.manifest.counts["enriched"] == len(default) - before.counts["triples"]
    assert {**before.counts, "triples": 0} == {
        name: 0 if name == "triples" else count for name, count in after.manifest.counts.items() if name != "enriched"
    }
    assert snapshot.checksums(after.folder) == after.manifest.files
    assert after.manifest.shapes == before.shapes


def test_a_second_run_asks_nothing_and_makes_no_snapshot(
    endpoint: str, store: Path, settings: Settings, time: FakeTime
) -> None:
    first = enriched(endpoint, settings, time)
    time.passed += 100_000
    second = enriched(endpoint, settings, time)
    assert (second.requests, second.snapshot, second.graph) == (0, "", first.graph)
    assert Store(store).current().id == first.snapshot


def test_a_build_carries_the_sources_over(
    endpoint: str, store: Path, settings: Settings, time: FakeTime, archive: Archive
) -> None:
    enriched(endpoint, settings, time)
    before = quads(store)
    counts = Store(store).current().manifest.counts
    again = build([archive(PAGES, "same")], settings)
    assert quads(store) == before
    assert again.snapshot.manifest.counts == counts == again.report["counts"]


def test_a_build_and_then_a_run_is_the_same_as_a_run_and_then_a_build(
    endpoint: str, store: Path, settings: Settings, time: FakeTime, archive: Archive
) -> None:
    enriched(endpoint, settings, time)
    build([archive(PAGES | MORE, "more")], settings)
    carried = quads(store)
    done = enriched(endpoint, settings, time)
    assert (done.asked, done.snapshot) == (1, "")
    run.remove(endpoint, settings)
    enriched(endpoint, settings, time)
    assert quads(store) == carried


def test_an_entity_that_a_build_adds_is_asked_for_alone(
    endpoint: str, store: Path, settings: Settings, time: FakeTime, archive: Archive
) -> None:
    enriched(endpoint, settings, time)
    build([archive(PAGES | MORE, "more")], settings)
    done = enriched(endpoint, settings, time)
    assert (done.entities, done.asked, done.requests) == (ENTITIES + 1, 1, 1)


def test_a_refresh_on_another_day_replaces_the_source(
    endpoint: str, store: Path, settings: Settings, time: FakeTime
) -> None:
    first = enriched(endpoint, settings, time)
    time.passed += 86_400
    second = enriched(endpoint, settings, time, refresh=True)
    assert first.graph.endswith("/2026-11-23")
    assert second.graph.endswith("/2026-11-24")
    assert second.adopted == first.adopted
    assert [one.value for one in adopt.graphs(current(store), BASE)] == [second.graph]
    assert len(source.files(Store(store).current().folder)) == 1


def test_a_source_can_be_removed(endpoint: str, store: Path, settings: Settings, time: FakeTime) -> None:
    before, counts = quads(store), Store(store).current().manifest.counts
    enriched(endpoint, settings, time)
    made = run.remove(endpoint, settings)
    assert quads(store) == before
    assert made.manifest.counts == counts
    with pytest.raises(StoreError, match="has nothing from"):
        run.remove(endpoint, settings)


def test_two_endpoints_are_two_sources(endpoint: str, store: Path, settings: Settings, time: FakeTime) -> None:
    enriched(endpoint, settings, time)
    other = enriched(endpoint.replace("127.0.0.1", "localhost"), settings, time, form="wikipedia")
    assert other.statements == other.adopted.total() + other.held_back.total()
    assert len(adopt.graphs(current(store), BASE)) == 2


def test_a_run_that_fails_leaves_the_snapshot_and_goes_on_later(
    bad: Bad, store: Path, settings: Settings, time: FakeTime
) -> None:
    bad.replies = [http('{"results":{"bindings":[]}}'), http("", "403 Forbidden")]
    before = Store(store).current().id
    one_by_one = Settings(**{**vars(settings), "enrich_batch": 1})
    with pytest.raises(QueryError, match=r"403.*run this again to continue"):
        enriched(bad.address, one_by_one, time)
    assert Store(store).current().id == before
    bad.replies = [http('{"results":{"bindings":[]}}')]
    done = enriched(bad.address, one_by_one, time)
    assert (done.asked, done.entities, done.snapshot) == (ENTITIES - 1, ENTITIES, "")


def test_an_endpoint_that_knows_nothing_adds_nothing(bad: Bad, store: Path, settings: Settings, time: FakeTime) -> None:
    before = Store(store).current().id
    done = enriched(bad.address, settings, time)
    assert (done.asked, done.known, done.snapshot) == (ENTITIES, 0, "")
    assert Store(store).current().id == before


def test_a_licence_is_an_address(endpoint: str, store: Path, settings: Settings, time: FakeTime) -> None:
    with pytest.raises(ConfigurationError, match="licence"):
        enriched(endpoint, settings, time, licence="CC BY")


def test_a_store_without_a_snapshot_is_an_error(endpoint: str, settings: Settings, time: FakeTime) -> None:
    with pytest.raises(StoreError, match="holds no snapshot"):
        enriched(endpoint, settings, time)


def test_a_run_killed_while_waiting_continues_where_it_was(bad: Bad, store: Path) -> None:
    bad.replies = [http('{"results":{"bindings":[]}}'), None]
    command = [sys.executable, "-m", "kg", "enrich", "--endpoint", bad.address, "--store", str(store)]
    with subprocess.Popen([*command, "--enrich-batch", "1", "--enrich-rate", "100"], cwd=ROOT) as running:
        while len(bad.heads) < 2 and running.poll() is None:
            bad.done.wait(0.01)
        running.kill()
    bad.replies = [http('{"results":{"bindings":[]}}')]
    done = run.enrich(Wish(bad.address), Settings(store=str(store)))
    assert (done.entities, done.asked) == (ENTITIES, ENTITIES - 1)


# ---- The command.


def test_the_command_reports_sums_that_add_up(endpoint: str, store: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    given = ("--licence", LICENCE, "--enrich-rate", "1000", "--enrich-languages", "ar,de", "--report", report)
    done = run_here("enrich", "--endpoint", endpoint, "--store", store, *given)
    assert done.stderr == b""
    assert "answered before 0 + now 6 + not asked yet 0 + answer too large 0" in done.stdout.decode()
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["statements"] == sum(found["adopted"].values()) + sum(found["held_back"].values())
    assert f"snapshot {found['snapshot']}" in done.stdout.decode()
    again = run_here("enrich", "--endpoint", endpoint, "--store", store, *given)
    assert "nothing new" in again.stdout.decode()
    gone = run_here("enrich", "--endpoint", endpoint, "--store", store, "--remove")
    assert "has nothing from" in gone.stdout.decode()


def test_the_command_fails_with_one_line(store: Path) -> None:
    failed = run_here("enrich", "--endpoint", "http://127.0.0.1:1/sparql", "--store", store, "--enrich-retries", "0")
    assert failed.returncode == 2
    assert failed.stderr.decode().startswith("kg: http://127.0.0.1:1/sparql failed 1 times")
    assert failed.stderr.count(b"\n") == 1


# ---- Beside a writer.


@pytest.mark.slow(also="tests/kg/write/test_writer.py::test_a_later_build_makes_the_writes_again")
def test_writes_since_the_build_and_the_source_are_kept(
    endpoint: str, store: Path, settings: Settings, time: FakeTime, archive: Archive
) -> None:
    def write(number: int) -> None:
        with Workers(Store(store), settings) as workers, Writer(Store(store), settings, workers) as writer:
            writer.update(f"INSERT DATA {{ <urn:n> <urn:p> {number} }}".encode(), Author("", "test", "urn:uuid:a"))

    enriched(endpoint, settings, time)
    write(1)
    time.passed += 86_400
    second = enriched(endpoint, settings, time, refresh=True)
    write(2)
    written = {str(quad.object) for quad in current(store).quads_for_pattern(NamedNode("urn:n"), None, None)}
    assert len(written) == 2
    assert [one.value for one in adopt.graphs(current(store), BASE)] == [second.graph]
    before = quads(store)
    again = build([archive(PAGES, "same")], settings)
    assert quads(store) == before
    default = list(again.snapshot.open().quads_for_pattern(None, None, None, DefaultGraph()))
    assert again.snapshot.manifest.counts["triples"] == len(default)
