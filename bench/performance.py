"""Make docs/performance.md of the results in bench/performance.json, which bench/queries.py has measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import exp, log
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "bench" / "performance.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"
OURS: Final = "newsgraph"
LIMIT: Final = "pyoxigraph in memory, in process"
PEER: Final = "oxigraph server"
HEAD: Final = f"""# Performance

Made of `bench/performance.json` by `python bench/performance.py`; what is in there was measured by

    python bench/queries.py STORE --peers FOLDER --name NAME --documents

on a store of any archive; `bench/archive.py` makes archives of any size. Machines differ and are noisy, so only ratios
of figures in one row mean much. Each figure is a median, in milliseconds, of rounds in which all take turns in an order
that is drawn anew. All write the same: SPARQL JSON, Turtle for CONSTRUCT, as bytes. Servers are asked over one
connection that stays open, and keep no results. Every database is compacted. A row in italics is a variant of the query
above it: of another place, country, event, word or date, with other names of variables and another order of patterns,
drawn by the seed. `bench/nine.py` has the queries. A query has no more than a few rounds where they take long.

"{LIMIT}" is the limit: no answer over HTTP takes less than the same engine without HTTP.
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
    return "\n\n".join(filter(None, (_queries(run), _first(run), _documents(run["documents"]))))


def _queries(run: Mapping[str, Any]) -> str:
    names = list(run["peers"])
    ratios = [(one, f"{OURS} / {one}") for one in (LIMIT, PEER) if {one, OURS} <= set(names)]
    lines = [
        _row("query", "rows", *names, *(title for _, title in ratios)),
        _row("---", *["--:"] * (1 + len(names + ratios))),
    ]
    for query in run["queries"]:
        found = query["ms"]
        title = f"*{query['name']}*" if query["variant"] else query["name"]
        figures = (_figure(found.get(name)) for name in names)
        lines.append(_row(title, _rows(query), *figures, *(_ratio([query], one) for one, _ in ratios)))
    kinds = {"nine queries": False, "nine variants": True}
    for title, is_variant in kinds.items():
        some = [query for query in run["queries"] if query["variant"] == is_variant]
        means = (_figure(mean(query["ms"].get(name) for query in some)) for name in names)
        lines.append(_row(f"**geometric mean of the {title}**", "", *means, *(_ratio(some, one) for one, _ in ratios)))
    return "\n".join(lines)


def _rows(query: Mapping[str, Any]) -> str:
    return " or ".join(f"{rows:,}" for rows in sorted(set(query["rows"].values())))


def _first(run: Mapping[str, Any]) -> str:
    """Return a sentence about the answers of ours that took more than twice as long at first, by 10 ms or more."""
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


def _ratio(queries: Iterable[Mapping[str, Any]], peer: str) -> str:
    both = [query["ms"] for query in queries if {OURS, peer} <= query["ms"].keys()]
    found = mean(one[OURS] / one[peer] for one in both)
    return "-" if found is None else f"{found:.2f}"


def mean(values: Iterable[float | None]) -> float | None:
    """Return the geometric mean, None if there is no value or one is missing."""
    found = list(values)
    there = [value for value in found if value is not None]
    return exp(sum(map(log, there)) / len(there)) if there and len(there) == len(found) else None


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page."""
    DOCUMENT.write_text(document(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
