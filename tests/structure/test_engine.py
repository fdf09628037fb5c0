"""The engine is only used through two interfaces: terms come from kg.rdf, and quads are in a Graph."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from kg import rdf
from tests.paths import ROOT
from tests.structure.imports import importers, modules
from tests.structure.syntax import nodes

KNOWN = modules()
HOLDERS_OF_THE_ENGINE = {"kg.store.embedded"}
"""The modules that may import the engine's Store."""


@pytest.mark.parametrize("term", rdf.__all__)
def test_rdf_terms_come_from_one_place(term: str) -> None:
    assert importers(KNOWN, "pyoxigraph", term) == {"kg.rdf"}


def test_one_module_holds_the_engine() -> None:
    found = importers(KNOWN, "pyoxigraph", "Store")
    print(f"files that import the engine's Store: {len(found)}")
    assert found == HOLDERS_OF_THE_ENGINE


def test_no_module_imports_the_engine_whole() -> None:
    whole = {
        name
        for name, file in KNOWN.items()
        for node in nodes(file)
        if isinstance(node, ast.Import) and any(alias.name == "pyoxigraph" for alias in node.names)
    }
    assert whole == set()


def test_a_server_starts_without_the_libraries_of_those_who_compute() -> None:
    """Each takes a twentieth of a second or more, in every process that is started."""
    heavy = "{'rdflib', 'pandas', 'pyarrow', 'duckdb', 'mcp', 'babel', 'feedparser'}"
    program = f"import sys, endpoint.app, kg.workers.worker; sys.exit(str({heavy} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_workers_start_before_the_application_is_imported() -> None:
    program = (
        "import sys, endpoint.serving; sys.exit(str({'flask', 'jinja2', 'endpoint.app'} & set(sys.modules) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
