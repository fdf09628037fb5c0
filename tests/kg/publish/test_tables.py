"""Tables contain what the graph contains, have the same bytes for a snapshot, and are read by other programs."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import geopandas
import pandas
import pytest

from kg.errors import NotSupportedError
from kg.publish.tables import dictionary, writing
from kg.publish.tables.export import export
from kg.publish.tables.questions import TableQuestion, questions
from kg.publish.tables.schema import TABLES
from kg.publish.tables.table import TableSchema
from kg.query import evaluate
from kg.rdf.formats import by_name
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.paths import DOCS

Once = Callable[[str, Callable[[Path], Any]], Any]


@pytest.fixture(scope="session")
def exported(once: Once, sample_store: Path) -> Path:
    def fill(folder: Path) -> Path:
        store = Store(sample_store)
        export(store, store.current(), folder)
        return folder

    return once("tables", fill)


def ask(folder: Path, sql: str) -> pandas.DataFrame:
    with duckdb.connect(config={"file_search_path": str(folder)}) as database:
        return database.execute(sql).df()


def test_the_same_snapshot_gives_the_same_bytes(exported: Path, sample_store: Path, tmp_path: Path) -> None:
    store = Store(sample_store)
    made = export(store, store.current(), tmp_path)
    files = {one.name for one in made} | {"SHA256SUMS"}
    assert {path.name for path in tmp_path.iterdir()} == files
    assert {name for name in files if (tmp_path / name).read_bytes() != (exported / name).read_bytes()} == set()


def test_the_checksums_are_those_of_the_files(exported: Path) -> None:
    lines = (exported / "SHA256SUMS").read_text().splitlines()
    told = dict(reversed(line.split("  ")) for line in lines)
    assert told == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in exported.iterdir()
        if path.name != "SHA256SUMS"
    }


@pytest.mark.parametrize("question", questions(), ids=lambda one: one.question)
def test_a_question_in_sql_has_the_rows_that_it_has_in_sparql(
    exported: Path, sample_graph: EmbeddedGraph, question: TableQuestion
) -> None:
    found = json.loads(evaluate.answer(sample_graph, question.sparql, by_name("json")).body)
    variables = found["head"]["vars"]
    in_sparql = [[plain(row[name]["value"]) for name in variables] for row in found["results"]["bindings"]]
    in_sql = [[plain(str(cell)) for cell in row] for row in ask(exported, question.sql).itertuples(index=False)]
    assert in_sparql
    assert in_sql == in_sparql


def plain(value: str) -> str:
    """Return a day, a time or a number in one spelling, given the spelling of SQL or SPARQL."""
    value = value.removesuffix(" 00:00:00").removesuffix("Z").replace("T", " ", 1) if value[:1].isdigit() else value
    try:
        return repr(float(value))
    except ValueError:
        return value


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_csv_and_parquet_hold_the_same_and_the_key_is_one(exported: Path, table: TableSchema) -> None:
    rows = pandas.read_parquet(exported / f"{table.name}.parquet")
    assert not rows.duplicated([column.name for column in table.key]).any()
    assert len(rows) == len(pandas.read_csv(exported / f"{table.name}.csv", keep_default_na=False))


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_foreign_keys_refer_to_existing_rows(exported: Path, table: TableSchema) -> None:
    rows = pandas.read_parquet(exported / f"{table.name}.parquet")
    for column in table.columns:
        if column.refers:
            (there,) = (one for one in TABLES if one.name == column.refers)
            known = pandas.read_parquet(exported / f"{there.name}.parquet")[there.columns[0].name]
            assert set(rows[column.name].dropna()) <= set(known), column.name


def test_every_column_is_described_by_the_vocabulary_or_in_a_sentence() -> None:
    told = {f"{table.name}.{one.name}": dictionary.description(table, one) for table in TABLES for one in table.columns}
    assert {name for name, text in told.items() if not text.endswith(".")} == set()


def test_a_text_comes_back_as_it_is(tmp_path: Path) -> None:
    texts = ["", '"', "a\r\nb\nc", "\\N", "NULL", "1,2", "霍姆斯", "x" * 70_000, "\u2028"]
    (tmp_path / "t.rows").write_text("".join(writing._line((text, None)) for text in texts), newline="")
    table = TABLES[[one.name for one in TABLES].index("event_places")]
    with writing.connect(tmp_path) as database:
        writing.write(database, table, tmp_path / "t.rows", tmp_path)
    found = ask(tmp_path, "FROM 'event_places.parquet'")
    assert sorted(found["event"]) == sorted(texts)
    assert found["place"].isna().all()


def test_geopandas_finds_the_points_of_places(exported: Path) -> None:
    places = geopandas.read_parquet(exported / "places.parquet")
    homs = places[places["label"] == "Homs"].iloc[0]
    assert (round(homs.geometry.x), round(homs.geometry.y)) == (37, 35)
    assert places.crs is None or places.crs.to_epsg() == 4326 or places.crs.to_string() == "OGC:CRS84"


def test_frictionless_finds_no_fault(exported: Path) -> None:
    program = (
        "import sys, frictionless; report = frictionless.Package(sys.argv[1]).validate();"
        "sys.exit(0 if report.valid else str(report.flatten(['message'])[:5]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(exported / "datapackage.json")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]


def test_mlcroissant_reads_the_rows(exported: Path) -> None:
    program = (
        "import sys, mlcroissant; data = mlcroissant.Dataset(sys.argv[1]);"
        "assert not data.metadata.ctx.issues.errors, data.metadata.ctx.issues.report();"
        "print(sum(1 for _ in data.records('events')))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(exported / "croissant.json")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    assert int(done.stdout) == len(ask(exported, "FROM 'events.parquet'"))


def test_without_duckdb_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(NotSupportedError, match=r"newsgraph\[tables\]"):
        writing.connect(tmp_path)


def test_the_docs_have_every_table() -> None:
    rows = [f"| `{table.name}` | {table.title} |" for table in TABLES]
    assert [line for line in (DOCS / "data-frames.md").read_text(encoding="utf-8").splitlines() if line in rows] == rows
