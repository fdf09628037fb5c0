"""The hashes of months cover the lines that were added and not taken back, in any order."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from kg.events.month_hashes import MonthHashes

MONTHS = ("-", "2011-10", "2011-11")
STEPS = st.lists(
    st.tuples(st.sampled_from(MONTHS), st.text("ab", max_size=2)) | st.sampled_from(["keep", "seal", "take_back"]),
    max_size=20,
)


class Lines:
    """A reference: the lines that the hashes cover."""

    def __init__(self) -> None:
        self.months: dict[str, str] = {}
        self.changed: set[str] = set()
        self.kept: tuple[dict[str, str], set[str]] = ({}, set())

    def add(self, month: str, line: str) -> None:
        self.months[month] = self.months.get(month, "") + f"{line}\n"
        self.changed.add(month)

    def keep(self) -> None:
        self.kept = dict(self.months), set(self.changed)

    def seal(self) -> None:
        self.changed = set()
        self.keep()

    def take_back(self) -> None:
        self.months, self.changed = dict(self.kept[0]), set(self.kept[1])


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@given(STEPS)
def test_hashes_are_those_of_the_lines_that_were_added_and_not_taken_back(steps: list[tuple[str, str] | str]) -> None:
    hashes, lines = MonthHashes(), Lines()
    for step in steps:
        for one in (hashes, lines):
            one.add(*step) if isinstance(step, tuple) else getattr(one, step)()
        assert {month: hashes.month(month) for month in MONTHS} == {
            month: sha256(lines.months[month]) if month in lines.months else "" for month in MONTHS
        }
        assert hashes.root() == sha256("".join(f"{m}\t{sha256(text)}\n" for m, text in sorted(lines.months.items())))
        assert hashes.changed == lines.changed


def test_the_hash_of_a_month_is_the_sha_256_of_its_lines() -> None:
    hashes = MonthHashes()
    hashes.add("2011-11", "a\tb")
    hashes.add("2011-11", "c")
    assert hashes.month("2011-11") == sha256("a\tb\nc\n")
    assert hashes.root() == sha256(f"2011-11\t{sha256('a' + chr(9) + 'b' + chr(10) + 'c' + chr(10))}\n")


def test_a_hash_that_was_given_stays_when_the_month_grows_and_what_grew_is_taken_back() -> None:
    hashes = MonthHashes()
    hashes.add("2011-11", "a")
    hashes.keep()
    before = hashes.month("2011-11")
    hashes.add("2011-11", "b")
    hashes.add("2011-12", "c")
    hashes.take_back()
    assert (hashes.month("2011-11"), hashes.month("2011-12"), hashes.changed) == (before, "", {"2011-11"})
