"""Blocks have every statement of the default graph once, and their terms are read as by the engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.rdf.lines.blocks import Block, blocks, gather, is_iri, text, token
from kg.store.embedded import EmbeddedGraph


class Everything:
    """A collector that keeps blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def add(self, block: Block) -> None:
        self.blocks.append(block)


def test_blocks_are_the_default_graph_and_each_subject_has_one(sample_graph: EmbeddedGraph) -> None:
    one, other = Everything(), Everything()
    gather(sample_graph, [one, other])
    lines = b"".join(line for block in one.blocks for line in block.lines)
    assert {quad.triple for quad in parse(lines, format=RdfFormat.N_TRIPLES)} == {q.triple for q in sample_graph}
    assert len({block.subject for block in one.blocks}) == len(one.blocks)
    assert one.blocks == other.blocks


def test_a_block_has_the_values_of_each_property() -> None:
    (block, second) = blocks([b'<a:> <b:> "x y" .\n', b"<a:> <b:> <c:> .\n", b"_:n <b:> 1 .\n"])
    assert (block.subject, block.values(b"<b:>"), block.values(b"<c:>")) == (b"<a:>", [b'"x y"', b"<c:>"], [])
    assert second.lines == [b"_:n <b:> 1 .\n"]
    assert list(blocks([])) == []


@given(st.text(), st.sampled_from([None, "en", "zh-hant"]))
def test_the_text_of_a_literal_is_what_the_engine_says(written: str, language: str | None) -> None:
    written = written.encode(errors="replace").decode()
    term = Literal(written, language=language)
    assert text(str(term).encode()) == written


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (NamedNode("http://a.example/\u00e9?x"), "http://a.example/\u00e9?x"),
        (BlankNode("x1"), "x1"),
        (Literal("1999", datatype=NamedNode("http://a.example/b")), "1999"),
    ],
)
def test_other_terms_have_a_text_too(term: NamedNode | BlankNode | Literal, expected: str) -> None:
    assert text(str(term).encode()) == expected


def test_only_an_iri_term_counts_as_an_iri() -> None:
    assert is_iri(token(NamedNode("http://a.example/")))
    assert [one for one in (b"_:a", b'"<a:>"', b"<<( <a:> <b:> <c:> )>>") if is_iri(one)] == []
