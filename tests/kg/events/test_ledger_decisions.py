"""The combined meaning of ledger lines: withdrawals, merges, aliases, names, and the last texts of events."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.item import fold
from kg.errors import LedgerError
from kg.events.ledger import Ledger, hash_of
from kg.events.lines import Alias, Claim, ClaimKind, Line, Name, Text, Unalias, Unname, hashed

DAY, NEXT_DAY, THIRD_DAY = (date(2011, 11, number) for number in (8, 9, 10))
A, B, C = (f"2011-11-08/{letter * 10}" for letter in "abc")
SINCE, LATER = "2024-05-06T07:08:09Z", "2025-05-06T07:08:09Z"
PATH, OTHER = "entity/en/Homs", "entity/en/Hims"


def claim(key: str, kind: ClaimKind, value: str, day: date = DAY) -> Claim:
    return Claim(day, "en", key, kind, value)


def wording(key: str, text: str, day: date = DAY) -> Claim:
    return claim(key, "wording", hashed(fold(text)), day)


def text(key: str, words: str, day: date = DAY) -> Text:
    return Text(day, "en", key, "0123456789ab", "", (), words)


def unname(path: str) -> Unname:
    return Unname(f"sha256:{hashed(path)}")


# ---- Withdrawals.


def test_an_event_is_withdrawn_since_the_first_time_until_it_is_restored() -> None:
    ledger = Ledger([claim(A, "withdrawn", SINCE), claim(A, "withdrawn", LATER)])
    assert ledger.withdrawn == {A: SINCE}
    ledger.extend([claim(A, "restored", LATER), claim(B, "restored", LATER)])
    assert ledger.withdrawn == {}
    ledger.extend([claim(A, "withdrawn", LATER)])
    assert ledger.withdrawn == {A: LATER}


def test_what_is_merged_into_a_withdrawn_event_is_withdrawn_and_its_survivor_is_not() -> None:
    merges = [claim(A, "merged", B), claim(B, "merged", C)]
    assert Ledger([*merges, claim(C, "withdrawn", SINCE)]).withdrawn == {A: SINCE, B: SINCE, C: SINCE}
    assert Ledger([*merges, claim(A, "withdrawn", SINCE)]).withdrawn == {A: SINCE}
    both = [claim(A, "withdrawn", SINCE), claim(C, "withdrawn", LATER)]
    assert Ledger([*merges, *both]).withdrawn == {A: SINCE, B: LATER, C: LATER}


def test_the_hashes_of_wordings_and_slugs_of_withdrawn_events_are_hidden_and_no_others() -> None:
    names = [wording(A, "one"), claim(A, "slug", "one-slug"), wording(B, "two"), claim(B, "slug", "two-slug")]
    ledger = Ledger([*names, claim(A, "withdrawn", SINCE)])
    assert ledger.hidden == {hashed("one"): SINCE, hashed("one-slug"): SINCE}
    assert Ledger(names).hidden == {}
    ledger.extend([claim(B, "withdrawn", LATER)])
    assert ledger.hidden.keys() == {hashed(one) for one in ("one", "one-slug", "two", "two-slug")}


def test_the_hash_of_a_slug_that_is_hidden_already_is_that_one() -> None:
    assert hash_of(claim(A, "slug", "one")) == hash_of(claim(A, "slug", f"sha256:{hashed('one')}")) == hashed("one")
    assert hash_of(wording(A, "one")) == hashed("one")
    assert hash_of(claim(A, "wording", f"sha256:{hashed('one')}")) == hashed("one")


def test_events_that_claim_or_print_what_a_withdrawn_one_does_tell_its_words() -> None:
    lines: list[Line] = [wording(A, "One!"), claim(A, "slug", "one-slug"), claim(A, "withdrawn", SINCE)]
    lines += [wording(B, "two"), text(B, "ONE"), claim(C, "slug", "three")]
    assert Ledger(lines).telling == {A, B}
    assert Ledger([*lines, claim(C, "slug", "one-slug", NEXT_DAY)]).telling == {A, B, C}
    assert Ledger(one for one in lines if one != lines[2]).telling == frozenset()
    hidden = text(C, f"sha256:{hashed('one')}")
    assert Ledger([*lines, hidden]).telling == {A, B}


# ---- Merges.


def test_a_chain_of_merges_ends_in_its_last_event_and_each_says_its_own_step() -> None:
    ledger = Ledger([claim(A, "merged", B), claim(B, "merged", C)])
    assert ledger.merged == {A: C, B: C}
    assert (ledger.survivor(A), ledger.survivor(C), ledger.into(A), ledger.into(C)) == (C, C, B, None)
    ledger.extend([claim(B, "unmerged", C)])
    assert ledger.merged == {A: B}


def test_an_alias_leads_to_another_path_until_it_is_undone_for_good() -> None:
    ledger = Ledger([Alias(OTHER, PATH, "decided")])
    assert (ledger.aliases, ledger.canonical(OTHER), ledger.canonical(PATH)) == ({OTHER: PATH}, PATH, PATH)
    assert (ledger.into(OTHER), ledger.separate) == (PATH, set())
    ledger.extend([Unalias(OTHER, PATH, "decided")])
    assert (ledger.aliases, ledger.separate) == ({}, {(OTHER, PATH)})
    ledger.extend([Alias(OTHER, PATH, "decided")])
    assert (ledger.aliases, ledger.separate) == ({OTHER: PATH}, set())


def test_things_that_were_never_joined_can_be_kept_apart() -> None:
    ledger = Ledger([Unalias(OTHER, PATH, "decided")])
    assert (ledger.aliases, ledger.separate) == ({}, {(OTHER, PATH)})


def test_circles_and_two_survivors_are_refused() -> None:
    for lines in (
        [claim(A, "merged", B), claim(B, "merged", A)],
        [claim(A, "merged", B), claim(A, "merged", C)],
        [claim(A, "unmerged", B)],
        [Alias(PATH, OTHER, ""), Alias(OTHER, PATH, "")],
    ):
        with pytest.raises(LedgerError):
            Ledger(lines)


# ---- Names that are no longer published.


def test_a_name_that_is_told_no_longer_is_forgotten_with_its_aliases_until_a_line_names_it_again() -> None:
    ledger = Ledger([Name(PATH, "Homs"), Name(OTHER, "Hims"), Alias(OTHER, PATH, "decided"), unname(OTHER)])
    assert (ledger.names, ledger.aliases, ledger.unnamed) == ({PATH: "Homs"}, {}, {unname(OTHER).path})
    ledger.extend([Name(OTHER, "Hims again")])
    assert (ledger.names, ledger.unnamed) == ({PATH: "Homs", OTHER: "Hims again"}, set())


def test_an_alias_of_a_path_that_is_told_no_longer_is_forgotten_on_either_side() -> None:
    assert Ledger([Alias(OTHER, PATH, "decided"), unname(PATH)]).aliases == {}
    assert Ledger([Alias(OTHER, PATH, "decided"), unname("entity/en/Else")]).aliases == {OTHER: PATH}


def test_an_alias_names_both_of_its_paths_again() -> None:
    ledger = Ledger([unname(PATH), unname(OTHER), unname("entity/en/Else"), Alias(OTHER, PATH, "decided")])
    assert ledger.unnamed == {unname("entity/en/Else").path}


def test_hidden_names_of_a_copy_say_nothing() -> None:
    hidden = unname(PATH).path
    ledger = Ledger([Name(hidden, "x"), Alias(hidden, PATH, "y"), Unalias(hidden, PATH, "z")])
    assert (ledger.names, ledger.aliases, ledger.separate) == ({}, {}, set())
    assert len(ledger.lines) == 3


# ---- Texts and claims.


def test_the_last_text_of_an_event_counts_on_the_day_that_it_last_had() -> None:
    ledger = Ledger([text(A, "one"), text(B, "two"), text(A, "three")])
    assert [one.text for one in ledger.texts_on(DAY)] == ["three", "two"]
    ledger.extend([text(A, "four", NEXT_DAY)])
    assert [one.text for one in ledger.texts_on(DAY)] == ["two"]
    assert [one.text for one in ledger.texts_on(NEXT_DAY)] == ["four"]
    assert ledger.texts_on(THIRD_DAY) == []


def test_the_claims_of_days_have_all_that_belongs_to_their_events() -> None:
    lines: list[Line] = [wording(A, "one"), wording(B, "two", NEXT_DAY), text(A, "one"), text(C, "three")]
    ledger = Ledger([*lines, claim(A, "merged", B), claim(B, "withdrawn", SINCE)])
    claims = ledger.of(DAY)
    assert (claims.keys, claims.merged, claims.withdrawn) == ({A, C}, {A: B}, {A: SINCE, B: SINCE})
    assert claims.texts == {A: [text(A, "one")], C: [text(C, "three")]}
    assert claims.hidden == ledger.hidden
    both = ledger.of(DAY, NEXT_DAY)
    assert (both.keys, len(both.known)) == ({A, B, C}, 2)
    assert ledger.of(THIRD_DAY).keys == set()


def test_a_contradiction_on_any_day_is_found() -> None:
    ledger = Ledger([wording(A, "one"), wording(A, "two", NEXT_DAY), wording(B, "two", NEXT_DAY)])
    ledger.of(DAY)
    with pytest.raises(LedgerError, match="two events of 2011-11-09 claim the same wording"):
        ledger.check()


def test_of_an_event_the_wordings_and_slugs_are_given_that_it_claimed_itself() -> None:
    own = [wording(A, "one"), claim(A, "slug", "one")]
    ledger = Ledger([*own, claim(A, "withdrawn", SINCE), wording(B, "two"), claim(B, "merged", A)])
    assert ledger.claims_of(A) == own
    assert ledger.claims_of(C) == []
    assert list(ledger.slugs({A, B})) == own[1:]
    assert list(ledger.slugs({B})) == []


# ---- Days that are followed together.


def test_the_days_of_merged_and_of_moved_events_are_followed_together_and_others_apart() -> None:
    days = [(DAY,), (NEXT_DAY,), (THIRD_DAY,)]
    claims = [wording(A, "one"), wording(B, "two", NEXT_DAY), wording(C, "three", THIRD_DAY)]
    assert Ledger(claims).together(days) == days
    assert Ledger([*claims, claim(A, "merged", C)]).together(days) == [(DAY, THIRD_DAY), (NEXT_DAY,)]
    moved = [wording(B, "two", THIRD_DAY), text(B, "two", NEXT_DAY), text(B, "two", THIRD_DAY)]
    assert Ledger([*claims, *moved]).together(days) == [(DAY,), (NEXT_DAY, THIRD_DAY)]
    assert Ledger([*claims, claim(A, "merged", C), *moved]).together(days) == [(DAY, NEXT_DAY, THIRD_DAY)]


def test_an_event_on_several_days_that_neither_moved_nor_was_merged_joins_none() -> None:
    claims = [wording(A, "one"), wording(A, "one", NEXT_DAY), text(A, "one"), text(A, "one again")]
    assert Ledger(claims).together([(DAY,), (NEXT_DAY,)]) == [(DAY,), (NEXT_DAY,)]


def test_days_that_are_not_asked_for_are_not_joined() -> None:
    claims = [wording(A, "one"), wording(B, "two", NEXT_DAY), claim(A, "merged", B)]
    assert Ledger(claims).together([(DAY,), (THIRD_DAY,)]) == [(DAY,), (THIRD_DAY,)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9)), max_size=12), st.integers(0, 5))
def test_no_group_of_days_is_torn_and_no_day_lost(shown: list[tuple[str, int]], merges: int) -> None:
    days = [DAY + timedelta(number) for number in range(10)]
    groups = [tuple(days[:2]), *((one,) for one in days[2:])]
    keys = {letter: f"2011-11-08/{letter * 10}" for letter in "abcdef"}
    lines = [wording(keys[letter], letter, days[number]) for letter, number in shown]
    lines += [claim(keys["abcdef"[number]], "merged", keys["abcdef"[number + 1]]) for number in range(merges)]
    found = Ledger(lines).together(groups)
    assert sorted(day for group in found for day in group) == days
    assert all(any(set(group) <= set(one) for one in found) for group in groups)
    of = {letter: {days[number] for one, number in shown if one == letter} for letter in "abcdef"[: merges + 1]}
    together = set().union(*of.values())
    if merges and together:
        assert any(together <= set(one) for one in found)


def test_a_name_leads_to_what_its_own_line_says() -> None:
    ledger = Ledger([claim(A, "merged", B), claim(B, "merged", C), Alias(OTHER, PATH, "")])
    assert [ledger.into(name) for name in (A, B, C, OTHER, PATH)] == [B, C, None, PATH, None]
