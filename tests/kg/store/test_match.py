"""``kg ledger match``: the same news in two languages stays two events, which link each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.events.ledger import Ledger
from kg.events.ledger_file import read
from kg.pipeline.run import Built, build
from kg.rdf import terms
from kg.settings import Settings
from kg.store.layout import Store
from tests.kg.store.test_amend import kg

ENGLISH = """{{Current events|year=2019|month=07|day=2|content=
;Disasters
*A dam in [[Homs]] breaks near the [[Orontes]]. [https://a.example/1 (News)]
*Banks in [[Hama]] open. [https://a.example/2 (News)]
}}
"""
GERMAN = """== 2. Juli ==
* [[Homs]]: Ein Damm am [[Orontes]] bricht.<ref>{{Internetquelle |url=https://b.example/1 |titel=Damm}}</ref>
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "archive" / "de").mkdir(parents=True)
    (tmp_path / "archive" / "2019_July_2.txt").write_text(ENGLISH)
    (tmp_path / "archive" / "de" / "2019_Juli.txt").write_text(GERMAN)
    return tmp_path / "archive"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=str(tmp_path / "store"), jobs=1, free_bytes=0)


def pair(built: Built) -> tuple[str, str]:
    """The events that may be the same, according to the report."""
    [found] = built.report["candidates"]
    return found["event"], found["other"]


def matches(built: Built) -> set[tuple[str, str]]:
    graph = built.snapshot.open()
    found = graph.quads_for_pattern(None, terms.CLOSE_MATCH, None)
    return {(str(quad.subject.value), str(quad.object.value)) for quad in found if "/event/" in quad.subject.value}


def test_a_pair_that_was_reviewed_is_linked_both_ways_and_is_not_a_candidate_any_more(
    root: Path, settings: Settings, tmp_path: Path
) -> None:
    one, other = pair(build([root], settings))
    done = kg(settings, "match", one, other)
    assert done.exit_code == 0, done.output
    built = build([root], settings)
    assert matches(built) == {(one, other), (other, one)}
    assert built.report["candidates"] == []
    assert f"the news of {other}" in kg(settings, "show", one).output
    assert "is already recorded" in kg(settings, "match", other, one).output
    assert kg(settings, "unmatch", other, one).exit_code == 0
    built = build([root], settings)
    assert matches(built) == set()
    assert built.report["candidates"] == []


def test_what_was_reviewed_travels_with_the_ledger(root: Path, settings: Settings, tmp_path: Path) -> None:
    one, other = pair(build([root], settings))
    kg(settings, "match", one, other)
    copy = tmp_path / "copy.tsv"
    build([root], Settings(store=settings.store, jobs=1, free_bytes=0, ledger=str(copy)))
    elsewhere = Settings(store=str(tmp_path / "elsewhere"), jobs=1, free_bytes=0, ledger=str(copy))
    assert matches(build([root], elsewhere)) == {(one, other), (other, one)}
    assert len(Ledger(read(Store(Path(elsewhere.store)).ledger)).matched) == 1


TITLES = ("Ein Damm", "A dam", "Banks")


def test_a_match_follows_a_merge_and_is_not_published_for_withdrawn_events(root: Path, settings: Settings) -> None:
    built = build([root], settings)
    texts = Ledger(read(Store(Path(settings.store)).ledger)).texts
    by_title = {title: key for key, some in texts.items() for title in TITLES if title in some[0].text}
    german, english, banks = (f"{settings.base}event/{by_title[title]}" for title in TITLES)
    assert {english, german} == {*pair(built)}
    kg(settings, "match", english, german)
    assert "are of one edition" in kg(settings, "match", english, banks).output
    assert "kg ledger match" in kg(settings, "merge", english, german).output
    kg(settings, "merge", english, banks)
    assert matches(build([root], settings)) == {(banks, german), (german, banks)}
    kg(settings, "withdraw", german)
    assert matches(build([root], settings)) == set()
