"""Entries that cannot become events are refused, and others are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kg.dialects.item import Former, Item, Origin
from kg.errors import MappingError
from kg.mapping import faults

FINE = Item(
    *(Origin.ENTRY, "zh-Hant", date(2011, 11, 8), "item-7", "Shops close."),
    category="Business",
    topic_labels=("Trade",),
    mention_labels=("Homs",),
    slugs=("shops-close",),
    former=(Former(1, "A shop closes.", ""),),
    scripts=(("zh-Hans", "商店关门"),),
)
WRONG = "a\x00b"


@pytest.mark.parametrize("language", ["e", "englishes", "en_US", "en-", "en-abcdefghi", "", "en-US!"])
def test_a_language_must_be_a_tag(language: str) -> None:
    for change in ({"language": language}, {"scripts": ((language, "text"),)}):
        with pytest.raises(MappingError, match="no language tag"):
            faults.check([replace(FINE, **change)])


@pytest.mark.parametrize("language", ["en", "zh-Hans", "englisch", "de-CH-1901", "en-abcdefgh"])
def test_a_tag_may_have_parts(language: str) -> None:
    faults.check([replace(FINE, language=language)])


@pytest.mark.parametrize(
    "change",
    [
        {"title": WRONG},
        {"category": WRONG},
        {"topic_labels": ("Trade", WRONG)},
        {"mention_labels": (WRONG,)},
        {"slugs": (WRONG,)},
        {"former": (Former(1, WRONG, ""),)},
        {"scripts": (("zh", WRONG),)},
    ],
)
def test_a_character_that_no_xml_carries_is_found_wherever_it_is_told(change: dict[str, Any]) -> None:
    with pytest.raises(MappingError, match="no XML document") as refused:
        faults.check([FINE, replace(FINE, fragment="item-8", **change)])
    assert "item-8" in str(refused.value) or "item-8" in map(str, refused.value.args)


def test_an_event_has_a_title_and_its_slugs_have_letters() -> None:
    with pytest.raises(MappingError, match="without a title"):
        faults.check([replace(FINE, title="")])
    with pytest.raises(MappingError, match="without a letter"):
        faults.check([replace(FINE, slugs=("a", ""))])


def test_valid_events_are_accepted() -> None:
    faults.check([FINE, replace(FINE, category=None, slugs=(), former=(), scripts=())])
