"""A row with an id is the same event by (dataset, id), whatever happens to its date, its words and its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.pipeline import run
from kg.rdf import NamedNode, terms
from kg.settings import Settings
from kg.store.layout import Store

MAPPING = """
dataset = "floods"
language = "en"
[columns]
%sdate = "day"
title = "what"
"""
HEAD = "no,day,what\n"
OTHERS = ("2,2011-11-09,A bridge opens.\n", "3,2012-11-08,A dam is closed.\n")
FIRST = "1,2011-11-08,A river floods Homs.\n"
CORRECTED = "1,2012-11-08,The Orontes leaves its bed.\n"


def write(folder: Path, *rows: str, ids: bool = True, name: str = "floods") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(HEAD + "".join(rows))
    (folder / f"{name}.toml").write_text(MAPPING % ('id = "no"\n' if ids else ""))
    return folder


def built(store: Path, archive: Path, ledger: Path | None = None) -> dict[str, tuple[str, str]]:
    """Build an archive and return the IRIs of its events, with their titles and days."""
    run.build([archive], Settings(store=str(store), jobs=1, free_bytes=0, ledger=str(ledger or "")))
    graph = Store(store).current().open()
    return {
        quad.subject.value: (_value(graph, quad.subject, terms.LABEL), _value(graph, quad.subject, terms.START_DATE))
        for quad in graph.quads_for_pattern(None, terms.TYPE, terms.EVENT)
    }


def _value(graph: object, subject: NamedNode, property_: NamedNode) -> str:
    [quad] = graph.quads_for_pattern(subject, property_, None)
    return str(quad.object.value)


def of(events: dict[str, tuple[str, str]], title: str) -> str:
    [iri] = [iri for iri, (label, _) in events.items() if title in label]
    return iri


def test_a_date_corrected_by_a_year_and_another_title_are_the_same_event(tmp_path: Path) -> None:
    archive, store = write(tmp_path / "a", FIRST, *OTHERS), tmp_path / "store"
    first = built(store, archive)
    iri = of(first, "floods Homs")
    second = built(store, write(archive, OTHERS[1], CORRECTED, OTHERS[0]))
    assert second.keys() == first.keys()
    assert second[iri] == ("The Orontes leaves its bed.", "2012-11-08")
    graph = Store(store).current().open()
    paths = {quad.object.value for quad in graph.quads_for_pattern(NamedNode(iri), terms.IDENTIFIER, None)}
    assert {"2011-11-08/floods:1", "2012-11-08/floods:1"} <= paths
    assert len(list(graph.quads_for_pattern(NamedNode(iri), terms.REVISION, None))) == 2
    assert built(store, archive) == second
    assert built(store, write(archive, FIRST, *OTHERS)) == first


def test_a_published_ledger_is_enough_and_without_one_the_name_is_made_of_the_new_date(tmp_path: Path) -> None:
    archive, ledger = write(tmp_path / "a", FIRST, *OTHERS), tmp_path / "ledger.tsv"
    iri = of(built(tmp_path / "one", archive, ledger), "floods Homs")
    write(archive, *OTHERS, CORRECTED)
    assert of(built(tmp_path / "two", archive, ledger), "Orontes") == iri
    assert of(built(tmp_path / "three", archive), "Orontes") != iri


def test_two_tables_of_a_dataset_that_date_a_row_differently_tell_of_one_event(tmp_path: Path) -> None:
    archive = write(write(tmp_path / "a", FIRST, *OTHERS), CORRECTED, name="later")
    assert len(built(tmp_path / "store", archive)) == 3


@pytest.mark.parametrize(("row", "is_same"), [("9,2011-11-08,A river floods Homs.\n", True), (CORRECTED, False)])
def test_a_row_without_an_id_is_known_by_what_it_says(tmp_path: Path, row: str, is_same: bool) -> None:
    archive, store = write(tmp_path / "a", FIRST, *OTHERS, ids=False), tmp_path / "store"
    iri = of(built(store, archive), "floods Homs")
    assert (iri in built(store, write(archive, *OTHERS, row, ids=False))) is is_same
