"""Writes an archive of day pages in the wikitext that kg reads, of any size, with the same bytes for the same seed.

Usage: ``python bench/archive.py EVENTS FOLDER [--seed 16] [--export REVISIONS]``. With ``--export``, it is a file of
the XML that MediaWiki exports, ``FOLDER/export.xml``, with that many revisions of each page, and another kind of page
for each day. The things that events name follow the distributions of the real
archive: places and publishers by Zipf's law (Homs is the twelfth place), four links and 1.4 sources an event, a third
of the events below topics of several days, and every fifth link to something that was not named before.
"""

from __future__ import annotations

import argparse
import csv
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, count
from math import ceil
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

GAZETTEER = Path(__file__).parents[1] / "data" / "gazetteer" / "places.tsv"
FIRST = date(2000, 1, 1)
DAYS = 9_131
"""Twenty-five years; for more than 11 events a day in that time, each day gets more."""
A_DAY = 11
EXPORT = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>enwiki</dbname>
    <base>https://en.wikipedia.org/wiki/Main_Page</base>
  </siteinfo>
"""
REVISION = """    <revision>
      <id>{id}</id>
      <parentid>{parent}</parentid>
      <timestamp>{time}</timestamp>
      <contributor><username>A</username><id>1</id></contributor>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="1" xml:space="preserve">{text}</text>
    </revision>
"""
PLACES, PUBLISHERS = 8_500, 3_700
HOMS = 12
FRAME = ("<!-- All news items below this line -->", "<!-- All news items above this line -->|}")
SECTIONS = (
    "Armed conflicts and attacks",
    "Law and crime",
    "Politics and elections",
    "International relations",
    "Disasters and accidents",
    "Business and economy",
    "Arts and culture",
    "Sports",
    "Science and technology",
)
WHO = (
    "Government forces",
    "Protesters",
    "Police",
    "Rebels",
    "Rescuers",
    "Voters",
    "Judges",
    "Miners",
    "Doctors",
    "Students",
    "Engineers",
    "Farmers",
    "Envoys",
    "Prosecutors",
    "Gunmen",
    "Astronomers",
    "Workers",
    "Ministers",
    "Climbers",
    "Sailors",
)
DOES = (
    "reject",
    "announce",
    "demand",
    "enter",
    "leave",
    "halt",
    "survey",
    "rebuild",
    "defend",
    "search",
    "condemn",
    "close",
    "reopen",
    "evacuate",
    "inspect",
    "celebrate",
)
WHAT = (
    "a ceasefire",
    "an election",
    "the airport",
    "a bridge",
    "the old market",
    "a verdict",
    "the harbour",
    "an inquiry",
    "a railway",
    "the parliament",
    "a hospital",
    "the border",
    "an earthquake relief camp",
    "a treaty",
    "the stadium",
    "a power station",
    "an oil field",
    "a refugee camp",
)
THEN = (
    "after an explosion kills {n} people",
    "while {n} others wait for news",
    "despite a storm that injures {n}",
    "as {n} witnesses are heard",
    "and {n} families return home",
    "where flooding displaces {n} residents",
    "a day after {n} arrests",
    "following a vote of {n} to 41",
)
SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ren",
    "tas",
    "vo",
    "du",
    "shen",
    "ba",
    "ri",
    "no",
    "fel",
    "gar",
    "in",
    "os",
    "ya",
    "hul",
    "pe",
    "zan",
    "te",
)
KINDS = ("uprising", "trial", "election", "floods", "civil war", "hostage crisis", "talks", "championship")
ENDS = (".example", ".com.example", ".org.example", ".co.example", ".news.example")


class Zipf:
    """Draws from a sequence by Zipf's law: the n-th with weight 1/(n + 3), which keeps the first ones comparable."""

    def __init__(self, values: Sequence[tuple[str, str]]) -> None:
        self.values = values
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(1, len(values) + 1)))

    def draw(self, random: Random) -> tuple[str, str]:
        """Return one value."""
        return self.values[bisect(self.weights, random.random() * self.weights[-1])]


