from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.http.negotiate import (
    DOCUMENT_FORMATS,
    GRAPHS,
    HTML,
    PAGE_FORMATS,
    choose,
    media_type,
    named,
    parse,
    split,
)
from kg.rdf.formats import JSONLD_FORMS, PROFILE

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "turtle"),
        ("", "turtle"),
        ("*/*", "html"),
        (BROWSER, "html"),
        ("text/turtle", "turtle"),
        ("TEXT/TURTLE", "turtle"),
        ("text/turtle;charset=utf-8", "turtle"),
        ("text/turtle;q=0.3, application/ld+json;q=0.9", "jsonld"),
        ("application/ld+json;q=0.9, text/turtle", "turtle"),
        ("text/turtle;q=0.501, application/ld+json;q=0.502", "jsonld"),
        ("application/ld+json;q=0, text/turtle;q=0.1", "turtle"),
        ("*/*;q=0.9, text/turtle;q=0.1, text/html;q=0", "jsonld"),
        ("text/*;q=0.9, text/turtle;q=0.1, text/html;q=0.1, application/ld+json;q=0.5", "jsonld"),
        ("text/turtle, */*", "turtle"),
        ("application/*", "jsonld"),
        ("application/json", "plain-json"),
        ('application/ld+json;profile="http://a.example/a,b;c", text/turtle;q=0.1', "jsonld"),
        ("  application/x-nope ;q=1 ,\ttext/turtle ; q=0.5 ", "turtle"),
        ("application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5,*/*;q=0.1", "rdfxml"),
        ("garbage", "html"),
        (";;;", "html"),
        ("*/turtle", "html"),
        ("text/turtle;q=nan, */*;q=1e400", "html"),
        ("text/turtle;q=2, application/n-triples;q=0.1", "ntriples"),
    ],
)
def test_the_format_follows_the_accept_header(accept: str | None, name: str) -> None:
    chosen = choose(DOCUMENT_FORMATS, accept)
    assert chosen
    assert chosen.name == name


LD = "application/ld+json"


def profiles(*forms: str, q: str = "") -> str:
    """A media range for JSON-LD with a profile of these forms, or with any other text."""
    names = " ".join(one if ":" in one else PROFILE + one for one in forms)
    return f'{LD};profile="{names}"{q and f";q={q}"}'


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (LD, "jsonld"),
        (profiles("framed"), "jsonld"),
        (profiles("compacted"), "jsonld-compacted"),
        (profiles("flattened"), "jsonld-flattened"),
        (profiles("expanded"), "jsonld-expanded"),
        # Several: the form that satisfies most of them, and the first of equals.
        (profiles("flattened", "compacted"), "jsonld-flattened"),
        (profiles("flattened", "expanded"), "jsonld-expanded"),
        (profiles("framed", "expanded"), "jsonld"),
        # Unknown ones are ignored, alone and among others, so they never lead to 406.
        (profiles("http://a.example/profile"), "jsonld"),
        (profiles("streaming"), "jsonld"),
        (profiles("http://a.example/profile", "expanded"), "jsonld-expanded"),
        (profiles(""), "jsonld"),
        # Weights, and media ranges of different specificity.
        (f"{profiles('expanded', q='0.5')}, {LD};q=0.9", "jsonld"),
        (f"{profiles('expanded')}, {LD};q=0.9", "jsonld-expanded"),
        (f"{profiles('expanded', q='0.8')}, {profiles('flattened', q='0.9')}", "jsonld-flattened"),
        (f"{profiles('framed', q='0')}, {LD}", "jsonld-compacted"),
        (f"{profiles('expanded')}, text/turtle", "jsonld-expanded"),
        (f"{profiles('expanded', q='0.5')}, text/turtle", "turtle"),
        # The spellings that RFC 9110 allows: any case, spaces around ";", escapes, and a charset.
        (f'Application/LD+JSON ; Charset="utf-8" ; PROFILE="{PROFILE}expanded"', "jsonld-expanded"),
        (f'{LD};profile="{PROFILE}exp\\anded"', "jsonld-expanded"),
        (f"{LD};profile={PROFILE}expanded", "jsonld-expanded"),
        (f'{LD};q=1;profile="{PROFILE}expanded"', "jsonld"),  # after q there are no parameters of the type
        (f'{LD};profile="{PROFILE}expanded', "jsonld"),  # the quote does not end
    ],
)
def test_the_form_of_json_ld_follows_the_profile(accept: str, name: str) -> None:
    chosen = choose(DOCUMENT_FORMATS, accept)
    assert chosen
    assert chosen.name == name


@pytest.mark.parametrize("form", ["framed", "compacted", "flattened", "expanded"])
def test_query_results_have_one_form_whichever_is_requested(form: str) -> None:
    chosen = choose(GRAPHS, profiles(form))
    assert chosen
    assert (chosen.media_type, chosen.profiles) == (LD, ())


def test_a_form_with_weight_zero_is_not_chosen() -> None:
    assert choose(JSONLD_FORMS[:1], f"{profiles('framed', q='0')}, {LD}") is None
    assert choose(JSONLD_FORMS[:1], profiles("expanded")) is None


def test_a_page_offers_each_media_type_once_and_a_document_every_form() -> None:
    assert len({one.media_type for one in PAGE_FORMATS}) == len(PAGE_FORMATS)
    assert set(PAGE_FORMATS) | set(JSONLD_FORMS) == set(DOCUMENT_FORMATS)
    assert len({one.suffix for one in DOCUMENT_FORMATS}) == len(DOCUMENT_FORMATS)


@given(st.lists(st.sampled_from(["framed", "compacted", "flattened", "expanded", "streaming", "x:y", ""]), max_size=6))
def test_json_ld_is_found_for_any_list_of_profiles_and_honours_one_that_is_known(forms: list[str]) -> None:
    chosen = choose(DOCUMENT_FORMATS, profiles(*forms))
    assert chosen
    assert chosen.media_type == LD
    known = {PROFILE + one for one in forms} & {profile for form in JSONLD_FORMS for profile in form.profiles}
    assert not known or known & set(chosen.profiles)


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0", "text/plain, image/*"])
def test_nothing_is_chosen_if_nothing_is_acceptable(accept: str) -> None:
    assert choose(DOCUMENT_FORMATS, accept) is None


def test_a_wildcard_does_not_name_a_type() -> None:
    assert named("text/html;q=0.1", HTML.media_type)
    assert not named("text/*, */*", HTML.media_type)
    assert not named(None, HTML.media_type)


def test_quoted_separators_do_not_split() -> None:
    assert split(r'a="x,\",y",b', ",") == [r'a="x,\",y"', "b"]


def test_content_types_have_a_type_and_parameters() -> None:
    assert media_type('Text/Turtle; Charset="UTF-8"; x') == ("text/turtle", {"charset": "UTF-8", "x": ""})
    assert media_type(None) == ("", {})


@given(st.text(max_size=300))
def test_no_header_makes_the_parser_fail(header: str) -> None:
    assert all(0 <= one.weight <= 1 for one in parse(header))
