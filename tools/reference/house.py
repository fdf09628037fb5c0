"""The drawing of the house: its floors from the top down, with the rooms on each, from the table of layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from tests.structure.layers import LAYERS

WIDTH: Final = 960
FLOOR: Final = 34
GAP: Final = 8
COLOURS: Final = {"endpoint": "#cfe8e5", "kg": "#dfe6f5", "vocab": "#f3e6cf"}
STYLE: Final = "font: 14px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central"


def svg(layers: Sequence[Sequence[str]] = LAYERS) -> str:
    """Return the drawing as SVG; docs/img/house.svg is this text."""
    height = len(layers) * (FLOOR + GAP) + GAP
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            "<title>The rooms of newsgraph; each imports only what lies below it</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<g style="{STYLE}">',
            *(line for number, rooms in enumerate(layers) for line in _floor(number, rooms)),
            "</g>",
            "</svg>",
            "",
        )
    )


def _floor(number: int, rooms: Sequence[str]) -> Iterator[str]:
    top = GAP + number * (FLOOR + GAP)
    width = (WIDTH - GAP) / len(rooms)
    for place, room in enumerate(rooms):
        left = GAP + place * width
        colour = COLOURS[room.partition(".")[0]]
        yield (
            f'<rect x="{left:g}" y="{top}" width="{width - GAP:g}" height="{FLOOR}" rx="4" fill="{colour}"/>'
            f'<text x="{left + (width - GAP) / 2:g}" y="{top + FLOOR / 2:g}">{escape(room)}</text>'
        )
