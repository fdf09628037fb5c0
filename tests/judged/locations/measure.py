"""Measures ``schema:location`` against the judged cases.

    python -m tests.judged.locations.measure STORE JUDGEMENTS...

Prints precision and recall of each file with their Wilson 95 % intervals, and every case that differs.
An event is in a place if its location is the place, or lies within it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.rdf import Literal, NamedNode, terms
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from tests.judged.locations.draw import Case, path
from tests.judged.measure import wilson


@dataclass(frozen=True)
class Measured:
    """The decisions about those cases of one file whose wording has not changed since they were judged."""

    right: int
    found: int
    wanted: int
    compared: int
    wrong: tuple[Case, ...]
    missed: tuple[Case, ...]

    @property
    def precision(self) -> float:
        """The share of found events that happened there."""
        return self.right / self.found

    @property
    def recall(self) -> float:
        """The share of events that happened there that were found."""
        return self.right / self.wanted


def measure(graph: EmbeddedGraph, judged: list[dict[str, Any]], base: str) -> Measured:
    """Compare the locations in a graph with the judgements; ``base`` is its identity base."""
    compared = [(one, case) for one in judged if (case := _case(graph, one, base)) and case.wording == one["wording"]]
    found = [case for _, case in compared if case.place in _locations(graph, f"{base}{case.event}")]
    wanted = [case for one, case in compared if one["happened"]]
    wrong = tuple(case for case in found if case not in wanted)
    missed = tuple(case for case in wanted if case not in found)
    return Measured(len(found) - len(wrong), len(found), len(wanted), len(compared), wrong, missed)


def _case(graph: EmbeddedGraph, judged: dict[str, Any], base: str) -> Case | None:
    titles = graph.quads_for_pattern(NamedNode(f"{base}{judged['event']}"), terms.LABEL, None)
    sentences = [title.object.value for title in titles if isinstance(title.object, Literal)]
    return Case(judged["event"], judged["place"], sentences[0]) if sentences else None


def _locations(graph: EmbeddedGraph, event: str) -> set[str]:
    """Return the paths of the places at which an event happened, and of the places that contain them."""
    places = set(_objects(graph, event, terms.LOCATION))
    around = {outer for place in places for outer in _objects(graph, place, terms.CONTAINED_IN_PLACE)}
    return {path(place, "entity/") for place in places | around}


def _objects(graph: EmbeddedGraph, subject: str, predicate: NamedNode) -> Iterator[str]:
    for quad in graph.quads_for_pattern(NamedNode(subject), predicate, None):
        if isinstance(quad.object, NamedNode):
            yield quad.object.value


def main() -> None:
    """Measure, and print the result."""
    store, *files = map(Path, sys.argv[1:])
    graph, base = Store(store).current().open(), Store(store).current().manifest.base
    for file in files:
        one = measure(graph, json.loads(file.read_text(encoding="utf-8")), base)
        precision, recall = wilson(one.right, one.found), wilson(one.right, one.wanted)
        print(f"{file.stem}: {one.compared} compared, precision {precision}, recall {recall}")
        for kind, cases in (("wrong", one.wrong), ("missed", one.missed)):
            for case in cases:
                print(f"  {kind} {case.event} {case.place}: {case.sentence}")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
