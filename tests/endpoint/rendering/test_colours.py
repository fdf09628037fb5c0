"""Colours of figures contrast with their background (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

import pytest

from tests.paths import ROOT

SHEETS = "".join((ROOT / "endpoint" / "static" / name).read_text("utf-8") for name in ("style.css", "figures.css"))
LIGHT = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", re.sub(r"@media \(prefers.*?\n}", "", SHEETS, flags=re.DOTALL)))
DARK = LIGHT | {
    name: colour
    for block in re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n}", SHEETS, re.DOTALL)
    for name, colour in re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)
}
TEXTS = [
    *((f"class{number}", "ink") for number in (1, 2, 3)),
    *((f"class{number}", "page") for number in (4, 5)),
    *(("land", "ink"), ("sea", "ink"), ("land", "soft"), ("sea", "soft"), ("page", "soft")),
]
SIGNS = [("page", "data"), ("land", "value"), ("sea", "value"), ("page", "value")]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("behind", "before", "least"), [*((*one, 4.5) for one in TEXTS), *((*one, 3) for one in SIGNS)]
)
def test_texts_and_signs_have_enough_contrast(colours: dict[str, str], behind: str, before: str, least: float) -> None:
    assert contrast(colours[behind], colours[before]) >= least


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_of_a_calendar_get_stronger(colours: dict[str, str]) -> None:
    steps = [contrast(colours["page"], colours[f"class{number}"]) for number in range(1, 6)]
    assert steps == sorted(steps)
    assert all(after / before > 1.2 for before, after in zip([1, *steps[:-1]], steps, strict=True))
