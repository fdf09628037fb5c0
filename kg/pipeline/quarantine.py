"""Pages in quarantine: no text of an archive stops a build, and no bug of newsgraph hides behind a page.

The content of a page may break the mapping, or a shape of the finished graph. Such a page is left out as if that
capture did not exist, reported and counted. A bug breaks many pages, or newsgraph's own samples: then the build stops.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final, TypeVar

from kg.dialects import reading, registry
from kg.dialects.record import Page
from kg.entities.nodes import Nodes
from kg.errors import ArchiveError, MappingError, NewsgraphError, ValidationError
from kg.events.claims import Claims
from kg.pipeline import plan
from kg.pipeline.convert import Converter, ShownPage, Step
from kg.pipeline.outcome import Outcome, Quarantined
from kg.pipeline.plan import Content, DayGroup, Month
from kg.rdf import Quad
from kg.rdf.iri import Minter
from kg.shapes.check import CheckResult
from kg.shapes.origin import Origins
from kg.version import HERE

ALLOWED: Final = 1_000
"""One in this many captures may be in quarantine; of fewer captures, a single one, if there are others."""
SAMPLES: Final = ("seed", "sample")
"""The folders of ``data`` with newsgraph's own pages, which only a bug can break."""

T = TypeVar("T")
Faults = Mapping[str, Quarantined]
"""Pages in quarantine by the IRIs of their captures."""


def converted(
    month: Month, read: dict[Content, Page], nodes: Nodes, held: Faults, take: Callable[[Iterator[Quad]], T]
) -> tuple[T, Outcome]:
    """Convert a month, given its pages, without those in ``held`` and those that break it; ``take`` gets its quads.

    Returns the result of ``take``, and the outcome. Raises the error of the conversion if no single page causes it.
    """
    groups, unread = plan.readable(month.groups, read)
    faults = {content: held[iri] for content, page in read.items() if (iri := _iri(page, nodes.minter)) in held}
    while True:
        converter = Converter(nodes)
        converter.outcome.unread_pages = unread
        converter.outcome.quarantined = list(_told(groups, faults))
        fresh = [replace(group, claims=group.claims.copy()) for group in plan.without(groups, faults)]
        try:
            return take(_quads(fresh, read, converter)), converter.outcome
        except Exception as error:
            found = {} if _is_ours(error) else dict(_broken(plan.without(groups, faults), read, nodes))
            if not found:
                raise
            faults |= found


def _quads(groups: Iterable[DayGroup], read: dict[Content, Page], converter: Converter) -> Iterator[Quad]:
    for group in groups:
        if group.days:
            yield from converter.days(group.days, plan.steps(group, read), group.claims)
        else:
            newest = [one for one in group.readings if one.newest and not one.version.gone]
            yield from converter.undated((read[plan.content(one)] for one in newest), group.claims)


def _told(groups: Iterable[DayGroup], faults: Mapping[Content, Quarantined]) -> Iterator[Quarantined]:
    """Yield every capture of a page in quarantine, with its commit."""
    for reading_ in (one for group in groups for one in group.readings if not one.version.gone):
        if fault := faults.get(plan.content(reading_)):
            yield replace(fault, commit=reading_.version.commit)


def _is_ours(error: Exception) -> bool:
    """Return whether an error is not caused by a page: an unreadable file, a setting, lack of memory."""
    return isinstance(error, OSError | MemoryError) or (
        isinstance(error, NewsgraphError) and not isinstance(error, MappingError)
    )


def _broken(
    groups: Iterable[DayGroup], read: dict[Content, Page], nodes: Nodes
) -> Iterator[tuple[Content, Quarantined]]:
    """Yield the pages that break the conversion when each is converted alone, and the reasons."""
    for group in groups:
        for content in dict.fromkeys(plan.content(one) for one in group.readings if not one.version.gone):
            language = next(one.language for one in group.readings if plan.content(one) == content)
            if fault := _fault(read[content], group, language, nodes):
                yield content, fault


def _fault(page: Page, group: DayGroup, language: str, nodes: Nodes) -> Quarantined | None:
    converter = Converter(nodes)
    step = Step(page.captured, (ShownPage(page.path, page, language),))
    try:
        found = (
            converter.days(group.days, [step], Claims()) if group.days else converter.undated(iter([page]), Claims())
        )
        deque(found, maxlen=0)
    except Exception as error:
        if _is_ours(error):
            raise
        cause = str(error) if isinstance(error, MappingError) else f"{type(error).__name__}: {error}"
        line = _line(page, error.fragment) if isinstance(error, MappingError) else None
        return Quarantined(_iri(page, nodes.minter), page.path, cause[:200], line)
    return None


def _line(page: Page, fragment: str) -> int | None:
    record = reading.parse(page)
    return registry.of(page.path).lines(record, reading.text_of(page)).get(fragment) if record else None


def _iri(page: Page, minter: Minter) -> str:
    return minter.page(page.path, page.sha256)


# ---- Pages that break a shape of the finished graph.


def suspects(checked: CheckResult, origins: Origins, outcome: Outcome) -> dict[str, Quarantined]:
    """Return the pages of nodes that break a shape, by the IRIs of their captures.

    None are returned if they are too many, or newsgraph's own: then the graph is refused as it is.
    """
    found: dict[str, Quarantined] = {}
    for violation, cause in ((one, each.constraint.message) for each in checked.found for one in each.first):
        if origin := origins.of(violation.focus):
            found.setdefault(origin.page, Quarantined(origin.page, origin.path, cause, origin.line))
    return {} if _refusal(outcome, found.values()) else found


def concerns(month: Month, held: Faults) -> bool:
    """Return whether a month has a page in quarantine."""
    paths = {one.path for one in held.values()}
    return any(one.version.path in paths for group in month.groups for one in group.readings) if paths else False


def check_read(outcome: Outcome) -> None:
    """Raise ArchiveError if no page could be read."""
    if outcome.unread_pages and not outcome.tally.counts["captures"]:
        raise ArchiveError(f"none of the pages can be read: {outcome.unread_pages[0]}")


def check(outcome: Outcome) -> None:
    """Raise ValidationError if too many pages are in quarantine, or a page that comes with newsgraph."""
    if refusal := _refusal(outcome):
        raise ValidationError(f"the build is not published, since {refusal}: mend it, or publish the rest with --force")


def _refusal(outcome: Outcome, also: Iterable[Quarantined] = ()) -> str | None:
    """Return in words why pages cannot be left out, or None if they can."""
    faults = {one.iri: one for one in (*outcome.quarantined, *also)}
    captures = outcome.tally.counts["captures"] + len({one.iri for one in outcome.quarantined})
    ours = next((one for iri, one in faults.items() if iri.rpartition("/")[2] in _samples()), None) if faults else None
    if ours:
        return f"a page of the samples cannot be mapped ({ours})"
    if faults and (len(faults) > max(captures // ALLOWED, 1) or len(faults) == captures):
        first = next(iter(faults.values()))
        return (
            f"{len(faults):,} of {captures:,} captures cannot be mapped, more than one in {ALLOWED:,} (first: {first})"
        )
    return None


@cache
def _samples() -> frozenset[str]:
    """Return the content hashes of newsgraph's samples, as in the IRIs of captures; none if they are not installed."""
    folders = (HERE.parent / "data" / name for name in SAMPLES)
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return frozenset(
        Minter("").page("", hashlib.sha256(file.read_bytes()).hexdigest()).rpartition("/")[2] for file in files
    )
