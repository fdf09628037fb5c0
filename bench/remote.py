"""Asks the nine queries through newsgraph, with the engine of a remote store and with the embedded one.

    python bench/remote.py FOLDER... [--rounds N]

Each FOLDER is a store; one that was loaded into a service (kg load) is asked there. Prints a table of medians in
milliseconds: everything that newsgraph does for a query except HTTP. What both engines answer is compared by its number
of rows.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

from nine import NINE, first

from kg.query.evaluate import Answer
from kg.settings import load
from kg.store.layout import Store
from kg.workers.workers import Workers

SECONDS = 300.0


def asked(workers: Workers, query: str, rounds: int) -> tuple[Answer, float]:
    """Return the answer to a query, and the median of the milliseconds that it took, without the first round."""
    took = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        answer = workers.query(query)
        took.append((time.perf_counter() - start) * 1000)
    return answer, statistics.median(took[1:])


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folders", nargs="+", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    settings = replace(load(), query_seconds=SECONDS, query_memory=16_000_000_000, result_bytes=10**9)
    about = first(Store(given.folders[0]).current().open().engine)
    columns: dict[str, dict[str, tuple[Answer, float]]] = {}
    for folder in given.folders:
        with Workers(Store(folder), replace(settings, store=str(folder))) as workers:
            columns[workers.engine] = {one.name: asked(workers, one.text(about), given.rounds) for one in NINE}
    sys.stdout.write(f"| query | rows | {' | '.join(columns)} |\n| --- |{' --: |' * (len(columns) + 1)}\n")
    for one in NINE:
        found = [column[one.name] for column in columns.values()]
        rows = sorted({str(answer.rows) for answer, _ in found})
        sys.stdout.write(f"| {one.name} | {' or '.join(rows)} | {' | '.join(f'{took:,.1f}' for _, took in found)} |\n")


if __name__ == "__main__":
    main()
