"""The changes between two instants in the change log are those between the graphs of these instants."""

from __future__ import annotations

import pytest

from kg.derived import changelog
from kg.derived.changelog import EVENTS
from kg.derived.event_changes import EventChange, changed_events, page
from kg.pipeline.run import build
from kg.publish import diff
from kg.settings import Settings
from kg.store import snapshot
from kg.store.layout import Store
from tests.kg.derived.appending import append

BASE = "http://127.0.0.1:8000/"
HOMS = f"{BASE}entity/en/Homs"
HEADER = "{{Current events header|2011|11|08}}\n"
SHOPS, SHOPS_LATER = "*Shops close in [[Homs]].\n", "*Shops close early in [[Homs]].\n"
BANKS, BANKS_ELSEWHERE = "*Banks close in [[Hama]].\n", "*Banks close in [[Homs]].\n"
PORTS = "*Ports reopen in [[Tartus]].\n"
SOURCED = "*Ports reopen in [[Tartus]]. [https://example.org/1 (Example News)]\n"
STATES = (
    (SHOPS, BANKS),
    (SHOPS_LATER, BANKS, PORTS),
    (BANKS_ELSEWHERE, PORTS),
    (SHOPS, BANKS_ELSEWHERE, SOURCED),
)
"""The day page of each build."""

Told = dict[str, tuple[str, str | None]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store that was built from each state, with its change log."""
    store, root = tmp_path_factory.mktemp("built") / "store", tmp_path_factory.mktemp("archive")
    for bullets in STATES:
        (root / "2011_November_8.txt").write_text(HEADER + "".join(bullets), encoding="utf-8")
        build([root], Settings(store=str(store), jobs=1, keep_snapshots=10))
        append(store, 365)
    return Store(store)


def times(store: Store) -> list[str]:
    """Return the instants of the log at which something changed, and one before all of these."""
    with changelog.opened(store) as log:
        assert log
        found = {change.time for change in log.entries(EVENTS, 1, 1_000)}
    return ["0001-01-01T00:00:00Z", *sorted(found)]


def between(store: Store, since: str, until: str, feed: str = EVENTS) -> list[EventChange]:
    with changelog.opened(store) as log:
        assert log
        found = changed_events(log, feed, since, until)
        listed = [one for first in range(0, found.total + 2, 2) for one in page(log, found, first, 2)]
        kinds = [one.kind for one in listed]
        assert len(listed) == found.total
        assert (found.added, found.removed) == (kinds.count("added"), kinds.count("removed"))
        assert found.changed == kinds.count("reworded") + kinds.count("changed")
        return listed


def told(changes: list[EventChange]) -> Told:
    return {one.one.iri: (one.kind, one.one.title) for one in changes}


def test_between_two_snapshots_it_lists_the_differences_of_their_graphs(store: Store) -> None:
    graphs = [snapshot.read(folder).open() for folder in store.snapshots()]
    instants = times(store)[1:]
    assert len(graphs) == len(instants) == len(STATES)
    for first in range(len(STATES)):
        for second in range(first, len(STATES)):
            expected = {one.one.event: (one.kind, one.one.title) for one in diff.events(graphs[first], graphs[second])}
            assert told(between(store, instants[first], instants[second])) == expected


def test_over_all_time_it_lists_current_events_and_none_that_came_and_went(store: Store) -> None:
    instants = times(store)
    assert {kind for kind, _ in told(between(store, instants[0], instants[-1])).values()} == {"added"}
    assert sorted(title or "" for _, title in told(between(store, instants[0], instants[2])).values()) == [
        "Banks close in Hama.", "Ports reopen in Tartus.", "Shops close early in Homs.",
    ]  # fmt: skip


def test_in_the_feed_of_a_place_events_come_and_go_with_its_name(store: Store) -> None:
    instants = times(store)
    assert sorted(told(between(store, instants[2], instants[3], HOMS)).values()) == [
        ("added", "Banks close in Homs."), ("removed", "Shops close early in Homs."),
    ]  # fmt: skip
    assert between(store, instants[0], instants[-1], f"{BASE}entity/en/Nowhere") == []


def test_an_event_has_the_revisions_that_it_had_then(store: Store) -> None:
    instants = times(store)
    reworded = [one for one in between(store, instants[1], instants[2]) if one.kind == "reworded"]
    [one] = reworded
    ends = {end.revision for end in (one.before, one.after) if end and end.revision}
    assert len(ends) == 2
