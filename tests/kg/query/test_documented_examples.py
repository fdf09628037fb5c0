"""The queries in docs/sparql.md: each runs on the sample and finds what the text says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.settings import Settings
from kg.store.layout import Store
from kg.workers.workers import Workers
from tests.kg.remote.servers import remote
from tests.paths import ROOT

TEXT = (ROOT / "docs" / "sparql.md").read_text(encoding="utf-8")
DISTANCE, WITHIN, FEDERATED = re.findall(r"```sparql\n(.*?)```", TEXT, re.DOTALL)
WIKIDATA = "https://query.wikidata.org/sparql"
HOMS = "http://www.wikidata.org/entity/Q131301"


def rows(store: Path, query: str, **settings: Any) -> list[dict[str, str]]:
    with Workers(Store(store), replace(Settings(), store=str(store), **settings)) as workers:
        assert workers.ready(20)
        found = json.loads(workers.query(query).body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def test_the_nearest_place_is_the_place_itself(sample_store: Path) -> None:
    found = rows(sample_store, DISTANCE)
    assert (found[0]["name"], float(found[0]["km"])) == ("Homs", 0.0)
    names = {row["name"]: float(row["km"]) for row in found}
    assert 30 < names["Hama"] < 60  # 45 km on the map
    assert "Aleppo" not in names
    assert max(names.values()) <= 100


def test_only_events_within_the_shape_are_found(sample_store: Path) -> None:
    found = rows(sample_store, WITHIN)
    names = {row["name"] for row in found}
    assert names & {"Aleppo", "Idlib", "Hama"}
    assert not names & {"Homs", "Damascus", "Daraa"}
    assert [row["date"] for row in found] == sorted((row["date"] for row in found), reverse=True)


def test_another_service_is_asked_only_for_what_is_known_here(sample_store: Path) -> None:
    item = f"<{HOMS}> <http://www.wikidata.org/prop/direct/P1082> 775404 . <x:y> <x:z> 1 ."
    with remote(item) as wikidata:
        query = FEDERATED.replace(WIKIDATA, wikidata.url)
        found = rows(sample_store, query, services=f"private:{wikidata.url}")
    assert {"name": "Homs", "people": "775404"} in found
    assert {row["people"] for row in found} == {"775404"}
    (asked,) = wikidata.queries
    assert f"(<{HOMS}>)" in asked.rpartition("VALUES (?item)")[2]


@pytest.mark.parametrize("setting", re.findall(r"KG_SERVICES='([^']*)'", TEXT))
def test_the_setting_is_one_that_is_taken(setting: str) -> None:
    assert Settings(services=setting).services == setting
