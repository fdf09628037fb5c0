"""The judged places of events, recomputed from the archive that they were drawn of."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kg.archive.opening import open_archive
from kg.dialects import reading
from kg.dialects.item import Item, Tally
from kg.dialects.wikitext.items import items
from kg.dialects.wikitext.page import day_of
from kg.dialects.wikitext.record import DayPage
from kg.entities.places import gazetteer, naming
from kg.rdf.iri import Minter
from tests.judged.locations.draw import Case
from tests.paths import CORPUS, DOCS

JUDGED = Path(__file__).parent
WIKITEXT = CORPUS / "wikipedia-current-events.bundle"
MINTER = Minter("http://127.0.0.1:8000/")
SAMPLES = ("homs", "places", "pairs")


def judgements(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((JUDGED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def day(judged: dict[str, Any]) -> date:
    return date.fromisoformat(judged["event"].split("/")[1])


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Item]:
    """The items of the days of the samples, by the hash of their sentence."""
    root = tmp_path_factory.mktemp("wikitext") / "git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(WIKITEXT), str(root)], check=True)
    days = {day(one) for name in SAMPLES for one in judgements(name)}
    archive = open_archive(root, 8_000_000)
    records = map(reading.parse, archive.pages([one for one in archive.versions if day_of(one.path) in days]))
    listed = [item for record in records if isinstance(record, DayPage) for item in items(record, Tally())]
    return {Case("", "", item.title).wording: item for item in listed}


def places_of(item: Item) -> set[str]:
    """The paths of the places that an item is located at, and of what contains them."""
    known = gazetteer.load()
    located = [one for one in naming.named_by(item, known) if naming.is_location(one, item, known)]
    around = [place for one in located for place in (one.place, *known.containers(one.place))]
    iris = {naming.iri(place, MINTER, known) for place in around}
    iris |= {MINTER.entity("en", one.title) for one in located if one.title}
    return {iri.removeprefix(MINTER.base) for iri in iris}


@pytest.mark.skipif(not WIKITEXT.exists(), reason=f"not here: {WIKITEXT.name} (see NEWSGRAPH_CORPUS)")
@pytest.mark.parametrize("name", SAMPLES)
def test_the_judged_events_are_located_as_well_as_is_said(name: str, worded: dict[str, Item]) -> None:
    compared = [one for one in judgements(name) if one["wording"] in worded]
    found = [one["happened"] for one in compared if one["place"] in places_of(worded[one["wording"]])]
    wanted = sum(one["happened"] for one in compared)
    assert len(compared) == len(judgements(name))
    said = (DOCS / "places.md").read_text(encoding="utf-8")
    assert f"({sum(found)} of {len(found)})" in said
    assert f"({sum(found)} of {wanted})" in said


@pytest.mark.parametrize(("name", "cases"), [("homs", 101), ("places", 200), ("pairs", 100), ("chinese", 100)])
def test_every_sample_has_as_many_cases_as_were_drawn_and_no_sentence(name: str, cases: int) -> None:
    found = judgements(name)
    assert len({(one["event"], one["place"]) for one in found}) == len(found) == cases
    assert {key for one in found for key in one} <= {"event", "place", "wording", "happened", "doubtful", "names"}
