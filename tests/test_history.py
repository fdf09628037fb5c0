"""What the history of an archive becomes: events that keep their IRIs, and revisions with the time they were shown."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Store

from kg import build, terms
from kg.settings import Settings

HISTORY = Path(__file__).parent / "history"
GOLDEN: list[dict[str, Any]] = json.loads((HISTORY / "revisions.json").read_text(encoding="utf-8"))
HERMETIC = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
#: What makes a revision, as the golden list names it.
CONTENT = {
    terms.NAME: "title",
    terms.CATEGORY: "category",
    terms.TOPIC: "topic",
    terms.ABOUT: "link",
    terms.SOURCE: "source",
}


def imported(stream: bytes, root: Path) -> Path:
    """Make a bare repository from a stream in the format of git fast-import."""
    for arguments in (["init", "-q", "--bare", "--initial-branch=main"], ["fast-import", "--quiet"]):
        folder = [str(root)] if arguments[0] == "init" else []
        where = [] if arguments[0] == "init" else ["-C", str(root)]
        subprocess.run(["git", *where, *arguments, *folder], input=stream, env=HERMETIC, check=True)
    return root


@pytest.fixture(scope="session")
def sample_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported((HISTORY / "sample.txt").read_bytes(), tmp_path_factory.mktemp("history") / "sample")


@pytest.fixture(scope="session")
def graph(sample_history: Path) -> Store:
    return graph_of(sample_history)


def graph_of(*roots: Path, history: bool = True) -> Store:
    store = Store()
    store.extend(build.quads(roots, Settings(history=history)))
    return store


def values(graph: Store, subject: NamedNode, predicate: NamedNode) -> list[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None))
    return sorted(term.value for term in found if isinstance(term, NamedNode | Literal))


def observed(graph: Store, revision: NamedNode) -> list[list[str | None]]:
    """Return the intervals of a revision: each start ends with the first end that is not before it."""
    ends = values(graph, revision, terms.OBSERVED_UNTIL)
    return [
        [start, next((end for end in ends if end >= start), None)]
        for start in values(graph, revision, terms.OBSERVED_FROM)
    ]


def events(graph: Store) -> list[NamedNode]:
    subjects = {quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)}
    return sorted((one for one in subjects if isinstance(one, NamedNode)), key=str)


def revisions(graph: Store, event: NamedNode) -> list[dict[str, Any]]:
    """Return the revisions of an event as the golden list has them: in the order they were first observed."""
    nodes = [NamedNode(iri) for iri in values(graph, event, terms.REVISION)]
    nodes.sort(key=lambda one: (values(graph, one, terms.OBSERVED_FROM) or ["unknown"], values(graph, one, terms.NAME)))
    described: list[dict[str, Any]] = []
    before: dict[str, list[str]] = {}
    for node in nodes:
        content = {name: values(graph, node, predicate) for predicate, name in CONTENT.items()}
        spans = observed(graph, node)
        changed = sorted(name for name in content if before and spans and content[name] != before[name])
        described.append({"title": content["title"][0], "changed": changed, "observed": spans})
        before = content if spans else before
    return described


def described(graph: Store, event: NamedNode) -> dict[str, Any]:
    found = revisions(graph, event)
    gone = values(graph, event, terms.INVALIDATED_AT)
    return {
        "event": found[0]["title"],
        "day": values(graph, event, terms.START_DATE)[0],
        "gone": gone[0] if gone else None,
        "revisions": found,
    }


def test_the_sample_history_has_the_revisions_that_were_read_from_it_by_hand(graph: Store) -> None:
    found = {one["event"]: one for one in (described(graph, event) for event in events(graph))}
    expected = {one["event"]: one for one in GOLDEN}
    assert {title: found.get(title) for title in expected} == expected
    assert sorted(found) == sorted(expected)
