"""Few tests are slow, and no slow test is the only test of its rule."""

from __future__ import annotations

import pytest

from tests.paths import ROOT, TESTS
from tests.structure.slow import COLLECTED, Collected

MOST = 0.1
"""The share of slow tests."""


@pytest.fixture
def tests(pytestconfig: pytest.Config) -> tuple[Collected, ...]:
    return pytestconfig.stash[COLLECTED]


def without_sibling(tests: tuple[Collected, ...]) -> set[str]:
    """Return the slow tests whose sibling is missing or slow, as far as the files of the siblings were collected."""
    fast, files = {one.name for one in tests if not one.slow}, {one.file for one in tests}
    told = [one for one in tests if one.slow and one.also.partition("::")[0] in files]
    return {one.name for one in told if one.also not in fast}


def test_every_slow_test_names_a_fast_one_of_the_same_rule(tests: tuple[Collected, ...]) -> None:
    assert without_sibling(tests) == set()
    missing = [one.also for one in tests if one.slow and not (ROOT / one.also.partition("::")[0]).is_file()]
    assert missing == []


def test_at_most_a_tenth_of_the_tests_is_slow(tests: tuple[Collected, ...]) -> None:
    files = {str(file.relative_to(ROOT)) for file in TESTS.rglob("test_*.py")}
    if files - {one.file for one in tests}:
        pytest.skip("counts only when all tests are collected")
    slow = sum(one.slow for one in tests)
    assert slow <= MOST * len(tests), f"{slow} of {len(tests)} are slow"


@pytest.mark.parametrize("also", ["a.py::test_missing", "a.py::test_slow"])
def test_a_slow_test_without_a_fast_sibling_is_found(also: str) -> None:
    tests = (Collected("a.py::test_slow", True, also), Collected("a.py::test_fast", False, ""))
    assert without_sibling(tests) == {"a.py::test_slow"}
