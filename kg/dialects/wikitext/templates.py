"""What templates show, as wikitext: by a rule for each known template, otherwise the positional arguments.

A rule is the body of the template, shortened for this purpose, with ``{{{1}}}`` for its first argument. The result is
read again as wikitext, so links and templates in arguments are read like any others.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from kg.dialects import editions

Arguments = Mapping[str, str]
"""The arguments of a template by their names, positional ones by their numbers, each stripped."""

CITATION: Final = re.compile(r"(?:cite[\w ]*|citation|vcite[\w ]*|web ?cite|wikicite)$", re.IGNORECASE)
PUBLISHERS: Final = ("publisher", "work", "newspaper", "website", "agency")
FOOTNOTE: Final = re.compile(
    r"(?:refn|efn|efn-\w+|#tag:ref|notetag|sfn|sfnp|harvnb|harv|rp|r|ref|note)$", re.IGNORECASE
)

# Templates that add nothing to a sentence: notes to and signatures of editors, pictures, coordinates, hatnotes.
SILENT: Final = re.compile(
    r"(?:dead link|deadlink|fact|cn|citation needed|cbignore|doi-inline|what\?|which\?|who\?|when\?|where\?|why\?|how\?"
    r"|dn|disambiguation needed|dab|clarify.*|clarification needed|weasel-inline|failed verification|rs\??|vague"
    r"|current events (?:header|footer)|\w\w icon|link language|in lang|webarchive|wayback|blacklisted-links|pp(?:-.*)?"
    r"|registration required|subscription required|subscription|retracted|primary source inline|better source.*"
    r"|not in citation given|full|full citation needed|verify source|update after|update inline|anchor|visible anchor"
    r"|flag ?icon.*|flagdeco|coord|coordinates|use \w+ dates|use [\w ]*english|db-[\w-]+|mfd|afd|prod|stub|[\w-]+-stub"
    r"|main|see also|further|details|about|hatnote|for|redirect|unreliable source.*|medical citation needed|or|pov"
    r"|by whom\??|according to whom\??|attribution needed|dubious|discuss|citation style|page needed|specify|globalize"
    r"|orphan|cleanup|unreferenced|refimprove|more citations needed|reflist|notelist|toc|clear|-|italic title"
    r"|displaytitle:.*|defaultsort:.*|short description|no ?toc|image|external media|scotus url slip|bots|nobots)$",
    re.IGNORECASE,
)

_BODIES: Final = {
    "nowrap nobr small smaller big bigger larger nobold flag flagcountry flagu flagg abbr tooltip mlby nbay nhly nfly "
    "bhofy f1 rws ct sub sup em strong code mono var dfn strike underline smallcaps sc resize linktext proper_name "
    "no_italic noitalic quote tq talk_quote_inline us_patent": "{{{1}}}",
    "lang langx color colour font_color fgcolor background_color hover_title": "{{{2}}}",
    "mp mpl mpl- mp- gaps": "{{{1}}}{{{2}}}{{{3}}}",
    "ship sclass2": "{{{1}}} {{{2}}}",
    "sclass sclass- sclass2-": "{{{1}}}-class {{{2}}}",
    "circa c. ca. ca": "c. {{{1}}}{{{-2}}}",
    "floruit fl. fl": "fl. {{{1}}}{{{-2}}}",
    "born b.": "born {{{1}}}",
    "died d.": "died {{{1}}}",
    "reign r.": "r. {{{1}}}{{{-2}}}",
    "twitter": "{{{2}}} on Twitter",
    "us$ usd us_dollar": "US${{{1}}}",
    "a$ au$ aud": "A${{{1}}}",
    "c$ ca$ cad": "C${{{1}}}",
    "nz$ nzd": "NZ${{{1}}}",
    "hk$ hkd": "HK${{{1}}}",
    "r$ brl": "R${{{1}}}",
    "gbp £ pound_sterling": "£{{{1}}}",
    "eur € euro": "€{{{1}}}",
    "inr ₹ indian_rupee indian_rupees": "₹{{{1}}}",
    "jpy ¥ yen": "¥{{{1}}}",
    "cny rmb yuan renminbi": "CN¥{{{1}}}",
    "krw ₩ won": "₩{{{1}}}",
    "rub ₽ ruble": "₽{{{1}}}",
    "try ₺": "₺{{{1}}}",
    "php ₱ philippine_peso": "₱{{{1}}}",
    "co2": "CO2",
    "h2o": "H2O",
    "'": "&#39;",
    '"': "&#34;",
    "'s": "&#39;s",
    "nbsp spaces thinsp hair_space": "&nbsp;",
    "zwsp shy": "",
    "spaced_ndash snd snds spnd spaced_en_dash spaced_en_dashes": " – ",
    "ndash en_dash": "–",
    "mdash em_dash": "—",
    "! pipe": "&#124;",
    "=": "&#61;",
    "· middot dot •": "·",
    "okina": "ʻ",
    "hamza": "ʼ",
    "ayin ayn": "ʿ",
    "sic": "{{{1}}} [sic]",
    "url": "[{{{1}}} {{{2}}}]",
}
"""What templates show, by their names in lower case, with ``_`` for a space. ``{{{-2}}}`` is the end of a range."""
_BY_NAME: Final = {name.replace("_", " "): body for names, body in _BODIES.items() for name in names.split(" ")}
_PARAMETER: Final = re.compile(r"\{\{\{(-?)(\d)\}\}\}")

FRACTION: Final = re.compile(r"s?frac(?:tion)?$", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*$")
_PREFIX: Final = re.compile(r"(?:(?:subst|safesubst|template|msgnw|t)\s*:\s*)+", re.IGNORECASE)
_FUNCTION: Final = re.compile(r"(lc|uc|lcfirst|ucfirst|formatnum)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_CONDITION: Final = re.compile(r"#if\s*:(.*)", re.IGNORECASE | re.DOTALL)
_SHIP: Final = re.compile(
    r"(?:USS|HMS|RMS|SS|MS|MV|OV|HMCS|HMAS|HMNZS|USNS|USCGC|INS|RRS|GTS|ARA|ROKS|MY|MT|RV|RFA|TS)$"
)
_NUMBER: Final = re.compile(r"[-−+]?[\d.,]+(?:/\d+)?$")
# The separators between the two ends of a range in {{convert}}, as in Module:Convert.
_RANGE: Final = re.compile(r"(?:[-–—+±x×*]|xx|to|and|or|by|to about|\+/-|, ?(?:and|or)?|(?:to|and|by|or)\(-\))$")


@dataclass(frozen=True, slots=True)
class _Local:
    """The templates of all editions, in lower case: those of sources with their parameters, and silent ones."""

    citations: frozenset[str]
    addresses: tuple[str, ...]
    publishers: tuple[str, ...]
    silent: frozenset[str]


@cache
def _local() -> _Local:
    known = editions.load().values()
    return _Local(
        frozenset(one.casefold() for edition in known for one in edition.citations),
        tuple(dict.fromkeys(one for edition in known for one in edition.addresses)),
        tuple(dict.fromkeys(one for edition in known for one in edition.publishers)),
        frozenset(one.casefold() for edition in known for one in edition.silent),
    )


def cited(name: str, arguments: Arguments) -> str:
    """Return the address of the source that a template cites, "" if none; ``name`` is as ``named`` gives it."""
    if CITATION.match(name) and (address := arguments.get("url") or arguments.get("URL")):
        return address
    if name.casefold() not in _local().citations:
        return ""
    lower = {key.casefold(): value for key, value in arguments.items()}
    return next((lower[one] for one in _local().addresses if lower.get(one)), "")


def publishers(name: str) -> tuple[str, ...]:
    """Return the parameters of a source template that name its publisher, the most specific first."""
    return _local().publishers if name.casefold() in _local().citations else PUBLISHERS


def named(printed: str) -> str:
    """Return the name of a template without modifiers such as ``subst:``."""
    return _PREFIX.sub("", " ".join(printed.replace("_", " ").split()))


def shown(name: str, arguments: Arguments) -> str | None:
    """Return the wikitext that a template shows, ``name`` as ``named`` gives it; None if no rule knows it."""
    if SILENT.match(name) or CITATION.match(name) or name.casefold() in _local().silent | _local().citations:
        return ""
    if called := _FUNCTION.match(name):
        return called[2]
    if condition := _CONDITION.match(name):
        return arguments.get("1" if condition[1].strip() else "2", "")
    if _SHIP.match(name):
        return f"{name} {arguments.get('1', '')}"
    lower = name.lower()
    if lower.startswith("lang-"):
        return arguments.get("1", "")
    rule = _RULES.get(lower)
    if rule:
        return rule(arguments)
    body = _BY_NAME.get(lower)
    return None if body is None else _filled(body, arguments)


def positional(arguments: Arguments) -> str:
    """Return the positional arguments of a template that are not empty, joined by spaces."""
    numbers = sorted((name for name in arguments if name.isascii() and name.isdigit()), key=lambda one: (len(one), one))
    return " ".join(filter(None, (arguments[name] for name in numbers)))


def _filled(body: str, arguments: Arguments) -> str:
    def value(parameter: re.Match[str]) -> str:
        found = arguments.get(parameter[2], "")
        return f" – {found}" if parameter[1] and found else found

    return _PARAMETER.sub(value, body)


def _measure(arguments: Arguments) -> str:
    """Show ``{{convert|5|km}}`` as 5 km, ``{{convert|5|-|6|km}}`` as 5 - 6 km, ``{{convert|6|ft|2|in}}`` as 6 ft 2 in.

    Values and their separators come before the unit; a further number has a unit of its own.
    """
    values = [arguments.get(str(number), "") for number in range(1, 9)]
    found = values[:1]
    at = 1
    while at + 1 < len(values) and _RANGE.match(values[at]):
        found += values[at : at + 2]
        at += 2
    found.append(values[at])
    while (
        at + 2 < len(values) and _NUMBER.match(values[at + 1]) and values[at + 2] and not _NUMBER.match(values[at + 2])
    ):
        found += values[at + 1 : at + 3]
        at += 2
    return " ".join(one.replace("(-)", "") for one in found if one)


def _fraction(arguments: Arguments) -> str:
    """Show ``{{frac|2}}`` as 1/2, ``{{frac|3|4}}`` as 3/4, ``{{frac|9|3|4}}`` as 9 3/4."""
    numbers = [number for name in ("1", "2", "3") if (number := arguments.get(name))]
    if not numbers:
        return ""
    above, below = numbers[-2:] if len(numbers) > 1 else ("1", numbers[0])
    return f"{numbers[0]} {above}/{below}" if len(numbers) > 2 else f"{above}/{below}"


def _interlanguage(arguments: Arguments) -> str:
    """Show the title of ``{{ill|A title|fr}}``; also of the older form ``{{ill|fr|A title}}``."""
    first, second = arguments.get("1", ""), arguments.get("2", "")
    reversed_ = _LANGUAGE.match(first) and second and not _LANGUAGE.match(second)
    return arguments.get("lt") or (second if reversed_ else first)


def _transliterated(arguments: Arguments) -> str:
    return arguments.get("3") or arguments.get("2", "")


def _as_of(arguments: Arguments) -> str:
    words = "as of" if arguments.get("lc") else "As of"
    return arguments.get("alt") or f"{words} {_day([arguments.get(name, '') for name in '123'])}"


def _day(parts: Iterable[str]) -> str:
    """Return a year, month and day, any of which may be missing, in words."""
    year, month, day = parts
    name = month_name[int(month)] if re.fullmatch(r"0?[1-9]|1[0-2]", month) else month
    return " ".join(filter(None, (day, name, year)))


def _date(arguments: Arguments) -> str:
    return _day(arguments.get(name, "") for name in "123")


def _dates(arguments: Arguments) -> tuple[date, date] | None:
    """Return two days, each given as a year, a month and a day."""
    numbers = [arguments.get(str(number), "") for number in range(1, 7)]
    try:
        year, month, day, *later = map(int, numbers)
        return date(year, month, day), date(*later)
    except (ValueError, OverflowError):
        return None


def _age(arguments: Arguments) -> str:
    """Show the whole years from one day to another."""
    days = _dates(arguments)
    return str(_years(*days)) if days else positional(arguments)


def _age_in_years_and_days(arguments: Arguments) -> str:
    days = _dates(arguments)
    if days is None:
        return positional(arguments)
    years = _years(*days)
    try:
        birthday = days[0].replace(year=days[0].year + years)
    except ValueError:  # the 29th of February
        birthday = date(days[0].year + years, 3, 1)
    return f"{years} years, {(days[1] - birthday).days} days"


def _years(first: date, last: date) -> int:
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


_RULES: Final[dict[str, Callable[[Arguments], str]]] = {
    "convert": _measure,
    "cvt": _measure,
    "frac": _fraction,
    "sfrac": _fraction,
    "fraction": _fraction,
    "ill": _interlanguage,
    "interlanguage link": _interlanguage,
    "interlanguage link multi": _interlanguage,
    "transl": _transliterated,
    "transliteration": _transliterated,
    "as of": _as_of,
    "start date": _date,
    "end date": _date,
    "birth date": _date,
    "death date": _date,
    "film date": _date,
    "age": _age,
    "age in years and days": _age_in_years_and_days,
}
