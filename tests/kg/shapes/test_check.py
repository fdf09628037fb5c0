"""``kg check`` reports what breaks the shapes and where it comes from; a build that breaks them is not published."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat
from rdflib import Graph
from rdflib.namespace import RDF, SH

from kg.archive.opening import open_archive
from kg.cli import main
from kg.dialects.record import Page
from kg.errors import ValidationError
from kg.mapping.event import Mapper
from kg.pipeline import run as building
from kg.pipeline.run import build
from kg.rdf import terms
from kg.settings import Settings
from kg.shapes.check import CheckResult, check, report
from kg.shapes.origin import Origins, lines
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.conftest import run_here

WriteArchive = Callable[..., Path]
Publish = Callable[[Path, str, str], snapshot.Snapshot]

DAY = "2011_November_8.txt"
HEADER = "{{Current events header|2011|11|08}}\n<!-- news below -->\n\n"
NAME = "20111109T060000000000Z"
BASE = "http://127.0.0.1:8000/"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the mapper write events without their dates, as a bug might."""
    whole = Mapper.event

    def event(*arguments: object) -> Iterator[Quad]:
        quads: Iterable[Quad] = whole(*arguments)
        return (quad for quad in quads if quad.predicate != terms.START_DATE)

    monkeypatch.setattr(Mapper, "event", event)


@pytest.fixture
def archive_of_two(archive: WriteArchive) -> Path:
    return archive({DAY: f"{HEADER};News\n*Shops close in [[Homs]].\n*Banks close.\n"})


def settings_of(store: Path) -> Settings:
    return Settings(store=str(store), jobs=1)


