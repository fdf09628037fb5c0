from __future__ import annotations

import pytest

from kg.rdf import NamedNode
from kg.rdf.graph import named_node


def test_an_iri_is_a_term() -> None:
    assert named_node("https://example.org/é?a=1#b") == NamedNode("https://example.org/é?a=1#b")


@pytest.mark.parametrize("text", ["", "no-scheme", "http://a b", "http://a/<b>", "http://a:port/"])
def test_an_invalid_iri_is_refused(text: str) -> None:
    assert named_node(text) is None
