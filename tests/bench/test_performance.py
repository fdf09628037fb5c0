"""The page about performance shows what bench measured."""

from __future__ import annotations

import json

from tests.bench.conftest import Bench

RUN = {
    "triples": 1_000,
    "seed": 7,
    "machine": {"cores": 2, "python": "3.12.1"},
    "peers": {"newsgraph": "1", "oxigraph server": "2", "other": "3"},
    "left_out": {"virtuoso": "it is not there"},
    "queries": [
        {
            "name": "one",
            "variant": False,
            "rows": {"newsgraph": 3},
            "rounds": 5,
            "ms": {"newsgraph": 8.0, "oxigraph server": 2.0},
            "first_ms": {"newsgraph": 90.0, "oxigraph server": 2.0},
        },
        {
            "name": "two",
            "variant": False,
            "rows": {"newsgraph": 4, "other": 5},
            "rounds": 5,
            "ms": {"newsgraph": 2.0, "oxigraph server": 2.0, "other": 1.0},
            "first_ms": {"newsgraph": 2.0, "oxigraph server": 2.0, "other": 1.0},
        },
        {
            "name": "two",
            "variant": True,
            "rows": {"newsgraph": 1},
            "rounds": 5,
            "ms": {"newsgraph": 120.0, "oxigraph server": 12.0, "other": 12_345.0},
            "first_ms": {"newsgraph": 120.0, "oxigraph server": 12.0, "other": 12_345.0},
        },
    ],
    "documents": {"kept": 20.0, "constant bytes, same server": 40.0, "nginx static": 10.0},
}

for one in RUN["queries"]:
    one["cpu_ms"] = {name: figure / 2 for name, figure in one["ms"].items()}


def test_the_page_is_made_of_the_results(bench: Bench) -> None:
    performance = bench("performance")
    results = json.loads(performance.RESULTS.read_text(encoding="utf-8"))
    assert performance.DOCUMENT.read_text(encoding="utf-8") == performance.document(results)


def test_the_figures_of_the_readme_are_the_results(bench: Bench) -> None:
    performance = bench("performance")
    results = json.loads(performance.RESULTS.read_text(encoding="utf-8"))
    (figures,) = performance.FIGURES.findall(performance.README.read_text(encoding="utf-8"))
    assert figures == performance.summary(results)


def test_a_row_has_figures_and_ratios_and_a_mean_only_of_all(bench: Bench) -> None:
    table = bench("performance").table(RUN)
    assert "| one | 3 | 8.00 | 2.00 | - | 4.00 |" in table
    assert "| one | 3 | 4.00 | 1.00 | - | 4.00 |" in table
    assert "| *two* | 1 | 120 | 12.0 | 12,345 | 10.00 |" in table
    assert "| two | 4 or 5 | 2.00 | 2.00 | 1.00 | 1.00 |" in table
    assert "| **geometric mean of the nine queries** |  | 4.00 | 2.00 | - | 2.00 |" in table
    assert "took more than twice as long for: one 90.0 ms." in table
    assert "| kept | 20.0 | 0.50 | 2.00 |" in table


def test_omitted_measurements_are_listed(bench: Bench) -> None:
    assert "Left out: virtuoso (it is not there)." in bench("performance").document({"sample": RUN})
