"""The published files of dumps: their names, and a folder of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from rocrate.rocrate import ROCrate

from kg.cli import dump as command
from kg.errors import NotFoundError, StoreError
from kg.pipeline.run import Built, build
from kg.publish import dump, ro_crate
from kg.publish.dump import SUMS
from kg.publish.dump_files import FORMATS, PATCH, TABLES, WHOLE, DumpFile, make, named, release
from kg.publish.dump_parts import PARTS, Part, Selection
from kg.rdf.formats import RDF_FORMATS, Format, by_name
from kg.rdf.lines import patch
from kg.settings import Settings
from kg.store.embedded import EmbeddedGraph
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from tests.conftest import run_here

RunKg = Callable[..., subprocess.CompletedProcess[bytes]]

files = st.builds(
    DumpFile,
    st.sampled_from(RDF_FORMATS),
    st.booleans(),
    st.sampled_from([None, *PARTS]),
    st.sampled_from([None, 1, 1999, 2011]),
    st.sampled_from([None, "20111109T060000000000Z"]),
)


@given(files)
def test_a_file_name_identifies_its_content(file: DumpFile) -> None:
    assert named(file.name) == file


@given(st.text("newsgraph-core.ttl.gz2011/\\é", max_size=30))
def test_another_name_is_either_no_file_or_the_file_of_that_name(name: str) -> None:
    found = named(name)
    assert found is None or found.name == name


@pytest.mark.parametrize(
    "name",
    [
        "newsgraph.rdfp",
        "newsgraph-core-since-20111109T060000000000Z.rdfp",
        "newsgraph-since-20111109.ttl",
        "newsgraph.html",
        "newsgraph-pages.ttl",
        "newsgraph-２０１１.ttl",
        "newsgraph.ttl.gz\n",
        "newsgraph.srj",
    ],
)
def test_a_name_that_makes_no_sense_is_not_a_file(name: str) -> None:
    assert named(name) is None


def test_a_patch_is_a_file_only_between_two_snapshots() -> None:
    file = DumpFile(PATCH, since="20111109T060000000000Z")
    assert file.name == "newsgraph-since-20111109T060000000000Z.rdfp.gz"
    assert named(file.name) == file
    assert PATCH in FORMATS


def test_tables_are_one_file_with_the_same_bytes_at_any_time(
    sample_build: Built, sample_store: Path, tmp_path: Path
) -> None:
    file = DumpFile(TABLES, packed=False)
    assert named(file.name) == file
    made = [make(Store(sample_store), sample_build.snapshot, file, tmp_path).sha256 for _ in range(2)]
    assert made[0] == made[1]
    with ZipFile(tmp_path / file.name) as packed:
        assert packed.testzip() is None
        assert {"newsgraph/events.parquet", "newsgraph/SHA256SUMS"} <= set(packed.namelist())


@pytest.mark.parametrize("name", ["newsgraph.zip.gz", "newsgraph-core.zip", "newsgraph-2011.zip"])
def test_tables_have_no_parts(name: str) -> None:
    assert named(name) is None


def test_a_release_has_its_files_and_sums_that_are_right(
    sample_build: Built, sample_store: Path, tmp_path: Path
) -> None:
    wanted = [DumpFile(by_name("turtle"), part=part) for part in (None, "core", "captures")]
    made = release(Store(sample_store), sample_build.snapshot, tmp_path, wanted)
    assert [one.file for one in made] == [WHOLE, *wanted]
    lines = (tmp_path / SUMS).read_text().splitlines()
    assert {name: sha256 for sha256, name in (line.split("  ") for line in lines)} == {
        one.file.name: hashlib.sha256((tmp_path / one.file.name).read_bytes()).hexdigest() for one in made
    }
    assert all((tmp_path / one.file.name).stat().st_size == one.size for one in made)


@pytest.mark.parametrize("part", [None, "core", "captures"])
def test_a_file_made_from_the_whole_is_the_one_made_from_the_database(
    sample_build: Built, sample_store: Path, tmp_path: Path, part: str | None
) -> None:
    file, whole = DumpFile(by_name("trig"), part=part), tmp_path / WHOLE.name
    make(Store(sample_store), sample_build.snapshot, WHOLE, tmp_path)
    contents = []
    for source in (None, whole):
        make(Store(sample_store), sample_build.snapshot, file, tmp_path, source)
        contents.append((tmp_path / file.name).read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("from_whole", [False, True])
@pytest.mark.parametrize("nothing", [{"part": "enrichment"}, {"year": 1850}, {"part": "core", "year": 1850}])
def test_an_empty_file_is_not_made(
    sample_build: Built, sample_store: Path, tmp_path: Path, nothing: dict[str, Any], from_whole: bool
) -> None:
    make(Store(sample_store), sample_build.snapshot, WHOLE, tmp_path)
    with pytest.raises(NotFoundError, match="the graph has nothing of it"):
        make(
            Store(sample_store),
            sample_build.snapshot,
            DumpFile(by_name("turtle"), **nothing),
            tmp_path,
            tmp_path / WHOLE.name if from_whole else None,
        )
    assert [one.name for one in tmp_path.iterdir()] == [WHOLE.name]


def test_a_patch_makes_the_dump_before_the_dump_after(tmp_path: Path) -> None:
    archive, store = tmp_path / "archive", tmp_path / "store"
    settings = Settings(store=str(store), jobs=1)
    archive.mkdir()
    page = archive / "2011_November_8.txt"
    page.write_text(";News\n*Shops close in [[Homs]].\n")
    before = build([archive], settings).snapshot
    page.write_text(";News\n*Shops close in [[Homs]].\n*A school opens.\n")
    after = build([archive], settings).snapshot
    make(Store(store), after, DumpFile(PATCH, since=before.id), tmp_path)
    graph = EmbeddedGraph()
    graph.extend(before.open())
    with gzip.open(tmp_path / f"newsgraph-since-{before.id}.rdfp.gz") as lines:
        patch.apply(patch.read(lines), graph)
    make(Store(store), after, WHOLE, tmp_path)
    with gzip.open(tmp_path / WHOLE.name) as lines:
        assert set(graph) == set(parse(lines, format=RdfFormat.N_QUADS))


def test_the_command_writes_a_release_that_describes_itself(sample_store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    done = run_here("dump", "--store", sample_store, "--release", folder, "--publisher", "A library")
    assert (done.returncode, done.stderr) == (0, b"")
    names = {one.name for one in folder.iterdir()}
    assert names > {"newsgraph.ttl.gz", "newsgraph-core.nt.gz", "newsgraph-2011.ttl.gz", SUMS, "ledger.tsv"}
    catalog = (folder / "catalog.ttl").read_text()
    sums = (folder / SUMS).read_text()
    assert '"A library"' in catalog
    described = [line for line in sums.splitlines() if not re.search(r"-\d{4}\.", line)]  # without dumps of years
    assert len(described) > 3
    assert all(line[:64] in catalog for line in described if "newsgraph" in line)
    crate = ROCrate(folder)  # the reference reader
    there = {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}
    assert {one.id: one["sha256"] for one in crate.data_entities} == {
        name: sha256 for name, sha256 in there.items() if name != ro_crate.FILE
    }
    assert crate.root_dataset["publisher"]["name"] == "A library"
    assert [one["name"] for one in crate.root_dataset["license"]] == ["CC BY-SA 4.0"]
    assert crate.get("#build")["instrument"]["name"] == "newsgraph"


def test_the_command_writes_a_part_of_a_year(sample_store: Path) -> None:
    selected = ("--part", "captures", "--year", "2011", "--format", "ntriples")
    lines = run_here("dump", "--store", sample_store, *selected).stdout.splitlines()
    assert lines
    assert all(b"/page/" in line.split(b" ")[0] for line in lines)


@pytest.mark.parametrize(
    "options",
    [("--release", "x", "--year", "2011"), ("--part", "pages"), ("--year", "0"), ("--since", "1999")],
    ids=" ".join,
)
def test_options_that_make_no_sense_are_refused(
    run_kg: RunKg, sample_store: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = run_kg("dump", "--store", sample_store, *options, cwd=tmp_path)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_year_without_events_is_an_error_and_writes_nothing(sample_store: Path, tmp_path: Path) -> None:
    for output in ((), ("--output", tmp_path / "1850.ttl.gz")):
        done = run_here("dump", "--store", sample_store, "--year", "1850", *output)
        told = b"kg: there is no dump of the year 1850: the graph has nothing of it\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, b"", told)
    assert list(tmp_path.iterdir()) == []


def test_the_command_knows_all_parts() -> None:
    assert command.PARTS == PARTS


def test_a_snapshot_that_is_gone_is_a_store_error(sample_build: Built, sample_store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a snapshot"):
        make(
            Store(sample_store),
            sample_build.snapshot,
            DumpFile(by_name("turtle"), since="19990101T000000000000Z"),
            tmp_path,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        pytest.param(one, part, id=f"{part}-{one.name}", marks=[pytest.mark.slow] if part and number else [])
        for number, one in enumerate(RDF_FORMATS)
        for part in (None, *PARTS[:2])
    ],
)
def test_a_dump_of_a_build_is_made_of_its_sorted_months_and_is_that_of_the_engine(
    wanted: Format,
    part: Part | None,
    sample_store: Path,
    sample_build: Built,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = of_engine(sample_build.snapshot, wanted, part)
    monkeypatch.setattr(dump, "selected", lambda *_: pytest.fail("the engine was asked"))
    file = DumpFile(wanted, packed=False, part=part)
    make(Store(sample_store), sample_build.snapshot, file, tmp_path)
    assert (tmp_path / file.name).read_bytes() == expected


def of_engine(source: Snapshot, wanted: Format, part: Part | None = None) -> bytes:
    file = io.BytesIO()
    with dump.selected(source.open(), Selection(source.manifest.base, part)) as blocks:
        dump.serialise(blocks, wanted, file)
    return file.getvalue()
