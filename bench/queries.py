"""Asks a store and its peers nine queries and a variant of each, in turn, and prints one table.

Usage: ``python bench/queries.py STORE --peers FOLDER [--name NAME] [--seed 16]``. The folder keeps installed programs
and databases of peers for the next run. Every figure is the median of rounds in which all take turns, in an order
that is drawn anew: milliseconds until an answer is complete, and CPU milliseconds of the server's processes. With a
name, the results are put into bench/performance.json, from which bench/performance.py makes a page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import kept
import nine
import peers
from peers import LISTS, PEERS, Dataset, MissingError, Peer
from performance import RESULTS, table
from pyoxigraph import DefaultGraph, RdfFormat, Store

ROUNDS, FEWEST = 25, 3
SECONDS = 20.0
"""How many seconds the rounds of one query may take in all, beyond the fewest rounds."""


class Question:
    """A query and its measurements."""

    def __init__(self, name: str, text: str, address: str, *, is_variant: bool) -> None:
        self.name, self.text, self.address, self.is_variant = name, text, address, is_variant
        self.times: dict[str, list[float]] = {}
        self.costs: dict[str, list[float]] = {}
        self.first: dict[str, float] = {}
        self.rows: dict[str, int] = {}
        self.rounds = 0

    def warm_up(self, asked: Sequence[Peer]) -> None:
        """Ask each peer once, compare the answers, and return how many rounds there is time for."""
        for peer in asked:
            if not self._text(peer):
                continue
            try:
                body, self.first[peer.name], _ = peers.timed(peer, self._text(peer))
                self.rows[peer.name] = peers.rows(body)
            except (RuntimeError, OSError) as error:
                print(f"{peer.name} does not answer {self.name!r}: {error}", flush=True)
        if len({rows for name, rows in self.rows.items() if name != LISTS}) > 1:
            print(f"the answers to {self.name!r} are not as long as each other: {self.rows}", flush=True)
        self.rounds = max(FEWEST, min(ROUNDS, int(SECONDS * 1000 / sum(self.first.values()))))

    def ask(self, peer: Peer) -> None:
        """Ask a peer again, if it can answer."""
        if peer.name in self.first:
            _, time, cost = peers.timed(peer, self._text(peer))
            self.times.setdefault(peer.name, []).append(time)
            self.costs.setdefault(peer.name, []).append(cost)

    def _text(self, peer: Peer) -> str:
        return self.address if peer.name == LISTS else self.text

    def result(self) -> dict[str, Any]:
        """Return the measurements: medians and first times in milliseconds."""
        medians, costs = (
            {name: round(median(some), 3) for name, some in measured.items()} for measured in (self.times, self.costs)
        )
        first = {name: round(time, 3) for name, time in self.first.items()}
        found = {"name": self.name, "variant": self.is_variant, "rows": self.rows, "rounds": self.rounds}
        return {**found, "ms": medians, "cpu_ms": costs, "first_ms": first}


def dataset(store: Path, folder: Path) -> Dataset:
    """Return a dataset after writing its triples to a file."""
    snapshot = (store / "current").resolve()
    triples = folder / snapshot.name / "all.nt"
    graph = Store.read_only(str(snapshot / "db"))
    if not triples.exists():
        triples.parent.mkdir(parents=True, exist_ok=True)
        draft = triples.with_suffix(".draft")
        graph.dump(draft, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
        draft.rename(triples)
    manifest = json.loads((snapshot / "manifest.json").read_text(encoding="utf-8"))
    return Dataset(store, triples, manifest["counts"]["triples"], folder)


def prepared(store: Path) -> None:
    """Make the artefacts that the server would make during the queries: indexes, counts, the change log."""
    from kg.derived.artefacts import Artefacts
    from kg.derived.kinds import PREPARED
    from kg.store.layout import Store as Folder

    folder = Folder(store)
    for job in Artefacts(folder).prepare(PREPARED, folder.current()):
        job.result()


def questions(store: Path, seed: int) -> list[Question]:
    """Return the queries with the things that they ask about, each followed by its variant."""
    graph, random = Store.read_only(str(store / "current" / "db")), Random(seed)
    first, drawn = nine.first(graph), nine.drawn(graph, random)
    found = []
    for query in nine.NINE:
        found.append(Question(query.name, query.text(first), query.address(first), is_variant=False))
        found.append(Question(query.name, query.variant(drawn, random), query.address(drawn), is_variant=True))
    return found


def opened(stack: ExitStack, names: Sequence[str], given: Dataset) -> tuple[list[Peer], dict[str, str]]:
    """Return the available peers, and the reasons why others are not available."""
    found: list[Peer] = []
    left_out = {}
    for name in names:
        try:
            found += stack.enter_context(PEERS[name](given))
        except MissingError as error:
            left_out[name] = str(error)
            print(f"{name} is left out: {error}", flush=True)
    return found, left_out


def measure(asked: Sequence[Peer], all_questions: Sequence[Question], seed: int) -> None:
    """Ask everything in rounds."""
    random = Random(seed)
    for question in all_questions:
        question.warm_up(asked)
    for number in range(ROUNDS):
        for question in all_questions:
            if number < question.rounds:
                for peer in random.sample(asked, len(asked)):
                    question.ask(peer)


def main() -> None:
    """Measure, print the table, and keep the results if they have a name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--peers", type=Path, required=True, help="folder for what is installed, and for databases")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--name", help="what the graph is called in bench/performance.json")
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--documents", action="store_true", help="measure kept documents beside nginx too")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    data = dataset(given.store, given.peers.absolute())
    prepared(given.store)
    asked_questions = questions(given.store, given.seed)
    with ExitStack() as stack:
        asked, left_out = opened(stack, given.only, data)
        measure(asked, asked_questions, given.seed)
    run = {
        "triples": data.count,
        "seed": given.seed,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "peers": {peer.name: peer.version for peer in asked},
        "left_out": left_out,
        "queries": [question.result() for question in asked_questions],
        "documents": kept.measured(given.store) if given.documents else {},
    }
    print(table(run))
    if given.name:
        known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        text = json.dumps({**known, given.name: run}, indent=1, ensure_ascii=False)
        RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
