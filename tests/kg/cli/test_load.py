"""Commands on a remote store: each names it, or the folder that was loaded into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg import cli
from kg.errors import ConfigurationError
from kg.settings import Settings
from kg.store.layout import Store
from kg.store.service import client
from kg.store.service.loaded import LoadedGraphs
from tests.conftest import WriteArchive, publish_turtle
from tests.kg.store.service.engines import Engine, engine

PAGE = "November 8, 2011\n\n* A bomb kills three people in [[Homs]]. [http://example.org/one (Example)]\n"


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine("oxigraph", tmp_path_factory.mktemp("oxigraph")) as found:
        yield found


def kg(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [*map(str, arguments)], prog_name="kg", catch_exceptions=False)


def test_a_store_is_loaded_once_named_and_then_known_by_its_folder(oxigraph: Engine, tmp_path: Path) -> None:
    publish_turtle(tmp_path, "<http://example.org/a> <http://example.org/b> 1 .")
    done = kg("load", "--store", oxigraph.store, "--store-folder", tmp_path)
    assert (done.exit_code, done.output.count("verified")) == (0, 1)
    assert kg("load", "--store", tmp_path).output.endswith("0 of 1 parts were sent\n")
    query = ("query", "SELECT ?o WHERE { ?s <http://example.org/b> ?o }", "--format", "csv")
    for named in (("--store", tmp_path), ("--store", oxigraph.store, "--store-folder", tmp_path)):
        assert kg(*query, *named).output.split() == ["o", "1"]


def test_a_folder_without_a_service_says_how_to_name_one(tmp_path: Path) -> None:
    publish_turtle(tmp_path, "<http://example.org/a> <http://example.org/b> 1 .")
    done = kg("load", "--store", tmp_path)
    assert done.exit_code == 2
    assert "sparql+http://" in done.output


def test_files_for_a_bulk_loader_need_no_service(tmp_path: Path) -> None:
    publish_turtle(tmp_path / "store", "<http://example.org/a> <http://example.org/b> 1 .")
    done = kg("load", "--store", tmp_path / "store", "--files", tmp_path / "files")
    assert done.exit_code == 0
    names = sorted(one.name for one in (tmp_path / "files").iterdir())
    assert names == ["load.sh", "load.sql", "part-000001.nt"]


def test_a_build_loads_before_it_publishes(
    oxigraph: Engine, archive: WriteArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "RETRIES", 0)
    store = Store(tmp_path / "store")
    named = ("--store", oxigraph.store, "--store-folder", store.path, "--no-derived")
    first = archive({"2011_November_8.txt": PAGE})
    assert kg("build", first, *named).exit_code == 0
    found = LoadedGraphs.read(store)
    assert found is not None
    assert list(found.graphs) == [store.current().id]
    before = store.target
    oxigraph.kill()
    try:
        second = archive({"2011_November_8.txt": PAGE.replace("three", "four")}, "other")
        done = kg("build", second, *named)
    finally:
        oxigraph.start()
    assert done.exit_code == 2
    assert store.target == before
    assert kg("build", second, "--store", store.path, "--no-derived").exit_code == 0
    found = LoadedGraphs.read(store)
    assert found is not None
    assert list(found.graphs)[-1] == store.current().id != Path(before).name


def test_shards_fill_a_service_and_a_store_with_the_same_graph_finds_it_there(
    oxigraph: Engine, archive: WriteArchive, tmp_path: Path
) -> None:
    text = PAGE.replace("three", "seven")
    pages = archive({"2011_November_8.txt": text, "2011_December_1.txt": text.replace("November 8", "December 1")})
    assert kg("shards", tmp_path / "shards", pages, "--store", tmp_path / "none").exit_code == 0
    done = kg("load", "--shards", tmp_path / "shards", "--store", oxigraph.store)
    assert (done.exit_code, done.output.count("verified; 1 of 1 parts")) == (0, 1)
    assert not (tmp_path / "none").exists()
    assert kg("build", pages, "--store", tmp_path / "store", "--no-derived").exit_code == 0
    again = kg("load", "--store", oxigraph.store, "--store-folder", tmp_path / "store")
    assert again.output.endswith("0 of 1 parts were sent\n")
    found = LoadedGraphs.read(Store(tmp_path / "store"))
    assert found is not None
    assert next(iter(found.graphs.values())) in done.output


@pytest.mark.parametrize(
    ("file", "told"),
    [("shards.json", "no complete shards"), ("named/0.nt", "no complete shards"), ("named/1.nt", "damaged")],
)
def test_shards_that_are_not_whole_are_not_loaded(
    oxigraph: Engine, archive: WriteArchive, tmp_path: Path, file: str, told: str
) -> None:
    kg("shards", tmp_path / "shards", archive({"2011_November_8.txt": PAGE}), "--store", tmp_path / "none")
    if told == "damaged":
        (tmp_path / "shards" / file).write_bytes(b"<urn:a> <urn:b> <urn:c> .\n")
    else:
        (tmp_path / "shards" / file).unlink()
    done = kg("load", "--shards", tmp_path / "shards", "--store", oxigraph.store)
    assert done.exit_code != 0
    assert told in done.output


def test_shards_go_to_a_service_that_is_named(archive: WriteArchive, tmp_path: Path) -> None:
    kg("shards", tmp_path / "shards", archive({"2011_November_8.txt": PAGE}), "--store", tmp_path / "none")
    done = kg("load", "--shards", tmp_path / "shards", "--store", tmp_path / "none")
    assert done.exit_code == 2
    assert "sparql+http://" in done.output


def test_a_backup_of_a_remote_store_is_its_folder_and_the_graph_is_loaded_from_what_is_restored(
    oxigraph: Engine, tmp_path: Path
) -> None:
    publish_turtle(tmp_path / "store", f"<http://example.org/a> <http://example.org/b> '{tmp_path}' .")
    named = ("--store", oxigraph.store, "--store-folder", tmp_path / "store")
    assert kg("load", *named).exit_code == 0
    told = kg("backup", tmp_path / "backup.tar", *named)
    assert told.exit_code == 0
    assert f"the graph in http://127.0.0.1:{oxigraph.port}/query is not in it" in told.output
    assert kg("restore", tmp_path / "backup.tar", "--store", tmp_path / "new").exit_code == 0
    assert LoadedGraphs.read(Store(tmp_path / "new")) is None
    query = (
        "query",
        "SELECT ?o WHERE { ?s <http://example.org/b> ?o }",
        "--format",
        "csv",
        "--store",
        tmp_path / "new",
    )
    assert kg(*query).output.split() == ["o", str(tmp_path)]
    again = kg("load", "--store", oxigraph.store, "--store-folder", tmp_path / "new")
    assert again.output.endswith("0 of 1 parts were sent\n")
    assert kg(*query).output.split() == ["o", str(tmp_path)]


def test_a_backup_of_a_store_that_no_service_has_tells_of_none(tmp_path: Path) -> None:
    publish_turtle(tmp_path / "store", "<http://example.org/a> <http://example.org/b> 1 .")
    assert "not in it" not in kg("backup", tmp_path / "backup.tar", "--store", tmp_path / "store").output


@pytest.mark.parametrize("address", ["sparql+ftp://host/", "sparql+http://me:secret@host/", "sparql+file:///etc"])
def test_other_addresses_are_refused_as_stores_without_showing_a_password(address: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        Settings(store=address)
    assert "secret" not in str(told.value)
