"""A mirror not compared with its origin for a day is reported as late; other stores are not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kg.store.integrity.mirrored import late, note, told
from kg.store.layout import Store
from kg.store.snapshot import Manifest, checksums

FETCHED = datetime.fromisoformat("2011-11-08T12:00:00+00:00")
MIRROR = {
    "origin": "http://origin.example/",
    "changed": "2011-11-08T11:00:00Z",
    "fetched": FETCHED.isoformat(),
    "root": "0a0b",
}


def published(path: Path, mirror: dict[str, str]) -> Store:
    store = Store(path)
    with store.drafting() as draft:
        made = Manifest(
            "20111108T120000000000Z", "", "http://a.example/", "0", {}, mirror=mirror, files=checksums(draft)
        )
        store.publish(draft, made, 1)
    return store


@pytest.fixture
def mirror(tmp_path: Path) -> Store:
    return published(tmp_path / "store", MIRROR)


def test_a_mirror_is_late_a_day_after_it_was_fetched(mirror: Store) -> None:
    day = timedelta(days=1)
    assert late(mirror, FETCHED + day - timedelta(seconds=1)) is None
    told_so = "http://origin.example/ as of 2011-11-08T11:00:00Z, compared 24.0 hours ago, root 0a0b"
    remedy = f"kg mirror http://origin.example/ --store {mirror}"
    assert late(mirror, FETCHED + day) == (f"{mirror} is a mirror of {told_so}", remedy)


def test_a_mirror_that_was_compared_since_is_late_a_day_after_that(mirror: Store) -> None:
    note(mirror).parent.mkdir()
    note(mirror).write_text(json.dumps({"compared": (FETCHED + timedelta(hours=20)).isoformat()}))
    assert note(mirror).parent == mirror.derived("mirror")
    assert late(mirror, FETCHED + timedelta(hours=43)) is None
    assert late(mirror, FETCHED + timedelta(hours=44)) is not None
    assert "compared 1.5 hours ago" in told(mirror, FETCHED + timedelta(hours=21.5))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"compared": 1}', '{"compared": "never"}'])
def test_a_note_that_says_nothing_leaves_the_time_at_which_it_was_fetched(mirror: Store, text: str) -> None:
    note(mirror).parent.mkdir()
    note(mirror).write_text(text)
    assert "compared 2.0 hours ago" in told(mirror, FETCHED + timedelta(hours=2))


def test_stores_that_are_not_mirrors_are_not_mentioned(tmp_path: Path) -> None:
    assert late(published(tmp_path / "other", {}), FETCHED) is None
    assert late(Store(tmp_path / "none"), FETCHED) is None
