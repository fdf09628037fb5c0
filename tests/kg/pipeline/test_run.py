"""A build gives the same graph for the same archive, changes no IRI, and reports what it read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions, RdfFormat

from kg.errors import ArchiveError, ConfigurationError
from kg.pipeline import run
from kg.pipeline.run import Built
from kg.process.parallel import environment
from kg.rdf import terms
from kg.rdf.formats import by_name
from kg.rdf.prefixes import PREFIXES, expand
from kg.settings import Settings
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

DAY = "2011_November_8.txt"
HEADER = "{{Current events header|2011|11|08}}\n"
CLASSES = {
    "events": "ng:Event",
    "revisions": "ng:Revision",
    "captures": "ng:Page",
    "places": "schema:Place",
    "stories": "schema:EventSeries",
    "entities": "ng:Entity",
    "categories": "skos:Concept",
    "sources": "ng:Source",
    "publishers": "schema:Organization",
}

Archive = Callable[..., Path]


def settings_of(store: Path, jobs: int = 1) -> Settings:
    return Settings(store=str(store), jobs=jobs)


def dumped(built: Built, name: str) -> bytes:
    chosen = by_name(name)
    graph = None if chosen.kind == "dataset" else DefaultGraph()
    text = built.snapshot.open().engine.dump(format=chosen.rdf, from_graph=graph, prefixes=PREFIXES)
    assert text is not None
    return text


def events_of(built: Built) -> set[str]:
    return {str(quad.subject) for quad in built.snapshot.open().quads_for_pattern(None, terms.TYPE, terms.EVENT, None)}


def named(built: Built) -> dict[str, str]:
    """Return the name of each event, by its IRI."""
    graph = built.snapshot.open()
    names = graph.quads_for_pattern(None, terms.NAME, None)
    return {str(q.subject): q.object.value for q in names if "/revision/" not in str(q.subject)}


def many_days(archive: Archive, number: int = 150) -> Path:
    """Write more days than one month has."""
    pages = {}
    for offset in range(number):
        day = date(2012, 1, 1) + timedelta(offset)
        header = f"{{{{Current events header|{day.year}|{day.month:02}|{day.day:02}}}}}"
        bullet = f"*On day {offset} shops close in [[Homs]]. [https://example.org/{offset} (Example News)]"
        pages[f"{day.year}_{day:%B}_{day.day}.txt"] = f"{header}\n;News\n{bullet}\n"
    return archive(pages)


@pytest.mark.parametrize("name", ["nquads", "turtle"])
def test_two_builds_in_one_process_and_in_several_give_the_same_bytes(
    sample: tuple[Path, ...], tmp_path: Path, sample_build: Built, name: str
) -> None:
    other = run.build(sample, settings_of(tmp_path / "store", jobs=2))
    assert dumped(other, name) == dumped(sample_build, name)


def test_several_months_in_several_processes_give_the_same_bytes_and_the_same_ledger(
    archive: Archive, tmp_path: Path
) -> None:
    root = many_days(archive)
    one = run.build([root], settings_of(tmp_path / "one", jobs=1))
    two = run.build([root], settings_of(tmp_path / "two", jobs=2))
    assert dumped(one, "nquads") == dumped(two, "nquads")
    assert (tmp_path / "one" / "ledger.tsv").read_bytes() == (tmp_path / "two" / "ledger.tsv").read_bytes()


def test_the_order_of_hashes_changes_nothing_in_the_ledger(archive: Archive, tmp_path: Path) -> None:
    names = ("Burma", "Myanmar", "Ivory Coast", "Côte d'Ivoire", "U.S.", "USA", "People's Republic of China", "PRC")
    root = archive({DAY: HEADER + "".join(f"*Shops close in [[{name}]].\n" for name in names)})
    ledgers = set()
    for seed in ("1", "2", "3"):
        command = [sys.executable, "-m", "kg", "build", str(root), "--store", str(tmp_path / seed), "--no-derived"]
        subprocess.run(command, check=True, capture_output=True, env=environment() | {"PYTHONHASHSEED": seed})
        ledgers.add((tmp_path / seed / "ledger.tsv").read_text())
    assert len(ledgers) == 1
    assert ledgers.pop().count("\nalias\t") >= 4


def test_a_second_build_of_the_same_archive_moves_no_iri_and_gives_the_same_dump(
    sample: tuple[Path, ...], tmp_path: Path, sample_build: Built
) -> None:
    settings = settings_of(tmp_path / "store")
    first = run.build(sample, settings)
    ledger = (tmp_path / "store" / "ledger.tsv").read_bytes()
    second = run.build(sample, settings)
    assert dumped(second, "nquads") == dumped(first, "nquads")
    assert (tmp_path / "store" / "ledger.tsv").read_bytes() == ledger
    assert events_of(second) == events_of(sample_build)
    assert first.snapshot.id < second.snapshot.id


def test_a_bullet_above_the_others_moves_no_iri(archive: Archive, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "store")
    before = run.build([archive({DAY: f"{HEADER}*Shops close.\n*Banks close.\n"}, "before")], settings)
    after = run.build([archive({DAY: f"{HEADER}*Ports close.\n*Shops close.\n*Banks close.\n"}, "after")], settings)
    assert named(before).items() < named(after).items()


def test_an_event_whose_wording_changes_keeps_its_iri_where_the_archive_prints_both(
    archive: Archive, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path / "store")
    path = "news/2011/11/8/shops.md"
    first = "### [2011-11-8](/news/2011/11/8/index.md)\n\n# Shops close. \n\n"
    before = run.build([archive({path: first}, "before")], settings)
    after = run.build([archive({path: first.replace("close", "do not open")}, "after")], settings)
    assert events_of(before) == events_of(after)


def test_related_events_named_in_two_ways_keep_their_iris(archive: Archive, tmp_path: Path) -> None:
    lines = (
        "1. [Banks close. ](/news/2011/11/8/x.md) _Context: A_\n2. [Ports close. ](/news/2011/11/8/x.md) _Context: A_"
    )
    page = f"### [2011-11-8](/news/2011/11/8/index.md)\n\n# Shops close. \n\n\n\n### Related:\n\n{lines}\n\n"
    root = archive({"news/2011/11/8/shops.md": page, DAY: f"{HEADER}*Banks close.\n"})
    first = run.build([root], settings_of(tmp_path / "store"))
    assert dumped(run.build([root], settings_of(tmp_path / "store")), "nquads") == dumped(first, "nquads")


def test_only_the_newest_snapshots_are_kept(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: f"{HEADER}*Shops close.\n"})
    settings = replace(settings_of(tmp_path / "store"), keep_snapshots=2)
    ids = [run.build([root], settings).snapshot.id for _ in range(4)]
    assert ids == sorted(set(ids))
    assert [folder.name for folder in Store(tmp_path / "store").snapshots()] == ids[2:]
    assert Store(tmp_path / "store").removed() == ids[:2]


def test_the_base_of_a_store_is_fixed(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: f"{HEADER}*Shops close.\n"})
    run.build([root], settings_of(tmp_path / "store"))
    with pytest.raises(ConfigurationError, match=r"mints IRIs under http://127\.0\.0\.1:8000/"):
        run.build([root], replace(settings_of(tmp_path / "store"), base="https://example.org/"))


def test_all_own_iris_are_minted_under_the_base(archive: Archive, tmp_path: Path) -> None:
    root = archive({DAY: f"{HEADER};News\n*Shops close in [[Homs]]. [https://example.org/a (A)]\n"})
    built = run.build([root], replace(settings_of(tmp_path / "store"), base="https://data.example.org/news/"))
    assert b"http://127.0.0.1:8000/" not in dumped(built, "nquads")
    assert all(event.startswith("<https://data.example.org/news/event/2011-11-08/") for event in events_of(built))


def bare_page(title: str) -> str:
    return f"# {title}\n"


def languages(built: Built) -> Counter[str]:
    quads = built.snapshot.open().quads_for_pattern(None, NamedNode(expand("dcterms:language")), None)
    return Counter(quad.object.value for quad in quads)


def test_a_page_that_does_not_show_its_language_has_that_of_its_edition(archive: Archive, tmp_path: Path) -> None:
    index = "## [2018-04-14](/zh/news/2018/04/14/index.md)\n\n### [书展](/zh/news/2018/04/14/书展.md)\n"
    zh = {f"zh/news/2018/04/14/{name}.md": bare_page(name) for name in ("书展", "地震", "gdp")}
    zh |= {f"zh/news/2018/04/{day}/{name}.md": index for day in (14, 15) for name in ("README", "index")}
    en = {f"en/news/2018/04/14/{name}.md": bare_page(name) for name in ("fair", "quake", "gdp")}
    built = run.build([archive(zh | en)], settings_of(tmp_path / "store"))
    events = languages(built)
    assert (events["en"], set(events)) == (3, {"en", "zh"})


def test_the_language_setting_is_that_of_pages_that_do_not_show_theirs(archive: Archive, tmp_path: Path) -> None:
    root = archive({"news/2018/04/14/gdp.md": bare_page("GDP")})
    built = run.build([root], replace(settings_of(tmp_path / "store"), language="zh"))
    assert languages(built) == {"zh": 1}


def test_the_report_names_page_line_reason_and_text_of_each_line_not_understood(
    archive: Archive, tmp_path: Path
) -> None:
    root = archive({DAY: f"{HEADER}A stray line\n*Shops close.\n", "notes.pdf": b"%PDF"})
    built = run.build([root], settings_of(tmp_path / "store"))
    assert built.report["lines not understood"] == [
        {"page": DAY, "line": 2, "reason": "text outside a list", "text": "A stray line"}
    ]
    assert built.report["other files"] == ["notes.pdf"]
    assert json.loads((built.snapshot.folder / "report.json").read_text(encoding="utf-8")) == built.report


def test_the_counts_of_the_manifest_are_those_of_the_store(sample_build: Built) -> None:
    graph = sample_build.snapshot.open()
    counted = {name: count(graph, term) for name, term in CLASSES.items()}
    days = {quad.object for quad in graph.quads_for_pattern(None, terms.TEMPORAL, None)}
    counted |= {"days": len(days), "triples": len(graph), "pages": sample_build.report["tally"]["pages"]}
    assert sample_build.snapshot.manifest.counts == counted


def count(graph: EmbeddedGraph, class_: str) -> int:
    return len({quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, NamedNode(expand(class_)), None)})


def test_the_pairs_of_event_and_source_that_are_reported_are_those_of_the_store(sample_build: Built) -> None:
    rows = sample_build.snapshot.open().query("SELECT ?event ?source WHERE { ?event a ng:Event ; ng:source ?source }")
    assert isinstance(rows, QuerySolutions)
    assert sample_build.report["tally"]["event-source pairs"] == sum(1 for _ in rows)


def test_every_source_is_cited_and_every_place_that_is_named_is_described(sample_graph: EmbeddedGraph) -> None:
    described = {q.subject for q in sample_graph.quads_for_pattern(None, terms.TYPE, terms.SOURCE_CLASS)}
    assert described == {q.object for q in sample_graph.quads_for_pattern(None, terms.SOURCE, None)}
    places = {q.subject for q in sample_graph.quads_for_pattern(None, terms.TYPE, terms.SCHEMA_PLACE)}
    for predicate in (terms.PLACE, terms.LOCATION, terms.CONTAINED_IN_PLACE):
        assert {q.object for q in sample_graph.quads_for_pattern(None, predicate, None)} <= places


def test_every_iri_of_ours_that_is_named_is_described(sample_graph: EmbeddedGraph) -> None:
    described = {quad.subject for quad in sample_graph}
    ours = {q.object for q in sample_graph if isinstance(q.object, NamedNode) and "127.0.0.1" in q.object.value}
    assert ours <= described


def commit(root: Path, when: str) -> str:
    environment = {**os.environ, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
    identity = ["-c", "user.name=Example", "-c", "user.email=example@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "pages"]):
        subprocess.run(["git", *arguments], cwd=root, env=environment, check=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True).stdout


def test_a_git_repository_is_read_at_its_newest_commit_and_dates_what_it_shows(
    archive: Archive, tmp_path: Path
) -> None:
    root = archive({DAY: f"{HEADER}*Shops close.\n"})
    head = commit(root, "2018-01-02T03:04:05+02:00")
    (root / DAY).write_text(f"{HEADER}*This is not committed.\n")
    built = run.build([root], settings_of(tmp_path / "store"))
    assert set(named(built).values()) == {"Shops close."}
    assert built.snapshot.manifest.archives == [{"name": "archive", "commit": head.strip(), "versions": 1}]
    for predicate in (terms.OBSERVED_FROM, terms.CREATED):
        (quad,) = built.snapshot.open().quads_for_pattern(None, predicate, None)
        assert str(quad.object).startswith('"2018-01-02T01:04:05Z"')


def test_the_manifest_names_archives_tool_base_and_ledger(sample_build: Built, sample_store: Path) -> None:
    manifest = sample_build.snapshot.manifest
    assert [one["name"] for one in manifest.archives] == ["seed", "sample"]
    assert manifest.tool.startswith("newsgraph ")
    assert manifest.base == Settings().base
    assert manifest.ledger == snapshot.checksum(sample_store / "ledger.tsv")


def test_no_file_of_the_bulk_load_stays_in_the_snapshot(sample_build: Built) -> None:
    assert {one.name for one in sample_build.snapshot.folder.iterdir()} == {"db", "manifest.json", "report.json"}


def test_the_database_of_a_build_is_compact(sample_build: Built, tmp_path: Path) -> None:
    files = tables(shutil.copytree(sample_build.snapshot.database, tmp_path / "db"))
    EmbeddedGraph(tmp_path / "db").optimize()
    assert tables(tmp_path / "db") == files


def tables(database: Path) -> set[str]:
    return {file.name for file in database.glob("*.sst")}


def test_progress_is_reported_until_all_days_are_done(archive: Archive, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    settings = settings_of(tmp_path / "store")
    run.build([many_days(archive)], settings, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (150, 150)


def test_an_error_in_a_process_that_reads_pages_is_raised(archive: Archive, tmp_path: Path) -> None:
    root = many_days(archive)
    commit(root, "2012-06-01T00:00:00Z")
    named = ["git", "rev-parse", "HEAD:2012_May_1.txt"]
    blob = subprocess.run(named, cwd=root, check=True, capture_output=True, text=True).stdout.strip()
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(ArchiveError, match=f"git cannot read {blob}"):
        run.build([root], settings_of(tmp_path / "store", jobs=2))
    assert [one.name for one in (tmp_path / "store").iterdir()] == ["lock"]


def test_a_page_that_another_process_cannot_read_is_reported(archive: Archive, tmp_path: Path) -> None:
    root = many_days(archive)
    (root / "2012_May_1.txt").write_bytes(bytes(range(256)))
    built = run.build([root], settings_of(tmp_path / "store", jobs=2))
    assert [one["page"] for one in built.report["pages not read"]] == ["2012_May_1.txt"]
    assert built.report["counts"]["pages"] == built.report["counts"]["days"] == 149


def test_a_dump_loaded_again_gives_the_same_dump(sample_build: Built) -> None:
    text = dumped(sample_build, "nquads")
    again = EmbeddedGraph()
    again.engine.bulk_load(input=text, format=RdfFormat.N_QUADS)
    found = again.engine.dump(format=RdfFormat.N_QUADS)
    assert found is not None
    assert sorted(found.splitlines()) == sorted(text.splitlines())
