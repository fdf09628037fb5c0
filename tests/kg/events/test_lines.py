"""The lines of a ledger: any text is read as it was written, and no meaningless line is taken for a valid one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.events.lines import (
    Alias,
    Claim,
    Line,
    MonthHash,
    Name,
    RootHash,
    Text,
    Unalias,
    columns,
    escape,
    hashed,
    month_of,
    parse,
    paths,
    shipped,
    unescape,
)

DAY, KEY = date(2011, 11, 8), "2011-11-08/aaaaaaaaaa"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
HEX = st.text("0123456789abcdef", min_size=8, max_size=8)
CLAIMS = st.builds(Claim, st.dates(), st.just("en"), st.just(KEY), st.just("slug"), TEXTS)
KEPT = st.builds(
    Text,
    st.dates(),
    st.sampled_from(["en", "zh", ""]),
    st.just(KEY),
    st.just("0123456789ab"),
    st.sampled_from(["", "ba9876543210"]),
    st.lists(HEX, max_size=3).map(tuple),
    TEXTS,
)
THINGS = st.builds(Name, TEXTS, TEXTS) | st.builds(Alias, TEXTS, TEXTS, TEXTS) | st.builds(Unalias, TEXTS, TEXTS, TEXTS)
DECISIONS = st.sampled_from(
    [
        Claim(DAY, "en", KEY, "wording", "0" * 24),
        Claim(DAY, "en", KEY, "merged", "2011-11-08/bbbbbbbbbb"),
        Claim(DAY, "en", KEY, "unmerged", "2011-11-08/bbbbbbbbbb"),
        Claim(DAY, "en", KEY, "withdrawn", "2024-05-06T07:08:09Z"),
        Claim(DAY, "en", KEY, "restored", "2024-05-06T07:08:09Z"),
    ]
)
LINES: st.SearchStrategy[Line] = CLAIMS | KEPT | THINGS | DECISIONS


@given(TEXTS)
def test_any_text_comes_back_from_its_escaped_form_which_has_no_tab_and_no_line_break(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not {"\t", "\n", "\r"} & set(escape(text))


@given(LINES)
def test_a_line_is_parsed_as_it_was_written(line: Line) -> None:
    written = "\t".join(columns(line))
    assert parse(written.split("\t")) == line


@given(LINES)
def test_the_shipped_form_of_a_line_is_a_line_of_the_same_month_and_is_shipped_as_itself(line: Line) -> None:
    hidden = shipped(columns(line))
    assert columns(parse(hidden)) == hidden == shipped(hidden)
    assert month_of(hidden) == month_of(columns(line))


def test_slugs_texts_and_names_are_shipped_as_hashes_and_nothing_else_is() -> None:
    slug = columns(Claim(DAY, "en", KEY, "slug", "secret"))
    text = columns(Text(DAY, "en", KEY, "0123456789ab", "", (), "secret"))
    for hidden in (shipped(slug), shipped(text)):
        assert hidden[-1].startswith("sha256:")
        assert "secret" not in hidden
    name = columns(Name("entity/en/Secret", "Secret"))
    assert "ecret" not in "".join(shipped(name))
    assert shipped(shipped(name)) == shipped(name)
    assert paths(name) == shipped(name)[1:2] == paths(shipped(name))
    wording = columns(Claim(DAY, "en", KEY, "wording", "0" * 24))
    assert shipped(wording) == wording


def test_lines_with_a_day_are_of_its_month_and_the_others_of_none() -> None:
    assert month_of(columns(Claim(DAY, "en", KEY, "slug", "s"))) == "2011-11"
    assert month_of(columns(Name("entity/en/Homs", "Homs"))) == "-"


@pytest.mark.parametrize("line", [MonthHash("2011-11", "0" * 64), MonthHash("-", "f" * 64), RootHash("a" * 64)])
def test_hashes_are_lines_too(line: MonthHash | RootHash) -> None:
    assert parse(columns(line)) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "slug",
        "slug\t2011-11-08\ten\t../..\ts",
        "slug\t2011-11-08\te n\t2011-11-08/abc\ts",
        "slug\t2011-11-08\ten\t2011-11-08/abc\ts\tt",
        "slug\t2011-11-08\ten\t2011-11-08/abc\ts\\",
        "slug\t2011-11-31\ten\t2011-11-08/abc\ts",
        "merged\t2011-11-08\ten\t2011-11-08/abc\tx",
        "unmerged\t2011-11-08\ten\t2011-11-08/abc\tx",
        "withdrawn\t2011-11-08\ten\t2011-11-08/abc\tyesterday",
        "text\t2011-11-08\ten\t2011-11-08/abc\t0123\t\t\tx",
        "text\t2011-11-08\ten\t2011-11-08/abc\t0123456789ab\t0123\t\tx",
        "text\t2011-11-08\ten\t2011-11-08/abc\t0123456789ab\t\t0123\tx",
        "name\tentity/en/Homs",
        "alias\ta\tb",
        "month\t2011\t" + "0" * 64,
        "month\t2011-11\t0",
        "root\t0",
        "Slug\t2011-11-08\ten\t2011-11-08/abc\ts",
    ],
)
def test_what_says_nothing_is_not_a_line(line: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        parse(line.split("\t"))


def test_a_line_of_a_type_that_is_not_known_is_told_apart() -> None:
    with pytest.raises(LookupError, match="story"):
        parse(["story", "a", "b"])


def test_a_hash_has_twenty_four_digits_and_a_month_seven_characters() -> None:
    assert hashed("abc") == "ba7816bf8f01cfea414140de"
    assert month_of(["text", "2011-11-08", "en", "2011-11-08/a"]) == month_of(["slug", "2011-11-08"]) == "2011-11"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("slug\t2011-11-08\ten\t2011-11-08/\ta", "slug\t2011-11-08\ten\t2011-11-08/a\ta"),
        ("slug\t2011-11-08\ten!\t2011-11-08/a\ta", "slug\t2011-11-08\t\t2011-11-08/a\ta"),
        ("merged\t2011-11-08\ten\t2011-11-08/a\tb", "merged\t2011-11-08\ten\t2011-11-08/a\t2011-11-08/b"),
        ("unmerged\t2011-11-08\ten\t2011-11-08/a\tb", "unmerged\t2011-11-08\ten\t2011-11-08/a\t2011-11-08/b"),
        (
            "withdrawn\t2011-11-08\ten\t2011-11-08/a\tnow",
            "withdrawn\t2011-11-08\ten\t2011-11-08/a\t2011-11-08T12:00:00Z",
        ),
        ("restored\t2011-11-08\ten\t2011-11-08/a\tnow", "restored\t2011-11-08\ten\t2011-11-08/a\t2011-11-08T12:00:00Z"),
        (
            "text\t2011-11-08\ten\t2011-11-08/a\t0123456789ab\t0123\t\tWords",
            "text\t2011-11-08\ten\t2011-11-08/a\t0123456789ab\t0123456789ab\t01234567,89abcdef\tWords",
        ),
        (
            "text\t2011-11-08\ten\t2011-11-08/a\t0123456789ab\t\t0123\tWords",
            "text\t2011-11-08\ten\t2011-11-08/a\t0123456789ab\t\t\tWords",
        ),
        (
            "text\t2011-11-08\ten\tx\t0123456789ab\t\t\tWords",
            "text\t2011-11-08\ten\t2011-11-08/a\t0123456789ab\t\t\tWords",
        ),
        (
            "text\t2011-11-08\ten!\t2011-11-08/a\t0123456789ab\t\t\tW",
            "text\t2011-11-08\t\t2011-11-08/a\t0123456789ab\t\t\tW",
        ),
        (
            "text\t2011-11-08\ten\t2011-11-08/a\t0123\t\t\tWords",
            "text\t2011-11-08\ten\t2011-11-08/a\t0123456789ab\t\t\tWords",
        ),
        (f"month\t2011\t{'0' * 64}", f"month\t2011-11\t{'0' * 64}"),
        (f"month\t2011-11\t{'0' * 63}", f"month\t-\t{'0' * 64}"),
        (f"root\t{'0' * 63}", f"root\t{'0' * 64}"),
    ],
)
def test_each_column_must_be_what_it_says(wrong: str, right: str) -> None:
    assert "\t".join(columns(parse(right.split("\t")))) == right
    with pytest.raises(ValueError, match=r"no such (event|revision)|not a line of a ledger|does not match format"):
        parse(wrong.split("\t"))


@pytest.mark.parametrize("text", [f"sha256:{'0' * 24}", f"sha256:{'0' * 23}", "Words"])
def test_only_the_whole_hash_of_a_text_hides_it(text: str) -> None:
    line = Text(date(2011, 11, 8), "en", "2011-11-08/a", "0123456789ab", "", (), text)
    assert line.is_told is (text != f"sha256:{'0' * 24}")
    assert (shipped(columns(line)) == columns(line)) is not line.is_told


def test_the_paths_that_a_line_names_are_told_by_their_hashes() -> None:
    one, other = (f"sha256:{hashed(path)}" for path in ("entity/en/A", "entity/en/B"))
    assert paths(["name", "entity/en/A", "A"]) == [one]
    assert paths(["alias", "entity/en/A", "entity/en/B", "why"]) == [one, other]
    assert paths(["unalias", one, "entity/en/B", "why"]) == [one, other]
    assert paths(["slug", "2011-11-08", "en", "2011-11-08/a", "b"]) == []
