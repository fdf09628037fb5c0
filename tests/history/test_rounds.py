"""Two hundred rounds of random edits: every surviving event keeps its IRI and the times when it was shown."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from kg.pipeline import run
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

ROUNDS = 200
#: Two pages, of days in different months.
PAGES = ("2011_October_31.txt", "2011_November_1.txt")

NewRepository = Callable[..., Any]
State = tuple[str, tuple[str, ...]]
Intervals = dict[State, tuple[list[str], list[str]]]


class Bullets:
    """The bullets of a day page as a reader knows them, each with its own number; no two are ever alike."""

    def __init__(self, chance: random.Random, numbers: count[int]) -> None:
        self.chance = chance
        self.numbers = numbers
        self.texts: dict[int, list[str]] = {}
        self.sources: dict[int, list[str]] = {}
        self.listed: list[int] = []
        self.away: list[int] = []
        self.untouched: list[int] = []
        for _ in range(8):
            self.insert()

    def word(self) -> str:
        """Return a word that no bullet has."""
        return f"word{next(self.numbers)}"

    def insert(self) -> None:
        number = next(self.numbers)
        self.texts[number] = [self.word() for _ in range(self.chance.randint(6, 14))]
        self.sources[number] = [self.address()]
        self.listed.insert(self.chance.randint(0, len(self.listed)), number)

    def address(self) -> str:
        return f"https://example.org/{next(self.numbers)}"

    def delete(self) -> None:
        if len(self.untouched) > 3:
            number = self.untouched.pop()
            self.listed.remove(number)
            self.away.append(number)

    def restore(self) -> None:
        if self.away:
            number = self.away.pop(self.chance.randrange(len(self.away)))
            self.listed.insert(self.chance.randint(0, len(self.listed)), number)

    def reorder(self) -> None:
        self.chance.shuffle(self.listed)

    def reword(self) -> None:
        if self.untouched:
            text = self.texts[self.untouched.pop()]
            text[self.chance.randrange(len(text))] = self.word()

    def cite(self) -> None:
        sources = self.sources[self.chance.choice(self.listed)]
        if len(sources) > 1 and self.chance.random() < 0.5:
            sources.pop(0)
        else:
            sources.append(self.address())

    def round(self) -> None:
        """Make some edits; no bullet is both reworded and deleted, which nobody could follow."""
        self.untouched = self.chance.sample(self.listed, len(self.listed))
        edits = [self.insert, self.delete, self.restore, self.reorder, self.reword, self.reword, self.cite]
        for edit in self.chance.sample(edits, self.chance.randint(1, 3)):
            edit()

    def state(self, number: int) -> State:
        return f"In {' '.join(self.texts[number])}.", tuple(sorted(self.sources[number]))

    def lines(self) -> list[str]:
        states = map(self.state, self.listed)
        return [f"*{title} {' '.join(f'[{source} (Example News)]' for source in sources)}" for title, sources in states]


class Edited:
    """Day pages through all rounds: the commits, and what a reader knows about each bullet."""

    def __init__(self, seed: int) -> None:
        chance, numbers = random.Random(seed), count()
        pages = {path: Bullets(chance, numbers) for path in PAGES}
        self.commits: list[tuple[float, dict[str, list[str]]]] = []
        self.shown: dict[int, Intervals] = defaultdict(dict)
        self.current: dict[int, State] = {}
        for hours in range(ROUNDS):
            changed = {path: page for path, page in pages.items() if hours == 0 or chance.random() < 0.7}
            for page in changed.values():
                page.round()
                self.note({number: page.state(number) for number in page.listed}, page, time_of(hours))
            self.commits.append((hours, {path: page.lines() for path, page in changed.items()}))

    def note(self, now: dict[int, State], page: Bullets, time: str) -> None:
        """Record which states of the bullets of a page begin and end at a time."""
        for number in page.texts:
            before, after = self.current.get(number), now.get(number)
            if before != after and before:
                self.shown[number][before][1].append(time)
            if before != after and after:
                self.shown[number].setdefault(after, ([], []))[0].append(time)
        self.current = {n: state for n, state in self.current.items() if n not in page.texts} | now


def time_of(hours: int) -> str:
    return f"2011-11-{8 + (12 + hours) // 24:02}T{(12 + hours) % 24:02}:00:00Z"


def values(graph: EmbeddedGraph, subject: Any, predicate: NamedNode) -> list[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None))
    return sorted(term.value for term in found if isinstance(term, NamedNode | Literal))


def events(graph: EmbeddedGraph) -> dict[str, Intervals]:
    """Return the states of each event according to its revisions, and when each was shown."""
    found: dict[str, Intervals] = defaultdict(dict)
    for quad in graph.quads_for_pattern(None, terms.TYPE, terms.REVISION_CLASS):
        revision = quad.subject
        (event,) = values(graph, revision, terms.SPECIALIZATION_OF)
        (title,) = values(graph, revision, terms.NAME)
        state = (title, tuple(values(graph, revision, terms.SOURCE)))
        found[event][state] = (
            values(graph, revision, terms.OBSERVED_FROM),
            values(graph, revision, terms.OBSERVED_UNTIL),
        )
    return found


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(one, marks=pytest.mark.slow) for one in (2, 3, 4))])
def test_through_200_rounds_every_bullet_is_one_event_shown_when_it_was_shown(
    new_repository: NewRepository, seed: int
) -> None:
    edited = Edited(seed)
    graph = EmbeddedGraph()
    graph.extend(run.quads([new_repository(edited.commits).root], Settings(history=True)))
    assert sorted(map(ordered, events(graph).values())) == sorted(map(ordered, edited.shown.values()))
    gone = len(list(graph.quads_for_pattern(None, terms.INVALIDATED_AT, None)))
    assert gone == len(edited.shown) - len(edited.current)


def ordered(event: Intervals) -> list[tuple[State, tuple[list[str], list[str]]]]:
    return sorted(event.items())


@pytest.mark.parametrize(
    ("first", "step"), [(2, 100), *(pytest.param(*one, marks=pytest.mark.slow) for one in ((3, 50), (10, 10)))]
)
def test_200_rounds_built_one_after_another_move_no_iri_and_give_what_one_build_gives(
    new_repository: NewRepository, tmp_path: Path, first: int, step: int
) -> None:
    repository = new_repository(Edited(seed=7).commits)
    settings = Settings(store=str(tmp_path / "many"), jobs=1, history=True)
    before: set[str] = set()
    commits = repository.ids()
    for commit in [*commits[:first], *commits[step - 1 :: step]]:
        repository.back_to(commit)
        last = run.build([repository.root], settings).snapshot.open()
        assert before <= set(events(last))
        before = set(events(last))
    once = run.build([repository.root], replace(settings, store=str(tmp_path / "once"))).snapshot.open()
    assert set(map(str, last)) == set(map(str, once))
