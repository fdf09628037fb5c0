"""The result of an archive's history: events that keep their IRIs, and revisions with the times they were shown."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from kg.pipeline import run
from kg.rdf import terms
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from tests.paths import CORPUS, TESTS

HISTORY = TESTS / "history"
JUDGED = TESTS / "judged"
WIKITEXT = CORPUS / "wikipedia-current-events.bundle"
GOLDEN: list[dict[str, Any]] = json.loads((HISTORY / "revisions.json").read_text(encoding="utf-8"))
HERMETIC = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
#: The properties of a revision, by their names in the golden list.
CONTENT = {
    terms.NAME: "title",
    terms.CATEGORY: "category",
    terms.TOPIC: "topic",
    terms.ABOUT: "link",
    terms.SOURCE: "source",
}


def needs(file: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not file.exists(), reason=f"not here: {file.name} (see NEWSGRAPH_CORPUS)")


@pytest.fixture(scope="session")
def sample_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository made of tests/history/sample.txt."""
    root = tmp_path_factory.mktemp("history") / "sample"
    git("init", "-q", "--bare", "--initial-branch=main", str(root))
    git("-C", str(root), "fast-import", "--quiet", stdin=(HISTORY / "sample.txt").read_bytes())
    return root


def git(*arguments: str, stdin: bytes = b"") -> None:
    subprocess.run(["git", *arguments], input=stdin, env=HERMETIC, check=True)


@pytest.fixture(scope="session")
def graph(sample_history: Path) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.extend(run.quads([sample_history], Settings(history=True)))
    return store


def values(graph: EmbeddedGraph, subject: NamedNode, predicate: NamedNode) -> list[str]:
    found = (quad.object for quad in graph.quads_for_pattern(subject, predicate, None))
    return sorted(term.value for term in found if isinstance(term, NamedNode | Literal))


def observed(graph: EmbeddedGraph, revision: NamedNode) -> list[list[str | None]]:
    """Return the intervals of a revision: each start is paired with the first end that is not before it."""
    starts, ends = (values(graph, revision, end) for end in (terms.OBSERVED_FROM, terms.OBSERVED_UNTIL))
    return [[start, next((end for end in ends if end >= start), None)] for start in starts]


def events(graph: EmbeddedGraph) -> list[NamedNode]:
    subjects = {quad.subject for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)}
    return sorted((one for one in subjects if isinstance(one, NamedNode)), key=str)


def revisions(graph: EmbeddedGraph, event: NamedNode) -> list[dict[str, Any]]:
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


def described(graph: EmbeddedGraph, event: NamedNode) -> dict[str, Any]:
    found = revisions(graph, event)
    gone = values(graph, event, terms.INVALIDATED_AT)
    return {
        "event": found[0]["title"],
        "day": values(graph, event, terms.START_DATE)[0],
        "gone": gone[0] if gone else None,
        "revisions": found,
    }


def test_the_sample_history_has_the_revisions_that_were_read_from_it_by_hand(graph: EmbeddedGraph) -> None:
    found = {one["event"]: one for one in (described(graph, event) for event in events(graph))}
    expected = {one["event"]: one for one in GOLDEN}
    assert {title: found.get(title) for title in expected} == expected
    assert sorted(found) == sorted(expected)


def test_the_list_that_was_made_by_hand_has_more_than_fifty_revisions_and_every_kind_of_change() -> None:
    revisions = [revision for one in GOLDEN for revision in one["revisions"]]
    assert len(revisions) == 59
    assert {change for one in revisions for change in one["changed"]} == set(CONTENT.values())
    assert sum(one["gone"] is not None for one in GOLDEN) == 4
    assert sum(len(one["observed"]) > 1 for one in revisions) == 5


# ---- The judged sets, decided by reading pages of real archives, which are not part of the project.


@pytest.fixture(scope="module")
def wikitext(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("wikitext") / "git"
    git("clone", "--quiet", "--bare", str(WIKITEXT), str(root))
    return root


def measured(kind: str, *arguments: Path) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Run the measurement; return the hits and cases of precision and recall, and the decisions that differ."""
    command = [sys.executable, str(JUDGED / "measure.py"), kind, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(JUDGED.parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    *differing, summary = done.stdout.splitlines()
    shares = re.findall(r"(precision|recall) [\d.]+ \((\d+) of (\d+)", summary)
    return {name: (int(hits), int(cases)) for name, hits, cases in shares}, differing


@needs(WIKITEXT)
@pytest.mark.parametrize("judgements", ["judgements.json", "judgements_edited.json"])
def test_captures_of_real_pages_are_aligned_as_they_were_judged(wikitext: Path, judgements: str) -> None:
    shares, differing = measured("alignment", wikitext, JUDGED / "alignment" / judgements)
    precise, found = shares["precision"]
    recalled, wanted = shares["recall"]
    assert wanted >= 100
    assert precise >= 0.98 * found, differing
    assert recalled >= 0.95 * wanted, differing


@needs(WIKITEXT)
@needs(CORPUS / "the-context-en")
def test_no_event_of_one_archive_is_merged_with_a_wrong_one_of_the_other(wikitext: Path) -> None:
    folders = (CORPUS / "the-context-en", CORPUS / "the-context-en-revisions")
    shares, differing = measured("cross", wikitext, *folders, JUDGED / "cross" / "judgements.json")
    precise, found = shares["precision"]
    assert found >= 100
    assert precise == found, differing
