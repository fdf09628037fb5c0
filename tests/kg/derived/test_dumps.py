"""The dumps of a snapshot are artefacts, each with a checksum file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.derived import dumps
from kg.derived.artefact import ArtefactState
from kg.derived.artefacts import Artefacts
from kg.errors import FormatError, NotFoundError, StoreError
from kg.publish.dump_files import WHOLE, DumpFile
from kg.rdf.formats import by_name
from kg.store.integrity.sidecar import beside, checksum
from kg.store.layout import Store
from kg.store.snapshot import Snapshot
from tests.paths import DATA

FILE = DumpFile(by_name("ntriples"))
TURTLE = DumpFile(by_name("turtle"))


@pytest.fixture
def source(tmp_path: Path, publish_store: Callable[[Path, str], Snapshot]) -> Snapshot:
    return publish_store(tmp_path / "store", (DATA / "served.ttl").read_text(encoding="utf-8"))


@pytest.fixture
def artefacts(tmp_path: Path, source: Snapshot) -> Artefacts:
    return Artefacts(Store(tmp_path / "store"))


def made(artefacts: Artefacts, source: Snapshot) -> set[DumpFile]:
    return {one.file for one in dumps.made(artefacts.place(source))}


def test_a_file_is_made_once_with_its_checksum(artefacts: Artefacts, source: Snapshot) -> None:
    path = artefacts.obtain(dumps.artefact(FILE), source)
    at = path.stat().st_mtime_ns
    assert artefacts.obtain(dumps.artefact(FILE), source).stat().st_mtime_ns == at
    (found,) = dumps.made(artefacts.place(source))
    assert (found.file, found.size, found.sha256) == (FILE, path.stat().st_size, checksum(path))


def test_prepared_dumps_are_made_before_anybody_asks(artefacts: Artefacts, source: Snapshot) -> None:
    artefacts.prepare_each([dumps.artefact(WHOLE), dumps.artefact(FILE)], source)
    artefacts.prepare_each([dumps.artefact(TURTLE)], source)  # of the same snapshot: nothing is started again
    for thread in threading.enumerate():
        if thread.name == "artefacts":
            thread.join(60)
    assert made(artefacts, source) == {WHOLE, FILE}


def test_a_file_without_a_checksum_is_made_again(artefacts: Artefacts, source: Snapshot) -> None:
    path = artefacts.obtain(dumps.artefact(FILE), source)
    beside(path).unlink()
    assert made(artefacts, source) == set()
    with pytest.raises(StoreError, match="checksum"):
        checksum(path)
    artefacts.obtain(dumps.artefact(FILE), source)
    assert made(artefacts, source) == {FILE}


def test_an_empty_dump_is_not_found_and_not_a_failure(artefacts: Artefacts, source: Snapshot) -> None:
    nothing = dumps.artefact(DumpFile(by_name("turtle"), year=1850))
    for _ in range(2):
        with pytest.raises(NotFoundError, match="nothing of it"):
            artefacts.obtain(nothing, source)


def test_a_file_that_cannot_be_made_is_a_store_error(artefacts: Artefacts, source: Snapshot) -> None:
    with pytest.raises(StoreError, match="the dump could not be made"):
        artefacts.obtain(dumps.artefact(DumpFile(by_name("turtle"), since="20000101T000000000000Z")), source)
    assert made(artefacts, source) == set()


@pytest.mark.parametrize(
    ("format", "said", "told"),
    [
        ("rdfxml", '<urn:s> <http://data.example/1> "a" .', "http://data.example/1"),
        ("rdfxml", '<urn:s> <urn:p> "\\u0001" .', "XML 1.0"),
        ("jsonld", "<urn:s> <urn:p> <<( <urn:s> <urn:p> 1 )>> .", "triple term"),
    ],
)
def test_a_format_that_cannot_hold_the_graph_is_reported_and_tried_once(
    tmp_path: Path,
    publish_store: Callable[[Path, str], Snapshot],
    format: str,
    said: str,
    told: str,
) -> None:
    source = publish_store(tmp_path / "store", said)
    artefacts, file = Artefacts(Store(tmp_path / "store")), dumps.artefact(DumpFile(by_name(format)))
    for _ in range(2):
        with pytest.raises(FormatError, match=told):
            artefacts.obtain(file, source)
    assert artefacts.state(file, source) is ArtefactState.FAILED
    assert made(artefacts, source) == set()
