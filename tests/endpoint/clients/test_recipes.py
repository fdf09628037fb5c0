"""Each recipe for data frames in the docs is a complete program that runs and gives rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas
import pytest

from tests.paths import DOCS

ADDRESS = "http://127.0.0.1:8000/"
RECIPES = re.findall(r"```python\n(.+?)```", (DOCS / "data-frames.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("recipe", RECIPES, ids=["kg.frame", "pandas", "SPARQLWrapper", "rdflib"])
def test_a_recipe_gives_rows(
    recipe: str, port: int, served_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "store").symlink_to(served_store)
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    program = re.sub(rf'(?<="){ADDRESS}(?=sparql|questions|events)', f"http://127.0.0.1:{port}/", recipe)
    exec(program, made)  # noqa: S102 - our own docs
    frames = {name: one for name, one in made.items() if isinstance(one, pandas.DataFrame)}
    assert frames
    assert {name for name, one in frames.items() if one.empty} == set()
