"""The tree of errors: everything that newsgraph raises on purpose, drawn in one place."""

from __future__ import annotations

import ast
import re

import pytest

from kg import errors
from kg.errors import NewsgraphError
from kg.process.child import _reported
from kg.process.parent import failure
from tests.structure.imports import modules

OURS = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
EXAMPLES = {
    "QuerySyntaxError": ("no query", 3, 4),
    "ServiceBusyError": ("wait", 7),
    "ClientLimitError": ("wait", 7),
    "WithdrawnError": ("http://a.example/event/1", "2011-11-08T00:00:00Z", "ttl"),
    "PatchSyntaxError": (3, "no row"),
    "NotAcceptableError": ([["text/turtle", "/a.ttl"]],),
    "TemporaryFailureError": ("later", 2.5),
}


def test_every_error_stands_in_the_one_module() -> None:
    elsewhere = {
        f"{name}.{node.name}"
        for name, file in modules().items()
        if name != "kg.errors"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and re.search(r"(Error|Exception|Warning)$", node.name)
    }
    assert elsewhere == set()


def test_every_error_is_in_the_tree_and_the_tree_is_drawn_as_it_is() -> None:
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.fullmatch(r"    ((?:│   |    )*)([├└]── )?(\w+)", line)
        if match and match[3] in OURS:
            depth = (len(match[1]) + len(match[2] or "")) // 4
            path[depth:] = [match[3]]
            drawn[match[3]] = path[depth - 1] if depth else "Exception"
    assert drawn == {name: one.__mro__[1].__name__ for name, one in OURS.items()}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_error_crosses_the_pipe_between_processes_as_it_is(name: str) -> None:
    error: NewsgraphError = OURS[name](*EXAMPLES.get(name, ("what is wrong",)))
    again = _reported(failure(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_unexpected_error_is_reported_as_a_failed_query() -> None:
    for name in ("KeyError", "annotations", "ast"):
        with pytest.raises(errors.QueryError, match=r"^odd$"):
            raise _reported({"error": name, "message": "odd"})