def test_a_build_that_breaks_a_shape_is_not_published(broken: None, archive_of_two: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with pytest.raises(ValidationError, match=r"not published.*breaks shapes .violations: 2; .*rejected\.txt.*--force"):
        build([archive_of_two], settings_of(store))
    assert not (store / "current").exists()
    assert Store(store).snapshots() == []
    assert not (store / "ledger.tsv").exists()
    assert not list(store.glob("building-*"))


def test_the_report_on_a_refused_build_has_the_line_of_each_problem(
    broken: None, archive_of_two: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError):
        build([archive_of_two], settings_of(tmp_path / "store"))
    text = (tmp_path / "store" / "rejected.txt").read_text(encoding="utf-8")
    assert "shapes:DescribedEvent-startDate: An event is listed under one date." in text
    assert "schema:startDate sh:minCount 1; violations: 2" in text
    assert f"{DAY}, line 5 (entry item-1)\n          *Shops close in [[Homs]]." in text
    assert f"{DAY}, line 6 (entry item-2)\n          *Banks close." in text


def test_a_forced_build_is_published_and_its_manifest_says_so(
    broken: None, archive_of_two: Path, tmp_path: Path
) -> None:
    built = build([archive_of_two], settings_of(tmp_path / "store"), force=True)
    assert Store(tmp_path / "store").current().manifest.shapes == {"conforms": False, "violations": 2}
    assert "violations.txt" in built.snapshot.manifest.files
    assert (built.snapshot.folder / "violations.txt").read_text(encoding="utf-8").startswith("violations: 2 (")
    assert not (tmp_path / "store" / "rejected.txt").exists()


def test_the_snapshot_before_a_refused_build_stays_current(
    archive_of_two: Path, archive: WriteArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "store")
    before = build([archive_of_two], settings).snapshot
    ledger = (tmp_path / "store" / "ledger.tsv").read_bytes()
    monkeypatch.setattr("kg.mapping.page.day_quads", lambda day, minter: iter(()))
    monkeypatch.setattr("kg.pipeline.convert.day_quads", lambda day, minter: iter(()))
    other = archive({"2011_November_9.txt": f"{HEADER.replace('08', '09')}*Ports close.\n"}, "other")
    with pytest.raises(ValidationError, match="An event belongs to one day"):
        build([archive_of_two, other], settings)
    assert Store(tmp_path / "store").current().id == before.id
    assert (tmp_path / "store" / "ledger.tsv").read_bytes() == ledger


def test_a_build_whose_pages_are_converted_already_is_checked_as_a_whole(
    broken: None, archive_of_two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "store")
    build([archive_of_two], settings, force=True)
    monkeypatch.undo()
    with pytest.raises(ValidationError, match="An event is listed under one date"):
        build([archive_of_two], settings)


def test_a_good_build_says_so_and_takes_the_old_report_away(archive_of_two: Path, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "rejected.txt").write_text("old")
    built = build([archive_of_two], settings_of(tmp_path / "store"))
    assert built.snapshot.manifest.shapes == {"conforms": True, "violations": 0}
    assert set(built.report["shapes"]) == {"conforms", "violations", "seconds"}
    assert not (tmp_path / "store" / "rejected.txt").exists()


def test_the_sample_keeps_to_all_shapes(sample_build: building.Built) -> None:
    assert sample_build.snapshot.manifest.shapes == {"conforms": True, "violations": 0}


# ---- Where a problem comes from.


def without_dates(store: EmbeddedGraph) -> EmbeddedGraph:
    copy = EmbeddedGraph()
    stories = {quad.subject for quad in store.quads_for_pattern(None, terms.TYPE, terms.EVENT_SERIES)}
    copy.extend(quad for quad in store if quad.predicate != terms.START_DATE or quad.subject in stories)
    return copy


def node(store: EmbeddedGraph, label: str, class_: NamedNode) -> NamedNode:
    found = (quad.subject for language in ("en", None) for quad in labelled(store, label, language))
    return next(one for one in found if isinstance(one, NamedNode) and Quad(one, terms.TYPE, class_) in store)


def labelled(store: EmbeddedGraph, label: str, language: str | None) -> Iterator[Quad]:
    return store.quads_for_pattern(None, terms.LABEL, Literal(label, language=language))


@pytest.mark.parametrize(
    ("label", "class_"),
    [("Silvio Berlusconi", terms.ENTITY), ("BBC", terms.ORGANIZATION), ("Armed conflicts and attacks", terms.CONCEPT)],
)
def test_what_events_name_leads_to_a_line_of_a_page(
    label: str, class_: NamedNode, sample_graph: EmbeddedGraph, sample: tuple[Path, ...]
) -> None:
    archives = [open_archive(root, 1_000_000) for root in sample]
    origin = Origins(sample_graph, archives).of(node(sample_graph, label, class_))
    assert origin is not None
    assert origin.line is not None
    printed = next(root / origin.path for root in sample if (root / origin.path).exists()).read_text(encoding="utf-8")
    assert (origin.text or "").split("\n")[0] in printed.split("\n")[origin.line - 1]


def test_every_entry_of_the_sample_has_its_line(sample_graph: EmbeddedGraph, sample: tuple[Path, ...]) -> None:
    archives = [open_archive(root, 1_000_000) for root in sample]
    origins = Origins(sample_graph, archives)
    entries = [quad.subject for quad in sample_graph.quads_for_pattern(None, terms.TYPE, terms.ENTRY)]
    pages = {
        root: {page.path: page for page in one.pages(one.versions)} for root, one in zip(sample, archives, strict=True)
    }
    for entry in entries:
        origin = origins.of(entry)
        assert origin is not None
        assert origin.line is not None
        assert not origin.listed
        content = next(found[origin.path] for found in pages.values() if origin.path in found).content
        line = content.decode(errors="replace").split("\n")[origin.line - 1]
        assert (origin.text or "").split("\n")[0].strip() in line


def test_without_the_archive_a_context_page_has_its_lines_and_a_day_page_those_of_its_list(
    sample_graph: EmbeddedGraph, sample: tuple[Path, ...]
) -> None:
    known = Origins(sample_graph, [open_archive(root, 1_000_000) for root in sample])
    unknown = Origins(sample_graph)
    for quad in sample_graph.quads_for_pattern(None, terms.TYPE, terms.ENTRY):
        told, found = known.of(quad.subject), unknown.of(quad.subject)
        assert told is not None
        assert found is not None
        if found.path.endswith(".md"):
            assert (found.line, found.listed) == (told.line, False) or found.line is None
        else:
            assert found.listed
            assert found.line is not None
            assert told.line is not None
            assert found.line <= told.line


def test_the_line_of_a_page_with_other_content_is_not_told(
    archive_of_two: Path, archive: WriteArchive, tmp_path: Path
) -> None:
    store = build([archive_of_two], settings_of(tmp_path / "store")).snapshot.open()
    changed = archive({DAY: f"{HEADER}\n\n\n;News\n*Shops close in [[Homs]].\n*Banks close.\n"}, "changed")
    event = node(store, "Banks close.", terms.EVENT)
    origin = Origins(store, [open_archive(changed, 1_000)]).of(event)
    assert str(origin) == f"{DAY}, line 3 of its item list (entry item-2)"


def test_a_page_in_the_history_of_an_archive_has_its_lines(tmp_path: Path) -> None:
    root = tmp_path / "git"
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for text in ("*Shops close.\n", "\n*Shops do not close.\n"):
        (root / DAY).write_text(HEADER + text)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    settings = replace(settings_of(tmp_path / "store"), history=True)
    store = build([root], settings).snapshot.open()
    origins = Origins(store, [open_archive(root, 1_000, history=True)])
    first = node(store, "Shops close.", terms.REVISION_CLASS)
    assert str(origins.of(first)) == f"{DAY}, line 4 (entry item-1)"


def test_a_node_that_nothing_leads_to_has_no_origin(sample_graph: EmbeddedGraph) -> None:
    assert Origins(sample_graph).of(NamedNode("http://example.org/nowhere")) is None
    assert Origins(sample_graph).of(Literal("nowhere")) is None


def test_a_page_is_its_own_origin(sample_graph: EmbeddedGraph) -> None:
    page = next(sample_graph.quads_for_pattern(None, terms.TYPE, terms.PAGE)).subject
    origin = Origins(sample_graph).of(page)
    assert origin is not None
    assert (origin.page, origin.entry, str(origin)) == (str(page).strip("<>"), None, origin.path)


def test_prose_has_no_lines() -> None:
    assert lines(Page("README.md", b"# Read me\n")) == {}


# ---- The command.


@pytest.fixture
def broken_store(tmp_path: Path, publish_store: Publish, sample_graph: EmbeddedGraph) -> Path:
    """A store whose current snapshot is the sample without the dates of its events."""
    store = tmp_path / "store"
    publish_store(
        store,
        without_dates(sample_graph).engine.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()).decode(),
        NAME,
    )
    return store


