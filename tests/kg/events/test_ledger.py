"""The ledger: claims of wordings and slugs, the keys that it mints, and its file."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import LedgerError
from kg.events.claims import Claims
from kg.events.ledger import Ledger
from kg.events.ledger_file import append, read
from kg.events.lines import Claim, hashed
from kg.rdf.iri import event_key

DAY, NEXT_DAY = date(2011, 11, 8), date(2011, 11, 9)
KEY, OTHER = "2011-11-08/aaaaaaaaaa", "2011-11-08/bbbbbbbbbb"


def wording(text: str, key: str = KEY, day: date = DAY, language: str = "en") -> Claim:
    return Claim(day, language, key, "wording", hashed(text))


def slug(text: str, key: str = KEY) -> Claim:
    return Claim(DAY, "en", key, "slug", text)


# ---- Claims.


def test_a_claimed_wording_or_slug_leads_to_its_event() -> None:
    claims = Ledger([wording("a"), slug("b", OTHER)]).of(DAY)
    assert claims.find(DAY, "en", ["a"]) == KEY
    assert claims.find(DAY, "en", [], ["b"]) == OTHER
    assert claims.find(DAY, "en", ["b"], ["a"]) is None


def test_the_first_name_that_is_known_wins_and_wordings_come_before_slugs() -> None:
    claims = Ledger([wording("a"), wording("b", OTHER), slug("c", OTHER)]).of(DAY)
    assert claims.find(DAY, "en", ["x", "b", "a"]) == OTHER
    assert claims.find(DAY, "en", ["a"], ["c"]) == KEY


def test_claims_are_those_of_one_day_and_edition() -> None:
    claims = Ledger([wording("a")]).of(DAY, NEXT_DAY)
    assert claims.find(NEXT_DAY, "en", ["a"]) is None
    assert claims.find(DAY, "zh", ["a"]) is None
    assert Ledger([wording("a")]).of(NEXT_DAY).known == {}


def test_what_another_event_has_claimed_stays_with_it() -> None:
    claims = Ledger([wording("a"), slug("s")]).of(DAY)
    claims.claim(DAY, "en", OTHER, ["a", "b"], ["s", "t"])
    assert claims.find(DAY, "en", ["a"]) == claims.find(DAY, "en", [], ["s"]) == KEY
    assert claims.added == [wording("b", OTHER), slug("t", OTHER)]


def test_only_what_is_new_is_added() -> None:
    claims = Claims()
    for _ in range(2):
        claims.claim(DAY, "en", KEY, ["a", "a"], ["s", "s"])
    assert claims.added == [wording("a"), slug("s")]


def test_two_events_that_claim_one_wording_or_slug_are_refused() -> None:
    for one, other in ((wording("a"), wording("a", OTHER)), (slug("a"), slug("a", OTHER))):
        with pytest.raises(LedgerError, match=rf"^two events of 2011-11-08 claim the same {one.kind} "):
            Ledger([one, other]).of(DAY)


def test_a_claim_that_is_made_twice_is_one() -> None:
    assert len(Ledger([wording("a"), wording("a")]).of(DAY).known) == 1


def test_every_slug_of_an_event_is_a_path_to_it() -> None:
    claims = Ledger([slug("s"), slug("t"), wording("a")]).of(DAY)
    assert claims.slugs() == {KEY: ["2011-11-08/s", "2011-11-08/t"]}


# ---- Keys.


def test_a_key_is_the_day_and_ten_characters() -> None:
    assert Claims().mint(DAY, "en", "a") == f"2011-11-08/{event_key('en', DAY, 'a')}"


def test_a_taken_key_gives_way_to_the_next_free_one() -> None:
    first, second, third = (f"2011-11-08/{event_key('en', DAY, 'a', attempt)}" for attempt in range(3))
    claims = Ledger([wording("b", first), wording("c", second)]).of(DAY)
    assert claims.mint(DAY, "en", "a") == third
    assert Claims().mint(DAY, "en", "a") == first


def test_no_key_is_minted_twice() -> None:
    claims = Claims()
    assert len({claims.mint(DAY, "en", "a") for _ in range(5)}) == 5


# ---- The file.


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = [
        wording("a"),
        slug("霍姆斯"),
        slug("a b"),
        slug("tab\tin it"),
        slug("\r"),
        wording("b", OTHER, NEXT_DAY, "zh"),
    ]
    append(tmp_path / "ledger.tsv", written[:2])
    append(tmp_path / "ledger.tsv", written[2:])
    append(tmp_path / "ledger.tsv", [])
    assert list(read(tmp_path / "ledger.tsv")) == written


@given(slugs=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"))))
def test_any_slug_of_one_line_is_read_as_it_was_written(
    slugs: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("ledger") / "ledger.tsv"
    append(file, map(slug, slugs))
    assert [claim.value for claim in read(file)] == slugs


def test_a_line_has_five_columns_and_no_wording_in_the_clear(tmp_path: Path) -> None:
    append(tmp_path / "ledger.tsv", [wording("secret"), slug("s")])
    assert (tmp_path / "ledger.tsv").read_text().splitlines()[1:-2] == [
        f"wording\t2011-11-08\ten\t{KEY}\t{hashed('secret')}",
        f"slug\t2011-11-08\ten\t{KEY}\ts",
    ]


def test_without_a_file_there_are_no_claims(tmp_path: Path) -> None:
    assert list(read(tmp_path / "ledger.tsv")) == []


@pytest.mark.parametrize("cut", range(1, len("2011-11-08\ten\tk\tslug\t霍\n".encode())))
def test_a_last_line_that_was_cut_off_is_ignored_and_cut_away_by_the_next_append(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "ledger.tsv"
    append(file, [slug("s")])
    file.write_bytes(file.read_bytes() + "2011-11-08\ten\tk\tslug\t霍\n".encode()[:cut])
    assert list(read(file)) == [slug("s")]
    append(file, [slug("t")])
    assert list(read(file)) == [slug("s"), slug("t")]


@pytest.mark.parametrize("length", [0, 1, 4_095, 4_096, 4_097, 9_000])
def test_a_long_last_line_that_was_cut_off_is_cut_away(tmp_path: Path, length: int) -> None:
    file = tmp_path / "ledger.tsv"
    file.write_bytes(b"x" * length)
    append(file, [slug("t")])
    assert list(read(file)) == [slug("t")]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"a b",
        b"A",
        b"slug\t2011-11-08\ten\t2011-11-08/k",
        b"slug\t2011-11-31\ten\t2011-11-08/k\ts",
        b"2011-11-08\ten\t2011-11-08/k\tslug\ts",
        b"slug\t2011-11-08\ten\t2011-11-08/k\t\xff",
        b"slug\t2011-11-08\ten\t2011-11-08/k\t\\x",
    ],
)
def test_a_damaged_line_is_refused_and_named(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "ledger.tsv"
    append(file, [slug("s")])
    file.write_bytes(file.read_bytes() + line + b"\n")
    with pytest.raises(LedgerError, match=r"ledger\.tsv:5 is not a line of a ledger: restore the file"):
        list(read(file))


@pytest.mark.parametrize(
    "line",
    [
        "2011-11-08\ten\ta b\twording\tx\n",
        "2011-11-08\ten\t\twording\tx\n",
        "2011-11-08\ten\t2011-11-08/<>\twording\tx\n",
        "2011-11-08\ten\t../..\tslug\tx\n",
        "2011-11-08\te n\t2011-11-08/abc\twording\tx\n",
        "2011-11-08\ten\t2011-11-08/abc\tmerged\tx\n",
    ],
)
def test_a_line_with_what_no_event_is_called_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "ledger.tsv").write_text(line)
    with pytest.raises(LedgerError, match="is not a line of a ledger"):
        list(read(tmp_path / "ledger.tsv"))


def test_a_long_chain_of_merges_ends_in_one_event() -> None:
    day, keys = date(2011, 11, 8), [f"2011-11-08/{number}" for number in range(50_000)]
    ledger = Ledger(Claim(day, "en", old, "merged", new) for old, new in pairwise(keys))
    assert set(ledger.merged.values()) == {keys[-1]}
