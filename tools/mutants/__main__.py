"""``python -m tools.mutants``: draws mutants of the core rooms, runs the tests on each, and lists the survivors.

The exit code is 1 if fewer than 95 of 100 are noticed. docs/decisions/0066-mutants.md defines what counts.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import math
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from tools.mutants.entered import Test, read
from tools.mutants.mutations import Mutant, mutants
from tools.mutants.survivors import Survivors
from tools.mutants.tree import Outcome, Tree

PROJECT: Final = Path(__file__).parents[2]
WORK: Final = PROJECT / "build" / "mutants"
ROOMS: Final = {
    "events and ledger": ("kg/events",),
    "places": ("kg/entities/places",),
    "mapping and takedown": ("kg/mapping",),
    "query guard": ("kg/query/guard.py", "kg/query/syntax.py"),
    "store": ("kg/store",),
}
TESTS: Final = (
    *(f"tests/kg/{room}" for room in ("events", "entities", "mapping", "query", "store")),
    *(f"tests/kg/{room}" for room in ("pipeline", "write", "publish", "derived", "lookup", "cli")),
    *("tests/whole", "tests/history"),
)
"""The folders of tests that could notice: those of the rooms, and of what is built on them."""
TOGETHER: Final = 12
"""How many test files are recorded in one process, sharing fixtures."""
LOADED: Final = ("flask", "hypothesis", "lxml.etree", "pyld.jsonld", "rdflib", "pyoxigraph", "pytest", "SPARQLWrapper")
"""Third-party modules that most tests import: they are imported once, before all forks."""
FIRST: Final = 2.0
"""The seconds of the first batch of tests, the quickest: most mutants need no more.

Each next batch is four times as long.
"""
SETUP: Final = 0.5
"""Seconds that a test takes at least, in the order of tests: what it takes to collect it, and more."""
QUICK: Final = 0.1
"""The seconds that a test takes at most to come before all slower ones: many of these fit in the time of one."""
OURS: Final = ("kg", "endpoint", "vocab", "tests")
"""The packages imported again for a mutant outside any function."""
ENOUGH: Final = 0.95
"""The share of mutants that must be noticed."""
LISTED: Final = "listed"
"""The outcome of a survivor that is listed with a reason."""


def files(project: Path = PROJECT) -> Iterator[tuple[str, str]]:
    """Yield each room with the path of each of its modules."""
    for room, places in ROOMS.items():
        for place in map(project.joinpath, places):
            found = (one.relative_to(project).as_posix() for one in sorted(place.rglob("*.py")) or [place])
            yield from ((room, path) for path in found)


def every(only: str = "") -> list[tuple[str, Mutant]]:
    """Return all mutants whose paths begin with ``only``, each with its room."""
    return [
        (room, mutant)
        for room, path in files()
        if path.startswith(only)
        for mutant in mutants(path, (PROJECT / path).read_text(encoding="utf-8"))
    ]


def recorded(tree: Tree) -> list[Test]:
    """Return all tests with what they enter; test files changed since they were recorded run again."""
    results = {file: _result(tree, file) for place in TESTS for file in sorted((tree.root / place).rglob("test_*.py"))}
    missing = [file for file, result in results.items() if not result.exists()]
    for start in range(0, len(missing), TOGETHER):
        click.echo(f"recording the files of tests from {start + 1} of {len(missing)}")
        some = {file.relative_to(tree.root).as_posix(): results[file] for file in missing[start : start + TOGETHER]}
        tree.record(some, tuple(place for places in ROOMS.values() for place in places))
    return [one for result in results.values() for one in read(result)]


def _result(tree: Tree, file: Path) -> Path:
    """Return the path of the record of what the tests of a file, in its present version, enter."""
    named = f"{file.relative_to(tree.root)}\n".encode()
    return WORK / "entered" / f"{hashlib.sha256(named + file.read_bytes()).hexdigest()[:16]}.json"


def noticing(mutant: Mutant, tests: Iterable[Test]) -> list[Test]:
    """Return the tests that could notice a mutant, the likeliest first.

    They are those that enter its function. For a mutant outside any function, or entered only in other processes, they
    are those that enter its module, or else its package. Those in files named after the module come first, then the
    quick ones, and of each those that enter the most functions of the module for the time that they take.
    """
    own = f"test_{Path(mutant.path).stem}"
    scopes = (f"{mutant.path} {mutant.scope}", f"{mutant.path} ", f"{Path(mutant.path).parent}/")
    entering = ([one for one in tests if one.enters(scope)] for scope in scopes if scope.endswith(("()", " ", "/")))
    able = next(filter(None, entering), [])
    about = {one.name: one.entering(f"{mutant.path} ") / (SETUP + one.seconds) for one in able}
    return sorted(
        able,
        key=lambda one: (
            not Path(one.file).stem.startswith(own),
            one.seconds > QUICK,
            -about[one.name],
            one.seconds,
        ),
    )


class Trial:
    """Tries mutants with all tests, except those that fail without a mutant too."""

    def __init__(self, tree: Tree, tests: Iterable[Test]) -> None:
        self._tree = tree
        self._tests = list(tests)
        self._sound: dict[str, bool] = {}

    def of(self, mutant: Mutant, first: str = "", most: float = math.inf) -> tuple[Outcome, str]:
        """Return the outcome for a mutant, and the test that failed, if known.

        The test named ``first`` comes first, and at most a number of seconds of tests run.
        """
        tests = [one for one in noticing(mutant, self._tests) if self._sound.get(one.name, True)]
        outcome = tried(self._tree, mutant, batches(tests, first, most))
        failed = self._tree.failed() if outcome == "killed" else ""
        return (outcome, failed) if not failed or self._is_sound(failed) else self.of(mutant, first, most)

    def _is_sound(self, name: str) -> bool:
        if name not in self._sound:
            self._sound[name] = self._tree.outcome([one for one in self._tests if one.name == name]) == "survived"
        return self._sound[name]


def tried(tree: Tree, mutant: Mutant, some: Iterable[list[Test]]) -> Outcome:
    """Return the outcome of batches of tests for a mutant."""
    with tree.changed(mutant):
        return next((one for one in (tree.outcome(batch, mutant) for batch in some) if one != "survived"), "survived")


def batches(tests: list[Test], first: str = "", most: float = math.inf) -> Iterator[list[Test]]:
    """Yield tests in their order, some at a time: each batch takes about four times as long as the one before.

    The one named ``first``, which noticed the mutant last time, comes alone before all others. After ``most`` seconds
    of tests, no further batch is begun.
    """
    yield from ([one] for one in tests if one.name == first)
    batch: list[Test] = []
    seconds, enough, total = 0.0, FIRST, 0.0
    for one in (one for one in tests if one.name != first):
        if batch and seconds + one.seconds > enough:
            yield batch
            total += seconds
            if total >= most:
                return
            batch, seconds, enough = [], 0.0, enough * 4
        batch.append(one)
        seconds += one.seconds
    if batch:
        yield batch


class Noticed:
    """Which test noticed a mutant last time, kept in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tests: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def by(self, mutant: Mutant) -> str:
        """Return the test that noticed a mutant, "" if not known."""
        return self._tests.get(self._key(mutant), "")

    def note(self, mutant: Mutant, test: str) -> None:
        """Note the test that noticed a mutant."""
        self._tests[self._key(mutant)] = test
        self._file.write_text(json.dumps(self._tests, indent=1), encoding="utf-8")

    def _key(self, mutant: Mutant) -> str:
        return "\t".join((mutant.path, mutant.scope, mutant.before, mutant.after))


