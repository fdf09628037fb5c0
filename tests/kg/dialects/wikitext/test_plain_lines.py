"""Text read without a parse tree is read as mwparserfromhell reads it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.dialects.wikitext import inline
from kg.dialects.wikitext.plain_lines import Piece, pieces

FRAGMENTS = (
    "Shops", " ", "in", "[[Homs]]", "[[India]]n", "[[Homs|the city]]", "[[:Homs]]", "[[w:Homs]]",
    "[[File:a.jpg]]", "[[ ]]", "[[n:News|x]]", "[[Homs|'''x''']]", "[[a#b]]", "[[a//b]]", "[[http://e.org|x]]",
    "[http://e.org (BBC)]", "[http://e.org]", "[https://e.org/a?b=c&d=e ''(AP)'']", "[http://e.org/&lt; x]",
    "[http://e.org/;a&b x]", "[HTTP://e.org x]", "[ftp://e.org x]", "[//e.org x]", "[http://e.org  two]",
    "[http://e.org\tx]", "http://e.org", "mailto:a@e.org", "news:a", "''", "'''", "'''''", "'", "''x'''s", "[",
    "]", "[[", "]]", "{{x}}", "{|", "<b>", "&amp;", "&", "|", "=", "== a ==", "----", ":", ";", "*", "#", "\n",
    "\u00a0", "\u200e", "\ufffc", "\ue000", "é", "中文", "%20", "_", "__TOC__", "~~~~", "RFC 2616",
    "ISBN 1234567890",
)  # fmt: skip
WIKITEXT = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=5)), max_size=8).map("".join)


@example("\0")
@given(WIKITEXT)
def test_simple_wikitext_reads_as_the_parser_of_wikitext_reads_it(source: str) -> None:
    found = inline.read.__wrapped__(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inline, "pieces", lambda text: None)
        assert inline.read.__wrapped__(source) == found


def test_text_links_and_bracketed_addresses_are_simple() -> None:
    assert pieces("Shops in [[Homs]] and [[Hama|the city]] [http://e.org/a (BBC)][http://e.org]") == [
        Piece("Shops in "),
        Piece("", target="Homs"),
        Piece(" and "),
        Piece("the city", target="Hama"),
        Piece(" "),
        Piece("(BBC)", url="http://e.org/a"),
        Piece("", url="http://e.org"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "{{cite}}", "<ref>x</ref>", "a &amp; b", "http://e.org", "[http://e.org/&lt;x y]", "[[a|b|c]]", "[[a]",
        "[[a [[b]]]]", "== a ==", "----", "a\nb", "[//e.org x]", "[[a//b]]", "mailto:a@e.org",
        "[http://e.org 'see' http://e.com]",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_parser_of_wikitext(source: str) -> None:
    assert pieces(source) is None
