"""Chinese titles with the markup of LanguageConverter: readable, and one in each script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.context.dialect import Context
from kg.dialects.context.scripts import in_scripts, readable
from kg.dialects.item import Item, Tally, content, fold

CHESS = "-{zh-hans:国际象棋; zh-hant:西洋棋;}-"
PATH = "zh/news/2018/4/14/a.md"


@pytest.mark.parametrize(
    ("title", "plain", "simplified", "traditional"),
    [
        (CHESS, "国际象棋", "国际象棋", "西洋棋"),
        (f"前{CHESS}冠軍", "前国际象棋冠軍", "前国际象棋冠軍", "前西洋棋冠軍"),
        ("-{zh-tw:葉門; zh-hk:也門; zh-cn:也门}-", "也门", "也门", "葉門"),
        ("-{zh-hk:也門}-", "也門", "也門", "也門"),
        ("-{zh:甲;zh-hans:乙;zh-tw:丙;}-", "甲", "乙", "丙"),
        ("-{zh-sg:乙;zh-mo:丙}-", "乙", "乙", "丙"),
        ("-{zh-cn:乙; zh-tw:zh-tw:丙;}-", "乙", "乙", "丙"),
        ("-{ZH-HANS: 乙 ; Zh-Hant:丙}-", "乙", "乙", "丙"),
        ("-{A|zh-hans:乙;zh-hant:丙}-", "乙", "乙", "丙"),
        ("-{H|zh-hans:乙;zh-hant:丙}-甲", "甲", "甲", "甲"),
        ("-{T|zh-hans:乙;zh-hant:丙}-甲", "甲", "甲", "甲"),
        ("-{zh-hans:a;b;zh-hant:c&d;}-", "a;b", "a;b", "c&d"),
        ("-{甲=>zh-hans:乙;甲=>zh-hant:丙}-", "乙", "乙", "丙"),
        ("-{zh-hans:-{乙}-;zh-hant:丙}-", "乙", "乙", "丙"),
        ("-{zh-hans:乙;zh-hant:丙}- -{", "乙 -{", "乙 -{", "丙 -{"),
    ],
)
def test_a_title_says_in_each_script_what_that_has(title: str, plain: str, simplified: str, traditional: str) -> None:
    assert readable(title) == plain
    assert in_scripts(title) == (("zh-Hans", simplified), ("zh-Hant", traditional))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("宫城县-{栗}-原市", "宫城县栗原市"),
        ("公-{}-车", "公车"),
        ("-{R|a;b}-", "a;b"),
        ("-{zh-hans|乙}--{zh-hant|丙}-", "乙"),
        ("甲}-乙", "甲}-乙"),
        ("甲-{乙", "甲-{乙"),
        ("甲", "甲"),
        ("a - {b} -", "a - {b} -"),
    ],
)
def test_markup_without_script_variants_is_removed(title: str, shown: str) -> None:
    assert readable(title) == shown
    assert in_scripts(title) == ()


def test_deep_markup_is_read_in_time_and_its_depth_has_an_end() -> None:
    assert readable("-{" * 200_000 + "}-" * 200_000)
    assert readable("-{" * 10 + "甲" + "}-" * 10) == "甲"


@given(
    st.lists(st.sampled_from(["-{", "}-", "zh-hans:", "zh-tw:", ";", "|", "A", "=>", "甲", " "]), max_size=20).map(
        "".join
    )
)
def test_any_title_is_read(title: str) -> None:
    readable(title)
    assert all(text == " ".join(text.split()) for _, text in in_scripts(title))


def item(page: str, path: str = PATH) -> Item:
    dialect = Context()
    record = dialect.parse(path, page)
    assert record
    return next(iter(dialect.items(path, record, Tally(), "zh")))


def test_an_event_page_is_named_by_its_title_as_printed_and_has_it_in_each_script() -> None:
    found = item(f"### [2018-04-14](/news/2018/4/14/index.md)\n\n##### {CHESS}\n# 前{CHESS}冠軍\n\n\n\n")
    assert (found.title, found.printed_title) == ("前国际象棋冠軍", f"前{CHESS}冠軍")
    assert found.scripts == (("zh-Hans", "前国际象棋冠軍"), ("zh-Hant", "前西洋棋冠軍"))
    assert found.mention_labels == ("国际象棋", "西洋棋")
    assert content(found).startswith(f"title 前{CHESS}冠軍\n")
    assert fold("前国际象棋冠軍") in found.wordings
    assert fold(f"前{CHESS}冠軍") in found.wordings


def test_a_title_without_markup_is_printed_as_it_is_read() -> None:
    found = item("### [2018-04-14](/news/2018/4/14/index.md)\n\n# 甲 乙\n\n\n\n")
    assert (found.title, found.printed_title, found.scripts) == ("甲 乙", "", ())


def test_markup_of_chinese_is_text_on_an_english_page() -> None:
    page = (
        "### [2018-04-14](/news/2018/4/14/index.md)\n\n# a -{b}- c\n\n\n\n### Source:\n\n1. [d](http://a.example)\n\n"
    )
    assert item(page, "news/2018/4/14/a.md").title == "a -{b}- c"


def test_zero_width_characters_are_out_of_titles_and_stay_in_names() -> None:
    found = item("### [2018-04-14](/news/2018/4/14/index.md)\n\n# 甲\u200b乙\n\n\n\n")
    assert (found.title, found.printed_title) == ("甲乙", "甲\u200b乙")
