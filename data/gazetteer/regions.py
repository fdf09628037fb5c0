"""Name the regions of the world for make.py: the continents and their parts, as CLDR has them in English."""

from __future__ import annotations

from babel import Locale

WORLD = "001"


def names() -> list[str]:
    """Give the English names of the regions that UN M49 numbers, without the world."""
    territories = Locale("en").territories
    return sorted(name for code, name in territories.items() if code.isdigit() and code != WORLD)