def table(outcomes: Counter[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of a table: the numbers drawn, killed, timed out, listed and survived, by room."""
    columns = ("killed", "timed out", LISTED, "survived")
    yield f"{'room':22}{'drawn':>10}" + "".join(f"{name:>10}" for name in columns)
    for room in ROOMS:
        counts = [outcomes[room, name] for name in columns]
        yield f"{room:22}{sum(counts):10}" + "".join(f"{count:10}" for count in counts)
    counts = [sum(outcomes[room, name] for room in ROOMS) for name in columns]
    yield f"{'all':22}{sum(counts):10}" + "".join(f"{count:10}" for count in counts)


def asked() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    chance = random.SystemRandom().randrange(10**6)
    parser.add_argument(
        "--seed", type=int, default=chance, help="what the draw depends on; by default another each time"
    )
    parser.add_argument("--count", type=int, default=400, help="how many mutants are drawn")
    parser.add_argument("--only", default="", help="draw of modules whose paths begin with this")
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="how long the tests of a mutant may take; by default all run"
    )
    return parser.parse_args()


def main() -> int:
    """Draw mutants, try them and report; return the exit code."""
    wanted = asked()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # so that no test is left running
    click.echo(f"seed {wanted.seed}")
    for name in LOADED:
        importlib.import_module(name)
    everything = every(wanted.only)
    drawn = random.Random(wanted.seed).sample(everything, min(wanted.count, len(everything)))
    tree = Tree(PROJECT, WORK / "tree")
    tests, known, last = recorded(tree), Survivors.read(), Noticed(WORK / "noticed.json")
    tree.load(TESTS, OURS)
    trial, outcomes = Trial(tree, tests), Counter[tuple[str, str]]()
    unnoticed = "nobody noticed" if math.isinf(wanted.seconds) else f"no test of {wanted.seconds:g} seconds noticed"
    for number, (room, mutant) in enumerate(drawn, 1):
        reason = known.reason(mutant)
        outcome, failed = trial.of(mutant, last.by(mutant), 0.0 if reason else wanted.seconds)
        outcomes[room, LISTED if reason and outcome == "survived" else outcome] += 1
        click.echo(f"{number:4} {outcome:9} {mutant}")
        if outcome != "survived":
            last.note(mutant, failed)
        click.echo(f"     {reason or unnoticed if outcome == 'survived' else failed}")
    noticed = sum(outcomes[room, one] for room in ROOMS for one in ("killed", "timed out")) / len(drawn)
    click.echo("\n".join([*table(outcomes), f"{noticed:.1%} noticed"]))
    return int(noticed < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
