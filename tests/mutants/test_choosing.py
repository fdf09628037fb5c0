"""Which tests run on a mutant, in which order and batches, and that a failing test notices a fault."""

from __future__ import annotations

import subprocess

import pytest

from tools.mutants.__main__ import Trial, batches, noticing, tried
from tools.mutants.entered import Test as Recorded
from tools.mutants.entered import read
from tools.mutants.mutations import Mutant, mutants
from tools.mutants.tree import Tree


def recorded(name: str, seconds: float, *entered: str) -> Recorded:
    return Recorded(name, seconds, frozenset(entered))


def mutant(path: str, scope: str) -> Mutant:
    return Mutant(path, scope, 1, "", "", "", "")


ONE = recorded("tests/test_one.py::test_a", 2.0, "kg/a/one.py f()", "kg/a/one.py A.g()")
TWO = recorded("tests/test_two.py::test_b", 1.0, "kg/a/one.py f()", "kg/a/one.py A.h()")
ALL = (ONE, TWO, recorded("tests/test_two.py::test_c", 0.5, "kg/a/two.py f()"))


@pytest.mark.parametrize(
    ("path", "scope", "expected"),
    [
        ("kg/a/one.py", "f()", [ONE, TWO]),
        ("kg/a/two.py", "f()", [ALL[2]]),
        ("kg/a/one.py", "A.g()", [ONE]),
        ("kg/a/one.py", "A.", [ONE, TWO]),
        ("kg/a/one.py", "", [ONE, TWO]),
        ("kg/a/three.py", "f()", [ALL[2], TWO, ONE]),
        ("kg/b/one.py", "f()", []),
    ],
)
def test_the_tests_that_run_enter_the_function_or_else_the_module_or_else_its_neighbours(
    path: str, scope: str, expected: list[Recorded]
) -> None:
    assert noticing(mutant(path, scope), ALL) == expected


def test_tests_of_the_module_run_first_then_quick_ones_then_those_that_enter_most_of_it() -> None:
    own = recorded("tests/test_one.py::test_own", 3.0, "kg/a/one.py f()")
    quick = recorded("tests/test_two.py::test_quick", 0.01, "kg/a/one.py f()")
    broad = recorded("tests/test_two.py::test_broad", 1.0, *(f"kg/a/one.py {name}()" for name in "fghijkl"))
    assert noticing(mutant("kg/a/one.py", "f()"), [broad, TWO, quick, own]) == [own, quick, broad, TWO]


def test_each_batch_takes_four_times_as_long_as_the_one_before_it() -> None:
    tests = [recorded(str(number), 1.0) for number in range(30)]
    assert [len(one) for one in batches(tests)] == [2, 8, 20]
    assert [[one.name for one in some] for some in batches(tests[:3], "2")] == [["2"], ["0", "1"]]
    assert [len(one) for one in batches([recorded("long", 9.0), *tests[:2]])] == [1, 2]
    assert list(batches([])) == []


def test_no_batch_begins_after_the_seconds_have_run_out() -> None:
    tests = [recorded(str(number), 1.0) for number in range(30)]
    assert [len(one) for one in batches(tests, most=0.0)] == [2]
    assert [len(one) for one in batches(tests, most=2.0)] == [2]
    assert [len(one) for one in batches(tests, most=3.0)] == [2, 8]
    assert [len(one) for one in batches(tests, "5", most=0.0)] == [1, 2]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A small project with a single test that checks a limit."""
    root = tmp_path_factory.mktemp("project")
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['slow']\n")
    (root / "limit.py").write_text("def f(a):\n    b = a\n    while a > 3:\n        a -= 1\n    return b < 3\n")
    (root / "test_limit.py").write_text(
        "import limit\n\n\ndef test_limit():\n    assert limit.f(2) and not limit.f(5)\n"
    )
    subprocess.run(["git", "init", "-q", root], check=True)
    return Tree(root, tmp_path_factory.mktemp("work") / "tree")


def test_a_fault_is_noticed_by_the_test_that_fails_and_one_beyond_its_examples_by_none(tree: Tree) -> None:
    result = tree.root.parent / "entered.json"
    assert tree.record({"test_limit.py": result}, ("limit.py",)) == 0
    [test] = read(result)
    assert (test.name, test.entered) == ("test_limit.py::test_limit", {"limit.py f()"})
    found = {one.after: one for one in mutants("limit.py", (tree.root / "limit.py").read_text())}
    outcomes = {after: tried(tree, found[after], [[test]]) for after in ("return None", "return (b <= 3)")}
    assert outcomes == {"return None": "killed", "return (b <= 3)": "survived"}
    with tree.changed(found["return None"]):
        assert tree.outcome([test]) == "killed"
        assert tree.failed() == "test_limit.py::test_limit"
    assert tree.outcome([test]) == "survived"
    assert tree.failed() == ""


def test_a_test_that_fails_without_a_fault_too_notices_none(tree: Tree) -> None:
    (tree.root / "test_limit_too.py").write_text(
        "import logging\n\n\ndef test_nothing():\n    logging.error('a::b')\n    assert False\n"
    )
    fails = recorded("test_limit_too.py::test_nothing", 0.0, "limit.py f()")
    notices = recorded("test_limit.py::test_limit", 0.1, "limit.py f()")
    found = {one.after: one for one in mutants("limit.py", (tree.root / "limit.py").read_text())}
    assert Trial(tree, [fails]).of(found["return None"]) == ("survived", "")
    assert Trial(tree, [fails, notices]).of(found["return None"]) == ("killed", notices.name)


def test_two_runs_do_not_share_a_folder(tree: Tree) -> None:
    with pytest.raises(BlockingIOError):
        Tree(tree.root, tree.root)
