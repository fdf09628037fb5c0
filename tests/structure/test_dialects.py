"""Knowledge of a page language is in its dialect: no other module imports it, or names what only it knows."""

from __future__ import annotations

import ast
import re

from tests.structure.imports import arrows, modules

KNOWN = modules()
ARROWS = arrows(KNOWN)
DIALECTS = sorted(one for one in KNOWN if re.fullmatch(r"kg\.dialects\.\w+\.dialect", one))
ROOMS = tuple(one.removesuffix(".dialect") for one in DIALECTS)
ONLY_A_DIALECT_SAYS = re.compile(
    r"DayPage|EventPage|DayIndex|FrontPage|IndexItem|PrintedLine|Bullet\b|place_of|INDEX_NAMES|is_front_page"
    r"|Portal:Current_events|text/x-wiki|text/markdown|variant=context|index\.md|news/\d|_November_"
    r"|消息|上下文|MARKERS|wikitext\.|context\.(?:page|labels|event)"
)
"""Records, words, paths and media types of one page language."""
THEIR_ARCHIVE = "kg.dialects.wikipedia"
"""What the two dialects say of the archive that both come from, and manifests of before dialects said it mean."""


def text(module: str) -> str:
    """Return the code of a module without docstrings and comments."""
    tree = ast.parse(KNOWN[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            strings = [one for one in node.body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)]
            node.body = [one for one in node.body if one not in strings] or [ast.Pass()]
    return ast.unparse(tree)


def test_there_are_three_dialects() -> None:
    assert ROOMS == ("kg.dialects.context", "kg.dialects.rows", "kg.dialects.wikitext")


WRITE_PAGES_OF_ROWS = ("kg.archive.readers", "kg.cli.preview")
"""Whoever turns other files into pages of rows knows their format, which is newsgraph's own."""


def test_no_module_imports_a_dialect_and_no_dialect_another() -> None:
    upward = [
        (module, imported)
        for module in KNOWN
        for imported in ARROWS.get(module, ())
        for room in ROOMS
        if imported.startswith(room)
        and not module.startswith(room)
        and not (room == "kg.dialects.rows" and module.startswith(WRITE_PAGES_OF_ROWS))
    ]
    assert upward == []


def test_dialect_specific_names_occur_in_no_other_module() -> None:
    others = sorted(one for one in KNOWN if not one.startswith((*ROOMS, THEIR_ARCHIVE)))
    found = {module: ONLY_A_DIALECT_SAYS.findall(text(module)) for module in others}
    assert {module: names for module, names in found.items() if names} == {}
    assert ONLY_A_DIALECT_SAYS.findall(text("kg.dialects.context.page"))


def test_only_old_manifests_assume_what_dialects_say_of_their_archive() -> None:
    readers = {module for module, imported in ARROWS.items() if THEIR_ARCHIVE in imported}
    assert readers == {"kg.dialects.context.dialect", "kg.dialects.wikitext.dialect", "kg.store.snapshot"}
