"""The inline wikitext of one bullet: a test for each rule, then properties of any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dialects.record import Link
from kg.dialects.wikitext.inline import article_title, plain, read

URL = "http://a.example/b"


def links(source: str) -> list[Link]:
    return list(read(source).links)


def cited(source: str) -> list[tuple[str, str | None]]:
    return [(citation.url, citation.publisher) for citation in read(source).citations]


# --- wikilinks


@pytest.mark.parametrize(
    ("source", "title", "anchor", "trail"),
    [
        ("[[Homs]]", "Homs", "Homs", ""),
        ("[[Homs|the city]]", "Homs", "the city", ""),
        ("[[India]]n", "India", "India", "n"),
        ("[[bus]]es run", "Bus", "bus", "es"),
        ("[[Spain|Spain's]]", "Spain", "Spain's", ""),
        ("[[Japan]]-based", "Japan", "Japan", ""),
        ("[[Tax#Carbon|levy]]", "Tax", "levy", ""),
        ("[[Homs_Governorate|a]]", "Homs Governorate", "a", ""),
        ("[[ Van,  Turkey |a]]", "Van, Turkey", "a", ""),
        ("[[carbon tax]]", "Carbon tax", "carbon tax", ""),
        ("[[émile|a]]", "Émile", "a", ""),
        ("[[:Homs]]", "Homs", "Homs", ""),
        ("[[:en:Homs|a]]", "Homs", "a", ""),
        ("[[w:Homs|a]]", "Homs", "a", ""),
        ("[[S%C3%A3o_Paulo|a]]", "São Paulo", "a", ""),
        ("[[100% wool|a]]", "100% wool", "a", ""),
        ("[[AT&amp;T|a]]", "AT&T", "a", ""),
        ("[[Foo|''bar'']]", "Foo", "bar", ""),
        ("[[Foo|bar<!-- x --> {{nowrap|1 m}}]]", "Foo", "bar 1 m", ""),
        ("[[\u200eHoms|a]]", "Homs", "a", ""),
    ],
)
def test_a_wikilink_leads_to_a_normalised_title(source: str, title: str, anchor: str, trail: str) -> None:
    assert links(source) == [Link(title, anchor, trail)]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[[fr:Homs|x]]", "x"),
        ("[[wikt:watchdog|x]]", "x"),
        ("[[Portal:Asia|x]]", "x"),
        ("[[:Category:Homs|x]]", "x"),
        ("[[Wikipedia:Help|x]]", "x"),
        ("[[#Section|x]]", "x"),
    ],
)
def test_a_link_to_no_article_shows_its_words_and_names_no_entity(source: str, text: str) -> None:
    assert (links(source), plain(source)) == ([], text)


@pytest.mark.parametrize("target", ["File:a.jpg|thumb|[[Homs]]", "Image:a.png", "Category:Asia", "media:a.ogg"])
def test_files_and_categories_show_nothing(target: str) -> None:
    assert (links(f"a [[{target}]] b"), plain(f"a [[{target}]] b")) == ([], "a b")


def test_a_trail_belongs_to_the_link_that_it_follows() -> None:
    assert links("[[India]] and [[wikt:watch|watch]]ing") == [Link("India", "India")]


@pytest.mark.parametrize("target", ["n:A b", "wikinews:A b", ":n:A b", "n:A b|(Wikinews)"])
def test_a_wikinews_article_is_a_source(target: str) -> None:
    assert cited(f"a [[{target}]]") == [("https://en.wikinews.org/wiki/A_b", "Wikinews")]
    assert read(f"a [[{target}]]").links == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("A ship [[n:A b|strikes]] a rock.", "A ship strikes a rock."),
        ("A ship sinks. [[n:A b|Story]]", "A ship sinks."),
        ("A ship sinks. ([[n:A b|Wikinews]])", "A ship sinks."),
    ],
)
def test_the_words_of_a_link_to_wikinews_are_treated_as_those_of_any_citation(source: str, text: str) -> None:
    assert (plain(source), cited(source)) == (text, [("https://en.wikinews.org/wiki/A_b", "Wikinews")])


def test_the_text_without_links_tells_a_bare_link_from_a_sentence() -> None:
    assert read("[[A]], [[b|c]] and [[D]]: [http://e.example (F)]").linked.split() == [",", "and", ":"]
    assert read("[[A]] falls").linked == "falls"


def test_links_are_listed_as_often_as_they_are_printed() -> None:
    assert links("[[A]] b [[A|c]]") == [Link("A", "A"), Link("A", "c")]


def test_a_title_has_one_form() -> None:
    assert {article_title(text) for text in ("a b", "A_b", " :A  b ", "A_b#c", "A%20b")} == {"A b"}


@pytest.mark.parametrize("title", [".", "..", "./a", "../a", "a/./b", "a/../b", "a/.", "a/..", "%2E%2E"])
def test_a_title_that_clients_resolve_away_leads_to_no_article(title: str) -> None:
    assert article_title(title) is None


@pytest.mark.parametrize("title", ["...And Justice", "A..b", "A/...", ".hidden", "A/.b/c."])
def test_a_title_may_have_dots(title: str) -> None:
    assert article_title(title) == title


# --- citations


@pytest.mark.parametrize(
    ("label", "publisher"),
    [
        ("(BBC)", "BBC"),
        ("(''The Times'')", "The Times"),
        ("''(The Times)''", "The Times"),
        ('"(BBC)"', "BBC"),
        ("(BBC) ", "BBC"),
        ("(BBC).", "BBC"),
        ("(BBC", "BBC"),
        ("(BBC))", "BBC"),
        ("(AP via [[Reuters]])", "AP via Reuters"),
        ("(Mail & Guardian (SA))", "Mail & Guardian (SA)"),
        ("(A &amp; B)", "A & B"),
        ("(A <nowiki>[B]</nowiki>)", "A [B]"),
        ("()", None),
        ("", None),
    ],
)
def test_a_label_in_parentheses_is_the_publisher(label: str, publisher: str | None) -> None:
    source = f"It rains. [{URL} {label}]"
    assert (cited(source), plain(source)) == ([(URL, publisher)], "It rains.")


@pytest.mark.parametrize(
    "source",
    [
        f"It rains. ([{URL} BBC])",
        f"It rains. [{URL} BBC]",
        f"It rains ([{URL} BBC]).",
        f"It rains. ([{URL} BBC)]",
        f"It rains. ( [{URL} ''BBC''] )",
    ],
)
def test_a_label_in_brackets_or_at_the_end_is_the_publisher(source: str) -> None:
    assert (cited(source), plain(source)) == ([(URL, "BBC")], "It rains.")


def test_a_label_within_the_sentence_is_part_of_it() -> None:
    source = f"The [{URL} report] names [[Homs]]. [http://c.example (BBC)]"
    assert (cited(source), plain(source)) == ([(URL, None), ("http://c.example", "BBC")], "The report names Homs.")


@pytest.mark.parametrize(
    "source", [f"It rains. [{URL}]", f"It rains.[{URL} ]", f"It rains. {URL}", f"It rains ({URL})."]
)
def test_an_address_alone_is_a_citation(source: str) -> None:
    assert (cited(source), plain(source)) == ([(URL, None)], "It rains.")


@pytest.mark.parametrize("between", [" ", "", ", ", "; ", ","])
def test_several_citations_in_a_row_leave_nothing_between_them(between: str) -> None:
    row = between.join(f"[http://{name}.example ({name})]" for name in "abc")
    assert [publisher for _, publisher in cited(f"It rains. {row}")] == ["a", "b", "c"]
    assert plain(f"It rains. {row}") == "It rains."
    assert plain(f"It rains {row}.") == "It rains."


def test_several_labels_in_one_bracket_are_publishers() -> None:
    assert cited("It rains. ([http://a.example A], [http://b.example B])") == [
        ("http://a.example", "A"),
        ("http://b.example", "B"),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"It rains. [{URL} (A)]. It pours. [{URL} (B)].", "It rains. It pours."),
        (f"It rains [{URL} (A)], then [{URL} (B)] it pours.", "It rains, then it pours."),
        (f"It rains, [{URL} (A)], [{URL} (B)], then it pours.", "It rains, then it pours."),
        (f"He says “no.” [{URL} (A)]. She nods.", "He says “no.” She nods."),
        (f"In the U.S. [{URL} (A)], it rains.", "In the U.S., it rains."),
        (f"It rains . [{URL} (A)]", "It rains."),
        (f"It rains... [{URL} (A)]", "It rains..."),
        (f"Does it rain? [{URL} (A)].", "Does it rain?"),
        (f"It rains, [{URL} (A)]", "It rains"),
        (f"It rains at 3 p.m. [{URL} (A)], [{URL} (B)].", "It rains at 3 p.m."),
        ("a  b \t c", "a b c"),
        ("", ""),
        (f"[{URL} (A)]", ""),
    ],
)
def test_citations_leave_no_stops_commas_or_spaces_behind(source: str, text: str) -> None:
    assert plain(source) == text


# --- references


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (f"<ref>{{{{cite web|url={URL}|title=T|publisher=[[BBC]]}}}}</ref>", (URL, "BBC")),
        (f"<ref name='x'>{{{{Cite news | url = {URL} | work = ''A''}}}}</ref>", (URL, "A")),
        (f"<ref>{{{{cite press release|url={URL}|publisher=A}}}}</ref>", (URL, "A")),
        (f"<ref>{{{{citation|url={URL}|publisher=}}}}</ref>", (URL, None)),
        (f"<ref>[{URL} A title]</ref>", (URL, None)),
        (f"<ref>[{URL} ]{{{{dead link|date=May 2015}}}}</ref>", (URL, None)),
        (f"<ref>{URL}</ref>", (URL, None)),
    ],
)
def test_a_reference_is_a_citation_and_no_text(ref: str, expected: tuple[str, str | None]) -> None:
    source = f"It rains.{ref} It pours."
    assert (cited(source), plain(source)) == ([expected], "It rains. It pours.")


@pytest.mark.parametrize(
    "ref", ['<ref name="x"/>', "<ref name=x></ref>", "<ref>p. 5</ref>", "<ref>{{cite book|title=T}}</ref>"]
)
def test_a_reference_without_address_is_dropped(ref: str) -> None:
    found = read(f"It rains.{ref}")
    assert (found.text, found.citations, found.unknown) == ("It rains.", (), ())


@pytest.mark.parametrize(
    ("source", "text", "addresses"),
    [
        (f"a<REF>[{URL} b]</REF > c", "a c", [URL]),
        (f"a<ref name=b/>c<ref>{URL}</ref>", "ac", [URL]),
        (f'a<ref name="b>c">{URL}</ref> d', "a d", [URL]),
        (f"a<ref>{URL} <ref>b</ref> c</ref> d", "a c</ref> d", [URL]),
        ("a <ref> b", "a <ref> b", []),
        ("a </ref> b", "a </ref> b", []),
        (f"a <ref>b <nowiki>c</ref> {URL}", "a", [URL]),
        (f"<nowiki><ref></nowiki> a<ref>{URL}</ref>", "<ref> a", [URL]),
        (f"{{{{nowrap|a<ref>{URL}</ref>}}}} b", "a b", [URL]),
        (f"[[A|b<ref>{URL}</ref>]] c", "b c", []),
        (f"a{{{{#tag:ref|[{URL} b]|name=c}}}} d", "a d", [URL]),
        (f"a{{{{efn|b [{URL} c]}}}} d", "a d", [URL]),
        ("<ref 0/>a<ref 7/>", "a", []),
        (f"<ref><ref 0/>{URL}</ref>a<ref><ref 0/><ref 1/></ref>", "a", [URL]),
        ("<references/>a", "a", []),
    ],
)
def test_a_reference_begins_and_ends_where_mediawiki_has_it(source: str, text: str, addresses: list[str]) -> None:
    found = read(source)
    assert (found.text, [one.url for one in found.citations]) == (text, addresses)


@pytest.mark.parametrize(
    "source", ["[HTTPS://a.example/b (C)]", "<ref>HTTPS://a.example/b</ref>", "{{cite web|url=HTTPS://a.example/b}}"]
)
def test_a_scheme_may_be_printed_in_any_case(source: str) -> None:
    assert [one.url for one in read(source).citations] == ["HTTPS://a.example/b"]


# --- templates and tags


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{convert|400|m|ft}}", "400 m"),
        ("{{convert|20|–|30|in|cm}}", "20 – 30 in"),
        ("{{convert|3|to|5|in|cm|abbr=on}}", "3 to 5 in"),
        ("{{convert|40|C}}", "40 C"),
        ("{{mp|2003 UB|313}}", "2003 UB313"),
        ("{{nowrap|5 km}}", "5 km"),
        ("{{Nowrap|''5'' {{nowrap|km}}}}", "5 km"),
        ("{{nowrap}}", ""),
        ("{{frac|2}}", "1/2"),
        ("9{{fraction|3|4}} miles", "9 3/4 miles"),
        ("a {{frac|3|1|2}}-year term", "a 3 1/2-year term"),
        ("{{frac}}", ""),
        ("{{HMS|Victory}}", "HMS Victory"),
        ("{{ship|USS|Cole}}", "USS Cole"),
        ("{{flag|Syria}}", "Syria"),
        ("a{{dead link|date=May 2015}} b", "a b"),
        ("a{{Citation_needed}} b", "a b"),
        ("a{{nbsp}}b{{spaced ndash}}c", "a b – c"),
        ("it{{'}}s", "it's"),
        ("YU<sub>55</sub>", "YU55"),
        ("m<sup>2</sup>", "m2"),
        ("a<br>b<br />c", "a b c"),
        ("<small>a</small>", "a"),
        ("<nowiki>[[a]]</nowiki>", "[[a]]"),
        ("[[A]]<nowiki/>b", "Ab"),
        ("a<!-- b --> c", "a c"),
        ("''a'' '''b''' '''''c'''''", "a b c"),
        ("the ''Times'''s editor", "the Times's editor"),
        ("''[[The Times]]'''s editor", "The Times's editor"),
        ("'''Boss'''s day", "Bosss day"),
        ("L'''amour'' de ''l'''eau", "Lamour de leau"),
        ("de l'''eau'' et d'''air ''b'''", "de leau et dair b"),
        ("a ''b'''' c", "a b'' c"),
        ("a '''''''b''''' c", "a ''b c"),
        ("it is ''X''' and ''Y''", "it is X' and Y"),
        ("a ''b'' '''c", "a b c"),
        ("[[A|''b'']]'s c", "b's c"),
        ("[[A''b'']] c", "A''b'' c"),
        ("<nowiki>''a''</nowiki>''b''", "''a''b"),
        ("''a''<ref>''b</ref>'''s", "as"),
        ("a\u200bb \ufeffc\u200e [[\u200eHoms\u200b]]", "ab c Homs"),
        ("a&nbsp;b &ndash; c &#8212; d &amp; e", "a b – c — d & e"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_markup_shows_what_a_reader_sees(source: str, text: str) -> None:
    assert (plain(source), read(source).unknown) == (text, ())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("({{lang|fr|Centre de [[Paris]]}})", "(Centre de Paris)"),
        ("{{langx|fr|a}} {{lang-nl|b}} {{transl|ar|c}} {{transliteration|ar|DIN|d}}", "a b c d"),
        ("{{US$|1.2 billion}}, {{GBP|3}}, {{Euro|4|link=yes}}", "US$1.2 billion, £3, €4"),
        ("named {{mpl|2017 VR|12}} or {{mp|(136108) 2003 EL|61}}", "named 2017 VR12 or (136108) 2003 EL61"),
        ("{{circa|1954}} {{c.|1900|1910}}", "c. 1954 c. 1900 – 1910"),
        ("{{convert|6|ft|2|in|abbr=on}}", "6 ft 2 in"),
        ("{{convert|1|x|2|x|3|m}}", "1 x 2 x 3 m"),
        ("{{convert|5|to(-)|6|km|mi}}", "5 to 6 km"),
        ("{{cvt|100|km/h}}", "100 km/h"),
        ("{{ill|A B|sq}} {{Ill|it|C D}} {{interlanguage link|E|de|lt=F}}", "A B C D F"),
        ("{{sclass|Arleigh Burke|destroyer}}", "Arleigh Burke-class destroyer"),
        ("{{CO2}} {{okina}}", "CO2 ʻ"),
        ("{{as of|2003|lc=on}}, {{As of|2003|5|12}}", "as of 2003, As of 12 May 2003"),
        ("{{start date|2011|11|8}}", "8 November 2011"),
        ("{{age|1997|4|24|2015|4|23}} {{age in years and days|1997|4|24|2015|9|13}}", "17 18 years, 142 days"),
        ("{{age in years and days|1996|2|29|1997|3|2}}", "1 years, 1 days"),
        ("{{age|1997|13|24|b}}", "1997 13 24 b"),
        ("{{subst:nowrap|a}} {{formatnum:1234}} {{#if: x |a|b}}{{#if: |a|b}}", "a 1234 ab"),
        ("{{flagicon|Syria}}{{coord|1|2}}{{anchor|a}}{{see also|b}}c", "c"),
        ("{{!}} {{=}} {{sic}}", "| = [sic]"),
        ("5{{nowrap|00}} 9{{frac|1|2}}", "500 9 1/2"),
    ],
)
def test_a_template_that_is_known_shows_what_it_does_in_mediawiki(source: str, text: str) -> None:
    assert (plain(source), read(source).unknown) == (text, ())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{a|b|c}}", "b c"),
        ("{{a|2=b|1=c|d=e}}", "c b"),
        ("{{a||b| }}", "b"),
        ("{{a|{{b|c}}|''d''}}", "c d"),
        (f"x {{{{a|{'1' * 5000}=b}}}}", "x b"),
        (f"x {{{{age|{'9' * 5000}|1|1|1|1|1}}}}", f"x {'9' * 5000} 1 1 1 1 1"),
    ],
)
def test_any_other_template_shows_its_positional_arguments(source: str, text: str) -> None:
    assert plain(source) == text


def test_an_address_in_a_template_that_is_not_known_is_a_citation() -> None:
    assert cited(f"a {{{{b|{URL}}}}}") == [(URL, None)]


@pytest.mark.parametrize(
    "opening", ["{{a|", "{{nowrap|", "[[a|", "<b>", "<ref>", "[http://a.example ", "''", "{{#if:a|"]
)
def test_markup_may_be_nested_as_deep_as_a_line_is_long(opening: str) -> None:
    assert read(opening * 1_000).text is not None
    assert read(opening * 900 + "a" + "}}" * 900).text is not None


def test_links_in_a_shown_template_are_links() -> None:
    assert links("{{nowrap|[[Euro|€]]7}}") == [Link("Euro", "€")]


def test_a_template_that_is_not_known_shows_its_positional_arguments_and_is_named() -> None:
    found = read("a {{b c|d|[[e]]|f=g}} h{{i}}<ref>{{j|k}}</ref>")
    assert (found.text, found.unknown) == ("a d e h", ("b c", "i", "j"))
    assert found.links == (Link("E", "e"),)


# --- any text

PIECES = (
    "[[|]]|{{|}}|<ref>|</ref>|<ref/>|<!--|-->|[http://a.example |[http://b.example (B)]|]|(|)|.|,|;|''|'''|[[India]]n|"
    "{{nowrap/|<nowiki>|</nowiki>|<br>|&amp;|&|\ufffc|\ue000|\ue002| |a|[[A/|n:B|{{cite web/url=|[[File:a|é|\n|\x0b|%|#"
)
pieces = st.sampled_from([piece.replace("{{nowrap/", "{{nowrap|").replace("e/u", "e|u") for piece in PIECES.split("|")])
sources = st.lists(pieces | st.text(max_size=4), max_size=12).map("".join)


@given(sources)
def test_any_text_is_read_and_normalised(source: str) -> None:
    found = read(source)
    assert found.text == found.text.strip()
    assert "  " not in found.text
    assert not any(mark in found.text for mark in "\ufffc\ue000\ue001\ue002\ue003")
    assert not found.text.endswith((",", ";", " ."))
    for link in found.links:
        assert article_title(link.title) == link.title


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_normalising_a_title_twice_changes_nothing(target: str) -> None:
    title = article_title(target)
    if title is not None and "%" not in title and "&" not in title:
        assert article_title(title) == title
        assert not any(letter < " " for letter in title)
