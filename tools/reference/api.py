"""The page of the Python interface: the names in ``kg.__all__``, described by mkdocstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Final

import kg
from kg.errors import NewsgraphError

HEAD: Final = """# Python API

What programs may use: the names of `kg.__all__`. Everything else may move without notice. Each name is imported from
`kg`, wherever it is defined. This page is made by `make docs`.
"""
ERRORS: Final = """Every error derives from `NewsgraphError`. `kg.errors` draws all of them as a tree.
"""


def markdown() -> str:
    """Return docs/api.md."""
    found = [getattr(kg, name) for name in kg.__all__]
    functions = [one for one in found if inspect.isfunction(one)]
    classes = [one for one in found if inspect.isclass(one)]
    errors = [one for one in classes if issubclass(one, NewsgraphError)]
    others = [one for one in classes if not issubclass(one, NewsgraphError)]
    return "\n".join(
        (HEAD, *_section("Functions", functions), *_section("Classes", others), *_section("Errors", errors, ERRORS))
    )


def _section(title: str, members: Iterable[type | FunctionType], text: str = "") -> Iterator[str]:
    yield f"## {title}\n"
    if text:
        yield text
    yield from (f"::: {one.__module__}.{one.__qualname__}\n" for one in members)
