"""The portal as it is now, and months in other languages: frames, headings, days, places before the colon."""

from __future__ import annotations

from datetime import date

import pytest

from kg.dialects.item import Item, StatedPlace, Tally
from kg.dialects.wikitext.dialect import Wikitext
from kg.dialects.wikitext.record import DayPage

DAY = "2026_August_18.txt"
MONTH = "de/2019_Juli.txt"


def read(text: str, path: str = DAY) -> DayPage:
    return Wikitext().parse(path, text)


def items(text: str, path: str = DAY) -> list[Item]:
    return list(Wikitext().items(path, read(text, path), Tally(), "en"))


def again(text: str, path: str = DAY) -> str:
    dialect, page = Wikitext(), read(text, path)
    return dialect.render(path, dialect.head(page), tuple(dialect.entries(page)))


FRAMES = (
    "{{{{Current events|year=2026|month=08|day=18|top=yes}}}}\n{}\n{{{{Current events|bottom=yes}}}}",
    "{{{{Current events|year=2026|month=08|day=18|content=\n{}\n}}}}",
    "{{{{Current events\n|year=2026\n|month=08\n|day=18\n|content=\n{}}}}}",
    "{{{{Current events header|2026|08|18}}}}\n{}\n{{{{Current events footer}}}}",
    "\t<!-- All news items below this line -->\n{}\n<!-- All news items above this line -->}}}}",
)


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_of_a_day_is_understood_and_is_none_of_its_list(frame: str) -> None:
    text = frame.format("*A bridge opens in [[Homs]]. [https://news.example/1 (News)]")
    page = read(text)
    assert page.unread == ()
    assert [one.text for one in page.bullets] == ["A bridge opens in Homs."]
    assert again(text).startswith("*A bridge")


@pytest.mark.parametrize("frame", FRAMES[:4])
def test_a_frame_of_another_day_is_reported(frame: str) -> None:
    page = read(frame.format("*A bridge opens."), "2026_August_19.txt")
    assert [one.reason for one in page.unread] == ["the header names another day than the page's path"]


@pytest.mark.parametrize(
    "heading",
    [
        "'''Sports'''",
        "\t'''Sports'''<br>",
        ";Sports",
        '<div role="heading" aria-level="3">Sports</div>',
        "<div style=\"margin:1em\" role='heading'>'''Sports'''<br /></div>",
        "<div role=heading>Sports<br></div>",
        "== Sports ==",
    ],
)
def test_every_form_of_a_heading_heads_what_follows(heading: str) -> None:
    (item,) = items(f"{heading}\n*A team wins.")
    assert item.category == "Sports"
    assert again(f"{heading}\n*A team wins.") == f"{heading}\n*A team wins.\n"


def test_lists_may_be_one_level_off_and_indented_and_nest_deeply() -> None:
    text = "**[[War]]\n***[[Battle]]\n****Shots fall in [[Homs]].\n**[[A]], [[B]]\n***Rain falls.\n\t*Short one."
    found = items(text)
    assert [(one.topics, one.title) for one in found] == [
        (("War", "Battle"), "Shots fall in Homs."),
        (("A", "B"), "Rain falls."),
        ((), "Short one."),
    ]
    assert again(text) == text + "\n"


def test_templates_of_other_languages_show_what_they_stand_for() -> None:
    (item,) = items("*{{ill|Anna Muster|de}} opens {{lang|de|Die Brücke}}.")
    assert item.title == "Anna Muster opens Die Brücke."


def test_a_note_in_brackets_is_not_an_event_and_is_counted() -> None:
    tally = Tally()
    page = read("*(see below)\n*(A bridge opens in [[Homs]].)")
    assert len(list(Wikitext().items(DAY, page, tally, "en"))) == 1
    assert dict(tally.excluded) == {"note in brackets": 1}


