"""The archives that come with newsgraph: the files that their tables promise exist, and are read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from kg.dialects import registry
from kg.dialects.context.lines import place_of
from kg.pipeline.run import Built
from kg.store.embedded import EmbeddedGraph
from tests.paths import ROOT

SAMPLE = ROOT / "data" / "sample"
ENGLISH = SAMPLE / "the-context" / "en" / "news"
CHINESE = SAMPLE / "the-context" / "zh" / "news"
# Lines that the sample contains so that some are not understood.
UNREAD = {
    ("current-events/2005_April_27.txt", 3, "picture"),
    ("current-events/2008_September_15.txt", 3, "text outside a list"),
    ("current-events/2011_December_29.txt", 3, "text outside a list"),
    ("current-events/2013_April_21.txt", 6, "text outside a list"),
    ("current-events/2013_April_21.txt", 7, "text outside a list"),
}
EVENTS_IN_HOMS = """
PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX schema: <https://schema.org/>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?date ?name ?source ?publisher WHERE {
  ?event ng:place <http://127.0.0.1:8000/entity/en/Homs> ; schema:startDate ?date ; schema:name ?name .
  OPTIONAL { ?event ng:source ?source OPTIONAL { ?source dcterms:publisher ?publisher } }
}
ORDER BY DESC(?date) ?name ?source
"""


def event_pages(news: Path) -> list[Path]:
    return [file for file in news.rglob("*.md") if file.stem not in ("README", "index")]


def rows_of_the_table(folder: str) -> list[tuple[str, str]]:
    """Return the feature and each of the paths in the README's table of the files below ``folder``."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    table = text.partition(f"below `{folder}`:\n")[2].partition("\nThe Context in")[0]
    rows = (line.removesuffix(" |").rpartition(" | ") for line in table.splitlines() if line.startswith("| "))
    return [
        (feature.lstrip("| "), path)
        for feature, _, files in rows
        for path in re.findall(r"`([^`]+(?:/|\.txt|\.md))`", files)
    ]


def test_only_the_lines_meant_for_it_are_not_understood(sample_build: Built) -> None:
    unread = sample_build.report["lines not understood"]
    assert {(one["page"], one["line"], one["reason"]) for one in unread} == UNREAD
    assert len(unread) == len(UNREAD)


def test_only_the_readmes_are_not_pages(sample_build: Built) -> None:
    assert sample_build.report["other files"] == ["README.md", "README.md"]


def test_there_are_at_least_forty_days_in_wikitext_and_forty_pages_of_the_context() -> None:
    assert len(list((SAMPLE / "current-events").glob("*.txt"))) >= 40
    assert len(event_pages(ENGLISH)) >= 40
    assert len(event_pages(CHINESE)) >= 10


def test_every_file_has_a_path_that_names_a_day() -> None:
    for file in (*(SAMPLE / "current-events").iterdir(), *ENGLISH.rglob("*.md"), *CHINESE.rglob("*.md")):
        path = file.relative_to(SAMPLE).as_posix()
        assert registry.of(path).days_of_path(path), file
        assert place_of(file.as_posix()) or file.suffix == ".txt"


@pytest.mark.parametrize("folder", ["current-events/", "the-context/en/news/", "the-context/zh/news/"])
def test_the_table_of_features_names_files_that_exist(folder: str) -> None:
    rows = rows_of_the_table(folder)
    assert len({feature for feature, _ in rows}) >= 8
    for feature, path in rows:
        assert (SAMPLE / folder / path).exists(), (feature, path)


def test_the_archives_share_sixteen_events_word_for_word(sample_graph: EmbeddedGraph) -> None:
    rows = sample_graph.query(
        "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX ng: <https://w3id.org/newsgraph/ns#>"
        "SELECT DISTINCT ?event WHERE { ?event ng:currentRevision ?revision ."
        " ?revision prov:wasDerivedFrom ?bullet, ?page . ?page a ng:Page ."
        ' FILTER(CONTAINS(STR(?page), "/the-context/en/") && CONTAINS(STR(?bullet), "/current-events/")) }'
    )
    assert isinstance(rows, QuerySolutions)
    assert sum(1 for _ in rows) == 16


def test_the_events_in_homs_come_newest_first_with_their_sources(sample_graph: EmbeddedGraph) -> None:
    rows = sample_graph.query(EVENTS_IN_HOMS)
    assert isinstance(rows, QuerySolutions)
    found = [
        (date.fromisoformat(row["date"].value), row["name"].value, row["source"], row["publisher"]) for row in rows
    ]
    dates = [row[0] for row in found]
    assert dates == sorted(dates, reverse=True)
    assert len({name for _, name, _, _ in found}) >= 20
    assert (dates[0].year, dates[-1].year) == (2019, 2011)
    assert sum(source is not None for *_, source, _ in found) > len(found) * 3 / 4
    assert sum(publisher is None for *_, source, publisher in found if source is not None) <= 1


def test_addresses_of_the_sample_are_real_or_marked_fictional(sample_graph: EmbeddedGraph) -> None:
    rows = sample_graph.query(
        "PREFIX schema: <https://schema.org/> PREFIX ng: <https://w3id.org/newsgraph/ns#>"
        "SELECT ?name WHERE { ?event a ng:Event ; schema:name ?name ; ng:source ?source ."
        ' FILTER(STRSTARTS(STR(?source), "https://example.org/") && STRSTARTS(STR(?event), "http://127.0.0.1:8000/")) }'
    )
    assert isinstance(rows, QuerySolutions)
    names = [row["name"].value for row in rows]
    assert names
    assert all("fictional example" in name or "虚构示例" in name or "虛構示例" in name for name in names), names
