"""Puts a mutant in place of an imported module: its function gets other code, and nothing is imported again."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

from tools.mutants.mutations import Mutant


def put(mutant: Mutant, ours: Iterable[str]) -> None:
    """Put a mutant into this process, where modules are already imported.

    A change in a function is made there. Anything else may already have been used by other modules: all modules below
    the packages ``ours`` are unloaded, so that they are imported again.
    """
    module = sys.modules.get(_name(mutant.path))
    if module and not _is_changed(module, mutant):
        for name in [one for one in sys.modules if one.partition(".")[0] in ours]:
            del sys.modules[name]


def _name(path: str) -> str:
    return ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")


def _is_changed(module: ModuleType, mutant: Mutant) -> bool:
    """Give the functions of a module with the name of the mutant's its code; return whether that is possible."""
    other = ModuleType(module.__name__)
    other.__dict__.update(__file__=module.__file__, __package__=module.__package__, __spec__=module.__spec__)
    try:
        exec(compile(mutant.text, str(module.__file__), "exec"), other.__dict__)  # noqa: S102 - our own module
    except Exception:  # its value is only known once it is imported
        return False
    pairs = list(zip(_functions(module, mutant.scope), _functions(other, mutant.scope), strict=True))
    if not pairs or any(one.__code__.co_freevars != new.__code__.co_freevars for one, new in pairs):
        return False
    for one, new in pairs:
        one.__code__ = new.__code__
        # A default whose source is unchanged stays the same object.
        if repr((one.__defaults__, one.__kwdefaults__)) != repr((new.__defaults__, new.__kwdefaults__)):
            one.__defaults__, one.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
    return True


def _functions(module: ModuleType, scope: str) -> list[FunctionType]:
    """Return the functions in a scope: one, those of a property, or none outside any function."""
    found: object = module
    for name in scope.removesuffix("()").split("."):
        found = vars(found).get(name) if isinstance(found, ModuleType | type) else None
    inner = (inspect.unwrap(one) for one in _of(found) if callable(one)) if scope.endswith("()") else ()
    return [one for one in inner if isinstance(one, FunctionType) and one.__module__ == module.__name__]


def _of(found: object) -> Iterator[object]:
    match found:
        case property(fget=get, fset=set_):
            yield from (get, set_)
        case staticmethod() | classmethod():
            yield found.__func__
        case _:
            yield found
