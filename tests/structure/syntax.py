"""The syntax trees of source files, each parsed and walked once in a process, since many rules read every file."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def parsed(file: Path) -> ast.Module:
    """Return the syntax tree of a file, which callers must not change."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of the syntax tree of a file, in the order of ``ast.walk``."""
    return tuple(ast.walk(parsed(file)))
