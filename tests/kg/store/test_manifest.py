"""The statements of a manifest about a snapshot, and what a snapshot checks before it is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from kg.dialects.publication import Publication
from kg.errors import StoreDamagedError, StoreError
from kg.store.embedded import EmbeddedGraph
from kg.store.integrity import signed
from kg.store.layout import Store
from kg.store.snapshot import Manifest, Snapshot, checksums, read, report

BASE = "http://a.example/"
ONE, OTHER = "https://example.org/licence/1", "https://example.org/licence/2"
WHOLE = Manifest("20111109T060000000000Z", "2011-11-09T06:00:00Z", BASE, "0.1.0", {"triples": 1})


def manifest(*publications: Publication) -> Manifest:
    return replace(WHOLE, publications=publications)


def test_licences_are_those_of_all_publications_each_once() -> None:
    some = (Publication("A", licences=(ONE,)), Publication("B", licences=(OTHER, ONE)), Publication("C"))
    assert manifest(*some).licences == (ONE, OTHER)
    assert manifest().licences == ()


def test_each_archive_without_a_licence_is_reported_once() -> None:
    found = manifest(Publication("A", licences=(ONE,)), Publication("B"), Publication(), Publication("B")).doubts
    assert len(found) == 2
    assert "the text of B," in found[0]
    assert "the text of an archive," in found[1]
    assert manifest(Publication("A", licences=(ONE,))).doubts == ()


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    store = Store(tmp_path)
    with store.drafting() as draft:
        graph = EmbeddedGraph(str(draft / "db"))
        graph.load(b"<http://a.example/s> <http://a.example/p> 1 .", RdfFormat.TURTLE)
        graph.flush()
        del graph
        report(draft).write_text("{}")
        made = replace(manifest(Publication("A", licences=(ONE,))), files=checksums(draft))
        return store.publish(draft, made, 1)


def test_a_snapshot_is_opened_that_has_all_its_files_with_their_sizes(snapshot: Snapshot) -> None:
    assert len(snapshot.open()) == 1
    assert (snapshot.id, snapshot.database) == (WHOLE.id, snapshot.folder / "db")
    (snapshot.folder / "report.json").write_text("{ }")
    with pytest.raises(StoreDamagedError, match="has 3 bytes instead of 2"):
        snapshot.open()


def test_only_who_verifies_a_snapshot_reads_its_files(snapshot: Snapshot) -> None:
    snapshot.verify()
    (snapshot.folder / "report.json").write_text("[]")
    snapshot.check()
    with pytest.raises(StoreDamagedError, match="other bytes than were written"):
        snapshot.verify()


def test_a_database_that_is_not_a_database_is_damaged(snapshot: Snapshot) -> None:
    for file in (snapshot.folder / "db").iterdir():
        file.write_bytes(b"\0" * file.stat().st_size)
    with pytest.raises(StoreDamagedError, match="cannot be opened"):
        snapshot.open()


def rewritten(snapshot: Snapshot, **changes: object) -> Snapshot:
    file = snapshot.folder / "manifest.json"
    said = {name: one for name, one in json.loads(file.read_text()).items() if name != "checksum"} | changes
    file.write_text(signed.written(said))
    return read(snapshot.folder)


def test_a_manifest_is_read_with_its_publications_and_without_what_this_version_does_not_know(
    snapshot: Snapshot,
) -> None:
    assert read(snapshot.folder) == snapshot
    assert rewritten(snapshot, later="x").manifest == snapshot.manifest
    assert rewritten(snapshot, publications=[]).manifest.publications == ()


def test_a_manifest_of_a_later_format_names_the_version_that_wrote_it(snapshot: Snapshot) -> None:
    with pytest.raises(StoreError, match=r"has the format 3.*formats? 1 and 2.*0\.1\.0") as refused:
        rewritten(snapshot, format=3)
    assert not isinstance(refused.value, StoreDamagedError)


@pytest.mark.parametrize("changes", [{"publications": [{"licences": ["no address"]}]}, {"publications": 1}])
def test_a_manifest_with_impossible_values_is_damaged(snapshot: Snapshot, changes: dict[str, object]) -> None:
    with pytest.raises(StoreDamagedError, match="the manifest of snapshot"):
        rewritten(snapshot, **changes)
