"""A store made by version 0.1.0 is read and extended by builds, and its events keep their IRIs."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.dialects.wikipedia import PORTAL
from kg.events.ledger import Ledger
from kg.events.ledger_file import read
from kg.pipeline.run import build
from kg.settings import Settings
from kg.store import snapshot
from kg.store.layout import Store
from tests.paths import DATA

PACKED = DATA / "store-0.1.0.tar.gz"
BERLUSCONI = """
PREFIX ng: <https://w3id.org/newsgraph/ns#>
PREFIX schema: <https://schema.org/>
SELECT ?event ?date ?name WHERE {
  ?event a ng:Event ; schema:startDate ?date ; schema:name ?name FILTER(CONTAINS(STR(?name), "Berlusconi"))
}"""
EVENTS = """
PREFIX ng: <https://w3id.org/newsgraph/ns#>
SELECT ?event WHERE { ?event a ng:Event }"""

# rdflib 7.6 warns about a method of its own when the triples of a Dataset are read.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder with the old store and the archive that it was built from."""
    # Python before 3.11.4 has no extraction filters.
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(PACKED) as packed:
        packed.extractall(tmp_path, **safely)  # noqa: S202 - a file of ours
    return tmp_path / "newsgraph"


def _rows(store: Path, query: str) -> list[tuple[str, ...]]:
    dataset = kg.open(store)
    try:
        return sorted(tuple(map(str, row)) for row in dataset.query(query))
    finally:
        dataset.close()


def test_the_manifest_of_0_1_0_has_no_format_and_is_read_as_the_first(old: Path) -> None:
    current = Store(old / "store").current()
    assert "format" not in json.loads((current.folder / "manifest.json").read_text())
    assert (current.manifest.tool, current.manifest.format) == ("newsgraph 0.1.0", 1)
    assert snapshot.checksums(current.folder) == current.manifest.files


def test_the_manifest_of_0_1_0_says_no_publications_and_means_the_portal(old: Path) -> None:
    current = Store(old / "store").current()
    assert "publications" not in json.loads((current.folder / "manifest.json").read_text())
    assert current.manifest.publications == (PORTAL,)
    assert current.manifest.licences == ("https://creativecommons.org/licenses/by-sa/4.0/",)


def test_a_store_of_0_1_0_answers_queries(old: Path) -> None:
    assert _rows(old / "store", BERLUSCONI) == [
        (
            "http://127.0.0.1:8000/event/2011-11-08/e22anmashv",
            "2011-11-08",
            "With his majority gone, Silvio Berlusconi says he will quit once the budget is law.",
        )
    ]


def test_a_ledger_of_0_1_0_is_read(old: Path) -> None:
    ledger = Ledger(read(old / "store" / "ledger.tsv"))
    assert len(ledger.claims) == 61
    assert len({claim.key for claim in ledger.claims}) == 25


def test_a_build_onto_a_store_of_0_1_0_leaves_the_events_their_iris_and_the_ledger_its_bytes(old: Path) -> None:
    store, ledger = old / "store", old / "store" / "ledger.tsv"
    before, events, claims = Store(store).current().id, _rows(store, EVENTS), ledger.read_bytes()
    built = build([old / "archive" / "seed", old / "archive" / "sample"], Settings(store=str(store)))
    assert Store(store).current().id == built.snapshot.id != before
    assert _rows(store, EVENTS) == events
    assert len(events) == 25
    assert ledger.read_bytes().startswith(claims + b"#newsgraph-ledger\t2\ntext\t")


def test_a_new_store_with_the_ledger_of_0_1_0_gives_the_events_the_same_iris(old: Path) -> None:
    shipped = old / "store" / "ledger.tsv"
    claims = read(shipped)
    settings = Settings(store=str(old / "new"), ledger=str(shipped))
    build([old / "archive" / "seed", old / "archive" / "sample"], settings)
    assert _rows(old / "new", EVENTS) == _rows(old / "store", EVENTS)
    assert read(old / "new" / "ledger.tsv")[: len(claims)] == claims
