"""Proof that a new page language needs only its dialect: a third-party dialect that reads CSV."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.rdf import terms
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import checksums, seal
from tests.paths import ROOT, SAMPLE
from tests.plugins.conftest import CSV, Kg, install

BASE = "http://127.0.0.1:8000/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
COLUMNS = "date,title,category,places,topics,sources,publisher,licence\n"
JANUARY = [
    '2024-01-02,"A bridge opens in Homs, at last.",Business,Homs,Bridges,'
    f"https://example.org/a;https://example.org/b,Example News,{LICENCE}\n",
    f'2024-01-02,"The ""old"" bridge\nis closed.",Business,,,https://example.org/c,Example News,{LICENCE}\n',
    f"2024-01-30,A ship sinks.,Disasters,Latakia,,https://example.org/d,Another Paper,{LICENCE}\n",
]
FEBRUARY = [f"2024-02-0{day},Shops close on day {day}.,Business,,,,,{LICENCE}\n" for day in (1, 5)]


def write(root: Path, name: str, rows: Iterable[str]) -> bytes:
    root.mkdir(exist_ok=True)
    (root / name).write_text(COLUMNS + "".join(rows), encoding="utf-8", newline="")
    return (root / name).read_bytes()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "tables", "january.csv", JANUARY)
    write(tmp_path / "tables", "february.csv", FEBRUARY)
    return tmp_path / "tables"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def build(site: Path, kg: Kg, root: Path, store: Path) -> Kg:
    """Build a graph of the tables, and of other archives, with the dialect installed."""
    install(CSV, site)

    def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        done = kg("build", root, *arguments, "--store", store, "--jobs", "1", "--no-derived")
        assert done.returncode == 0, done.stderr.decode()
        return done

    return run


def graph(store: Path) -> EmbeddedGraph:
    return Store(store).current().open()


def values(graph: EmbeddedGraph, subject: NamedNode | None, predicate: NamedNode) -> set[str]:
    return {str(quad.object.value) for quad in graph.quads_for_pattern(subject, predicate, None)}


def events(graph: EmbeddedGraph) -> dict[str, str]:
    """Return the IRIs of all events by title."""
    subjects = [quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)]
    return {title: str(one.value) for one in subjects for title in values(graph, one, terms.NAME)}


def page(graph: EmbeddedGraph, path: str) -> NamedNode:
    [found] = graph.quads_for_pattern(None, terms.LABEL, Literal(path))
    assert isinstance(found.subject, NamedNode)
    return found.subject


def new_months(done: subprocess.CompletedProcess[bytes]) -> tuple[int, int]:
    found = re.search(rb"months (\d+), of which new since the last build (\d+)", done.stdout)
    assert found
    return int(found[1]), int(found[2])


def test_a_page_may_hold_many_days(build: Kg, store: Path) -> None:
    build()
    found = graph(store)
    dates = {title: values(found, NamedNode(iri), terms.START_DATE) for title, iri in events(found).items()}
    assert dates == {
        "A bridge opens in Homs, at last.": {"2024-01-02"},
        'The "old" bridge\nis closed.': {"2024-01-02"},
        "A ship sinks.": {"2024-01-30"},
        "Shops close on day 1.": {"2024-02-01"},
        "Shops close on day 5.": {"2024-02-05"},
    }
    assert values(found, page(found, "january.csv"), terms.TEMPORAL) == {
        f"{BASE}day/2024-01-02",
        f"{BASE}day/2024-01-30",
    }


def test_an_event_of_a_row_has_its_category_topics_places_and_sources(build: Kg, store: Path) -> None:
    build()
    found = graph(store)
    bridge = NamedNode(events(found)["A bridge opens in Homs, at last."])
    assert values(found, bridge, terms.CATEGORY) == {f"{BASE}category/business-and-economy"}
    assert values(found, bridge, terms.TOPIC) == {f"{BASE}entity/en/Bridges"}
    assert values(found, bridge, terms.PLACE) == {f"{BASE}entity/en/Homs"}
    assert values(found, bridge, terms.SOURCE) == {"https://example.org/a", "https://example.org/b"}
    source = NamedNode("https://example.org/a")
    assert values(found, source, terms.PUBLISHER) == {f"{BASE}publisher/example.org"}


def test_a_capture_has_the_media_type_and_licence_that_its_dialect_says(build: Kg, root: Path, store: Path) -> None:
    write(root, "mixed.csv", ["2024-03-01,Rain falls.,,,,,,\n", f"2024-03-02,Snow falls.,,,,,,{LICENCE}\n"])
    build()
    found = graph(store)
    assert values(found, page(found, "january.csv"), terms.FORMAT) == {"text/csv; charset=utf-8; header=present"}
    assert values(found, page(found, "january.csv"), terms.LICENSE) == {LICENCE}
    assert values(found, page(found, "mixed.csv"), terms.LICENSE) == set()
    assert values(found, None, terms.STATED_BY) == set()


def test_every_row_is_an_entry_that_prints_it_and_that_its_revision_comes_from(build: Kg, store: Path) -> None:
    build()
    found = graph(store)
    table = page(found, "january.csv").value
    printed = {f"{table}#row-{number}": row.removesuffix("\n") for number, row in enumerate(JANUARY, 1)}
    printed[f"{table}#columns"] = COLUMNS.strip()
    told = {entry: values(found, NamedNode(entry), terms.PRINTED_TEXT) for entry in printed}
    assert told == {entry: {text} for entry, text in printed.items()}
    assert set(printed) - {f"{table}#columns"} <= values(found, None, terms.DERIVED_FROM)


@pytest.mark.parametrize("end", [pytest.param("\n", marks=pytest.mark.slow), "\r\n"])
def test_kg_page_gives_a_table_again_byte_for_byte(build: Kg, kg: Kg, root: Path, store: Path, end: str) -> None:
    content = (root / "january.csv").read_bytes().replace(b"\n", end.encode())
    (root / "january.csv").write_bytes(content)
    build()
    for name in ("january.csv", page(graph(store), "january.csv").value):
        done = kg("page", name, "--store", store)
        assert (done.returncode, done.stdout, done.stderr) == (0, content, b"")
    assert kg("page", "--verify", root).stdout == b"2 of 2 pages identical\n"


def test_a_row_that_is_not_an_event_is_reported_and_printed_again(build: Kg, kg: Kg, root: Path, store: Path) -> None:
    content = write(root, "january.csv", [*JANUARY, "soon,A ship sails.,,,,,,\n"])
    build()
    report = json.loads((Store(store).current().folder / "report.json").read_text())
    assert report["lines not understood"] == [
        {"page": "january.csv", "line": 6, "reason": "no date and title", "text": "soon,A ship sails.,,,,,,"}
    ]
    assert kg("page", "january.csv", "--store", store).stdout == content


def test_tables_and_the_sample_are_one_graph(build: Kg, root: Path, store: Path, sample_graph: EmbeddedGraph) -> None:
    title = "The capital rises."
    write(root, "war.csv", [f"2011-11-08,{title},,,,,,\n", f"2011-11-10,{title},,,,,,\n"])
    done = build(*SAMPLE)
    found = graph(store)
    iris, before = (
        {quad.subject for quad in one.quads_for_pattern(None, terms.TYPE, terms.EVENT)} for one in (found, sample_graph)
    )
    assert iris >= before
    assert len(iris) == len(before) + 7
    assert b" + rows 7" in done.stdout
    assert {quad for quad in sample_graph if quad not in found} == set()


def test_kg_check_passes_and_names_the_row_of_a_violation(build: Kg, kg: Kg, root: Path, store: Path) -> None:
    build()
    assert kg("check", root, "--store", store).returncode == 0
    found = Store(store).current()
    iri = events(found.open())["A ship sinks."]
    with_two_dates = EmbeddedGraph(found.database)
    with_two_dates.add(Quad(NamedNode(iri), terms.START_DATE, Literal("2024-01-31", datatype=terms.DATE)))
    with_two_dates.flush()
    del with_two_dates
    seal(found.folder, replace(found.manifest, files=checksums(found.folder)))  # as if a forced build had made it
    for archives in ((root,), ()):  # with the archive, and from the graph alone
        done = kg("check", *archives, "--store", store)
        assert done.returncode == 1
        assert b"from  january.csv, line 5 (entry row-3)" in done.stdout


def test_kept_months_are_used_again_and_a_changed_row_moves_only_its_own(build: Kg, root: Path, store: Path) -> None:
    assert new_months(build()) == (2, 2)
    first = events(graph(store))
    assert new_months(build()) == (2, 0)
    write(root, "february.csv", [FEBRUARY[0], FEBRUARY[1].replace("Business", "Economy")])
    assert new_months(build()) == (2, 1)
    assert events(graph(store)) == first


@pytest.mark.slow(
    also="tests/plugins/test_csv_dialect.py::test_kept_months_are_used_again_and_a_changed_row_moves_only_its_own"
)
def test_all_days_of_one_page_are_followed_together(build: Kg, root: Path) -> None:
    both = ["2024-01-02,A bridge is painted.,,,,,,\n", "2024-02-05,A ship is raised.,,,,,,\n"]
    write(root, "both.csv", both)
    write(root, "march.csv", ["2024-03-01,Rain falls.,,,,,,\n"])
    assert new_months(build()) == (2, 2), "January and February are one"
    write(root, "both.csv", both[:1])
    assert new_months(build()) == (3, 2)


@pytest.mark.slow(
    also="tests/plugins/test_csv_dialect.py::test_kept_months_are_used_again_and_a_changed_row_moves_only_its_own"
)
def test_the_ledger_keeps_iris_when_a_row_is_inserted_above(build: Kg, root: Path, store: Path) -> None:
    build()
    before = events(graph(store))
    write(root, "january.csv", ["2024-01-02,A dog barks.,,,,,,\n", *JANUARY])
    build()
    after = events(graph(store))
    assert {title: iri for title, iri in after.items() if title != "A dog barks."} == before


def test_a_reworded_row_keeps_its_iri_through_the_history_of_a_table(
    build: Kg, kg: Kg, root: Path, store: Path, tmp_path: Path
) -> None:
    hermetic = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = {f"GIT_{role}_{name}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for name in ("NAME", "EMAIL")}

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(root), *arguments], env={**hermetic, **who}, check=True, capture_output=True)

    git("init", "-q")
    for title in ("A ship sinks.", "A ship sinks off Latakia."):
        write(root, "january.csv", [*JANUARY[:2], JANUARY[2].replace("A ship sinks.", title)])
        git("add", ".")
        git("commit", "-q", "-m", title)
    build("--history")
    found = graph(store)
    [ship] = [NamedNode(iri) for title, iri in events(found).items() if title.startswith("A ship")]
    assert len(values(found, ship, terms.REVISION)) == 2
    assert kg("page", "january.csv", "--store", store).stdout == (root / "january.csv").read_bytes()


@pytest.mark.slow(
    also="tests/plugins/test_csv_dialect.py::test_every_row_is_an_entry_that_prints_it_and_that_its_revision_comes_from"
)
def test_no_row_shows_a_word_of_a_withdrawn_event(build: Kg, kg: Kg, store: Path) -> None:
    build()
    iri = events(graph(store))["A ship sinks."]
    assert kg("ledger", "withdraw", iri, "--store", store).returncode == 0
    build()
    found = graph(store)
    assert not any("ship" in str(quad.object) for quad in found)
    hidden = (str(quad.subject) for quad in found.quads_for_pattern(None, terms.INVALIDATED_AT, None))
    [entry] = [subject for subject in hidden if "#" in subject]
    assert entry == f"<{page(found, 'january.csv').value}#row-3>"
    assert kg("page", "january.csv", "--store", store).returncode == 2
    assert kg("page", "february.csv", "--store", store).returncode == 0


def test_a_table_without_events_is_a_page_and_other_tables_are_other_files(build: Kg, root: Path, store: Path) -> None:
    write(root, "empty.csv", [])
    (root / "numbers.csv").write_text("a,b\n1,2\n")
    build()
    report = json.loads((Store(store).current().folder / "report.json").read_text())
    assert report["other files"] == ["numbers.csv"]
    assert values(graph(store), page(graph(store), "empty.csv"), terms.TEMPORAL) == set()


def test_without_the_dialect_its_tables_are_read_as_tables_and_its_pages_are_not_printed(
    build: Kg, kg: Kg, site: Path, root: Path, store: Path
) -> None:
    build()
    for one in (*site.glob("*.dist-info/*"), *site.glob("*.py")):
        one.unlink()
    done = kg("check", "--preview", root)
    assert done.returncode == 0, done.stderr.decode()
    assert b"columns that are not read: " in done.stdout
    done = kg("page", "january.csv", "--store", store)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no dialect that is installed reads the page january.csv" in done.stderr


@pytest.mark.slow(
    also="tests/kg/pipeline/test_kept_months.py::test_a_changed_line_in_a_converting_package_is_another_program"
)
def test_another_line_of_the_dialect_and_another_version_convert_its_months_again(
    build: Kg, site: Path, root: Path, store: Path
) -> None:
    (root / "2018_January_1.txt").write_text("* Shops open.\n")
    assert new_months(build()) == (3, 3)
    assert new_months(build()) == (3, 0)
    with (site / "newsgraph_csv.py").open("a") as module:
        module.write("# another line\n")
    assert new_months(build()) == (3, 2), "the months of other dialects are kept"
    [metadata] = site.glob("*.dist-info/METADATA")
    metadata.write_text(metadata.read_text().replace("Version: 1.0", "Version: 1.1"))
    assert new_months(build()) == (3, 2)


def test_the_files_that_the_dialect_touched_are_its_own_and_its_entry_point() -> None:
    own = sorted(file.name for file in CSV.iterdir() if file.is_file())
    print(f"files of the CSV dialect: {', '.join(own)}")
    assert own == ["newsgraph_csv.py", "pyproject.toml"]
    ours = [file for package in ("kg", "endpoint", "vocab") for file in (ROOT / package).rglob("*.py")]
    touched = [file for file in (*ours, ROOT / "pyproject.toml") if re.search("newsgraph.csv|Csv", file.read_text())]
    assert touched == []
