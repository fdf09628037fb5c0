"""Printed labels of sources are split into names; other words are not names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.publishers import credit_lines


@pytest.mark.parametrize(
    ("label", "relayed", "printing"),
    [
        ("AP via Port Herald", ("AP",), ("Port Herald",)),
        ("AP, via Port Herald", ("AP",), ("Port Herald",)),
        ("AP Via The Port Herald", ("AP",), ("The Port Herald",)),
        ("AP viaPort Herald", ("AP",), ("Port Herald",)),
        ("AFP/Reuters through Port Herald", ("AFP/Reuters",), ("Port Herald",)),
        ("''Port Herald''", (), ("Port Herald",)),
        ("“Port &amp; Herald”", (), ("Port & Herald",)),
        ("[Port Herald] (2)", (), ("Port Herald",)),
        ("Port Herald²", (), ("Port Herald",)),
        ("（海港日報）", (), ("海港日報",)),
        ("法新社轉引自海港日報", ("法新社",), ("海港日報",)),
        ("", (), ()),
        ("...", (), ()),
    ],
)
def test_the_name_before_via_is_relayed(label: str, relayed: tuple[str, ...], printing: tuple[str, ...]) -> None:
    assert credit_lines.read(label) == (relayed, printing)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Port Herald/AP", ("Port Herald", "AP")),
        ("AP - Port Herald", ("AP", "Port Herald")),
        ("AP and Port Herald", ("AP", "Port Herald")),
        ("Port-Herald", ("Port-Herald",)),
    ],
)
def test_signs_between_names_part_them(text: str, parts: tuple[str, ...]) -> None:
    assert credit_lines.parts(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Port Herald",
        "the Herald",
        "el Heraldo",
        "iHerald",
        "24 Hours",
        "Yahoo! News",
        "Port News",
        "The News",
        "Times",
        "Arabic News",
        "Agence de la Côte",
        "Herald of the Port",
        "海港日報",
        "Порт",
        "herald.example",
        "Herald (Port)",
    ],
)
def test_a_name_may_be_an_organisations(text: str) -> None:
    assert credit_lines.is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "2003-05-06",
        "5 May",
        "May 6, 2003",
        "video",
        "Video",
        "link",
        "here",
        "English",
        "in Spanish",
        "PDF",
        "Full text",
        "Press Release",
        "Statement of the mayor",
        "Resignation letter",
        "Port Herald Transcript",
        "results from the port",
        "Ferry runs aground near the port",
        "Mayor: I quit",
        "http://example.org/",
        "a=b",
        "www.example.org",
        "Herald) (Port",
        "What now?",
        "{{cite",
        "2013年5月6日",
        "视频",
        "新聞",
        "港口渡輪擱淺，無人受傷",
        "177th Annual Regatta",
        "The",
        "News",
        "x" * 80,
    ],
)
def test_a_number_a_date_a_headline_or_a_word_for_a_link_is_not_a_name(text: str) -> None:
    assert not credit_lines.is_name(text)


def test_spellings_of_a_name_are_folded_into_one() -> None:
    spellings = ("The Port Herald", "port-herald", "Pórt Herald", "PortHerald")
    assert {credit_lines.fold(one) for one in spellings} == {"portherald"}
    assert credit_lines.fold("The") == "the"


@given(st.text())
def test_any_label_can_be_read_and_a_clean_one_stays_unchanged(text: str) -> None:
    line = credit_lines.read(text)
    assert line == credit_lines.read(text)
    for name in (*line.relayed, *line.printing):
        assert credit_lines.tidy(name) == name
