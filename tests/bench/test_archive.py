"""An archive that bench makes has the requested number of events, and the same bytes for the same seed."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.rdf import terms
from tests.bench.conftest import Bench


def test_a_seed_always_gives_the_same_pages_and_another_seed_gives_others(bench: Bench) -> None:
    archive = bench("archive")
    pages = list(archive.pages(60, 16))
    assert list(archive.pages(60, 16)) == pages
    assert list(archive.pages(60, 17)) != pages


def test_each_requested_event_is_read_with_its_place_source_and_day(bench: Bench, tmp_path: Path) -> None:
    assert bench("archive").write(60, tmp_path / "archive", 16) > 60 * 150
    graph = kg.graph(tmp_path / "archive")
    query = "SELECT (COUNT(DISTINCT ?event) AS ?n) WHERE { ?event a ng:Event ; ng:place ?place ; ng:source ?source }"
    assert [int(n) for (n,) in graph.query(query, initNs={"ng": terms.EVENT.value.removesuffix("Event")})] == [60]


def test_more_events_mean_more_on_each_day_and_not_more_days(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = bench("archive")
    monkeypatch.setattr(archive, "DAYS", 365)
    assert len({name for name, _ in archive.pages(archive.DAYS * archive.A_DAY * 2, 16)}) == archive.DAYS
