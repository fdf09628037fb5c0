"""Comunica, which is written in TypeScript, finds the endpoint, the formats and the documents by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

EVENT = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"
QUERY = f"SELECT ?date {{ <{EVENT}> <https://schema.org/startDate> ?date }}"
SCRIPT = """
import { QueryEngine } from "@comunica/query-sparql";
const [kind, url, query] = process.argv.slice(2);
const source = kind === "any" ? url : { type: kind, value: url };
const rows = await new QueryEngine().queryBindings(query, { sources: [source] });
for (const row of await rows.toArray()) for (const [, term] of row) console.log(term.value);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has what is in the one that COMUNICA names: there the npm package is installed."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    modules = Path(os.environ.get("COMUNICA", tmp_path)) / "node_modules"
    if not (modules / "@comunica" / "query-sparql").exists():
        pytest.skip(
            "there is no node_modules/@comunica/query-sparql in the folder that COMUNICA names:"
            " npm install @comunica/query-sparql@4"
        )
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "ask.mjs").write_text(SCRIPT)
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("sparql", "sparql"),
        ("any", "sparql"),
        ("any", "doc/event/2011-11-08/abcdefghij"),
        ("file", "dump/newsgraph.ttl"),
    ],
)
def test_comunica_answers_a_query_from_each_kind_of_source(folder: Path, port: int, kind: str, path: str) -> None:
    command = ["node", "ask.mjs", kind, f"http://127.0.0.1:{port}/{path}", QUERY]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.stdout.decode().split() == ["2011-11-08"], done.stderr.decode()[-2_000:]
