"""Comunica, a client in TypeScript, finds the endpoint, the formats and the documents by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

EVENT = "http://127.0.0.1:8000/event/2011-11-08/abcdefghij"
QUERY = f"SELECT ?date {{ <{EVENT}> <https://schema.org/startDate> ?date }}"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("sparql", "sparql"),
        ("any", "sparql"),
        ("any", "doc/event/2011-11-08/abcdefghij"),
        ("file", "dump/newsgraph.ttl"),
    ],
)
def test_comunica_answers_a_query_from_each_kind_of_source(
    node: Callable[[str], list[str]], port: int, kind: str, path: str
) -> None:
    command = [*node("ask.mjs"), kind, f"http://127.0.0.1:{port}/{path}", QUERY]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.stdout.decode().split() == ["2011-11-08"], done.stderr.decode()[-2_000:]
