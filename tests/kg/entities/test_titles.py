"""Titles of articles: a test for each rule of MediaWiki, then properties of any text, and the folding of keys."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.wikitext.inline import article_title
from kg.entities.titles import LONGEST, article, key, normal
from kg.rdf.iri import Minter

MINTER = Minter("http://127.0.0.1:8000/")


# ---- The title that a target leads to.


@pytest.mark.parametrize(
    "printed",
    [
        "river Thames", "River_Thames", "__River \u2003 Thames_", " :river Thames", "River Thames # Locks",
        "River%20Thames",
        "River&nbsp;Thames", "River&#32;Thames", "River&#x20;Thames", "\u200eRiver\u200f Th\u202aames\u202e",
        "River\u3000Thames", "w:river Thames", ":en:River Thames", "EN : river Thames", "w:en:river Thames",
    ],
)  # fmt: skip
def test_spellings_of_one_title(printed: str) -> None:
    assert article(printed) == "River Thames"


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("ångström", "Ångström"),
        ("e%CC%81clair", "Éclair"),
        ("e&#769;clair", "Éclair"),
        ("\u212bland", "Åland"),
        ("caf&eacute;", "Café"),
        ("%C3%A9toile", "Étoile"),
        ("a&amp;b", "A&b"),
        ("Q&A", "Q&A"),
        ("Q&amp;#233;", "Q&"),  # a fragment
        ("100% wool", "100% wool"),
        ("&copy no semicolon", "&copy no semicolon"),
        ("...and you", "...and you"),
        ("a/b./c", "A/b./c"),
        ("~~", "~~"),
        ("2001: a voyage", "2001: a voyage"),
        ("Foo: bar", "Foo: bar"),
        ("zero\u200bwidth", "Zero\u200bwidth"),
        ("中国", "中国"),
        ("/usr", "/usr"),
    ],
)
def test_which_escapes_are_decoded(printed: str, title: str) -> None:
    assert article(printed) == title


@pytest.mark.parametrize(
    ("letter", "capital"),
    [("é", "É"), ("ж", "Ж"), ("ı", "I"), ("ÿ", "Ÿ"), ("ǆ", "Ǆ"), ("ǅ", "ǅ"), ("ᾳ", "ᾼ"), ("ᾀ", "ᾈ"), ("ς", "Σ")]
    + [(same, same) for same in "ßŉǰΐևẖﬁﬀᾶⅷⓐაჰ中ª\U00016e60"]
    + [("\U00010428", "\U00010400")],
)
def test_the_first_letter_is_a_capital_if_it_has_one_of_one_character(letter: str, capital: str) -> None:
    assert article(f"{letter}x") == f"{capital}x"


@pytest.mark.parametrize(
    "printed",
    [
        "", " ", ":", "_", "#", "#History", "::A", ": :A", "en:", "en::A",
        "a<b", "a>b", "a[b", "a]b", "a{b", "a}b", "a|b", "a\tb", "a\nb", "a\x00b", "a\x7fb", "a#<b>", "a#b\n",
        "%3Ca", "&lt;a", "a&#124;b", "%7Ba", "a%0Ab", "a&#10;b",
        "a%2541", "a&#37;41", "a&amp;eacute;", "a&nosuchname;", "AT&T;", "a&ж;",
        "a\ufffdb", "a\ufffeb", "a\uffffb", "a\ufdd0b", "a#\ufffd", "%FF", "%ED%A0%80", "&#128;", "&#xD800;",
        "&#0;", "&#x110000;", f"&#{'9' * 5000};", f"&#x{'f' * 5000};",
        ".", "..", "./a", "../a", "a/./b", "a/../b", "a/.", "a/..", "a~~~b",
        "https://a.example", "//a.example", "MailTo:a", "news:a", "ftp://a",
    ],
)  # fmt: skip
def test_titles_that_no_page_can_have(printed: str) -> None:
    assert article(printed) is None


def test_half_of_a_surrogate_pair_is_not_a_title() -> None:
    assert article("a\ud800b") is None
    assert normal("a\ud800b") is None


@pytest.mark.parametrize(
    "printed",
    [
        "File:A.jpg", "image:a", "Category : A", ":Category:A", "category_talk:A", "Talk:A", "USER:A",
        "User talk:A", "WP:A",
        "WT:A", "TM:A", "Wikipedia:A", "Project talk:A", "Portal:A", "Template:A", "Special:A", "Media:A",
        "MediaWiki:A",
        "Module:A", "Draft:A", "Help:A", "MOS:A", "&#102;ile:A", "%46ile:A",
        "de:A", "DE:A", "zh:A", "zh-min-nan:A", "simple:A", "w:de:A", "de:en:fr:A", "w:File:A", "ſe:A",
        "n:A", "Wikt:a", "wiktionary:a", "commons:A", "m:A", "d:Q1", "doi:10.1/a", "IMDbTitle:1",
    ],
)  # fmt: skip
def test_titles_that_lead_elsewhere(printed: str) -> None:
    assert article(printed) is None


def test_each_wiki_has_namespaces_and_neighbours_of_its_own() -> None:
    for printed in ("分类:甲", "檔案:甲", "用户讨论:甲", "模块:甲", "維基百科:甲", "T:甲", "File:甲", "en:A", "w:A"):
        assert article(printed, "zh") is None
    for printed in ("zh:甲", "zh-tw:甲", "w:zh:甲", "en:zh:甲", "甲"):
        assert article(printed, "zh") == "甲"
    assert article("分类:甲") == "分类:甲"
    assert article("T:甲") == "T:甲"
    assert article("Fichier:A", "fr") == "Fichier:A"
    assert article("fr:a", "fr") == "A"


def test_a_title_has_at_most_255_bytes() -> None:
    assert article("é" * 127 + "#" + "é" * 200) == "É" + "é" * 126
    assert article("é" * 128) is None
    assert article("ɐ" + "a" * (LONGEST - 2)) is None  # 255 bytes, and 256 with the capital


def test_decoded_text_is_not_decoded_again() -> None:
    assert article("A%41") == "AA"
    assert article_title("A%2541") == "A%41"
    assert normal("A%41") is None
    assert normal("A&eacute;") is None
    assert normal("a_b ") == "A b"


# ---- Any text.

PIECES = (
    "a|B|é|e\u0301|ß|ǆ|ა|中|_| |\u00a0|\u2003|\u200e|:|::|#|%|%41|%25|%C3%A9|%FF|&|;|&amp;|&eacute;|&#65;|&#x2F;|/|.|"
    "..|~|~~~|File|Talk|de|en|zh|w|News|http|//|<|[|{|\ufffd|\ud800|\u0130|i\u0307|\u017f|I\u0307|\u037e|\u212a|\n|\t|\x7f"
)
printed_targets = st.lists(st.sampled_from(PIECES.split("|")) | st.characters(codec=None), max_size=9).map("".join)
languages = st.sampled_from(["en", "zh", "fr", "zh-min-nan"])


@given(printed_targets, languages)
def test_a_title_leads_to_itself(printed: str, language: str) -> None:
    title = article(printed, language)
    if title is not None:
        assert article(title, language) == title
        assert normal(title, language) == title


@given(printed_targets, languages)
def test_a_title_can_be_minted(printed: str, language: str) -> None:
    for title in (article(printed, language), normal(printed, language)):
        if title is not None:
            assert unicodedata.is_normalized("NFC", title)
            assert title == " ".join(title.split(" "))
            iri = MINTER.entity(language, title)
            assert iri.startswith(f"{MINTER.base}entity/{language}/")
            assert MINTER.entity(language, title.replace(" ", "_")) == iri


# ---- Keys.


@pytest.mark.parametrize(
    "titles",
    [
        ("Siege of Homs", "Siege Of Homs", "siege of homs", "SIEGE OF HOMS"),
        ("Coup d'état", "Coup d’etat", "Coup d`État", "Coup d´e\u0301tat"),
        ("2015–16 season", "2015-16 season", "2015—16 season", "2015\u201216 season", "2015/16 season"),
        ("A.C. Milan", "AC Milan"),
        ("U.S. Senate", "US Senate"),
        ("Straße", "Strasse", "STRASSE"),
        ("Łódź", "Lodz"),
        ("Ørsted", "Orsted"),
        ("Ǿ", "Ø", "O"),
        ("Encyclopædia", "Encyclopaedia", "ENCYCLOPÆDIA"),
        ("ʿAli", "ʾAli", "Ali", "‘Ali"),
        ("İzmir", "Izmir"),
        ("ﬁrst", "first", "ＦＩＲＳＴ"),
        ("Georgia (country)", "Georgia, country"),
        ("巴拉克·奥巴马", "巴拉克・奥巴马"),
        ("Άθως", "Αθως", "ΑΘΩΣ"),
    ],
)
def test_titles_of_one_key(titles: tuple[str, ...]) -> None:
    assert len(set(map(key, titles))) == 1


@pytest.mark.parametrize(
    "titles",
    [
        ("C", "C++", "C#", "C&", "C%"),
        ("AT&T", "AT T"),
        ("2015", "2016"),
        ("iOS 9.1", "iOS 91"),
        ("Mercury", "Mercury (disambiguation)"),
        ("Москва", "Moskva"),
        ("и", "й"),
        ("カ", "ガ"),
        ("中国", "中國"),
        ("!!!", "???", "—"),
        ("क", "कि"),
    ],
)
def test_titles_of_several_keys(titles: tuple[str, ...]) -> None:
    assert len(set(map(key, titles))) == len(titles)


@given(st.text(min_size=1))
def test_a_key_is_never_empty_and_has_single_spaces(title: str) -> None:
    found = key(title)
    assert found == title or (found and found == " ".join(found.split()))


@given(st.text(st.characters(codec="latin-1"), min_size=1))
def test_a_key_does_not_depend_on_case_or_composition(title: str) -> None:
    assert key(unicodedata.normalize("NFD", title)) == key(title) or key(title) == title
    if any(map(str.isalnum, title)):
        assert key(title.swapcase()) == key(title)
