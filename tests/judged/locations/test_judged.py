"""The judged places of events, recomputed from the archive that they were drawn from."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from datetime import date
from itertools import chain
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
FILE = "tests/judged/locations/test_judged.py::"
MINTER = Minter("http://127.0.0.1:8000/")
SAMPLES = ("homs", "places", "pairs")
ROUNDS = range(20261201, 20261211)
"""Seeds of later rounds, of which each was judged before any rule met it."""


needs_the_archive = pytest.mark.skipif(
    not WIKITEXT.exists(), reason=f"not here: {WIKITEXT.name} (see NEWSGRAPH_CORPUS)"
)


def judgements(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((JUDGED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def day(judged: dict[str, Any]) -> date:
    return date.fromisoformat(judged["event"].split("/")[1])


def read_of_the_days(names: Iterable[str], root: Path) -> dict[str, Item]:
    """The items of the days in some samples, by the hash of their sentence."""
    subprocess.run(["git", "clone", "--quiet", "--bare", str(WIKITEXT), str(root)], check=True)
    days = {day(one) for name in names for one in judgements(name)}
    archive = open_archive(root, 8_000_000)
    records = map(reading.parse, archive.pages([one for one in archive.versions if day_of(one.path) in days]))
    listed = [item for record in records if isinstance(record, DayPage) for item in items(record, Tally())]
    return {Case("", "", item.title).wording: item for item in listed}


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Item]:
    return read_of_the_days(SAMPLES, tmp_path_factory.mktemp("wikitext") / "git")


def places_of(item: Item) -> set[str]:
    """The paths of the locations of an item, and of the places that contain them."""
    known = gazetteer.load()
    located = [one for one in naming.named_by(item, known) if naming.is_location(one, item, known)]
    around = [place for one in located for place in (one.place, *known.containers(one.place))]
    iris = {naming.iri(place, MINTER, known) for place in around}
    iris |= {MINTER.entity("en", one.title) for one in located if one.title}
    return {iri.removeprefix(MINTER.base) for iri in iris}


def assert_said(names: Iterable[str], worded: dict[str, Item]) -> None:
    """Assert that the documentation states how many cases of some samples are found, and how many are right."""
    judged = [one for name in names for one in judgements(name)]
    compared = [one for one in judged if one["wording"] in worded]
    found = [one["happened"] for one in compared if one["place"] in places_of(worded[one["wording"]])]
    wanted = sum(one["happened"] for one in compared)
    assert len(compared) == len(judged)
    said = (DOCS / "places.md").read_text(encoding="utf-8")
    assert f"({sum(found)} of {len(found)})" in said
    assert f"({sum(found)} of {wanted})" in said


@needs_the_archive
@pytest.mark.parametrize("name", SAMPLES)
def test_the_judged_events_are_located_as_well_as_is_said(name: str, worded: dict[str, Item]) -> None:
    assert_said([name], worded)


@pytest.mark.slow(also=FILE + "test_the_judged_events_are_located_as_well_as_is_said")
@needs_the_archive
def test_the_events_of_later_rounds_are_located_as_well_as_is_said(tmp_path: Path) -> None:
    kinds = [[f"{kind}-{seed}" for seed in ROUNDS] for kind in ("places", "pairs")]
    worded = read_of_the_days(chain.from_iterable(kinds), tmp_path / "git")
    for names in kinds:
        assert_said(names, worded)


@pytest.mark.parametrize(("name", "cases"), [("homs", 101), ("places*", 200), ("pairs*", 100), ("chinese*", 100)])
def test_every_sample_has_as_many_cases_as_were_drawn_and_no_sentence(name: str, cases: int) -> None:
    for file in JUDGED.glob(f"{name}.json"):
        found = judgements(file.stem)
        assert len({(one["event"], one["place"]) for one in found}) == len(found) == cases
        assert {key for one in found for key in one} <= {"event", "place", "wording", "happened", "doubtful", "names"}


def test_no_later_round_has_a_place_or_an_event_of_another() -> None:
    places = [{one["place"] for one in judgements(file.stem)} for file in JUDGED.glob("places*.json")]
    assert len(places) == len(ROUNDS) + 1
    assert len(set().union(*places)) == sum(map(len, places))
    for kind in ("pairs", "chinese"):
        events = [{one["event"] for one in judgements(file.stem)} for file in JUDGED.glob(f"{kind}*.json")]
        assert len(set().union(*events)) == sum(map(len, events))
