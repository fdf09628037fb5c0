"""The source of a module -> its mutants: copies of it with one small fault each.

Comparisons, numbers, truth values, arithmetic, what is returned, statements, conditions, ``and`` and ``or``, default
arguments and slices are changed. Strings, messages of ``raise``, annotations and decorators are not, since a test of
behaviour could not notice them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
TOLD: Final = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)
"""Statements whose removal leaves a program that still runs."""

Change: TypeAlias = tuple[str, ast.AST, str]
"""A kind of fault, the node that it changes, and its replacement."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault.

    ``path`` is that of the module from the root of the project, ``scope`` the function with the fault (with its class
    before it), "" outside of any, and in one whose results are cached. ``before`` and ``after`` are the lines that
    differ, in one line each.
    """

    path: str
    scope: str
    line: int
    kind: str
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.kind}: {self.before}  ->  {self.after}"


def mutants(path: str, source: str) -> list[Mutant]:
    """Return the mutants of a module, in the order of its lines."""
    found = [_mutant(path, source, scope, change) for scope, change in _changes(ast.parse(source), "")]
    return sorted(found, key=lambda one: one.line)


def _mutant(path: str, source: str, scope: str, change: Change) -> Mutant:
    node: Any
    kind, node, new = change
    lines = source.encode().splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno
    head, tail = lines[first][: node.col_offset], lines[last - 1][node.end_col_offset :]
    changed = head + new.encode() + tail
    text = b"".join([*lines[:first], changed, *lines[last:]]).decode()
    before = b"".join(lines[first:last])
    return Mutant(path, scope, first + 1, kind, _one_line(before), _one_line(changed), text)


def _one_line(text: bytes) -> str:
    return " ".join(text.decode().split())


def _changes(node: ast.AST, scope: str) -> Iterator[tuple[str, Change]]:
    """Yield the changes of a node and of everything within it, each with its function."""
    yield from ((scope, change) for change in _of(node))
    inner = scope
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and not (scope.endswith("()") or _is_cached(node)):
        inner = f"{scope}{node.name}" + ("()" if isinstance(node, ast.FunctionDef) else ".")
    for child in _within(node):
        yield from _changes(child, inner)


def _is_cached(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether a function is entered only once for all tests that call it, which hides its tests."""
    return any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)


def _within(node: ast.AST) -> Iterable[ast.AST]:
    """Return the parts of a node that may be changed."""
    match node:
        case ast.FunctionDef(args=arguments, body=body):
            return [*arguments.defaults, *filter(None, arguments.kw_defaults), *body]
        case ast.ClassDef(body=body):
            return body
        case ast.AnnAssign(value=value):
            return [value] if value else []
        case ast.match_case(guard=guard, body=body):
            return [*([guard] if guard else []), *body]
        case ast.Lambda(body=expression):
            return [expression]
        case ast.If(test=ast.Name("TYPE_CHECKING")) | ast.JoinedStr() | ast.Raise() | ast.Assert():
            return []
        case _:
            return ast.iter_child_nodes(node)


def _of(node: ast.AST) -> Iterator[Change]:
    """Yield the changes of a node itself."""
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.Constant():
            yield from _constants(node)
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in ARITHMETIC:
            yield "arithmetic", node, _written(node, op=ARITHMETIC[type(operator)]())
        case ast.BoolOp(op=operator):
            yield "and or", node, _written(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "condition", node, f"({ast.unparse(operand)})"
        case ast.Return(value=ast.expr() as value) if not _is_constant(value):
            yield "return", node, "return None"
        case ast.Slice(lower=lower, upper=upper):
            yield from (("slice", node, _written(node, **{one: None})) for one in _bounds(lower, upper))
        case ast.FunctionDef():
            yield from _defaults(node.args)
    yield from (("condition", test, f"(not ({ast.unparse(test)}))") for test in _conditions(node))
    if _is_removable(node):
        yield "removed", node, "pass"


def _constants(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool(value):
            yield "boolean", node, str(not value)
        case int(value):
            yield from (("number", node, f"({new})") for new in (value + 1, value - 1))
        case float(value):
            yield from (("number", node, f"({new:.6g})") for new in ((value * 1.1, value * 0.9) if value else (1.0,)))


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for number, operator in enumerate(node.ops):
        other = COMPARISONS[type(operator)]()
        yield "comparison", node, _written(node, ops=[*node.ops[:number], other, *node.ops[number + 1 :]])


def _written(node: ast.AST, **fields: object) -> str:
    """Return the source of a node with other fields."""
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    text = ast.unparse(other)
    return f"({text})" if isinstance(node, ast.expr) and not isinstance(node, ast.Slice) else text


def _bounds(lower: ast.expr | None, upper: ast.expr | None) -> Iterator[str]:
    yield from (name for name, bound in (("lower", lower), ("upper", upper)) if bound)


def _defaults(arguments: ast.arguments) -> Iterator[Change]:
    """Yield ``None`` for each default that is not a constant: those that are numbers are changed as such."""
    for default in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
        if not isinstance(default, ast.Constant):
            yield "default", default, "None"


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the conditions of a node except those whose negation equals the change of a comparison or of a ``not``."""
    match node:
        case ast.If(test=ast.Name("TYPE_CHECKING")):
            return
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            tests = [test]
        case ast.comprehension(ifs=tests):
            pass
        case ast.match_case(guard=guard) if guard:
            tests = [guard]
        case _:
            return
    yield from (test for test in tests if not _is_turned(test))


def _is_turned(test: ast.expr) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn() | ast.Is() | ast.IsNot()]):
            return True
    return False


def _is_constant(value: ast.expr) -> bool:
    """Whether a value is None already, or changed as a number or a truth value."""
    return isinstance(value, ast.Constant) and not isinstance(value.value, str)


def _is_removable(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring, or an ellipsis
            return False
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
    return isinstance(node, TOLD)
