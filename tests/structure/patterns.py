"""Finds regular expressions with possessive quantifiers or atomic groups, in packages below a folder: ROOT PACKAGE....

Python 3.11.0 to 3.11.4 read these wrongly. All modules of the packages are imported, and the patterns that they compile
are examined, however they were built; arguments of ``re`` within functions are evaluated with the names of the module.
Prints a line for each expression that has them or cannot be evaluated.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

WRONG = ("POSSESSIVE_REPEAT", "ATOMIC_GROUP")
PARTS: Any = re
Expression = tuple[str, str | bytes, int]


def has_wrong(pattern: str | bytes, flags: int = 0) -> bool:
    """Say whether a regular expression has a possessive quantifier or an atomic group."""
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    return any(name in WRONG for name in _operators(PARTS._parser.parse(text, flags)))


def _operators(parsed: Any) -> Iterator[str]:
    """Yield the names of all operators in a parsed expression, which is lists and tuples in each other."""
    if isinstance(parsed, PARTS._constants._NamedIntConstant):
        yield parsed.name
    elif isinstance(parsed, (list, tuple, PARTS._parser.SubPattern)):
        for one in parsed:
            yield from _operators(one)


def imported(root: Path, packages: list[str]) -> tuple[list[ModuleType], list[Expression]]:
    """Import all modules of packages; return them, and each expression compiled meanwhile with the line that did it."""
    found: list[Expression] = []
    original, folders = PARTS._compile, [root / package for package in packages]

    def record(pattern: Any, flags: int) -> Any:
        caller = sys._getframe(2)
        ours = any(folder in Path(caller.f_code.co_filename).parents for folder in folders)
        if isinstance(pattern, (str, bytes)) and ours:
            found.append((f"{caller.f_code.co_filename}:{caller.f_lineno}", pattern, int(flags)))
        return original(pattern, flags)

    PARTS._compile = record
    files = [file.relative_to(root) for package in packages for file in sorted((root / package).rglob("*.py"))]
    read = [importlib.import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__")) for file in files]
    PARTS._compile = original
    return read, found


def problems(root: Path, packages: list[str]) -> Iterator[str]:
    """Yield a line for each expression of some packages that no module of them may have."""
    modules, expressions = imported(root, packages)
    for module in modules:
        for node in _in_functions(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))):
            where = f"{module.__file__}:{node.lineno}"
            try:
                expressions += [(where, *_worked_out(node, vars(module)))]
            except NameError as error:
                yield f"{where}: {error}: compile it where the module begins"
    for where, pattern, flags in expressions:
        if has_wrong(pattern, flags):
            yield f"{where}: {pattern!r}"


def _in_functions(tree: ast.Module) -> set[ast.Call]:
    """Return the calls of ``re`` that importing a module does not run."""
    functions = [one for one in ast.walk(tree) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))]
    return {node for function in functions for node in ast.walk(function) if _reads(node)}


def _reads(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)):
            return name not in ("escape", "purge")
    return False


def _worked_out(call: ast.Call, names: dict[str, Any]) -> tuple[str | bytes, int]:
    """Return the expression and the flags that a call passes to ``re``; raises NameError if other names are needed."""
    values = [_value(one, names) for one in call.args[:1]]
    flags = [_value(one.value, names) for one in call.keywords if one.arg == "flags"]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "compile":
        flags += [_value(one, names) for one in call.args[1:]]
    if not values:
        raise NameError("the expression is not the first argument")
    pattern = values[0]
    return (pattern.pattern, pattern.flags) if isinstance(pattern, re.Pattern) else (pattern, int(sum(flags)))


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "expression", "eval"), dict(names))  # noqa: S307 - of our own modules


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    sys.stdout.writelines(f"{one}\n" for one in problems(Path(sys.argv[1]).resolve(), sys.argv[2:]))
