"""A dump is the whole graph, has the same bytes for the same graph, and appears when it is complete."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from rdflib import Dataset, Graph
from rdflib.compare import to_isomorphic

from kg.errors import FormatError, StoreError
from kg.pipeline.run import Built, build
from kg.publish import dump
from kg.publish.dump_parts import WHOLE
from kg.rdf.formats import RDF_FORMATS, Format, by_name
from kg.rdf.prefixes import PREFIXES, expand
from kg.settings import Settings
from kg.store import snapshot
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot

every_format = pytest.mark.parametrize("wanted", RDF_FORMATS, ids=[one.name for one in RDF_FORMATS])
TYPE = NamedNode(expand("rdf:type"))
RDFLIB = {
    "turtle": "turtle",
    "ntriples": "nt",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "trig",
    "nquads": "nquads",
}


def written(built: Built, wanted: Format) -> bytes:
    return _written(built.snapshot.folder, wanted)


@cache
def _written(folder: Path, wanted: Format) -> bytes:
    file = io.BytesIO()
    dump.write(Store(folder.parents[1]), snapshot.read(folder), wanted, file)
    return file.getvalue()


def of_engine(database: Path, wanted: Format) -> bytes:
    graph, file = EmbeddedGraph.read_only(database), io.BytesIO()
    with dump.selected(graph, WHOLE) as blocks:
        dump.serialise(blocks, wanted, file)
    return file.getvalue()


@every_format
def test_a_dump_has_exactly_the_quads_of_the_store(
    sample_build: Built, sample_graph: EmbeddedGraph, wanted: Format
) -> None:
    assert wanted.rdf is not None
    assert set(parse(input=written(sample_build, wanted), format=wanted.rdf)) == set(sample_graph)


# rdflib 7.6 warns about methods of its own that it calls when a Dataset parses.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@every_format
def test_rdflib_reads_the_same_graph_from_every_format(small_build: Built, wanted: Format) -> None:
    whole = Dataset().parse(data=written(small_build, wanted), format=RDFLIB[wanted.name])
    graph = Graph()
    graph += ((quad[0], quad[1], quad[2]) for quad in whole.quads())
    plain = Graph().parse(data=written(small_build, by_name("ntriples")), format="nt")
    assert len(graph) == small_build.snapshot.manifest.counts["triples"]
    assert to_isomorphic(graph) == to_isomorphic(plain)


@every_format
def test_dumping_twice_gives_the_same_bytes(
    sample_store: Path, sample_build: Built, wanted: Format, tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.{wanted.suffix}.gz" for number in (1, 2)]
    for file in files:
        dump.dump(Store(sample_store), sample_build.snapshot, wanted, file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_file_whose_name_ends_in_gz_is_gzipped_and_has_neither_time_nor_name(
    sample_store: Path, sample_build: Built, tmp_path: Path
) -> None:
    wanted = by_name("nquads")
    dump.dump(Store(sample_store), sample_build.snapshot, wanted, tmp_path / "all.nq.gz")
    packed = (tmp_path / "all.nq.gz").read_bytes()
    assert gzip.decompress(packed) == written(sample_build, wanted)
    assert packed[3:8] == bytes(5)


def test_the_prefixes_of_the_table_are_declared(sample_build: Built) -> None:
    turtle = written(sample_build, by_name("turtle")).decode()
    assert all(f"@prefix {prefix}: <{namespace}>" in turtle for prefix, namespace in PREFIXES.items())


@pytest.mark.parametrize("name", ["ntriples", "nquads"])
def test_lines_are_in_the_order_of_their_bytes_each_once(sample_build: Built, name: str) -> None:
    lines = written(sample_build, by_name(name)).splitlines(keepends=True)
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("name", ["turtle", "trig"])
def test_each_subject_has_one_block_in_order_and_its_types_come_first(sample_build: Built, name: str) -> None:
    text = written(sample_build, by_name(name)).decode()
    blocks = [line.split(" ", 2) for line in text.splitlines() if line.startswith("<")]
    subjects = [f"{subject} " for subject, *_ in blocks]
    assert subjects == sorted(set(subjects))
    typed = {f"{quad.subject} " for quad in sample_quads(sample_build) if quad.predicate == TYPE}
    assert {f"{subject} " for subject, predicate, _ in blocks if predicate == "a"} == typed


def sample_quads(built: Built) -> Iterator[Quad]:
    return iter(parse(input=written(built, by_name("nquads")), format=RdfFormat.N_QUADS))


@every_format
def test_two_builds_of_one_archive_give_the_same_bytes(
    sample: tuple[Path, ...], sample_build: Built, tmp_path: Path, wanted: Format
) -> None:
    other = rebuilt(sample, tmp_path)
    assert other.snapshot.id != sample_build.snapshot.id
    assert written(other, wanted) == written(sample_build, wanted)


_again: dict[str, Built] = {}


def rebuilt(sample: tuple[Path, ...], folder: Path) -> Built:
    """Return a second build of the sample, made once."""
    if "sample" not in _again:
        _again["sample"] = build(sample, Settings(store=str(folder / "store"), jobs=2))
    return _again["sample"]


@every_format
def test_a_dump_loaded_and_dumped_again_gives_the_same_bytes(
    sample_build: Built, tmp_path: Path, wanted: Format
) -> None:
    assert wanted.rdf is not None
    text, database = written(sample_build, wanted), tmp_path / "db"
    store = EmbeddedGraph(str(database))
    store.bulk_load(text, format=wanted.rdf)
    store.flush()
    del store
    assert of_engine(database, wanted) == text


# rdflib 7.6 warns about methods of its own that it calls when a Dataset parses.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@every_format
def test_the_engine_reads_the_same_graph_from_what_rdflib_writes_of_it(small_build: Built, wanted: Format) -> None:
    assert wanted.rdf is not None
    whole = Dataset().parse(data=written(small_build, wanted), format=RDFLIB[wanted.name])
    again = whole.serialize(format=RDFLIB[wanted.name]) if wanted.kind == "dataset" else None
    if again is None:
        graph = Graph()
        graph += ((quad[0], quad[1], quad[2]) for quad in whole.quads())
        again = graph.serialize(format=RDFLIB[wanted.name], max_depth=1)
    found = {Quad(*quad.triple) for quad in parse(input=again.encode(), format=wanted.rdf)}
    assert found == {Quad(*quad.triple) for quad in sample_quads(small_build)}


def test_a_damaged_block_is_a_store_error_and_leaves_no_file(sample_build: Built, tmp_path: Path) -> None:
    copied = moved(sample_build, tmp_path / "store")
    for file in copied.database.glob("*.sst"):
        content = bytearray(file.read_bytes())
        content[len(content) // 3 : len(content) // 3 + 200] = bytes(200)
        file.write_bytes(content)
    with pytest.raises(StoreError, match="build again"):
        dump.dump(Store(tmp_path / "store"), copied, by_name("ntriples"), tmp_path / "all.nt")
    assert [one.name for one in tmp_path.iterdir()] == ["store"]


def moved(built: Built, store: Path) -> Snapshot:
    """Return a copy of a snapshot, in a store without anything else."""
    folder = store / "snapshots" / built.snapshot.id
    return Snapshot(Path(copytree(built.snapshot.folder, folder)), built.snapshot.manifest)


def test_a_jsonld_dump_is_one_json_document(sample_build: Built) -> None:
    assert json.loads(written(sample_build, by_name("jsonld")))


@pytest.mark.parametrize("name", ["html", "csv", "json"])
def test_a_format_that_holds_no_graph_is_refused_and_writes_no_file(
    sample_store: Path, sample_build: Built, tmp_path: Path, name: str
) -> None:
    with pytest.raises(FormatError, match="cannot hold a graph"):
        dump.dump(Store(sample_store), sample_build.snapshot, by_name(name), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_stops_leaves_the_file_before_it(sample_build: Built, tmp_path: Path) -> None:
    output = tmp_path / "all.ttl"
    output.write_text("the dump before")
    without = replace(sample_build.snapshot, folder=tmp_path / "no snapshot")
    with pytest.raises(StoreError, match="is missing"):
        dump.dump(Store(tmp_path), without, by_name("turtle"), output)
    assert [one.name for one in tmp_path.iterdir()] == ["all.ttl"]
    assert output.read_text() == "the dump before"


def test_a_folder_that_is_not_there_is_a_store_error(sample_store: Path, sample_build: Built, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        dump.dump(Store(sample_store), sample_build.snapshot, by_name("turtle"), tmp_path / "none" / "all.ttl")


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build of few pages with characters that each format writes in its own way."""
    root = tmp_path_factory.mktemp("small")
    (root / "archive").mkdir()
    text = (
        '{{Current events header|2011|11|08}}\n;News & "views" <\\>\n'
        "*Shops close in [[Homs]] & “[[São Paulo]]” 霍姆斯 😀 ''\\n\\'' {{convert|5|km|mi}}. "
        "[https://example.org/a?b=c&d='e'(f) (Example \"News\" & Co)]\n*\tTab\u00a0and\u2028line\u0085end\n"
        "* Control \x01 and lone \r return \ufffe\n"
    )
    (root / "archive" / "2011_November_8.txt").write_bytes(text.encode())
    return build([root / "archive"], Settings(store=str(root / "store"), jobs=1))


@pytest.mark.parametrize("wanted", RDF_FORMATS, ids=lambda one: one.name)
def test_statements_of_named_graphs_are_not_in_formats_of_one_graph(wanted: Format) -> None:
    lines = [b"<x:a> <x:p> <x:b> <x:g> .\n", b"<x:c> <x:p> <x:d> .\n"]
    file = io.BytesIO()
    dump.serialise(lines, wanted, file)
    assert wanted.rdf
    found = {str(quad.subject) for quad in parse(file.getvalue(), format=wanted.rdf)}
    assert found == ({"<x:c>"} if wanted.kind == "graph" else {"<x:a>", "<x:c>"})
