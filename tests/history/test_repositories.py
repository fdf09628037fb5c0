"""Builds of repositories that somebody cut, damaged or misdated: what is known is kept, the rest is told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from kg.errors import ArchiveError
from kg.pipeline import run
from kg.pipeline.report import summary
from kg.pipeline.run import Built
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

DAY, NEXT_DAY = "2011_November_8.txt", "2011_November_9.txt"
FERRY = "*A ferry runs aground near [[Port Example]]; 12 passengers are injured. [https://example.org/f (Example News)]"
MORE = FERRY.replace("12", "15")
TRAMS = "*Two trams collide in [[Exampleton]]; nobody is hurt. [https://example.org/t (Example Daily)]"
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 4711\n"
NOON, ONE, TWO, THREE = (f"2011-11-08T{hour}:00:00Z" for hour in (12, 13, 14, 15))

NewRepository = Callable[..., Any]
Build = Callable[..., Built]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def build(*roots: Path, history: bool = True, store: str = "store", **settings: Any) -> Built:
        return run.build(roots, Settings(store=str(tmp_path / store), jobs=1, history=history, **settings))

    return build


def values(graph: EmbeddedGraph, subject: Any, term: NamedNode) -> list[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, term, None))
    return sorted(one.value for one in found if isinstance(one, NamedNode | Literal))


def events(built: Built) -> dict[str, str]:
    """Return the titles of the events that are not gone, by their IRIs."""
    graph = built.snapshot.open()
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT))
    shown = (one for one in found if not values(graph, one, terms.INVALIDATED_AT))
    return {one.value: values(graph, one, terms.NAME)[0] for one in shown if isinstance(one, NamedNode)}


def intervals(built: Built) -> dict[str, tuple[list[str], list[str]]]:
    """Return the starts and the ends of the intervals of all revisions, by title."""
    graph = built.snapshot.open()
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.REVISION_CLASS))
    return {
        values(graph, one, terms.NAME)[0].split(";")[0].split(" ", 2)[1] + values(graph, one, terms.NAME)[0][-25:]: (
            values(graph, one, terms.OBSERVED_FROM),
            values(graph, one, terms.OBSERVED_UNTIL),
        )
        for one in found
    }


FERRY_12, FERRY_15, TRAMS_0 = ("ferry2 passengers are injured.", "ferry5 passengers are injured.", "trams")


def spans(built: Built, about: str) -> list[tuple[list[str], list[str]]]:
    """Return the starts and ends of the intervals of the revisions whose titles hold a text."""
    graph = built.snapshot.open()
    found = (quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.REVISION_CLASS))
    return sorted(
        (values(graph, one, terms.OBSERVED_FROM), values(graph, one, terms.OBSERVED_UNTIL))
        for one in found
        if about in values(graph, one, terms.NAME)[0]
    )


def clone(source: Any, target: Path, *options: str) -> Path:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "clone", "-q", *options, f"file://{source.root}", str(target)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return target
