"""Measures newsgraph against the judged sets: the alignment of captures, events shared by two archives, places.

    python tests/judged/measure.py alignment WIKITEXT_GIT judgements.json
    python tests/judged/measure.py cross WIKITEXT_GIT CONTEXT_FOLDER... judgements.json
    python tests/judged/measure.py places judgements.json
    python tests/judged/measure.py years WIKITEXT_FOLDER

Prints precision and recall, each with its Wilson 95 % interval, and every decision that differs.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any

from kg.archive import git
from kg.archive.opening import open_archive
from kg.archive.repository import find_repository
from kg.dialects import reading
from kg.dialects.context.items import items as items_of_a_page
from kg.dialects.context.record import DayIndex, EventPage
from kg.dialects.item import Tally
from kg.dialects.record import Page
from kg.dialects.wikitext.items import items
from kg.dialects.wikitext.page import day_of
from kg.dialects.wikitext.record import DayPage
from kg.entities.places import gazetteer
from kg.entities.places.gazetteer import SMALLEST_CITY, Gazetteer
from kg.entities.places.towns import Towns
from kg.events.claims import Claims
from kg.events.timeline import Capture, Listing, Timeline
from tests.judged.places import draw


def wilson(hits: int, n: int) -> str:
    """Return a share as text with its Wilson score interval at 95 %."""
    if not n:
        return "no cases"
    z, share = 1.96, hits / n
    centre, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = ((centre + sign * spread) / (1 + z * z / n) for sign in (-1, 1))
    return f"{share:.3f} ({hits} of {n}, {low:.3f} to {high:.3f})"


def captured(path: str, content: bytes, moment: int) -> tuple[Capture, dict[str, int]]:
    """Return a day page as a capture, and the lines of its items by fragment."""
    page = Page(path, content, datetime.fromtimestamp(moment, UTC))
    record = reading.parse(page)
    assert isinstance(record, DayPage)
    lines = {f"item-{bullet.position + 1}": bullet.line for bullet in record.bullets}
    listings = tuple(Listing(item, f"{page.sha256}", page.captured) for item in items(record, Tally()))
    return Capture("page", listings), lines


def aligned(path: str, old: bytes, new: bytes) -> tuple[set[tuple[int, int]], set[int], set[int]]:
    """Return the pairs of lines that are one event in two captures of a page, and the lines that are events."""
    timeline = Timeline(Claims())
    older, old_lines = captured(path, old, 0)
    timeline.step([older], datetime.fromtimestamp(0, UTC))
    before = {key: event.listings[0].item.fragment for key, event in timeline.events.items()}
    newer, new_lines = captured(path, new, 3600)
    timeline.step([newer], datetime.fromtimestamp(3600, UTC))
    pairs = {
        (old_lines[fragment], new_lines[timeline.events[key].listings[0].item.fragment])
        for key, fragment in before.items()
        if timeline.events[key].gone is None
    }
    return pairs, set(old_lines.values()), set(new_lines.values())


def measure_alignment(repository: Path, judged: list[dict[str, Any]]) -> None:
    """Compare the pairs of differing bullets that the timeline finds with those that were judged."""
    blobs = [blob for one in judged for blob in (one["old_blob"], one["new_blob"])]
    contents = list(git.contents(find_repository(repository), blobs))
    right = found = wanted = 0
    for number, one in enumerate(judged):
        pairs, _, _ = aligned(one["path"], contents[2 * number], contents[2 * number + 1])
        expected = {(old, new) for old, new in one["pairs"]}
        old = {line for line, _ in expected} | set(one["removed"])
        new = {line for _, line in expected} | set(one["added"])
        got = {(a, b) for a, b in pairs if a in old or b in new}
        right, found, wanted = right + len(got & expected), found + len(got), wanted + len(expected)
        for kind, wrong in (("wrong", got - expected), ("missed", expected - got)):
            for pair in sorted(wrong):
                print(f"{kind} {one['path']} {one['old_blob'][:10]} {one['new_blob'][:10]} {pair}")
    print(f"precision {wilson(right, found)}, recall {wilson(right, wanted)}")


def measure_cross(repository: Path, *rest: Any) -> None:
    """Compare which bullet each page and index item is merged with against what was judged."""
    *folders, judged = rest
    wiki = open_archive(repository, 8_000_000)
    days = {day_of(page.path): page for page in wiki.pages(wiki.versions)}
    right = found = wanted = judged_pairs = 0
    for one in judged:
        day = datetime.fromisoformat(one["day"]).date()
        if day not in days:
            continue
        judged_pairs += 1
        expected = one["bullet"]["line"] if one["bullet"] else None
        file = next(folder / one["page"] for folder in folders if (folder / one["page"]).exists())
        got = merged_with(days[day], file, one["item"])
        right, found, wanted = right + (got == expected is not None), found + (got is not None), wanted + bool(expected)
        if got != expected:
            print(f"{one['page']} item {one['item']}: judged line {expected} ({one['kind']}), merged with {got}")
    print(f"{judged_pairs} items with wikitext: precision {wilson(right, found)}, recall {wilson(right, wanted)}")


def measure_places(judged: list[dict[str, Any]]) -> None:
    """Compare the targets that the gazetteer takes for places with the judgements: the first 300, then all."""
    for name, one in (("", gazetteer.load()), (", without what was read out of the archive", general())):
        for count in (300, len(judged)):
            typed(f"first {count} targets{name}", one, judged[:count])


def general(read: Collection[str] = ()) -> Gazetteer:
    """Return the gazetteer without areas.txt and linked.tsv, as it is for an archive that nobody has read.

    ``read`` are titles that somebody has read nevertheless.
    """
    places, denied, areas, wordnet, regions, towns, *_ = gazetteer.files()
    with areas.with_name("linked.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader((line for line in file if line[:1] != "#"), delimiter="\t", quoting=csv.QUOTE_NONE)
        linked: dict[str, list[str]] = {}
        for geonames, title in rows:
            linked.setdefault(geonames, []).extend([title] if title in read else [])
    lines = (line.split("\t") for line in places.read_text(encoding="utf-8").splitlines()[1:])
    kept = (unread(row, linked[row[0]]) if row[0] in linked else row for row in lines)
    listed = [
        *gazetteer.entries(wordnet),
        *gazetteer.entries(regions),
        *(area for area in gazetteer.entries(areas) if area in read),
    ]
    table = Towns(gzip.decompress(towns.read_bytes()))
    return Gazetteer(map("\t".join, filter(None, kept)), gazetteer.entries(denied), listed, table)


def unread(row: list[str], titles: list[str]) -> list[str] | None:
    """Return a row of places.tsv with only some of the titles from linked.tsv; None if it has no others."""
    if not titles and row[1] == "city" and int(row[9]) < SMALLEST_CITY:
        return None
    title, *others = titles or [""]
    return [*row[:3], title, "|".join(others), *row[5:]]


def measure_years(archive: Path) -> None:
    """Print the share of the places of each year that is known without titles read in that year alone."""
    years: dict[str, set[str]] = {}
    for title, lines in draw.frame(archive).items():
        for file, _ in lines:
            years.setdefault(file[:4], set()).add(title)
    every, known = gazetteer.load(), [0, 0]
    for year, titles in sorted(years.items()):
        elsewhere = set().union(*(others for other, others in years.items() if other != year))
        places, unread = [title for title in titles if every.by_title(title)], general(elsewhere)
        found = sum(unread.by_title(title) is not None for title in places)
        known = [known[0] + found, known[1] + len(places)]
        print(f"{year}: {wilson(found, len(places))}")
    print(f"all years: {wilson(*known)}")


def typed(name: str, places: Gazetteer, judged: list[dict[str, Any]]) -> None:
    """Print how well the gazetteer types some targets, and each that differs from its judgement."""
    found = {one["target"] for one in judged if places.by_title(one["target"])}
    wanted = {one["target"] for one in judged if one["place"]}
    right = len(found & wanted)
    print(f"{name}: precision {wilson(right, len(found))}, recall {wilson(right, len(wanted))}")
    for kind, wrong in (("wrong", found - wanted), ("missed", wanted - found)):
        if wrong:
            print(f"  {kind}: {'; '.join(sorted(wrong))}")


def merged_with(wikitext: Page, file: Path, item: int | None) -> int | None:
    """Return the line of the bullet with which a Context page, or one item of an index, becomes one event."""
    timeline = Timeline(Claims())
    capture, lines = captured(wikitext.path, wikitext.content, 0)
    timeline.step([capture], None)
    keys = {key: event.listings[0].item.fragment for key, event in timeline.events.items()}
    page = Page(f"news/{file.as_posix().partition('/news/')[2]}", file.read_bytes())
    record = reading.parse(page)
    assert isinstance(record, EventPage | DayIndex)
    found = list(items_of_a_page(record, Tally()))
    chosen = found[0 if item is None else item - 1]
    timeline.step([Capture("context", (Listing(chosen, page.sha256),))], None)
    key = next(key for key, event in timeline.events.items() if any(one.page == page.sha256 for one in event.listings))
    return lines[keys[key]] if key in keys else None


if __name__ == "__main__":
    kind, *paths, last = sys.argv[1:]
    if kind == "years":
        measure_years(Path(last))
    else:
        judged = json.loads(Path(last).read_text(encoding="utf-8"))
        measures = {"alignment": measure_alignment, "cross": measure_cross, "places": measure_places}
        measures[kind](*map(Path, paths), judged)
