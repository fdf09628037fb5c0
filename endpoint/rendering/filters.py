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
"""The languages that we know archives in, by their own names."""
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
"""What pages count, with the texts for one and for several."""
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
"""What things are called that a search or a directory finds, by the words of the index (see kg.lookup.search)."""
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
"""What a snapshot counts, by the names in its manifest."""
_MONTH: Final = re.compile(r"\d{4}-\d\d", re.ASCII)


def spoken(text: str) -> str:
    """Return an ISO date as people write it (8 November 2011), or a month; any other text as it is."""
    try:
        if _MONTH.fullmatch(text):
            first = date.fromisoformat(f"{text}-01")
            return gettext("%(month)s %(year)s", month=month_name(text), year=first.year)
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    year = f"{day:%Y}"
    shown = gettext("%(day)s %(month)s %(year)s", day=day.day, month=month_name(text), year=year)
    return gettext("%(date)s, %(time)s UTC", date=shown, time=text[11:16]) if len(text) > 10 else shown


def month_name(text: str) -> str:
    """Return what the month of an ISO date, or an ISO month, is called."""
    return gettext(MONTHS[int(text[5:7]) - 1])


def short_month(text: str) -> str:
    """Return what the month of an ISO date, or an ISO month, is called for short, such as Feb."""
    return gettext(SHORT_MONTHS[int(text[5:7]) - 1])


def day_of_year(text: str) -> str:
    """Return an ISO date as people write it without its year: 8 November."""
    return gettext("%(day)s %(month)s", day=int(text[8:10]), month=month_name(text))


def short_day(text: str) -> str:
    """Return an ISO date as people write it for short without its year: 8 Nov."""
    return gettext("%(day)s %(month)s", day=int(text[8:10]), month=short_month(text))


def weekday(text: str) -> str:
    """Return what the weekday of an ISO date is called for short, such as Mon."""
    return gettext(WEEKDAYS[date.fromisoformat(text).weekday()])


def week(text: str) -> str:
    """Return the week of an ISO date as ISO 8601 writes it: 2012-W06."""
    year, number, _ = date.fromisoformat(text).isocalendar()
    return f"{year:04}-W{number:02}"


def grouped(number: int) -> str:
    """Return a whole number with commas between its thousands, as both English and Chinese write it."""
    return f"{number:,}"


def counted(number: int, unit: str) -> str:
    """Return how many there are of something, in the number that it has: 1 event, 1,234 events.

    What no page counts by itself, such as a column of an answer, has its own English word.
    """
    one, many = COUNTED.get(unit, (f"%(num)s {unit}", f"%(num)s {unit}s"))
    return ngettext(one, many, number).replace("%(num)s", grouped(number))


def kind_of_thing(word: str) -> str:
    """Return what a thing is called by the word that the index has for its kind."""
    return gettext(THINGS.get(word, word))


def count_name(name: str) -> str:
    """Return what is counted under a name of a manifest; another name as it is."""
    return gettext(COUNTS[name]) if name in COUNTS else name


def time(text: str) -> Markup:
    """Return an ISO date, or an instant, as an element that shows it as people write it."""
    return Markup('<time datetime="{}">{}</time>').format(text, spoken(text))


def language_name(tag: str) -> str:
    """Return how a language calls itself, or its tag if we do not know."""
    return ARCHIVED.get(tag, tag)


def embedded(data: Any) -> Markup:
    """Return JSON that is safe inside of a script element."""
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
"""The filters of the templates by their names there."""
