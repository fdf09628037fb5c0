"""Makes up an archive for a crawl: always the same pages, in both dialects, with everything that makes addresses hard.

All text is invented. Places are from the gazetteer; everything else with a name is fictional, including the sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

FIRST = date(2009, 1, 5)
STEP = timedelta(days=41)
"""From one day with events to the next, so that they lie in several years; some pairs of days are neighbours."""
HUB = "Homs"
COMMON = "the example"
"""What an event names that names no title of its own."""

CATEGORIES = (
    "Armed conflicts and attacks",
    "Arts & culture",
    "Business and economy",
    'Law, crime and "justice"',
    "Politics/elections",
    "Конфликты и войны",
    "الرياضة",
    "災害と事故",
    "Wirtschaft: 100 % Börse?",
    "!!!",
    "Disasters.html",
    "Über uns’ère",
)
PLACES = ("Damascus", "Aleppo", "Syria", "Germany", "Zürich", "São Paulo", "Łódź", "Reykjavík", "Biel/Bienne", "Tokyo")
TITLES = (
    "Index.html",
    "Data.ttl",
    "Report.expanded.jsonld",
    "Doc",
    "Page.2.json",
    "AC/DC of Exampleton",
    "Double//slash",
    "Ends with a slash/",
    "/Begins with one",
    "Who is there?",
    "A=1&B=2?c=3",
    "100% (album)",
    "50%25 encoded",
    "Half%2Fencoded",
    'The "Quoted" Club',
    "Rock ’n’ Roll & Sons",
    "Back\\slash",
    "Plus+sign; semicolon, comma",
    "Star*, bang! and $dollar",
    "At@sign:colon=equals",
    "Caret^ and `backtick`",
    "Tilde~ and 'apostrophe'",
    "...And Justice",
    "Two..dots",
    ".hidden",
    "Émile Exámple",
    "E\u0301mile decomposed",
    "北京例子",
    "مدينة المثال",
    "Пример (город)",
    "ตัวอย่าง",
    "Volcano 🌋",
    "Zero\u200cwidth",
    "I\u0307stanbul example",
    "A " + "very " * 30 + "long title",
    "Dots/../between",
    "..",
    "Ends with a dot/.",
    "Revision/0123456789ab",
    "Doc/entity/en/Homs",
)
ADDRESSES = (
    "https://example.org/a.html",
    "https://example.org/data.ttl",
    "https://example.org/?a=1&b=2;c=3",
    "https://example.org/search?q=homs+news&url=http://example.com/x?y=z",
    "https://example.org/path//with///slashes",
    "https://example.org/fragment#part-2",
    "https://example.org/#!/hash/bang",
    "https://example.org/percent%20space%2Fslash",
    "https://example.org/broken%zzpercent%",
    "https://example.org/ünïcödé/straße",
    "https://example.org/北京?q=新闻",
    "https://bücher.example.org/lesen",
    "https://example.org:8443/port",
    "https://EXAMPLE.org/Upper/CASE",
    "https://example.org/quote'and\"double",
    "https://example.org/(parentheses)/and,comma;semi",
    "https://example.org/dots/../up/./here",
    "https://example.org/*star*/!bang!/$dollar/~tilde",
    "https://example.org/pipe%7Cand^caret`tick",
    "https://example.org/plus+plus=equals@at:colon",
    "ftp://example.org/pub/file.txt",
    "//example.org/no-scheme",
    "http://example.org",
    "http://example.org/?",
    "http://192.0.2.7/by-number",
    "https://example.org/" + "long/" * 300,
)
PUBLISHERS = ("Example News", "''The Example''", "Exámple & Söhne", "例子日報", "R/example", "News.html", "A? B!")
SUBJECTS = ("Delegates", "Farmers", "Students", "Rescuers", "Engineers", "Voters", "Dockers", "Astronomers", "Nurses")
ACTIONS = ("meet in", "leave", "return to", "hold a fair in", "open a bridge in", "vote in", "repair a dam near")


def day_pages(days: int, events: int) -> dict[str, str]:
    """Return day pages in wikitext, by path: ``days`` of them with ``events`` bullets each."""
    numbers = count()
    return {_path(day): _day_page(day, numbers, events) for day in _days(days)}


def changed(pages: dict[str, str]) -> dict[str, str]:
    """Return the day pages that differ in a later version of the archive: one has a bullet less, one has one more."""
    first, *_, last = pages
    lines = pages[last].splitlines()
    fewer = [line for line in lines if line != next(one for one in reversed(lines) if one.startswith("*"))]
    more = pages[first].replace("{{Current events footer}}", f"*{_sentence(9_999)}\n{{{{Current events footer}}}}")
    return {first: more, last: "\n".join(fewer)}


def _days(number: int) -> Iterator[date]:
    for one in range(number):
        yield FIRST + STEP * (one // 2) + timedelta(days=one % 2)


def _path(day: date) -> str:
    return f"current-events/{day.year}_{day:%B}_{day.day}.txt"


def _day_page(day: date, numbers: Iterator[int], events: int) -> str:
    lines = [f"{{{{Current events header|{day.year}|{day.month:02}|{day.day:02}}}}}"]
    for position in range(events):
        number = next(numbers)
        if position % 4 == 0:
            lines.append(f";{CATEGORIES[number // 4 % len(CATEGORIES)]}")
        if number % 9 == 8:
            lines.append(f"*[[{TITLES[number // 9 % len(TITLES)]}]]:")
        lines.append(f"{'**' if number % 9 == 8 else '*'}{_sentence(number)}")
    return "\n".join([*lines, "{{Current events footer}}", ""])


def _sentence(number: int) -> str:
    subject, action = SUBJECTS[number % len(SUBJECTS)], ACTIONS[number % len(ACTIONS)]
    place = HUB if number % 2 else PLACES[number // 2 % len(PLACES)]
    about = f"[[{TITLES[number]}]]" if number < len(TITLES) else f"[[Exámple {number // 2}|{COMMON}]]"
    sources = " ".join(_cited(number + 1_000 * more) for more in range(1 + (number % 5 == 0)))
    return f"{subject} {action} [[{place}]], after {number} days of talks on {about}. {sources}"


def _cited(number: int) -> str:
    plain = f"https://example.org/{number % 7}/news-{number}?id={number}"
    address = ADDRESSES[number] if number < len(ADDRESSES) else plain
    return f"[{address} ({PUBLISHERS[number % len(PUBLISHERS)]})]"


def event_pages(number: int) -> dict[str, str]:
    """Return pages of the Context, by path: ``number`` in English and as many in Chinese, with their day indexes."""
    pages: dict[str, str] = {}
    for one, day in enumerate(_days(number)):
        english = f"Example {one}: “{PLACES[one % len(PLACES)]}” & <others> open a 50% larger library?"
        chinese = f"例子{one}：霍姆斯的图书馆“重新”开放。"
        pages |= _event(day, "the-context/en", f"library-{one}", english, one)
        pages |= _event(day, "the-context/zh", f"例子{one}-霍姆斯的图书馆-重新-开放", chinese, one)
    return pages


def _event(day: date, folder: str, slug: str, title: str, number: int) -> dict[str, str]:
    chinese = folder.endswith("zh")
    at = f"news/{day.year}/{day.month:02}/{day.day}"
    label, prefix = f"{day.year}-{day.month:02}-{day.day}", "/zh/" if chinese else "/"
    sources, context = ("信息来源", "上下文") if chinese else ("Sources", "Context")
    related = "有关" if chinese else "Related"
    heading = "##### 霍姆斯" if chinese else f"##### {CATEGORIES[number % len(CATEGORIES)]}"
    page = (
        f"### [{label}](/{at}/index.md)\n\n{heading}\n# {title} \n\nA description, with “quotes” & more.\n\n\n"
        f"### {sources}:\n\n1. [{PUBLISHERS[number % 7]}](https://example.org/context/{number}?p=é&q={number})\n"
        f"\n### {related}:\n\n1. [{title} ]({prefix}{at}/no-such-page-{number}.md) _{context}: Homs, Syria_\n"
    )
    index = f"## [{label}]({prefix}{at}/index.md)\n\n{heading}\n### [{title} ]({prefix}{at}/{slug}.md)\n"
    return {f"{folder}/{at}/{slug}.md": page, f"{folder}/{at}/README.md": index}


def history(days: int) -> Iterator[tuple[float, dict[str, str]]]:
    """Yield commits: hours after noon of 8 November 2011, and the day pages that they write.

    Each page gets a second wording of its first bullet, and then loses its last one.
    """
    for one in range(days):
        day = date(2011, 11, 1 + one)
        lines = [_planting(one, two) for two in range(4)]
        reworded = [lines[0].replace("plant", "say that they plant"), *lines[1:]]
        for hours, listed in ((0, lines), (30, reworded), (60, reworded[:-1])):
            header = f"{{{{Current events header|2011|11|{day.day:02}}}}}"
            yield hours + one, {_path(day): "\n".join([header, ";Environment", *listed, ""])}


def _planting(day: int, number: int) -> str:
    source = _cited(70_000 + 10 * day + number)
    return f"*{SUBJECTS[number]} of history {day} plant {number + 3} trees in [[{HUB}]]. {source}"
