"""The shards of a graph equal what a build of the same archives publishes, whoever makes them and however often."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rdflib import Graph

from kg import cli
from kg.errors import StoreBusyError, StoreError
from kg.events.ledger_file import LedgerFile
from kg.pipeline.run import build
from kg.pipeline.shards import folder
from kg.rdf.lines import statements
from kg.settings import Settings
from kg.store.layout import Store
from tests.pipeline_pages import PAGES, contents

Archive = Callable[..., Path]


@pytest.fixture
def root(archive: Archive) -> Path:
    return archive(PAGES)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1)


@pytest.fixture
def made(root: Path, settings: Settings, tmp_path: Path) -> Path:
    folder.write([root], settings, tmp_path / "shards")
    return tmp_path / "shards"


def manifest(made: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((made / "shards.json").read_text())
    return found


def lines(made: Path) -> list[bytes]:
    return [line for row in manifest(made)["shards"] for line in (made / row["file"]).read_bytes().splitlines(True)]


def test_shards_have_each_line_of_the_graph_that_is_built_once(made: Path, root: Path, settings: Settings) -> None:
    with statements.reading(build([root], settings).snapshot.open()) as found:
        assert sorted(lines(made)) == sorted(found)
    assert manifest(made)["triples"] == len(lines(made))


def test_a_build_loads_the_files_that_are_written(made: Path, root: Path, settings: Settings) -> None:
    build([root], settings)
    loaded = json.loads(Store(Path(settings.store)).shards.read_text())["shards"]
    assert sorted(loaded.values()) == sorted(row["sha256"] for row in manifest(made)["shards"])


def test_the_description_of_a_shard_is_right(made: Path) -> None:
    for row in manifest(made)["shards"]:
        text = (made / row["file"]).read_bytes()
        beside = json.loads((made / row["file"]).with_suffix(".json").read_text())
        found = text.splitlines(True)
        assert found == sorted(set(found))
        assert row == {"file": row["file"], "triples": len(found), "bytes": len(text), "sha256": row["sha256"]}
        assert row["sha256"] == hashlib.sha256(text).hexdigest()
        assert row.items() <= beside.items()
        assert sum(beside["classes"].values()) == text.count(b"22-rdf-syntax-ns#type> ")
        assert beside["shapes"] == {"doubted": []}


def test_a_month_has_its_events_and_a_range_what_is_named_by_the_hash_of_its_iri(made: Path) -> None:
    assert b"/event/" in (made / "months" / "2011-11.nt").read_bytes()
    assert (made / "months" / "2011-12.nt").read_bytes().startswith(b"<http://127.0.0.1:8000/event/")
    source = "https://example.org/1"
    digit = hashlib.sha256(source.encode()).hexdigest()[0]
    holding = [file.stem for file in (made / "named").glob("*.nt") if f"\n<{source}> " in f"\n{file.read_text()}"]
    assert holding == [digit]


def test_any_number_of_processes_and_what_is_kept_make_the_same_bytes(
    made: Path, root: Path, settings: Settings, tmp_path: Path
) -> None:
    first = contents(made)
    folder.write([root], Settings(store=settings.store, jobs=2), tmp_path / "two")
    assert contents(tmp_path / "two") == first
    build([root], Settings(store=str(tmp_path / "other"), jobs=1, ledger=str(made / "ledger.txt")))
    folder.write([root], Settings(store=str(tmp_path / "other"), jobs=1), tmp_path / "kept")
    for name in ("months/2011-11.nt", "months/2011-12.nt", "named/0.nt", "shards.json"):
        assert contents(tmp_path / "kept")[name] == first[name], name


def test_the_ledger_of_the_months_is_the_whole_one(made: Path) -> None:
    whole = LedgerFile(made / "ledger.txt")
    said = b"".join(file.read_bytes() for file in made.glob("*/*.ledger")).splitlines()
    assert len(said) == len(whole.lines)
    assert set(said) < set((made / "ledger.txt").read_bytes().splitlines())
    assert manifest(made)["ledger"] == {"file": "ledger.txt", "root": whole.root}


def test_shards_of_before_are_replaced_and_other_files_are_not(made: Path, root: Path, settings: Settings) -> None:
    (root / "2011_December_2.txt").unlink()
    (made / ".making-killed").mkdir()
    folder.write([root], settings, made)
    assert not list(made.glob("months/2011-12.nt"))
    assert not list(made.glob(".*"))
    with pytest.raises(StoreError, match="has other files than shards"):
        folder.write([root], settings, root)


def test_a_shard_that_another_process_writes_is_not_written_twice(made: Path, root: Path, settings: Settings) -> None:
    before = contents(made)
    descriptor = os.open(made, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(StoreBusyError, match="another process writes shards"):
        folder.write([root], settings, made)
    os.close(descriptor)
    assert contents(made) == before


def test_another_engine_reads_as_many_triples_as_the_manifest_says(root: Path, tmp_path: Path) -> None:
    arguments = ["shards", str(tmp_path / "made"), str(root), "--store", str(tmp_path / "store"), "--jobs", "1"]
    done = CliRunner().invoke(cli.main, arguments)
    found = Graph()
    for row in manifest(tmp_path / "made")["shards"]:
        found.parse(tmp_path / "made" / row["file"], format="nt")
    assert done.output == f"{len(found):,} triples in 18 files in {tmp_path / 'made'}\n"
