"""Statements are sorted by their bytes, whatever their order and number."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from kg.rdf.lines import statements

iris = st.builds(lambda text: NamedNode(f"http://example.org/{text}"), st.text("ab/.1é", max_size=3))
literals = st.one_of(
    st.builds(Literal, st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
    st.builds(lambda text: Literal(text, language="en"), st.text(' <>"\\_:b.@^', max_size=12)),
    st.builds(lambda text: Literal(text, datatype=NamedNode("http://example.org/t")), st.text(' <>".^', max_size=12)),
)
quads = st.builds(Quad, iris, iris, st.one_of(iris, literals), st.one_of(st.none(), iris))


def line(quad: Quad) -> bytes:
    return serialize([quad], format=RdfFormat.N_QUADS) or b""


@given(st.lists(quads, max_size=40), st.integers(0, 2_000))
def test_blocks_in_order_are_the_lines_in_order_each_once(found: list[Quad], size: int) -> None:
    lines = [line(quad) for quad in found]
    with statements.in_order(statements.blocks(lines), size=size) as blocks:
        given_back = list(blocks)
    assert b"".join(given_back) == b"".join(sorted(set(lines)))
    assert len(given_back) == len({quad.subject for quad in found})


@given(quads)
def test_the_graph_of_a_line_is_that_of_its_quad(quad: Quad) -> None:
    named = quad.graph_name
    expected = str(named).encode() if isinstance(named, NamedNode) else None
    assert statements.graph(line(quad)) == expected


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=20), st.integers(1, 50))
def test_a_stream_reads_as_the_blocks_one_after_the_other(blocks: list[bytes], size: int) -> None:
    assert io.BufferedReader(statements.BlockStream(blocks), size).read() == b"".join(blocks)
