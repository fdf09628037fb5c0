"""IRIs: their normal form, the keys of events, and which printed addresses can be IRIs."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kg.rdf.iri import EVENT_KEY_LENGTH, URL_LENGTH, Minter, clean_url, event_key, respell, slug, spell

DAY = date(2011, 11, 8)
MINTER = Minter("http://127.0.0.1:8000/")
characters = st.text(st.characters(codec="utf-8"))


# ---- The normal form.


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("São Paulo", "S%C3%A3o%20Paulo"),
        ("Sa\u0303o", "S%C3%A3o"),
        ("a/b", "a/b"),
        ("AC/DC_(band)", "AC/DC_(band)"),
        ("Who's,_on;first:1=2!$*+@~", "Who's,_on;first:1=2!$*+@~"),
        ("100%", "100%25"),
        ("a?b#c", "a%3Fb%23c"),
        ('[a]{b}"<c>^`|\\', "%5Ba%5D%7Bb%7D%22%3Cc%3E%5E%60%7C%5C"),
        ("霍", "%E9%9C%8D"),
    ],
)
def test_a_path_is_spelled_in_nfc_with_upper_case_hex(text: str, spelled: str) -> None:
    assert spell(text) == spelled


@pytest.mark.parametrize(
    ("requested", "spelled"),
    [
        ("S%c3%a3o", "S%C3%A3o"),
        ("São", "S%C3%A3o"),
        ("a%2Fb", "a/b"),
        ("%41", "A"),
        ("100%25", "100%25"),
        ("%zz", "%25zz"),
    ],
)
def test_every_encoding_of_a_path_is_the_same_path(requested: str, spelled: str) -> None:
    assert respell(requested) == spelled


@given(characters)
@example("%2525")
@example("%C3")
def test_respelling_twice_changes_nothing(path: str) -> None:
    assert respell(respell(path)) == respell(path)


@given(characters)
def test_a_spelled_path_is_its_own_spelling(text: str) -> None:
    assert respell(spell(text)) == spell(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9/:@!$&'()*+,;=._~-]|%[0-9A-F]{2})*", spell(text))


# ---- Minting.


def test_things_have_readable_iris_under_the_base() -> None:
    base = MINTER.base
    assert MINTER.day(DAY) == f"{base}day/2011-11-08"
    assert (MINTER.month(DAY), MINTER.year(DAY)) == (f"{base}month/2011-11", f"{base}year/2011")
    assert MINTER.entity("en", "São Paulo (state)") == f"{base}entity/en/S%C3%A3o_Paulo_(state)"
    assert MINTER.geonames(169577) == f"{base}entity/geonames/169577"
    assert MINTER.category("Law and crime") == f"{base}category/law-and-crime"
    assert MINTER.organization("bücher.example") == f"{base}publisher/b%C3%BCcher.example"
    assert (
        MINTER.page("news/2011/11/8/a b.md", "0123456789abcdef" * 4)
        == f"{base}page/news/2011/11/8/a%20b.md/0123456789abcdef"
    )


def test_the_same_content_is_the_same_revision() -> None:
    event = f"{MINTER.base}event/2011-11-08/abcdefghij"
    assert MINTER.revision(event, "a") == MINTER.revision(event, "a") != MINTER.revision(event, "b")
    assert re.fullmatch(rf"{event}/revision/[0-9a-f]{{12}}", MINTER.revision(event, "a"))


# ---- Slugs.


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Armed conflicts & attacks", "armed-conflicts-attacks"),
        ("snake_case", "snake-case"),
        ("Télam", "t%C3%A9lam"),
        ("Te\u0301lam", "t%C3%A9lam"),
        ("霍姆斯", "%E9%9C%8D%E5%A7%86%E6%96%AF"),
    ],
)
def test_a_slug_is_lower_case_words_of_any_script(label: str, expected: str) -> None:
    assert slug(label) == expected


@given(characters)
def test_no_slug_is_empty_or_has_a_slash(label: str) -> None:
    assert slug(label)
    assert "/" not in slug(label)
    assert unquote(slug(label)).casefold() == unquote(slug(label))


def test_labels_without_words_have_slugs_of_their_own() -> None:
    assert len({slug("—"), slug("!"), slug("")}) == 3


# ---- Keys of events.


def test_the_key_of_an_event_never_changes() -> None:
    assert event_key("en", DAY, "a city falls") == "mngjnxu2eo"


def test_the_key_depends_on_edition_day_wording_and_attempt() -> None:
    keys = {
        event_key("en", DAY, "a"),
        event_key("zh", DAY, "a"),
        event_key("en", date(2011, 11, 9), "a"),
        event_key("en", DAY, "b"),
        event_key("en", DAY, "a", 1),
        event_key("en", DAY, "a1"),
    }
    assert len(keys) == 6


@given(st.text(), st.integers(0, 5))
def test_a_key_is_ten_characters_of_base32(wording: str, attempt: int) -> None:
    assert re.fullmatch(rf"[a-z2-7]{{{EVENT_KEY_LENGTH}}}", event_key("en", DAY, wording, attempt))


# ---- Printed addresses.


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("http://a.example/b?c=d&e=f#g", "http://a.example/b?c=d&e=f#g"),
        (" https://a.example ", "https://a.example"),
        ("ftp://a.example/b", "ftp://a.example/b"),
        ("HTTP://A.example/B", "http://a.example/B"),
        ("Https://a.example", "https://a.example"),
        ("fTP://a.example/b", "ftp://a.example/b"),
        ("//a.example/b", "http://a.example/b"),
        ("http://a.example/b c", "http://a.example/b%20c"),
        ("http://a.example/{b}|<c>", "http://a.example/%7Bb%7D%7C%3Cc%3E"),
        ("http://a.example/b\"c'd", "http://a.example/b%22c'd"),
        ("http://a.example/b(c)", "http://a.example/b(c)"),
        ("http://a.example/[b]?c[]=d#[e]", "http://a.example/%5Bb%5D?c%5B%5D=d#%5Be%5D"),
        ("http://a.example/b#c#d", "http://a.example/b#c%23d"),
        ("http://a.example/%e9%20b", "http://a.example/%e9%20b"),
        ("http://a.example/100%", "http://a.example/100%25"),
        ("http://a.example/é", "http://a.example/%C3%A9"),
        ("http://ünï.example/", "http://xn--n-nga1b.example/"),
        ("http://пример.рф/я", "http://xn--e1afmkfd.xn--p1ai/%D1%8F"),
        ("http://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.рф", "http://xn--e1afmkfd.xn--p1ai"),
        ("http://XN--E1AFMKFD.xn--p1ai/", "http://xn--e1afmkfd.xn--p1ai/"),
        ("http://straße.example/", "http://xn--strae-oqa.example/"),
        ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://user:pass@a.example:8080/", "http://a.example:8080/"),
        ("http://user@a.example/b@c", "http://a.example/b@c"),
        ("http://a@b@c.example/", "http://c.example/"),
        ("http://a.example:", "http://a.example"),
        ("http://a.example:/b", "http://a.example/b"),
        ("http://a.example:80/b", "http://a.example/b"),
        ("https://a.example:80/b", "https://a.example:80/b"),
        ("http://a.example./b", "http://a.example/b"),
        ("http://192.0.2.1/b", "http://192.0.2.1/b"),
        ("http://a-.b_c.example/", "http://a-.b_c.example/"),
        ("http://a.example/b?", "http://a.example/b"),
        ("http://a.example/b?#", "http://a.example/b"),
        ("http://a.example/b?#c", "http://a.example/b#c"),
        ("http://a.example/b??", "http://a.example/b??"),
    ],
)
def test_a_printed_address_is_cleaned_into_an_iri(printed: str, expected: str) -> None:
    assert clean_url(printed) == expected
    NamedNode(expected)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "a.example/b",
        "www.a.example",
        "javascript:alert(1)",
        "data:text/html,a",
        "file:///etc/passwd",
        "mailto:a@a.example",
        "http:a.example",
        "http://",
        "http:///b",
        "http://a.example:port/",
        "http://a.example:99999/",
        "http://a:b:c/",
        "http://New Zealand Herald",
        "http://New%20Zealand%20Herald",
        "http://New",
        "http://user:pass@",
        "http://a..example/",
        "http://.example/",
        "http://a.b/",
        "http://a.1/",
        "http://1.2.3/",
        "http://1.2.3.256/",
        "http://a,b.example/",
        "http://(a.example)/",
        "http://a.example\\b",
        "http://\u2764.example/",
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 125}example/",
        "http://[::1",
        "http://[::1]:80/",
        f"http://a.example/{'b' * URL_LENGTH}",
    ],
)
def test_text_that_cannot_be_an_address_is_refused(printed: str) -> None:
    assert clean_url(printed) is None


pieces = st.sampled_from(
    [
        "http:",
        "https:",
        "//",
        "/",
        "a.example",
        ":",
        "80",
        "@",
        "[",
        "]",
        "::1",
        "?",
        "#",
        "%",
        "%41",
        " ",
        "é",
        "\\",
        "|",
        "{",
        '"',
    ]
)


@given(st.lists(pieces | st.text(st.characters(codec="utf-8"), max_size=3), max_size=10).map("".join))
def test_a_cleaned_address_is_always_an_iri_of_an_allowed_scheme(text: str) -> None:
    for printed in (text, f"http://{text}", f"http://a.example/{text}"):
        cleaned = clean_url(printed)
        if cleaned is not None:
            NamedNode(cleaned)
            assert cleaned.partition(":")[0].lower() in ("http", "https", "ftp")
            assert clean_url(cleaned) == cleaned or len(cleaned) > URL_LENGTH
