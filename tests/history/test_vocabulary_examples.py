"""The examples of the vocabulary that only hold for archives whose captures have times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

import vocab
from kg.pipeline import run
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph

FERRY = "*A ferry runs aground near [[Port Example]]. [https://example.org/f (Example News)]"


@pytest.mark.parametrize("name", ["observedFrom", "observedUntil"])
def test_the_example_is_true_of_a_page_that_changed_after_an_hour(
    name: str, new_repository: Callable[..., Any]
) -> None:
    changed = FERRY.replace("near", "off")
    pages = [(hours, {"2011_November_8.txt": [line]}) for hours, line in enumerate((FERRY, changed))]
    graph = EmbeddedGraph()
    graph.extend(run.quads([new_repository(pages).root], Settings(history=True)))
    reading = parse(vocab.turtle(), format=RdfFormat.TURTLE)
    about = {quad.predicate.value: quad.object for quad in reading if quad.subject == NamedNode(vocab.term(name))}
    example = about["http://www.w3.org/2004/02/skos/core#example"]
    assert isinstance(example, Literal)
    assert bool(graph.query(f"ASK {{ {example.value} }}"))
