"""The report on a build: what was read, what became of it, and what was not understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from kg.archive.opening import Archive
from kg.archive.versions import UnreadPage
from kg.dialects import registry
from kg.dialects.base import Dialect
from kg.dialects.item import Tally
from kg.mapping.named import unmapped
from kg.pipeline.outcome import Outcome, Quarantined
from kg.store.snapshot import Manifest

NAMED: Final = 8
"""How many lines of each kind the summary lists."""
COUNTED = (
    "pages",
    "captures",
    "days",
    "events",
    "revisions",
    "entities",
    "places",
    "stories",
    "categories",
    "sources",
    "publishers",
)


def report(outcome: Outcome, archives: list[Archive], triples: int, seconds: float) -> dict[str, Any]:
    """Return the report of a build as data for JSON. Raises AssertionError if the counts do not add up.

    ``triples`` is how many the store holds, ``seconds`` how long the build took.
    """
    tallied = check_sums(outcome.tally)
    unread = [{"page": path, "line": one.line, "reason": one.reason, "text": one.text} for path, one in outcome.unread]
    return {
        "counts": {**{name: tallied[name] for name in COUNTED}, "triples": triples},
        "languages": dict(outcome.languages.most_common()),
        "tally": dict(sorted(tallied.items())),
        "excluded": dict(outcome.tally.excluded),
        "lines not understood": unread,
        "aliases": [
            {"alias": alias, "is": iri, "since": outcome.aliases.reasons[alias]}
            for alias, iri in sorted(outcome.aliases.canonical.items())
        ],
        "pages not read": [
            {"page": one.path, "commit": one.commit, "reason": one.reason}
            for one in (*chain.from_iterable(archive.unread for archive in archives), *outcome.unread_pages)
        ],
        "quarantined": [
            {"page": one.path, "line": one.line, "commit": one.commit, "cause": one.cause, "capture": one.iri}
            for one in outcome.quarantined
        ],
        "commit times not true": list(chain.from_iterable(map(_doubted, archives))),
        "remarks": list(chain.from_iterable(archive.remarks for archive in archives)),
        "headings of no category": [
            {"heading": heading, "language": language, "count": count}
            for language, heading, count in unmapped(outcome.named.categories)
        ],
        "other files": sorted(outcome.prose + [path for archive in archives for path in archive.others]),
        "seconds": round(seconds, 1),
    }


def _doubted(archive: Archive) -> Iterator[dict[str, str | None]]:
    for one in archive.doubted:
        taken = f"{one.taken:%Y-%m-%dT%H:%M:%SZ}" if one.taken else None
        yield {"archive": archive.root.resolve().name, "commit": one.commit, "time": one.written, "taken as": taken}


def summary(manifest: Manifest, found: dict[str, Any]) -> str:
    """Return the report of a build in a few lines for people; the sums in it add up."""
    n = Counter(found["tally"])
    counts = found["counts"]
    dialects = [one.made for one in registry.installed()]
    told = "".join(f"{line}\n" for one in dialects for line in one.summary(n, found["excluded"]))
    items = " + ".join(f"{name} {sum(n[one] for one in parts):,}" for name, parts in _item_counts(dialects))
    unread = Counter(one["reason"] for one in found["lines not understood"])
    why = "".join(f"\n    {count:,} {reason}" for reason, count in unread.most_common(NAMED))
    doubts = "".join(f"{line}\n" for line in _doubts(found))
    withdrawn = f" - withdrawn {n['withdrawn']:,}" if n["withdrawn"] else ""
    return f"""\
snapshot {manifest.id} of base {manifest.base}
  {", ".join(f"{counts[name]:,} {name}" for name in counts)}, {found["seconds"]} seconds
{told}items {n["items"]:,} = {items}
events {n["events"]:,} = items {n["items"]:,} - merged {n["merged"]:,}{withdrawn} \
+ gone {n["events gone"]:,} + only listed as related {n["events only listed as related"]:,}
entities {counts["entities"]:,}, under which {n["aliases"]:,} more names are one with others
revisions {counts["revisions"]:,}, {counts["revisions"] / max(counts["events"], 1):.3f} an event
distinct (event, source) pairs {n["event-source pairs"]:,}
{_shapes(found["shapes"])}
months {found["months"]["all"]:,}, of which new since the last build {found["months"]["new"]:,}
{doubts}lines not understood {sum(unread.values()):,}{why}
headings of no category of the scheme {len(found["headings of no category"]):,}
other files {len(found["other files"]):,}{_candidates(found.get("candidates", []))}"""


def _candidates(found: list[dict[str, Any]]) -> str:
    first = f", such as {found[0]['event']} and {found[0]['other']}" if found else ""
    return f"\nevents in two languages that may be one {len(found):,}{first}" if found else ""


def _doubts(found: dict[str, Any]) -> Iterator[str]:
    """Yield lines about what could not be read or believed, naming the first of each kind; none if all is well."""
    unread = [str(UnreadPage(one["page"], one["reason"], one["commit"])) for one in found["pages not read"]]
    held = [
        str(Quarantined(one["capture"], one["page"], one["cause"], one["line"], one["commit"]))
        for one in found["quarantined"]
    ]
    times = [
        f"commit {one['commit']} of {one['archive']}: {one['time'] or 'none'}, taken as {one['taken as'] or 'unknown'}"
        for one in found["commit times not true"]
    ]
    yield from found["remarks"]
    for title, lines in (
        ("pages not read", unread),
        ("captures in quarantine", held),
        ("commit times that cannot be true", times),
    ):
        if lines:
            yield f"{title} {len(lines):,}"
            yield from (f"    {line}" for line in lines[:NAMED])
            if len(lines) > NAMED:
                yield f"    and {len(lines) - NAMED:,} more, all of them in the report"


def _item_counts(dialects: Iterable[Dialect[Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    return chain.from_iterable(one.item_counts.items() for one in dialects)


def _shapes(checked: dict[str, Any]) -> str:
    kept = "kept to" if checked["conforms"] else f"broken (violations: {checked['violations']:,}), published by --force"
    return f"shapes {kept}, checked in {checked['seconds']:.1f} seconds"


def check_sums(tally: Tally) -> Counter[str]:
    """Return the tally's counts and how many items became events. Raises AssertionError if the sums are wrong."""
    counts = Counter(tally.counts)
    dialects = [one.made for one in registry.installed()]
    for total, parts in chain.from_iterable(one.sums.items() for one in dialects):
        if counts[total] != sum(counts[part] for part in parts):
            raise AssertionError(f"{total} do not add up: {', '.join(parts)}")
    named = chain.from_iterable(one.item_counts.values() for one in dialects)
    counts["items"] = sum(counts[one] for one in chain.from_iterable(named))
    if (
        counts["events"] - counts["events gone"]
        != counts["items"] - counts["merged"] - counts["withdrawn"] + counts["events only listed as related"]
    ):
        raise AssertionError("items, merged items and events do not add up")
    return counts