class News:
    """Makes up bullets; the more often something was named, the more often it is named again."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.places = Zipf(places())
        self.publishers = Zipf([self._publisher(number) for number in range(PUBLISHERS)])
        self.named: list[str] = [self._name()]
        self.topics: list[str] = []

    def page(self, day: date, events: int) -> str:
        """Return the page of a day."""
        while len(self.topics) < 2 + events // 6 or self.random.random() < 0.5:
            self.topics.append(f"{day.year} {self.places.draw(self.random)[0]} {self.random.choice(KINDS)}")
        while len(self.topics) > 6 + events // 3:
            self.topics.pop(self.random.randrange(len(self.topics)))
        sections: dict[str, list[str]] = {}
        for number in range(events):
            below = sections.setdefault(self.random.choice(SECTIONS), [])
            bullet = self._bullet(day, number)
            if self.random.random() < 1 / 3:
                below += (f"*[[{self.random.choice(self.topics)}]]", f"**{bullet}")
            else:
                below.insert(0, f"*{bullet}")
        lists = "\n\n".join("\n".join((f";{name}", *lines)) for name, lines in sections.items())
        header = f"{{{{Current events header|{day.year}|{day.month:02}|{day.day}}}}}"
        return "\n".join((header, "", FRAME[0], lists, FRAME[1], ""))

    def _bullet(self, day: date, number: int) -> str:
        place, country = self.places.draw(self.random)
        where = f"[[{place}]], [[{country}]]" if country and self.random.random() < 0.6 else f"[[{place}]]"
        if self.random.random() < 1 / 3:
            where = f"{where} and [[{self.places.draw(self.random)[0]}]]"
        told = self.random.choice(THEN).format(n=self.random.randrange(2, 400))
        links = " and ".join(f"[[{self._named()}]]" for _ in range(self.random.choice((1, 1, 2, 3))))
        does, what = self.random.choice(DOES), self.random.choice(WHAT)
        sources = (self._source(day, number + at) for at in range(self.random.choice((1, 1, 1, 2, 2))))
        text = f"{self.random.choice(WHO)} {does} {what} in {where} {told}, according to {links}."
        return " ".join((text, *sources))

    def _named(self) -> str:
        if self.random.random() < 0.2:
            self.named.append(self._name())
            return self.named[-1]
        return self.named[int(len(self.named) * self.random.random() ** 3)]

    def _source(self, day: date, number: int) -> str:
        name, host = self.publishers.draw(self.random)
        return f"[http://www.{host}/{day:%Y/%m/%d}/{self.random.randrange(10**6):06}-{number} ({name})]"

    def _name(self) -> str:
        return f"{self._word(2)} {self._word(3)}"

    def _word(self, length: int) -> str:
        return "".join(self.random.choices(SYLLABLES, k=length)).capitalize()

    def _publisher(self, number: int) -> tuple[str, str]:
        name = f"{self._word(2)} {self.random.choice(('Times', 'Post', 'News', 'Herald'))}"
        return name, f"{name.lower().replace(' ', '')}{number}{self.random.choice(ENDS)}"


def places() -> list[tuple[str, str]]:
    """Return the titles of places and those of their countries, most populous first, Homs as the twelfth."""
    with GAZETTEER.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["title"]]
    countries = {row["country"]: row["title"] for row in rows if row["kind"] == "country"}
    found = sorted(rows, key=lambda row: (-int(row["population"] or 0), row["geonames"]))[:PLACES]
    chosen = [(row["title"], "" if row["kind"] == "country" else countries.get(row["country"], "")) for row in found]
    homs = next(one for one in chosen if one[0] == "Homs")
    chosen.remove(homs)
    chosen.insert(HOMS - 1, homs)
    return chosen


def pages(events: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the pages of an archive with a number of events."""
    news, days = News(seed), min(DAYS, ceil(events / A_DAY))
    for number in range(days):
        day = FIRST + timedelta(days=number)
        share = events * (number + 1) // days - events * number // days
        yield f"{day.year}_{day:%B}_{day.day}.txt", news.page(day, share)


def write(events: int, folder: Path, seed: int) -> int:
    """Write an archive into a folder and return how many bytes its pages have."""
    folder.mkdir(parents=True, exist_ok=True)
    return sum((folder / name).write_bytes(text.encode()) for name, text in pages(events, seed))


def export(events: int, folder: Path, seed: int, revisions: int) -> int:
    """Write an archive as an export of MediaWiki, each page with some revisions, and return how many bytes it has.

    Each revision has a few more bullets than the one before it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, id_ = folder / "export.xml", count(1)
    with file.open("w", encoding="utf-8") as stream:
        stream.write(EXPORT)
        for number, (name, text) in enumerate(pages(events, seed)):
            lines, first = text.split("\n"), FIRST + timedelta(days=number)
            title = f"Portal:Current events/{name.removesuffix('.txt').replace('_', ' ')}"
            ends = (4 + (len(lines) - 4) * part // revisions for part in range(1, revisions + 1))
            versions = ["\n".join(lines[:end]) for end in ends]
            stream.write(_page(title, first, versions, id_))
            stream.write(_page(f"Something {number}", first, ["Some other page."], id_))
        stream.write("</mediawiki>\n")
    return file.stat().st_size


def _page(title: str, first: date, versions: list[str], ids: Iterator[int]) -> str:
    told, parent = [], 0
    for number, text in enumerate(versions):
        id_, time = next(ids), datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(hours=number)
        told.append(REVISION.format(id=id_, parent=parent, time=f"{time:%Y-%m-%dT%H:%M:%SZ}", text=escape(text)))
        parent = id_
    return f"  <page>\n    <title>{title}</title>\n    <id>{next(ids)}</id>\n{''.join(told)}  </page>\n"


def main() -> None:
    """Write an archive, and print how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--export", type=int, default=0, metavar="REVISIONS")
    given = parser.parse_args()
    if given.export:
        size = export(given.events, given.folder, given.seed, given.export)
    else:
        size = write(given.events, given.folder, given.seed)
    print(f"{given.events:,} events, {size / 1e6:.1f} MB of wikitext, seed {given.seed}")


if __name__ == "__main__":
    main()