JULY = """{{Artikel Monat|07|2019}}

Dieser Artikel behandelt '''Ereignisse''' im Juli 2019.

== Tagesgeschehen ==

=== {{Anker|Montag, 1. Juli}} Montag, 1. Juli 2019 ===
* [[Wien]]/[[Österreich]]: Eine Brücke wird eröffnet.<ref>{{Internetquelle |url=https://a.example/1 |titel=T |werk=Blatt}}</ref>
* [[Südpazifik]] und [[Südamerika]]: [[Sonnenfinsternis]]
* Um Mitternacht regnet es.<ref>https://b.example/2</ref>

=== Dienstag, 2. Juli 2019 ===
* [[Homs]]/[[Syrien]]: Ein Markt öffnet.<ref>{{Literatur |Titel=T |Sammelwerk=[[Zeitung]] |Online=https://c.example/3}}</ref>

== Siehe auch ==
* [[Nekrolog Juli 2019]]
"""  # noqa: E501 - lines of wikitext are as they are


def test_a_month_is_read_by_its_days_and_what_is_not_news_is_left() -> None:
    page = read(JULY, MONTH)
    assert page.unread == ()
    assert (page.language, page.days) == ("de", (date(2019, 7, 1), date(2019, 7, 2)))
    assert [one.day.day for one in items(JULY, MONTH)] == [1, 1, 1, 2]
    assert Wikitext().listed(page, JULY) == again(JULY, MONTH)


def test_the_place_before_the_colon_is_stated_and_no_topic() -> None:
    vienna, eclipse, rain, homs = items(JULY, MONTH)
    assert vienna.places == (StatedPlace(("Wien", "Österreich"), article="Wien"),)
    assert vienna.wording == "eine brücke wird eröffnet."
    assert eclipse.places == (StatedPlace(("Südpazifik",)), StatedPlace(("Südamerika",)))
    assert rain.places == ()
    assert homs.topics == ()


def test_files_and_pages_of_other_namespaces_are_not_articles_in_any_language() -> None:
    text = "=== 1. Juli ===\n* [[Datei:A.jpg]] Das [[Portal:Wien|Portal]] in [[Wien]] öffnet.\n[[Datei:B.jpg|mini]]"
    (item,) = items(text, MONTH)
    assert item.title == "Das Portal in Wien öffnet."
    assert [one.title for one in item.mentions] == ["Wien"]
    assert [one.reason for one in read(text, MONTH).unread] == ["picture"]


def test_sources_of_other_languages_are_cited_with_their_publishers() -> None:
    assert [(c.url, c.publisher) for one in items(JULY, MONTH) for c in one.citations] == [
        ("https://a.example/1", "Blatt"),
        ("https://b.example/2", None),
        ("https://c.example/3", "Zeitung"),
    ]


@pytest.mark.parametrize(
    ("path", "heading", "language", "day"),
    [
        ("2019_April.txt", "=== Montag, 1. April 2019 ===", "de", 1),
        ("2019_April.txt", "== April 2, 2019 ==", "en", 2),
        ("fr/2019_août.txt", "=== Jeudi 1er août 2019 ===", "fr", 1),
        ("es/2019_julio.txt", "=== 3 de julio ===", "es", 3),
        ("nl/2019_juli.txt", "=== 4 juli ===", "nl", 4),
        ("2019_Juli.wikitext", "=== 5. Juli ===", "de", 5),
    ],
)
def test_a_day_is_known_by_its_heading_in_every_language(path: str, heading: str, language: str, day: int) -> None:
    page = read(f"{heading}\n* It rains.", path)
    assert (page.language, [one.day and one.day.day for one in page.bullets]) == (language, [day])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("=== 1. August 2019 ===\n* Es regnet.", "a day of another month than the page's path"),
        ("* Es regnet.", "item of no day"),
    ],
)
def test_an_item_without_a_day_of_the_month_is_reported_and_kept(text: str, reason: str) -> None:
    page = read(text, MONTH)
    assert reason in [one.reason for one in page.unread]
    assert page.bullets == ()
    assert "* Es regnet." in again(text, MONTH)


@pytest.mark.parametrize(
    ("path", "matches"),
    [
        ("data/2019_Juli.txt", True),
        ("2011_November_8.txt", True),
        ("2011_Novembre_8.txt", True),
        ("2011_Smarch_8.txt", False),
        ("2011_November_31.txt", False),
        ("0000_November_3.txt", False),
        ("2011_November.html", False),
    ],
)
def test_a_path_names_a_day_or_a_month_of_some_language(path: str, matches: bool) -> None:
    assert Wikitext().matches(path) == matches
