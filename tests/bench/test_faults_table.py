"""The table of faults in the documentation is what bench measured, and says that nothing was lost."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest

from tests.bench.conftest import Bench

FIGURES = {"moments": 1_500, "noticed": 2, "lost": 0, "wrong": 0, "back": 1.0}
ROW: dict[str, Any] = {"of": "fetch", "fault": "one", **FIGURES}
RUN = {
    "date": "2011-11-08",
    "commit": "0a1b2c3",
    "cores": 2,
    "python": "3.12",
    "rows": [ROW, {**ROW, "fault": "other", "back": 2.5}],
}


@pytest.fixture
def bench_of_all(bench: Bench) -> ModuleType:
    return bench("faults_all")


def test_the_page_is_made_of_the_results(bench_of_all: ModuleType) -> None:
    files = (bench_of_all.RESULTS, bench_of_all.SOAKED)
    found, soaked = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    document = bench_of_all.DOCUMENT.read_text(encoding="utf-8")
    made = document.partition(bench_of_all.BEGIN)[2].partition(bench_of_all.END)[0]
    assert made == bench_of_all.page(found, soaked)


def test_nothing_was_lost_or_wrong_at_five_hundred_moments_or_more(bench_of_all: ModuleType) -> None:
    rows = json.loads(bench_of_all.RESULTS.read_text(encoding="utf-8"))["rows"]
    assert sum(row["moments"] for row in rows) >= 500
    assert [row for row in rows if row["lost"] or row["wrong"]] == []


def test_a_row_has_its_figures_and_the_last_one_those_of_all(bench_of_all: ModuleType) -> None:
    table = bench_of_all.table(RUN)
    assert "| one | fetch | 1,500 | 2 | 0 | 0 | 1.00 |" in table
    assert "| **all** |  | **3,000** | **4** | **0** | **0** | 2.50 |" in table
