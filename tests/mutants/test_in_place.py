"""A mutant replaces an imported module: all holders of the function get the fault, and nothing else is new."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tools.mutants import in_place
from tools.mutants.mutations import Mutant, mutants

SOURCE = """
from contextlib import contextmanager

LIMIT = 3
NOTHING = ()


class Counted:
    def __init__(self): self.number = 1

    @property
    def doubled(self): return self.number * 2

    @staticmethod
    def named(): return 7

    @classmethod
    def begun(cls): return super().__new__(cls) is not None


@contextmanager
def held(): yield 11


def least(found, other=NOTHING, most=LIMIT + 1): return found is other, most < 4, found
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "counted").mkdir()
    (tmp_path / "counted" / "__init__.py").write_text(SOURCE)
    (tmp_path / "counted" / "user.py").write_text("from counted import LIMIT, least\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("counted.user")
    yield sys.modules["counted"]
    for name in ("counted", "counted.user"):
        sys.modules.pop(name, None)


def put(after: str) -> None:
    [found] = [one for one in mutants("counted/__init__.py", SOURCE) if one.after.strip() == after]
    in_place.put(found, ["counted"])


@pytest.mark.parametrize(
    ("after", "asked", "before", "expected"),
    [
        ("def doubled(self): return (self.number / 2)", "Counted().doubled", 2, 0.5),
        ("def named(): return (8)", "Counted.named()", 7, 8),
        ("def begun(cls): return (super().__new__(cls) is None)", "Counted.begun()", True, False),
        ("def held(): yield (12)", "held().__enter__()", 11, 12),
        ("def least(found, other=NOTHING, most=LIMIT + 1): return None", "least(1)", (False, False, 1), None),
        (
            "def least(found, other=NOTHING, most=(LIMIT - 1)): return found is other, most < 4, found",
            "least(NOTHING)",
            (True, False, ()),
            (True, True, ()),
        ),
    ],
)
def test_a_function_is_another_wherever_it_was_imported(
    module: ModuleType, after: str, asked: str, before: object, expected: object
) -> None:
    user = sys.modules["counted.user"]
    names = {**vars(module), **vars(user)}
    assert eval(asked, names) == before  # noqa: S307 - an expression of this file
    put(after)
    assert eval(asked, names) == expected  # noqa: S307 - an expression of this file
    assert sys.modules["counted"] is module


def test_what_is_in_no_function_has_all_modules_imported_anew(module: ModuleType) -> None:
    put("LIMIT = (4)")
    assert not {"counted", "counted.user"} & set(sys.modules)
    assert "pytest" in sys.modules


def test_a_mutant_that_cannot_be_imported_is_left_to_those_who_import_it(module: ModuleType) -> None:
    in_place.put(Mutant("counted/__init__.py", "least()", 1, "", "", "", "raise ValueError"), ["counted"])
    assert "counted" not in sys.modules


def test_a_module_that_nobody_has_imported_is_left_as_it_is(module: ModuleType) -> None:
    in_place.put(Mutant("counted/later.py", "f()", 1, "", "", "", "def f(): ..."), ["counted"])
    assert sys.modules["counted"] is module
