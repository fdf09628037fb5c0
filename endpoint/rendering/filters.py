"""How pages write dates, numbers and names of languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from kg.rdf import licences

LANGUAGES: Final = {"en": "English", "zh": "中文"}
"""The languages that we know archives in, by their own names."""
_MONTH: Final = re.compile(r"\d{4}-\d\d", re.ASCII)


def spoken(text: str) -> str:
    """Return an ISO date as people write it (8 November 2011), or a month; any other text as it is."""
    try:
        if _MONTH.fullmatch(text):
            return f"{date.fromisoformat(f'{text}-01'):%B} {int(text[:4])}"
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day.day} {day:%B %Y}" + (f", {text[11:16]} UTC" if len(text) > 10 else "")


def weekday(text: str) -> str:
    """Return what the weekday of an ISO date is called for short, such as Mon."""
    return f"{date.fromisoformat(text):%a}"


def week(text: str) -> str:
    """Return the week of an ISO date as ISO 8601 writes it: 2012-W06."""
    year, number, _ = date.fromisoformat(text).isocalendar()
    return f"{year:04}-W{number:02}"


def grouped(number: int) -> str:
    """Return a whole number with commas between its thousands."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return how many there are of something, in the number that it has: 1 event, 1,234 events."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def language_name(tag: str) -> str:
    """Return how a language calls itself, or its tag if we do not know."""
    return LANGUAGES.get(tag, tag)


def embedded(data: Any) -> Markup:
    """Return JSON that is safe inside of a script element."""
    text = json.dumps(data, ensure_ascii=False)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "spoken": spoken,
    "weekday": weekday,
    "week": week,
    "number": grouped,
    "counted": counted,
    "language": language_name,
    "licence": licences.label,
}
"""The filters of the templates by their names there."""
