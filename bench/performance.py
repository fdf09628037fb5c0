"""Makes docs/performance.md and the README's figures from bench/performance.json, which bench/queries.py writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from math import exp, log
from pathlib import Path
from statistics import median
from textwrap import fill
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "bench" / "performance.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
README: Final = ROOT / "README.md"
FIGURES: Final = re.compile(r"(?s)(?<=<!-- figures: made by bench/performance.py -->\n).*(?=<!-- end of figures -->)")
OURS: Final = "newsgraph"
LIMIT: Final = "pyoxigraph in memory, in process"
LISTS: Final = "newsgraph, /events"
KINDS: Final = {
    "Milliseconds until the answer is there": "ms",
    "CPU milliseconds of the processes that answer": "cpu_ms",
}
Pair = tuple[str, str]
RATIOS: Final[Sequence[Pair]] = ((OURS, LIMIT), (OURS, "oxigraph server"), (LISTS, "Virtuoso"))
HEAD: Final = f"""# Performance

`python bench/performance.py` makes this page from `bench/performance.json`, whose figures were measured by

    python bench/queries.py STORE --peers FOLDER --name NAME --documents

on a store of any archive; `bench/archive.py` makes archives of any size. Machines differ and are noisy, so only
ratios of figures in one row mean much. Each figure is a median of rounds in which all take turns, in an order that is
drawn anew each time. On a busy machine, CPU time says more, since requests to another process wait for their turn.
All write the same output: SPARQL JSON, or Turtle for CONSTRUCT, as bytes. Servers are asked over one connection that
stays open, and keep no results. Every database is compacted. A row in italics is a variant of the query above it: for
another place, country, event, word or date, with other names of variables and another order of patterns, drawn by the
seed. `bench/nine.py` has the queries. Queries that take long have only a few rounds.

"{LIMIT}" is the limit: no answer over HTTP takes less than the same engine
without HTTP. "{LISTS}" is the [list of events](search.md#lists-of-events) that answers the same question
without SPARQL, and more: the first hundred events, how many there are in each month and of each value of eight facets,
and where they happened. A mean of ratios covers the queries that have both figures.
"""


def document(results: Mapping[str, Any]) -> str:
    """Return the page for all runs."""
    parts = [HEAD]
    for name, run in results.items():
        parts.append(f"## {name[0].upper()}{name[1:]}\n\n{_told(run)}\n\n{table(run)}\n")
    return "\n".join(parts)


def _told(run: Mapping[str, Any]) -> str:
    machine = run["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in run["peers"].items())
    told = f"{run['triples']:,} triples, {machine['cores']} cores, Python {machine['python']}, seed {run['seed']}."
    left_out = "".join(f" Left out: {name} ({why})." for name, why in run["left_out"].items())
    return f"{told} Versions: {versions}.{left_out}"


def table(run: Mapping[str, Any]) -> str:
    """Return the tables of a run: queries with ratios, first answers that took long, and documents."""
    tables = [f"{title}:\n\n{_queries(run, kind)}" for title, kind in KINDS.items()]
    return "\n\n".join(filter(None, (*tables, _first(run), _documents(run["documents"]))))


def _queries(run: Mapping[str, Any], kind: str) -> str:
    names = list(run["peers"])
    ratios = [pair for pair in RATIOS if {*pair} <= {*names}]
    titles = [f"{ours} / {peer}" for ours, peer in ratios]
    lines = [_row("query", "rows", *names, *titles), _row("---", *["--:"] * (1 + len(names) + len(ratios)))]
    queries = [{**query, "ms": query[kind]} for query in run["queries"]]
    for query in queries:
        title = f"*{query['name']}*" if query["variant"] else query["name"]
        lines.append(_row(title, _rows(query), *_figures([query], names, ratios)))
    for title, is_variant in (("nine queries", False), ("nine variants", True)):
        some = [query for query in queries if query["variant"] == is_variant]
        lines.append(_row(f"**geometric mean of the {title}**", "", *_figures(some, names, ratios)))
    return "\n".join(lines)


def _figures(queries: Sequence[Mapping[str, Any]], names: Sequence[str], ratios: Sequence[Pair]) -> Iterator[str]:
    """Yield the means of some queries, and those of ratios; there is no mean if a figure is missing."""
    for name in names:
        found = [query["ms"].get(name) for query in queries]
        yield "-" if None in found else _figure(mean(found))
    for ours, peer in ratios:
        both = [query["ms"] for query in queries if {ours, peer} <= query["ms"].keys()]
        yield f"{mean([ms[ours] / ms[peer] for ms in both]):.2f}" if both else "-"


def _rows(query: Mapping[str, Any]) -> str:
    return " or ".join(f"{rows:,}" for rows in sorted({rows for name, rows in query["rows"].items() if name != LISTS}))


def _first(run: Mapping[str, Any]) -> str:
    """Return a sentence about newsgraph's answers that took more than twice as long at first, by 10 ms or more."""
    found = [
        f"{query['name']}{' (variant)' if query['variant'] else ''} {_figure(query['first_ms'][OURS])} ms"
        for query in run["queries"]
        if OURS in query["ms"] and query["first_ms"][OURS] > max(2 * query["ms"][OURS], query["ms"][OURS] + 10)
    ]
    return f"The first answer of {OURS} took more than twice as long for: {', '.join(found)}." if found else ""


def _documents(costs: Mapping[str, float]) -> str:
    if not costs:
        return ""
    same, nginx = costs["constant bytes, same server"], costs.get("nginx static")
    lines = [_row("document", "CPU µs a request", "/ constant bytes", "/ nginx"), _row("---", "--:", "--:", "--:")]
    for name, cost in costs.items():
        lines.append(_row(name, f"{cost:.1f}", f"{cost / same:.2f}", f"{cost / nginx:.2f}" if nginx else "-"))
    return "\n".join(lines)


def summary(results: Mapping[str, Any]) -> str:
    """Return the text about the first run for the README."""
    name, run = next(iter(results.items()))
    ours = [query["ms"][OURS] for query in run["queries"]]
    both = [query["ms"] for query in run["queries"] if "oxigraph server" in query["ms"]]
    ratio = mean([ms[OURS] / ms["oxigraph server"] for ms in both])
    machine = f"a machine of {run['machine']['cores']} cores"
    text = (
        f"With {name} ({run['triples']:,} triples) on {machine}, half of the {len(ours)} queries of the benchmark are "
        f"answered over HTTP within {_figure(median(ours))} ms, all of them within {_figure(max(ours))} ms. They take "
        f"{ratio:.2f} times as long as on the server of Oxigraph, which has the same engine (geometric mean). "
        "[Performance](docs/performance.md) has every figure."
    )
    return f"{fill(text, 120)}\n"


def mean(values: Sequence[float]) -> float:
    """Return the geometric mean."""
    return exp(sum(map(log, values)) / len(values))


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page, and the figures between their marks in the README."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    DOCUMENT.write_text(document(results), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    README.write_text(FIGURES.sub(lambda _: summary(results), text), encoding="utf-8")


if __name__ == "__main__":
    main()
