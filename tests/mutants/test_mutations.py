"""The mutants of a module: each is a valid program with one stated fault; texts and annotations stay."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.paths import ROOT
from tools.mutants.__main__ import files
from tools.mutants.mutations import mutants
from tools.mutants.survivors import FILE, Survivors


def faults(source: str, kind: str = "") -> list[str]:
    return [one.after for one in mutants("m.py", source) if kind in ("", one.kind)]


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        ("x = a < b", "comparison", ["x = (a <= b)"]),
        ("x = a < b <= c", "comparison", ["x = (a <= b <= c)", "x = (a < b < c)"]),
        ("x = a is not b", "comparison", ["x = (a is b)"]),
        ("x = 7", "number", ["x = (8)", "x = (6)"]),
        ("x = 0.5", "number", ["x = (0.55)", "x = (0.45)"]),
        ("x = 0.0", "number", ["x = (1)"]),
        ("x = True", "boolean", ["x = False"]),
        ("x = a + b", "arithmetic", ["x = (a - b)"]),
        ("x |= a", "arithmetic", ["x &= a"]),
        ("x = a and b", "and or", ["x = (a or b)"]),
        ("x = not a", "condition", ["x = (a)"]),
        ("x = [a for a in b if a]", "condition", ["x = [a for a in b if (not (a))]"]),
        ("x = a if b < c else d", "condition", ["x = a if (not (b < c)) else d"]),
        ("x = a[1:n]", "slice", ["x = a[:n]", "x = a[1:]"]),
        ("x[0] = a", "removed", ["pass"]),
        ("x(a)", "removed", ["pass"]),
        ("def f(a=()): ...", "default", ["def f(a=None): ..."]),
        ("def f(*, a=3): ...", "number", ["def f(*, a=(4)): ...", "def f(*, a=(2)): ..."]),
        ("def f(a):\n    return a", "return", ["return None"]),
        ("def f(a):\n    raise a", "removed", ["pass"]),
    ],
)
def test_each_kind_of_fault_is_made_where_it_can_be(source: str, kind: str, expected: list[str]) -> None:
    assert faults(source, kind) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Tells 1 < 2."""',
        "x: Literal[3]",
        "@cache(size=3)\nclass A: ...",
        "def f(a: Literal[3]) -> Literal[3]: ...",
        "x = f'{a < 3}'",
        "if TYPE_CHECKING:\n    x = 3",
        "assert a < 3, 'no'",
        "def f():\n    return None",
    ],
)
def test_texts_annotations_decorators_and_assertions_stay(source: str) -> None:
    assert faults(source) == []


def test_a_raise_is_removed_only_as_a_whole() -> None:
    assert faults("raise A(f(3) < 4) from None") == ["pass"]


def test_a_condition_whose_opposite_is_another_fault_is_turned_once() -> None:
    assert faults("if a == b:\n    c = d") == ["if (a != b):"]


def test_a_fault_in_a_text_of_several_bytes_and_lines_is_made_in_its_place() -> None:
    [mutant] = mutants("m.py", "é = '霍' + f(\n    a,\n)  # ü\ny = z\n")[:1]
    assert mutant.text == "é = ('霍' - f(a))  # ü\ny = z\n"
    assert (mutant.before, mutant.after) == ("é = '霍' + f( a, ) # ü", "é = ('霍' - f(a)) # ü")


def test_a_mutant_names_the_function_that_it_is_in() -> None:
    source = "x = 1\nclass A:\n    y = 1\n    def f(self, a=1):\n        def g():\n            return [1 for _ in a]\n"
    source += "@cache\ndef h():\n    return 1\n"
    assert {(one.line, one.scope) for one in mutants("m.py", source)} == {
        (1, ""),
        (3, "A."),
        (4, "A.f()"),
        (6, "A.f()"),
        (9, ""),
    }


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path: (ROOT / path).read_text(encoding="utf-8") for _, path in files(ROOT)}


def test_every_mutant_of_the_core_rooms_is_another_program(texts: dict[str, str]) -> None:
    for path, text in list(texts.items())[::8]:
        before = ast.dump(ast.parse(text))
        for mutant in mutants(path, text):
            assert ast.dump(ast.parse(mutant.text)) != before, mutant


def test_every_survivor_that_is_listed_is_still_a_mutant_and_has_a_reason(texts: dict[str, str]) -> None:
    listed = Survivors.read(FILE).reasons
    found = {(path, one.before, one.after) for path in {key[0] for key in listed} for one in mutants(path, texts[path])}
    assert sorted(listed.keys() - found) == []
    assert all(len(reason.split()) > 3 for reason in listed.values())


def test_the_rooms_that_are_tried_are_there(texts: dict[str, str]) -> None:
    assert len(texts) > 40
    assert all(Path(ROOT, path).is_file() for path in texts)
