"""Replacements: the last one of each chain counts; two, none or a circle give clear errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import LedgerError
from kg.events.replacements import Replacements


@given(
    st.dictionaries(st.integers(1, 30), st.integers(0, 29), max_size=30).map(
        lambda one: {o: n % o for o, n in one.items()}
    )
)
def test_the_last_of_a_chain_replaces_all_of_it(pairs: dict[int, int]) -> None:
    replacements = Replacements("event", "merges")
    for old, new in pairs.items():
        replacements.add(str(old), str(new))
        for one in range(31):
            last = one
            while last in pairs and str(last) in replacements.direct:
                last = pairs[last]
            assert replacements.last(str(one)) == str(last)
    assert replacements.all == {str(old): replacements.last(str(old)) for old in pairs}
    for old, new in pairs.items():
        replacements.remove(str(old), str(new))
        assert replacements.last(str(old)) == str(old)
    assert replacements.all == {}


def test_one_thing_is_replaced_by_one_other_though_it_is_said_twice() -> None:
    replacements = Replacements("path", "leads")
    replacements.add("a", "b")
    replacements.add("a", "b")
    with pytest.raises(LedgerError, match=r"^the ledger leads the path a into two paths$"):
        replacements.add("a", "c")


@pytest.mark.parametrize(("old", "new"), [("a", "c"), ("b", "a"), ("x", "b")])
def test_only_an_existing_replacement_can_be_removed(old: str, new: str) -> None:
    replacements = Replacements("event", "merges")
    replacements.add("a", "b")
    with pytest.raises(LedgerError, match=rf"^the ledger undoes that it merges the event {old} into {new}, and never"):
        replacements.remove(old, new)


@pytest.mark.parametrize("length", [1, 2, 20, 21, 50])
def test_a_circle_is_refused_with_at_most_twenty_names_of_it(length: int) -> None:
    replacements = Replacements("event", "merges")
    for number in range(length):
        replacements.add(f"e{number}", f"e{(number + 1) % length}")
    with pytest.raises(LedgerError, match=r"the event e0 in a circle: (e\d+(, e\d+)*)$") as refused:
        replacements.check()
    names = str(refused.value).partition(": ")[2].split(", ")
    assert names == [*(f"e{number}" for number in range(length)), "e0"][:20]


def test_without_a_circle_there_is_nothing_to_refuse() -> None:
    replacements = Replacements("event", "merges")
    replacements.add("a", "b")
    replacements.add("b", "c")
    replacements.check()
