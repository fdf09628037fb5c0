"""Draws the events that are judged by reading: did the event of the sentence happen in or near the place?

    python -m tests.judged.locations.draw STORE SAMPLE [--seed N] [--without JUDGEMENTS...]

STORE is a store built from an archive; SAMPLE is one of

* ``homs``: every event that links Homs, also as a topic;
* ``places``: 10 events of each of 20 other places, drawn from the places that 30 or more events name;
* ``pairs``: 100 pairs of an event and a place that it names;
* ``chinese``: 100 such pairs whose event is in Chinese.

JUDGEMENTS are files of judged samples: ``places`` then draws none of their places, ``pairs`` and ``chinese``
none of their events.

The frame is sorted by code point before the draw, with equal chances. Every printed line has the event,
the place, the sentence, and its form in a judgement: 16 digits of its SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kg.rdf import NamedNode, terms
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store

SEED = 20261130
PLACES, OF_EACH, PAIRS, OFTEN = 20, 10, 100, 30


class Case(NamedTuple):
    """An event and a place, by their paths below the base of identities, and the sentence."""

    event: str
    place: str
    sentence: str

    @property
    def wording(self) -> str:
        """The hash that represents the sentence in a judgement."""
        return hashlib.sha256(self.sentence.encode()).hexdigest()[:16]


def path(iri: str, kind: str) -> str:
    """Return the path of an IRI, which begins with the kind of the thing."""
    return kind + iri.partition(f"/{kind}")[2]


def cases(graph: EmbeddedGraph, predicate: NamedNode, language: str = "en") -> Iterator[Case]:
    """Yield every event in a language with each thing that it names by a predicate."""
    titles = {}
    for quad in graph.quads_for_pattern(None, terms.START_DATE, None):
        for label in graph.quads_for_pattern(quad.subject, terms.LABEL, None):
            titles[quad.subject] = label.object
    for quad in graph.quads_for_pattern(None, predicate, None):
        title = titles.get(quad.subject)
        if title is not None and (title.language or "").partition("-")[0] == language:
            yield Case(path(quad.subject.value, "event/"), path(quad.object.value, "entity/"), title.value)


def homs(graph: EmbeddedGraph) -> list[Case]:
    """Return every event that links Homs."""
    linked = {*cases(graph, terms.ABOUT), *cases(graph, terms.TOPIC)}
    return sorted(case for case in linked if case.place == "entity/en/Homs")


def of_places(graph: EmbeddedGraph, chance: random.Random, judged: Collection[str] = ()) -> list[Case]:
    """Return ten events of each of twenty places that many events name, except Homs and judged places."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases(graph, terms.PLACE)):
        found[case.place].append(case)
    read = {"entity/en/Homs", *judged}
    often = [place for place, named in sorted(found.items()) if len(named) >= OFTEN and place not in read]
    return [case for place in chance.sample(often, PLACES) for case in chance.sample(found[place], OF_EACH)]


def pairs(
    graph: EmbeddedGraph, chance: random.Random, language: str = "en", judged: Collection[str] = ()
) -> list[Case]:
    """Return pairs of an event and a place that it names, without judged events."""
    frame = [case for case in sorted(cases(graph, terms.PLACE, language)) if case.event not in judged]
    return chance.sample(frame, PAIRS)


def drawn(graph: EmbeddedGraph, sample: str, seed: int = SEED, judged: Iterable[dict[str, str]] = ()) -> Iterable[Case]:
    """Return the cases of a sample, in the order drawn."""
    read = list(judged)
    chance = random.Random(seed)
    if sample == "homs":
        return homs(graph)
    if sample == "places":
        return of_places(graph, chance, {one["place"] for one in read})
    return pairs(graph, chance, "zh" if sample == "chinese" else "en", {one["event"] for one in read})


def main() -> None:
    """Draw, and print the cases."""
    options = argparse.ArgumentParser(description="Draw the events to judge.")
    options.add_argument("store", type=Path, help="store built of the archive")
    options.add_argument("sample", choices=("homs", "places", "pairs", "chinese"))
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--without", type=Path, nargs="*", default=[], help="judgements of earlier samples")
    given = options.parse_args()
    print(f"# seed {given.seed}")
    judged = [one for file in given.without for one in json.loads(file.read_text(encoding="utf-8"))]
    for case in drawn(Store(given.store).current().open(), given.sample, given.seed, judged):
        print(case.event, case.place, case.wording, case.sentence, sep="\t")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
