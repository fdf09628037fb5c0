"""The required results for real archives. These are not part of the project; without them, these tests are skipped."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from kg.archive.opening import open_archive
from kg.dialects import reading, registry
from kg.pipeline import run
from kg.pipeline.run import Built
from kg.settings import Settings
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from tests.judged.locations.measure import measure
from tests.paths import CORPUS, DOCS, TESTS

WIKITEXT = CORPUS / "wikipedia-current-events.bundle"
CHINESE = CORPUS / "the-context-zh-pages.tar.zst"
SAMPLE = "tests/whole/test_sample.py::"


def needs(file: Path, *programs: str) -> pytest.MarkDecorator:
    missing = [file.name] if not file.exists() else [program for program in programs if not shutil.which(program)]
    return pytest.mark.skipif(bool(missing), reason=f"not here: {', '.join(missing)} (see NEWSGRAPH_CORPUS)")


@pytest.fixture(scope="module")
def wikitext(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    folder = tmp_path_factory.mktemp("wikitext")
    subprocess.run(["git", "clone", "--quiet", "--bare", str(WIKITEXT), str(folder / "git")], check=True)
    return folder / "git", run.build([folder / "git"], Settings(store=str(folder / "store")))


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("chinese")
    unpacked = subprocess.run(["zstd", "-dcq", str(CHINESE)], check=True, capture_output=True).stdout
    (folder / "pages.tar").write_bytes(unpacked)
    with tarfile.open(folder / "pages.tar") as archive:
        archive.extractall(folder / "pages", filter="data")
    return run.build([folder / "pages"], Settings(store=str(folder / "store")))


@pytest.mark.slow(also="tests/kg/pipeline/test_convert.py::test_bullets_leaves_parents_items_and_events_add_up")
@needs(WIKITEXT)
def test_the_wikitext_archive_gives_its_events_days_and_citations(wikitext: tuple[Path, Built]) -> None:
    tally = wikitext[1].report["tally"]
    assert tally["events"] >= 61_000
    assert tally["citations"] >= 80_000
    assert tally["days"] == 5_749


@pytest.mark.slow(also=SAMPLE + "test_only_the_lines_meant_for_it_are_not_understood")
@needs(WIKITEXT)
def test_nearly_every_line_of_the_wikitext_is_understood(wikitext: tuple[Path, Built]) -> None:
    archive = open_archive(wikitext[0], 8_000_000)
    lines = sum(len(reading.text_of(page).splitlines()) for page in archive.pages(archive.versions))
    assert len(wikitext[1].report["lines not understood"]) < lines / 100


@pytest.mark.slow(also="tests/kg/pipeline/test_quarantine.py::test_hostile_pages_are_published")
@needs(WIKITEXT)
def test_no_page_of_the_wikitext_is_in_quarantine(wikitext: tuple[Path, Built]) -> None:
    assert wikitext[1].report["quarantined"] == []


@pytest.mark.slow(also="tests/kg/pipeline/test_quarantine.py::test_hostile_pages_are_published")
@needs(CHINESE, "zstd")
def test_no_chinese_page_is_in_quarantine(chinese: Built) -> None:
    assert chinese.report["quarantined"] == []


@pytest.mark.slow(also=SAMPLE + "test_the_events_in_homs_come_newest_first_with_their_sources")
@needs(WIKITEXT)
def test_every_bullet_that_links_homs_is_an_event_in_homs(wikitext: tuple[Path, Built]) -> None:
    archive = open_archive(wikitext[0], 8_000_000)
    texts = (
        reading.text_of(page)
        for page in archive.pages(archive.versions)
        if registry.of(page.path).days_of_path(page.path)
    )
    bullets = sum(len(re.findall(r"(?m)^[*:#]+.*\[\[Homs(?:\||\]\]|#)", text)) for text in texts)
    assert bullets == 101
    assert len(events_in("Homs", wikitext[1].snapshot.open())) == bullets


def events_in(title: str, store: EmbeddedGraph) -> set[str]:
    from pyoxigraph import NamedNode

    place = NamedNode(f"http://127.0.0.1:8000/entity/en/{title}")
    predicate = NamedNode("https://w3id.org/newsgraph/ns#place")
    return {quad.subject.value for quad in store.quads_for_pattern(None, predicate, place)}


@pytest.mark.slow(also=SAMPLE + "test_only_the_lines_meant_for_it_are_not_understood")
@needs(CHINESE, "zstd")
def test_every_chinese_page_is_parsed_and_every_line_understood(chinese: Built) -> None:
    assert chinese.report["tally"]["event pages"] == 7_968
    assert chinese.report["lines not understood"] == []


@pytest.mark.slow(also="tests/whole/test_golden.py::test_the_pages_of_a_feature_become_exactly_the_expected_quads")
@needs(CHINESE, "zstd")
def test_every_chinese_index_item_is_the_event_of_a_page(chinese: Built) -> None:
    tally = chinese.report["tally"]
    assert tally["events"] - tally["events only listed as related"] == tally["event pages"]
    assert snapshot.read(chinese.snapshot.folder).manifest.counts["events"] == tally["events"]


@pytest.mark.slow(
    also="tests/kg/entities/location/test_chinese.py::test_the_place_where_something_is_or_happens_is_the_location"
)
@needs(CHINESE, "zstd")
@pytest.mark.parametrize("samples", ["chinese.json", "chinese-*.json"])
def test_chinese_events_are_located_as_well_as_is_said(samples: str, chinese: Built) -> None:
    graph, base = chinese.snapshot.open(), snapshot.read(chinese.snapshot.folder).manifest.base
    judged = [json.loads(file.read_text(encoding="utf-8")) for file in (TESTS / "judged/locations").glob(samples)]
    measured = [measure(graph, one, base) for one in judged]
    right, found, wanted = (sum(getattr(one, what) for one in measured) for what in ("right", "found", "wanted"))
    said = (DOCS / "places.md").read_text(encoding="utf-8")
    assert sum(one.compared for one in measured) == 100 * len(judged)
    assert f"({right} of {found})" in said
    assert f"({right} of {wanted})" in said
