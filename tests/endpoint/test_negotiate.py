from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.negotiate import DOCUMENT_FORMATS, HTML, choose, media_type, named, parse, split

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "html"),
        ("", "html"),
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
