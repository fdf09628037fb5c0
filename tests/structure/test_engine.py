"""The engine stays behind two doors: RDF terms come from kg.rdf."""

from __future__ import annotations

import pytest

from kg import rdf
from tests.structure.imports import importers, modules

KNOWN = modules()


@pytest.mark.parametrize("term", rdf.__all__)
def test_rdf_terms_come_from_one_place(term: str) -> None:
    assert importers(KNOWN, "pyoxigraph", term) == {"kg.rdf"}
