from __future__ import annotations

from kg.lookup.newest import newest
from kg.store.embedded import EmbeddedGraph

BASE = "http://127.0.0.1:8000/"


def test_the_newest_days_come_first_and_empty_days_not_at_all(graph: EmbeddedGraph) -> None:
    days = newest(graph, 10)["days"]
    assert [(day["date"], day["events"]) for day in days] == [("2011-11-08", 1), ("2011-11-07", 2)]


def test_only_as_many_days_are_described_as_needed(graph: EmbeddedGraph) -> None:
    nodes = newest(graph, 1)["nodes"]
    assert f"{BASE}event/2011-11-08/abcdefghij" in nodes
    assert f"{BASE}event/2011-11-07/zhongwenaa" not in nodes


def test_only_events_in_the_language_count_where_one_is_asked_for(graph: EmbeddedGraph) -> None:
    found = newest(graph, 10, "zh")
    assert [(day["date"], day["events"]) for day in found["days"]] == [("2011-11-07", 1)]
    assert f"{BASE}event/2011-11-07/zhongwenaa" in found["nodes"]
    assert f"{BASE}event/2011-11-08/abcdefghij" not in found["nodes"]
