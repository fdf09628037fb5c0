"""How pages write dates, numbers and names of languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from endpoint.rendering.language import gettext, message, ngettext, plural
from kg.rdf import licences

ARCHIVED: Final = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "nl": "Nederlands",
    "zh": "中文",
}
"""The known languages of archives, by their own names."""
MONTHS: Final = (
    *(message("January"), message("February"), message("March"), message("April"), message("May"), message("June")),
    *(message("July"), message("August"), message("September"), message("October"), message("November")),
    message("December"),
)
SHORT_MONTHS: Final = (
    *(message("Jan"), message("Feb"), message("Mar"), message("Apr"), message("May"), message("Jun"), message("Jul")),
    *(message("Aug"), message("Sep"), message("Oct"), message("Nov"), message("Dec")),
)
WEEKDAYS: Final = (
    *(message("Mon"), message("Tue"), message("Wed"), message("Thu"), message("Fri"), message("Sat"), message("Sun")),
)
COUNTED: Final = {
    "event": plural("%(num)s event", "%(num)s events"),
    "news event": plural("%(num)s news event", "%(num)s news events"),
    "other name": plural("%(num)s other name", "%(num)s other names"),
    "wording": plural("%(num)s wording", "%(num)s wordings"),
    "more related event": plural("%(num)s more related event", "%(num)s more related events"),
    "place": plural("%(num)s place", "%(num)s places"),
    "other place": plural("%(num)s other place", "%(num)s other places"),
    "person": plural("%(num)s person", "%(num)s people"),
    "name": plural("%(num)s name", "%(num)s names"),
    "story": plural("%(num)s story", "%(num)s stories"),
    "topic": plural("%(num)s topic", "%(num)s topics"),
    "publisher": plural("%(num)s publisher", "%(num)s publishers"),
    "category": plural("%(num)s category", "%(num)s categories"),
    "source": plural("%(num)s source", "%(num)s sources"),
    "revision": plural("%(num)s revision", "%(num)s revisions"),
    "page": plural("%(num)s page", "%(num)s pages"),
    "row": plural("%(num)s row", "%(num)s rows"),
    "day": plural("%(num)s day", "%(num)s days"),
    "year": plural("%(num)s year", "%(num)s years"),
}
"""The things that pages count, with texts for one and for several."""
THINGS: Final = {
    "event": message("event"),
    "person": message("person"),
    "place": message("place"),
    "publisher": message("publisher"),
    "category": message("category"),
    "story": message("story"),
    "topic": message("topic"),
    "entity": message("name"),
}
"""The names of kinds of things in searches and directories, by the words of the index (see kg.lookup.search)."""
COUNTS: Final = {
    "captures": message("captures"),
    "categories": message("categories"),
    "days": message("days"),
    "entities": message("entities"),
    "events": message("events"),
    "pages": message("pages"),
    "places": message("places"),
    "publishers": message("publishers"),
    "revisions": message("revisions"),
    "sources": message("sources"),
    "stories": message("stories"),
    "triples": message("triples"),
}
"""The things that a snapshot counts, by their names in its manifest."""
_MONTH: Final = re.compile(r"\d{4}-\d\d", re.ASCII)
_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)\S*)?", re.ASCII)
"""A day or an instant; Python also reads other forms of ISO 8601, whose months are elsewhere."""


def spoken(text: str) -> str:
    """Return an ISO date as people write it (8 November 2011), or a month; any other text as it is."""
    try:
        if _MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return gettext("%(month)s %(year)s", month=month_name(text), year=first.year)
        if not (found := _INSTANT.fullmatch(text)):
            return text
        day = date.fromisoformat(found[1])
    except ValueError:
        return text
    shown = gettext("%(day)s %(month)s %(year)s", day=day.day, month=month_name(text), year=f"{day.year:04}")
    return gettext("%(date)s, %(time)s UTC", date=shown, time=found[2]) if found[2] else shown


def month_name(text: str) -> str:
    """Return the name of the month of an ISO date, or of an ISO month."""
    return gettext(MONTHS[int(text[5:7]) - 1])


def short_month(text: str) -> str:
    """Return the short name of the month of an ISO date, or of an ISO month, such as Feb."""
    return gettext(SHORT_MONTHS[int(text[5:7]) - 1])


def day_of_year(text: str) -> str:
    """Return an ISO date as people write it without its year: 8 November."""
    return gettext("%(day)s %(month)s", day=int(text[8:10]), month=month_name(text))


def short_day(text: str) -> str:
    """Return an ISO date in short form without its year: 8 Nov."""
    return gettext("%(day)s %(month)s", day=int(text[8:10]), month=short_month(text))


def weekday(text: str) -> str:
    """Return the short name of the weekday of an ISO date, such as Mon."""
    return gettext(WEEKDAYS[date.fromisoformat(text).weekday()])


def week(text: str) -> str:
    """Return the week of an ISO date in ISO 8601: 2012-W06."""
    year, number, _ = date.fromisoformat(text).isocalendar()
    return f"{year:04}-W{number:02}"


def grouped(number: int) -> str:
    """Return an integer with commas between thousands, as in both English and Chinese."""
    return f"{number:,}"


def counted(number: int, unit: str) -> str:
    """Return a number with the singular or plural of what is counted: 1 event, 1,234 events.

    Units outside the table, such as a column of an answer, keep their own English word.
    """
    one, many = COUNTED.get(unit, (f"%(num)s {unit}", f"%(num)s {unit}s"))
    return ngettext(one, many, number).replace("%(num)s", grouped(number))


def kind_of_thing(word: str) -> str:
    """Return the name of a kind of thing, by the index's word for it."""
    return gettext(THINGS.get(word, word))


def count_name(name: str) -> str:
    """Return the label of a count in a manifest; an unknown name unchanged."""
    return gettext(COUNTS[name]) if name in COUNTS else name


def time(text: str) -> Markup:
    """Return an ISO date, or an instant, as an element that shows it as people write it."""
    return Markup('<time datetime="{}">{}</time>').format(text, spoken(text))


def language_name(tag: str) -> str:
    """Return a language's own name, or its tag if that is unknown."""
    return ARCHIVED.get(tag, tag)


def embedded(data: Any) -> Markup:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(data, ensure_ascii=False)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704 - nothing in it could end the element


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "spoken": spoken,
    "month_name": month_name,
    "day_of_year": day_of_year,
    "weekday": weekday,
    "week": week,
    "time": time,
    "kind_of_thing": kind_of_thing,
    "count_name": count_name,
    "number": grouped,
    "counted": counted,
    "translated": gettext,
    "language": language_name,
    "licence": licences.label,
}
"""The template filters by name."""
