"""A dump is the whole graph, the same bytes for the same graph, and appears when it is whole."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from pyoxigraph import Store, parse
from rdflib import Dataset, Graph
from rdflib.compare import to_isomorphic

from kg import dump
from kg.build import Built
from kg.errors import FormatError, StoreError
from kg.formats import RDF_FORMATS, Format, by_name
from kg.prefixes import PREFIXES

every_format = pytest.mark.parametrize("wanted", RDF_FORMATS, ids=[one.name for one in RDF_FORMATS])
RDFLIB = {
    "turtle": "turtle",
    "ntriples": "nt",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "trig",
    "nquads": "nquads",
}


def written(built: Built, wanted: Format) -> bytes:
    file = io.BytesIO()
    dump.write(built.snapshot.database, wanted, file)
    return file.getvalue()


@every_format
def test_a_dump_has_exactly_the_quads_of_the_store(sample_build: Built, sample_graph: Store, wanted: Format) -> None:
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
def test_dumping_twice_gives_the_same_bytes(sample_build: Built, wanted: Format, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.{wanted.suffix}.gz" for number in (1, 2)]
    for file in files:
        dump.dump(sample_build.snapshot.database, wanted, file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_file_whose_name_ends_in_gz_is_gzipped_and_has_neither_time_nor_name(
    sample_build: Built, tmp_path: Path
) -> None:
    wanted = by_name("nquads")
    dump.dump(sample_build.snapshot.database, wanted, tmp_path / "all.nq.gz")
    packed = (tmp_path / "all.nq.gz").read_bytes()
    assert gzip.decompress(packed) == written(sample_build, wanted)
    assert packed[3:8] == bytes(5)


def test_the_prefixes_of_the_table_are_declared(sample_build: Built) -> None:
    turtle = written(sample_build, by_name("turtle")).decode()
    assert all(f"@prefix {prefix}: <{namespace}>" in turtle for prefix, namespace in PREFIXES.items())


def test_a_jsonld_dump_is_one_json_document(sample_build: Built) -> None:
    assert json.loads(written(sample_build, by_name("jsonld")))


@pytest.mark.parametrize("name", ["html", "csv", "json"])
def test_a_format_that_holds_no_graph_is_refused_and_writes_no_file(
    sample_build: Built, tmp_path: Path, name: str
) -> None:
    with pytest.raises(FormatError, match="cannot hold a graph"):
        dump.dump(sample_build.snapshot.database, by_name(name), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_stops_leaves_the_file_before_it(sample_build: Built, tmp_path: Path) -> None:
    output = tmp_path / "all.ttl"
    output.write_text("the dump before")
    with pytest.raises(StoreError, match="stopped"):
        dump.dump(tmp_path / "no database", by_name("turtle"), output)
    assert [one.name for one in tmp_path.iterdir()] == ["all.ttl"]
    assert output.read_text() == "the dump before"


def test_a_folder_that_is_not_there_is_a_store_error(sample_build: Built, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        dump.dump(sample_build.snapshot.database, by_name("turtle"), tmp_path / "none" / "all.ttl")


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build of few pages with characters that each format writes in its own way."""
    from kg.build import build
    from kg.settings import Settings

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