def test_kg_check_ends_with_0_if_all_is_well(sample_store: Path) -> None:
    done = run_here("check", "--store", sample_store)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"the graph conforms to all shapes (")


def test_kg_check_ends_with_1_and_a_readable_report(broken_store: Path, sample: tuple[Path, ...]) -> None:
    done = run_here("check", *sample, "--store", broken_store, "--limit", "2")
    assert (done.returncode, done.stderr) == (1, b"")
    text = done.stdout.decode()
    assert "shapes:DescribedEvent-startDate: An event is listed under one date.\n" in text
    assert "  schema:startDate sh:minCount 1; violations: 447\n" in text
    assert "  ... and 445 more\n" in text
    assert ", line " in text


def test_kg_check_writes_json(broken_store: Path, tmp_path: Path) -> None:
    done = run_here("check", "--store", broken_store, "--format", "json", "-o", tmp_path / "report.json")
    assert (done.returncode, done.stdout) == (1, b"")
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (found["conforms"], found["violations"]) == (False, 447 + 104)
    result = found["results"][0]
    assert result["path"] == "https://schema.org/startDate"
    assert {"node", "value", "page", "entry"} <= set(result["first"][0])


def test_kg_check_writes_a_validation_report_that_rdflib_reads(broken_store: Path) -> None:
    done = run_here("check", "--store", broken_store, "--format", "turtle", "--limit", "3")
    graph = Graph().parse(data=done.stdout, format="turtle")
    [whole] = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(whole, SH.conforms).toPython() is False
    results = list(graph.objects(whole, SH.result))
    assert len(results) == 6
    for one in results:
        for term in (SH.focusNode, SH.resultPath, SH.resultMessage, SH.sourceConstraintComponent, SH.sourceShape):
            assert graph.value(one, term) is not None


def test_kg_check_reads_any_snapshot(publish_store: Publish, tmp_path: Path) -> None:
    for name in ("20111109T060000000000Z", "20111110T060000000000Z"):
        publish_store(tmp_path / "store", "", name)
    assert run_here("check", "--store", tmp_path / "store", "--snapshot", "previous").returncode == 0
    done = run_here("check", "--store", tmp_path / "store", "--snapshot", "2010")
    assert done.returncode == 2
    assert b"is not a snapshot of" in done.stderr


def test_kg_build_refuses_and_names_the_report(broken: None, archive_of_two: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    command = ["build", str(archive_of_two), "--store", str(store), "--jobs", "1", "--no-derived"]
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("kg: the build is not published, since its graph breaks shapes (violations: 2; ")
    assert str(store / "rejected.txt") in done.stderr
    forced = CliRunner().invoke(main, [*command, "--force"])
    assert forced.exit_code == 0
    assert "shapes broken (violations: 2), published by --force, checked in" in forced.stdout


def test_a_long_value_is_cut_in_the_report() -> None:
    store = EmbeddedGraph()
    event = NamedNode(f"{BASE}event/2011-11-08/aaaaaaaaaa")
    store.add(Quad(event, terms.TYPE, terms.EVENT))
    store.add(Quad(event, terms.IDENTIFIER, Literal("word " * 100)))
    text = report(check(store), Origins(store), "text")
    assert max(map(len, text.splitlines())) < 200
    assert "…" in text


def test_a_check_counts_its_constraints(graph: EmbeddedGraph) -> None:
    checked = check(graph)
    assert isinstance(checked, CheckResult)
    assert checked.constraints > 100
