"""The graph of a page, triple by triple: each folder of tests/whole/golden shows one feature of the formats.

After an intended change, run ``UPDATE_GOLDEN=1 python -m pytest tests/whole/test_golden.py`` and read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, serialize

from kg.pipeline import run
from kg.settings import Settings
from tests.paths import TESTS

GOLDEN = TESTS / "whole" / "golden"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


def sorted_nquads(archive: Path) -> str:
    text = serialize(run.quads([archive], Settings()), format=RdfFormat.N_QUADS)
    assert text is not None
    return "".join(sorted(set(text.decode().splitlines(keepends=True))))


@pytest.mark.parametrize("feature", sorted(folder.name for folder in GOLDEN.iterdir()))
def test_the_pages_of_a_feature_become_exactly_the_expected_quads(feature: str) -> None:
    expected = GOLDEN / feature / "expected.nq"
    found = sorted_nquads(GOLDEN / feature / "pages")
    if UPDATE:
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
