"""The history of a wiki proves when a wording was written, and which one it replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.pipeline import run
from kg.rdf import Quad, terms
from kg.settings import load
from tests.kg.archive.readers.test_capture_files import export

FIRST = (11, 0, "2011-11-08T09:00:00Z", "* A bridge is to open in [[Homs]].")
SECOND = (12, 11, "2011-11-09T10:00:00Z", "* A bridge is to open in [[Homs]] today.")
AGAIN = (13, 12, "2011-11-09T11:00:00Z", "* A bridge is to open in [[Homs]].")


def quads(folder: Path, *revisions: tuple[int, int, str, str]) -> list[Quad]:
    (folder / "export.xml").write_text(export(*revisions))
    return list(run.quads([folder], load({}, history=True)))


def told(found: list[Quad], predicate: object, part: str) -> list[str]:
    return sorted(
        str(getattr(quad.object, "value", ""))
        for quad in found
        if quad.predicate == predicate and f"/{part}/" in str(getattr(quad.subject, "value", ""))
    )


def test_captures_and_revisions_of_events_have_the_times_of_their_edits_and_name_what_was_before(
    tmp_path: Path,
) -> None:
    found = quads(tmp_path, FIRST, SECOND)
    for part in ("page", "revision"):
        assert told(found, terms.GENERATED_AT, part) == ["2011-11-08T09:00:00Z", "2011-11-09T10:00:00Z"]
        assert len(told(found, terms.WAS_REVISION_OF, part)) == 1
    addresses = told(found, terms.DERIVED_FROM, "page")
    assert addresses == [f"https://en.wikipedia.org/w/index.php?oldid={number}" for number in (11, 12)]


def test_a_wording_that_comes_back_was_written_once_and_follows_none(tmp_path: Path) -> None:
    found = quads(tmp_path, FIRST, SECOND, AGAIN)
    for part in ("page", "revision"):
        assert told(found, terms.GENERATED_AT, part) == ["2011-11-08T09:00:00Z", "2011-11-09T10:00:00Z"]
        assert len(told(found, terms.WAS_REVISION_OF, part)) == 1


@pytest.mark.parametrize("revisions", [[SECOND], [FIRST, (14, 13, "2011-11-09T10:00:00Z", SECOND[3])]])
def test_where_a_revision_between_is_missing_nothing_is_proven_of_the_wording(
    tmp_path: Path, revisions: list[tuple[int, int, str, str]]
) -> None:
    found = quads(tmp_path, *revisions)
    assert "2011-11-09T10:00:00Z" not in told(found, terms.GENERATED_AT, "revision")
    assert told(found, terms.WAS_REVISION_OF, "page") == told(found, terms.WAS_REVISION_OF, "revision") == []
    assert "2011-11-09T10:00:00Z" in told(found, terms.GENERATED_AT, "page")
