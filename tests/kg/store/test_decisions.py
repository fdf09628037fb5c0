"""Decisions of people about events and things: the line that each adds, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from kg.errors import LedgerError
from kg.events.ledger_file import append, read
from kg.events.lines import Alias, Claim, Line, Name, Text, Unalias
from kg.store import amend
from kg.store.layout import Store
from kg.store.snapshot import Manifest

BASE = "http://127.0.0.1:8000/"
DAY = date(2011, 11, 8)
A, B, C, D = (f"2011-11-08/{letter * 10}" for letter in "abcd")
HOMS, HIMS, NEWS = "entity/en/Homs", "entity/en/Hims", "publisher/news.example"
NOON = datetime(2011, 11, 8, 14, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))

Act = Callable[[Store], object]


def claim(key: str, kind: str, value: str, language: str = "en") -> Claim:
    return Claim(DAY, language, key, kind, value)


KNOWN: list[Line] = [
    *(claim(key, "slug", f"slug-{key[-1]}") for key in (A, B, C)),
    claim(D, "slug", "slug-d", "zh"),
    Text(DAY, "en", A, "0123456789ab", "", (), "Shops close."),
    *(Name(path, path.rpartition("/")[2]) for path in (HOMS, HIMS, NEWS)),
]


def iri(name: str) -> str:
    return f"{BASE}event/{name}" if name.startswith("2011") else BASE + name


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path)
    with found.drafting() as draft:
        found.publish(draft, Manifest("20111109T060000000000Z", "", BASE, "0", {}), 1)
    append(found.ledger, KNOWN)
    return found


def added(store: Store) -> list[Line]:
    return read(store.ledger)[len(KNOWN) :]


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (lambda store: amend.merge(store, iri(A), iri(B)), claim(A, "merged", B)),
        (lambda store: amend.merge(store, iri(HIMS), iri(HOMS)), Alias(HIMS, HOMS, "decided")),
        (lambda store: amend.match(store, iri(A), iri(D)), claim(A, "matched", D)),
        (lambda store: amend.match(store, iri(D), iri(A), is_same=False), claim(D, "unmatched", A, "zh")),
        (lambda store: amend.withdraw(store, iri(A), NOON), claim(A, "withdrawn", "2011-11-08T12:30:15Z")),
    ],
)
def test_a_decision_adds_one_line(store: Store, act: Act, line: Line) -> None:
    act(store)
    assert added(store) == [line]


def test_what_was_decided_is_undone_by_another_line(store: Store) -> None:
    amend.merge(store, iri(A), iri(B))
    amend.split(store, iri(A))
    amend.merge(store, iri(HIMS), iri(HOMS))
    amend.split(store, iri(HIMS))
    amend.withdraw(store, iri(C), NOON)
    amend.restore(store, iri(C), NOON + timedelta(hours=1))
    assert added(store)[1::2] == [
        claim(A, "unmerged", B),
        Unalias(HIMS, HOMS, "decided"),
        claim(C, "restored", "2011-11-08T13:30:15Z"),
    ]


def test_without_a_time_an_event_is_withdrawn_and_restored_now(store: Store) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    amend.withdraw(store, iri(A))
    amend.restore(store, iri(A))
    for line in added(store):
        assert isinstance(line, Claim)
        assert began <= datetime.strptime(line.value, "%Y-%m-%dT%H:%M:%S%z") <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("before", "act"),
    [
        ([], lambda store: amend.merge(store, iri(A), iri(HOMS))),
        ([], lambda store: amend.merge(store, iri(A), iri(A))),
        ([], lambda store: amend.merge(store, iri(A), iri(D))),
        ([claim(B, "merged", A)], lambda store: amend.merge(store, iri(A), iri(B))),
        ([claim(A, "merged", C)], lambda store: amend.merge(store, iri(A), iri(B))),
        ([claim(B, "withdrawn", "2011-11-08T12:30:15Z")], lambda store: amend.merge(store, iri(A), iri(B))),
        ([Alias(HIMS, HOMS, "")], lambda store: amend.merge(store, iri(HIMS), iri(HOMS))),
        ([], lambda store: amend.split(store, iri(A))),
        ([claim(A, "merged", B)], lambda store: amend.split(store, iri(B))),
        ([], lambda store: amend.match(store, iri(A), iri(B))),
        ([claim(A, "matched", D)], lambda store: amend.match(store, iri(D), iri(A))),
        ([claim(A, "unmatched", D)], lambda store: amend.match(store, iri(D), iri(A), is_same=False)),
        ([claim(A, "merged", B)], lambda store: amend.match(store, iri(A), iri(D))),
        ([claim(D, "withdrawn", "2011-11-08T12:30:15Z")], lambda store: amend.match(store, iri(A), iri(D))),
        ([], lambda store: amend.match(store, iri(A), iri(HOMS))),
        ([], lambda store: amend.withdraw(store, iri(HOMS))),
        ([], lambda store: amend.withdraw(store, f"http://a.example/event/{A}")),
        ([], lambda store: amend.withdraw(store, iri("2011-11-08/eeeeeeeeee"))),
        ([], lambda store: amend.withdraw(store, f"event/{A}")),
        ([claim(A, "merged", B)], lambda store: amend.withdraw(store, iri(A))),
        ([claim(A, "withdrawn", "2011-11-08T12:30:15Z")], lambda store: amend.withdraw(store, iri(A))),
        ([], lambda store: amend.restore(store, iri(A))),
        (
            [claim(A, "merged", B), claim(B, "withdrawn", "2011-11-08T12:30:15Z")],
            lambda store: amend.restore(store, iri(A)),
        ),
        ([], lambda store: amend.show(store, iri("2011-11-08/eeeeeeeeee"))),
        ([], lambda store: amend.show(store, iri("day/2011-11-08"))),
        ([], lambda store: amend.show(store, f"http://a.example/{HOMS}")),
    ],
)
def test_what_makes_no_sense_is_refused_and_adds_nothing(store: Store, before: list[Line], act: Act) -> None:
    append(store.ledger, before)
    with pytest.raises(LedgerError):
        act(store)
    assert added(store) == before


def test_a_later_decision_on_a_pair_of_editions_takes_the_place_of_the_first(store: Store) -> None:
    amend.match(store, iri(A), iri(D))
    amend.match(store, iri(D), iri(A), is_same=False)
    assert amend.show(store, iri(A))[-1] == f"not the news of {iri(D)}"
    amend.match(store, iri(A), iri(D))
    assert amend.show(store, iri(D)) == ["slug 2011-11-08 zh slug-d", f"the news of {iri(A)}"]


def test_all_that_the_ledger_says_of_something_is_shown_line_by_line(store: Store) -> None:
    append(store.ledger, [claim(A, "merged", B), claim(C, "withdrawn", "2011-11-08T12:30:15Z")])
    append(store.ledger, [Alias(HIMS, HOMS, ""), Unalias(HOMS, NEWS, "")])
    assert amend.show(store, iri(A)) == [
        *("slug 2011-11-08 en slug-a", "text 2011-11-08 en 0123456789ab Shops close."),
        f"merged into {iri(B)}",
    ]
    assert amend.show(store, iri(B)) == ["slug 2011-11-08 en slug-b", f"merged from {iri(A)}"]
    assert amend.show(store, iri(C)) == ["slug 2011-11-08 en slug-c", "withdrawn 2011-11-08T12:30:15Z"]
    assert amend.show(store, iri(HIMS)) == ["name Hims", f"merged into {iri(HOMS)}"]
    assert amend.show(store, iri(HOMS)) == ["name Homs", f"merged from {iri(HIMS)}", f"not {iri(NEWS)}"]


def test_the_lines_of_a_ledger_are_counted_by_their_types(store: Store) -> None:
    root, *counts = amend.verify(store)
    assert root.startswith("root ")
    assert counts == ["name 3", "slug 4", "text 1"]


def test_a_ledger_that_contradicts_itself_is_not_verified(store: Store) -> None:
    append(store.ledger, [claim(B, "slug", "slug-a")])
    with pytest.raises(LedgerError, match="two events"):
        amend.verify(store)
