"""The page of an event begins with what people look for, and has metadata for programs in its head."""

from __future__ import annotations

import re

import pytest

EVENT = "event/2011-11-08/abcdefghij"


@pytest.fixture(scope="module")
def page(send) -> str:
    return send(f"/doc/{EVENT}", "text/html").text


def test_the_first_clause_is_the_title_and_the_sentence_has_its_links(page: str) -> None:
    assert '<h1 lang="en" dir="auto">The Syrian government besieges the city of Homs for a sixth day</h1>' in page
    sentence = page[page.index('<p class="sentence"') :].partition("</p>")[0]
    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', sentence) == [
        ("/entity/en/Syria", "Syrian"), ("/entity/en/Homs", "Homs"),
    ]  # fmt: skip


def test_a_source_leads_to_what_its_publisher_reported_from_monday_to_sunday(page: str, send) -> None:
    [week] = re.findall(r'href="([^"]*)">What else Example Times reported that week', page)
    assert week == "/events?publisher=publisher/example-times&amp;from=2011-11-07&amp;to=2011-11-13"
    assert send(week.replace("&amp;", "&"), "application/json").status == 200


def test_a_related_event_has_what_both_name(page: str) -> None:
    related = page[page.index("Related events") :].partition("</ul>")[0]
    assert "Both name" in related
    assert 'href="/entity/en/Homs"' in related


def test_all_statements_are_behind_a_summary_that_is_closed(page: str) -> None:
    assert '<details class="statements">' in page
    assert "open>" not in page
    before = page[: page.index("<details")]
    assert "also known as" not in before


def test_markup_in_a_title_is_text(page: str) -> None:
    assert "<script>alert" not in page
    assert "Shelling of Homs &lt;script&gt;" in page


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (f"doc/{EVENT}", "The Syrian government besieges the city of Homs for a sixth day"),
        (f"{EVENT}/revision/0123456789ab", "Wording 2 of 2: The Syrian government besieges"),
        ("doc/entity/en/Homs", "Homs"),
        ("doc/day/2011-11-08", "8 November 2011"),
        ("doc/category/armed-conflicts-and-attacks", "Armed conflicts and attacks"),
        ("page/2011-11-08.wiki/123b279e8e23175b", "2011-11-08.wiki"),
    ],
)
def test_the_head_of_every_kind_of_page_is_whole(send, path: str, title: str) -> None:
    head = send(f"/{path}", "text/html").text.partition("</head>")[0]
    assert f"<title>{title}" in head
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/{path}">' in head
    for name in ("og:title", "og:description", "og:type", "og:url", "og:site_name"):
        assert len(re.findall(rf'<meta property="{name}" content="[^"]+">', head)) == 1
    assert len(re.findall(r'<meta name="description" content="[^"]+">', head)) == 1
    assert 'type="application/atom+xml"' in head
    assert 'type="application/ld+json">{"@context"' in head
    assert '<link rel="cite-as"' in head


def test_the_head_of_a_place_leads_to_its_own_feed_that_of_an_event_to_all(send, page: str) -> None:
    place = send("/doc/entity/en/Homs", "text/html").text
    assert 'href="/feed/atom/entity/en/Homs"' in place
    assert 'href="/feed/atom"' in page


def test_a_page_of_the_past_has_neither_neighbours_nor_a_citation(send) -> None:
    past = send(f"/memento/20111108060000/{EVENT}", "text/html").text
    assert "As it stood at" in past
    assert "cite.bib" not in past
    assert '<h1 lang="en" dir="auto">Syria besieges Homs</h1>' in past
