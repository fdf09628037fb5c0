"""A patch conforms to RDF Patch, is read strictly, and turns one graph into another."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from kg.errors import FormatError, PatchSyntaxError, StoreError
from kg.rdf.lines import patch
from kg.store.embedded import EmbeddedGraph

S, P, G = (NamedNode(f"http://example.org/{name}") for name in "spg")
XSD = "http://www.w3.org/2001/XMLSchema#"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
nodes = st.sampled_from([S, P, NamedNode("http://example.org/é?a=1&b"), BlankNode("a"), BlankNode("b1")])
literals = st.one_of(
    st.builds(Literal, texts),
    st.builds(Literal, texts, language=st.sampled_from(["en", "zh-Hans"])),
    st.builds(
        Literal,
        st.sampled_from(["1", "01", "1.0", "2011-11-08T00:00:00+00:00", "no number"]),
        datatype=st.sampled_from([NamedNode(XSD + name) for name in ("integer", "decimal", "dateTime")]),
    ),
)
quads = st.builds(
    Quad, nodes, st.sampled_from([S, P]), st.one_of(nodes, literals), st.sampled_from([DefaultGraph(), G])
)
graphs = st.lists(quads, max_size=12)


def stored(statements: Iterable[Quad]) -> EmbeddedGraph:
    store = EmbeddedGraph()
    store.extend(statements)
    return store


def canonical(store: EmbeddedGraph) -> list[bytes]:
    dumped = store.engine.dump(format=RdfFormat.N_QUADS)
    assert dumped is not None
    return sorted(dumped.split(b"\n"))


def between(old: EmbeddedGraph, new: EmbeddedGraph, limit: int = patch.UNMATCHED) -> bytes:
    file = io.BytesIO()
    with patch.differences(old, new, limit) as rows:
        patch.write(file, {"id": NamedNode("uuid:1")}, rows)
    return file.getvalue()


def read(*lines: str) -> patch.Patch:
    return patch.read(io.BytesIO("\n".join(lines).encode()))


@given(graphs, graphs, st.integers(min_value=0, max_value=9))
def test_a_patch_applied_to_the_first_graph_gives_the_second_however_little_memory_it_had(
    old: list[Quad], new: list[Quad], limit: int
) -> None:
    before, after = stored(old), stored(new)
    text = between(before, after, limit)
    assert text == between(before, after)
    patch.apply(patch.read(io.BytesIO(text)), before)
    assert canonical(before) == canonical(after)


@given(graphs, graphs)
def test_a_patch_does_not_depend_on_the_order_in_which_triples_came(old: list[Quad], new: list[Quad]) -> None:
    assert between(stored(old), stored(new)) == between(stored(reversed(old)), stored(reversed(new)))


@given(graphs, graphs)
def test_a_patch_has_no_row_for_what_both_graphs_have(old: list[Quad], new: list[Quad]) -> None:
    before, after = stored(old), stored(new)
    read_back = patch.read(io.BytesIO(between(before, after)))
    for row in read_back.transactions[0]:
        assert (row.quad in before, row.quad in after) == (not row.adds, row.adds)


@given(graphs, graphs)
def test_a_patch_that_is_applied_again_changes_nothing(old: list[Quad], new: list[Quad]) -> None:
    store = stored(old)
    read_back = patch.read(io.BytesIO(between(store, stored(new))))
    for _ in range(2):
        patch.apply(read_back, store)
    assert canonical(store) == canonical(stored(new))


@given(texts.map(str.encode) | st.binary(max_size=40))
def test_reading_any_text_gives_a_patch_or_the_number_of_the_wrong_line(text: bytes) -> None:
    with contextlib.suppress(PatchSyntaxError):
        patch.read(io.BytesIO(b"TX .\n" + text + b"\nTC ."))


def test_rows_are_sorted_by_statement_within_one_transaction() -> None:
    old = stored([Quad(S, P, Literal("b")), Quad(S, P, Literal("both"))])
    new = stored([Quad(S, P, Literal("c", language="en")), Quad(S, P, Literal("a")), Quad(S, P, Literal("both"))])
    assert between(old, new).decode().splitlines() == [
        "H id <uuid:1> .",
        "TX .",
        'A <http://example.org/s> <http://example.org/p> "a" .',
        'D <http://example.org/s> <http://example.org/p> "b" .',
        'A <http://example.org/s> <http://example.org/p> "c"@en .',
        "TC .",
    ]


def test_headers_prefixes_comments_and_aborted_transactions_are_read() -> None:
    found = read(
        "# made by hand",
        "H id <uuid:1> .",
        'H "note" "two words"@en .',
        "TX .",
        'PA "rdf" "http://www.w3.org/1999/02/22-rdf-syntax-ns#" .',
        "PA ng <https://w3id.org/newsgraph/ns#> .",
        "PD rdf .",
        "A <x:s> <x:p> <x:o> <x:g> .",
        "TC .",
        "",
        "TX .",
        "D <x:s> <x:p> <x:o> .",
        "TA .",
    )
    assert found.header == {"id": NamedNode("uuid:1"), "note": Literal("two words", language="en")}
    quad = Quad(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o"), NamedNode("x:g"))
    assert found.transactions == [[patch.PatchRow(adds=True, quad=quad)]]


def test_a_blank_node_is_the_one_of_the_store_with_that_label_in_both_spellings() -> None:
    found = read("TX .", 'A _:a <x:p> "<_:b>" .', "D <_:a> <x:p> <_:b> .", "TC .")
    assert [row.quad for row in found.transactions[0]] == [
        Quad(BlankNode("a"), NamedNode("x:p"), Literal("<_:b>")),
        Quad(BlankNode("a"), NamedNode("x:p"), BlankNode("b")),
    ]


def test_rows_are_applied_in_their_order() -> None:
    store = EmbeddedGraph()
    rows = ("A <x:s> <x:p> <x:o> .", "D <x:s> <x:p> <x:o> .", "A <x:s> <x:p> <x:last> .")
    patch.apply(read("TX .", *rows, "TC ."), store)
    assert [quad.object for quad in store] == [NamedNode("x:last")]


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (["TX .", "A <x:s> <x:p> <x:o> ."], 2, "it ends in the transaction that line 1 begins: it was cut off"),
        (["A <x:s> <x:p> <x:o> ."], 1, "A is outside a transaction"),
        (["TX .", "TX ."], 2, "the transaction that line 1 begins is still open"),
        (["TC ."], 1, "TC ends no transaction"),
        (["TX", "TC ."], 1, "it is not a row"),
        (["TX <x:s> ."], 1, "only a dot may follow TX"),
        (["TX .", "TC .", "H id <uuid:1> ."], 3, "a header comes before the first transaction"),
        (["H ."], 1, "a header has a word and a term"),
        (["H id <x:a> <x:b> ."], 1, "a header has one term"),
        (["H id one ."], 1, "The object of a triple must be"),
        (["B <x:s> <x:p> <x:o> ."], 1, "there is no operation B"),
        (["TX .", "A <x:s> <x:p> ."], 2, "The object of a triple must be"),
        (["TX .", "A <x:s> <x:p> <x:o>"], 2, "must be followed by a dot"),
        (["TX .", 'A "s" <x:p> <x:o> .'], 2, "The subject of a triple must be"),
        (["TX .", "A <x:s> <x:p> <x:o> . <x:s> <x:p> <x:q> ."], 2, "Only a single triple or quad"),
        (["TX .", "A <s> <x:p> <x:o> ."], 2, "No scheme found in an absolute IRI"),
        (["TX .", "A # nothing"], 2, "it has no terms"),
        (["TX .", "PA rdf: <x:rdf> ."], 2, "PA takes a prefix without its colon, and an IRI"),
        (["TX .", "PA rdf ."], 2, "PA takes a prefix without its colon, and an IRI"),
    ],
)
def test_a_line_that_is_not_a_row_of_a_patch_is_refused_with_its_number(
    lines: list[str], line: int, reason: str
) -> None:
    with pytest.raises(PatchSyntaxError, match=rf"^line {line} of the patch: ") as caught:
        read(*lines)
    assert caught.value.line == line
    assert reason in str(caught.value)
    assert isinstance(caught.value, FormatError)


def test_a_line_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(PatchSyntaxError, match=r"^line 2 of the patch: it is not UTF-8$"):
        patch.read(io.BytesIO(b'TX .\nA <x:s> <x:p> "\xff" .\nTC .\n'))


def test_unmatched_values_of_two_streams_in_one_order_are_never_many() -> None:
    fresh = [f"fresh {number}" for number in range(5)]
    sets = list(patch.unmatched(range(100_000), [*fresh, *range(100_000)], limit=20))
    assert sets == [(set(), set(fresh))]


def test_a_store_that_cannot_be_read_to_its_end_is_reported_and_leaves_no_thread(tmp_path: Path) -> None:
    database = tmp_path / "db"
    whole = EmbeddedGraph(str(database))
    whole.bulk_extend(Quad(S, P, Literal(f"{number:099999}")) for number in range(40))
    whole.flush()
    del whole
    for table in sorted(database.glob("*.sst"), key=lambda file: file.stat().st_size)[-1:]:
        content = bytearray(table.read_bytes())
        for place in range(0, len(content) * 3 // 4, 1000):
            content[place] ^= 0xFF
        table.write_bytes(content)
    damaged = EmbeddedGraph.read_only(str(database))
    before = threading.active_count()
    with (
        pytest.raises(StoreError, match="a snapshot cannot be read to its end"),
        patch.differences(damaged, EmbeddedGraph()),
    ):
        pass
    assert threading.active_count() == before
