"""Asks the ten questions about exported tables in SQL with DuckDB and in SPARQL with the engine, interleaved.

    python bench/tables.py STORE [--rounds 3]

The tables are first exported twice and compared. It prints median CPU seconds, and the questions with different numbers
of rows; tests check that the rows are the same.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from kg.publish.tables.export import export
from kg.publish.tables.questions import questions
from kg.query import evaluate
from kg.rdf.formats import by_name
from kg.store.layout import Store


def main() -> None:
    """Export, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tables = Path(folder, "one")
        _export(Store(given.store), tables, Path(folder, "two"))
        _ask(Store(given.store), tables, given.rounds)


def _export(store: Store, one: Path, two: Path) -> None:
    start, cpu = time.monotonic(), time.process_time()
    made = export(store, store.current(), one)
    print(f"export: {time.monotonic() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU, {len(made)} files")
    export(store, store.current(), two)
    _, different, missing = filecmp.cmpfiles(one, two, [path.name for path in one.iterdir()], shallow=False)
    size = sum(file.size for file in made if file.name.endswith(".parquet"))
    print(f"{size / 1e6:.1f} MB of Parquet; a second export has other bytes in {len(different) + len(missing)} files")


def _ask(store: Store, tables: Path, rounds: int) -> None:
    graph = store.current().open()
    print(f"{'question':<75}{'SQL':>9}{'SPARQL':>9}  s of CPU")
    with duckdb.connect(config={"file_search_path": str(tables), "threads": 1}) as database:
        for one in questions():
            asked = (
                lambda sql=one.sql: database.execute(sql).fetchall(),
                lambda text=one.sparql: json.loads(evaluate.answer(graph, text, by_name("json")).body),
            )
            (rows, in_sql), (found, in_sparql) = _medians(asked, rounds)
            same = len(rows) == len(found["results"]["bindings"])
            print(f"{one.question:<75}{in_sql:>9.3f}{in_sparql:>9.3f}  {'' if same else 'OTHER ROWS'}")


def _medians(asked: tuple[Callable[[], Any], ...], rounds: int) -> list[tuple[Any, float]]:
    answers: list[Any] = [None] * len(asked)
    seconds: list[list[float]] = [[] for _ in asked]
    for _ in range(rounds):
        for number, ask in enumerate(asked):
            start = time.process_time()
            answers[number] = ask()
            seconds[number].append(time.process_time() - start)
    return list(zip(answers, map(statistics.median, seconds), strict=True))


if __name__ == "__main__":
    main()
