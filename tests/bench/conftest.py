"""Imports the modules of bench, which is not a package."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from tests.paths import ROOT

Bench = Callable[[str], ModuleType]


@pytest.fixture(scope="session")
def bench() -> Bench:
    """A function that imports a module of bench, with the modules of bench that it imports."""

    def imported(name: str) -> ModuleType:
        known = sys.modules.get(f"bench_{name}")
        if known:
            return known
        spec = spec_from_file_location(f"bench_{name}", ROOT / "bench" / f"{name}.py")
        assert spec
        assert spec.loader
        found = sys.modules[spec.name] = module_from_spec(spec)
        sys.path.insert(0, str(ROOT / "bench"))
        try:
            spec.loader.exec_module(found)
        finally:
            sys.path.remove(str(ROOT / "bench"))
        return found

    return imported
